from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW, TODAY
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewRateCard,
    NewService,
    import_rate_card,
    register_carriers,
    register_services,
)
from tradewind.apps.markets.operations import NewMarket, record_fx, register_markets
from tradewind.apps.org.models import Approval, AuditEntry
from tradewind.apps.org.operations import (
    NewCompany,
    NewQualification,
    create_company,
    register_qualifications,
)
from tradewind.apps.research import queries
from tradewind.apps.research.models import Candidate, GateResult
from tradewind.apps.research.operations import (
    NewCandidate,
    NewTable,
    answer_override,
    approve_candidates,
    ask_override,
    import_research_table,
    judge_gates,
    override_gate,
    propose_candidates,
    register_candidates,
    reject_candidates,
    reopen_candidates,
    run_profit,
    set_inputs,
    take_candidates,
)
from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import FxQuote, Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db

INPUTS = {
    "channel": "harbour", "category": "pets", "price": "20.00 USD", "goods_cost": "20 CNY",
    "first_leg": "3 CNY", "fulfilment": "5 CNY", "duty": "0 USD", "ads_rate": "10%", "returns_rate": "3%",
    "fx_buffer_rate": "1%", "weight_g": "300", "length_mm": "200", "width_mm": "150", "height_mm": "60",
    "required_qualifications": "trademark", "taboo_flags": "none",
}  # fmt: skip
TABLE = b"Niche,ASIN,Title,Brand,Seller,Monthly Units\n" + b"".join(
    b"Bowl,B%d,T,Brand%d,Seller%d,100\n" % (n, n, n) for n in range(10)
)


@pytest.fixture
def market(bob):
    record_fx(quotes=[FxQuote("USD", "CNY", TODAY, Decimal("7.1"), "desk")], now=NOW, by=bob)
    return register_markets(
        markets=[NewMarket("US", "United States", "美国", "USD", "America/New_York")], now=NOW, by=bob
    )[0]


@pytest.fixture
def idea(market, bob, alice):
    company = create_company(company=NewCompany("T", "T", "CN", "CNY"), now=NOW, by=alice)
    register_qualifications(
        qualifications=[NewQualification(company, "trademark", "1", "US")], now=NOW, by=bob
    )
    table = import_research_table(
        table=NewTable(market, "t", "own", date(2026, 10, 1), "USD"),
        name="t.csv",
        content=TABLE,
        now=NOW,
        by=bob,
    )
    [pk] = propose_candidates(table_id=table, niches=["Bowl"], now=NOW, by=bob)
    set_inputs(ids=[pk], inputs=INPUTS, now=NOW, by=bob)
    return pk


def judged(pk, by):
    run_profit(ids=[pk], on=TODAY, now=NOW, by=by)
    return judge_gates(ids=[pk], on=TODAY, now=NOW, by=by)[pk]


def parts(result):
    return {p.name: None if p.amount is None else p.amount.minor for p in result.breakdown.parts}


def test_pre_purchase_profit_is_exact_and_every_part_is_explained(idea, bob):
    result = run_profit(ids=[idea], on=TODAY, now=NOW, by=bob)[idea]
    got = parts(result)
    # 20.00 USD at 7.1: no VAT is inside a price in the US; 15 % referral is 3.00 USD.
    assert got["net_price"] == 14200
    assert (got["referral_fee"], got["payment_fee"]) == (-2130, -412)  # 3.00 and 0.58 USD
    assert (got["goods_cost"], got["first_leg"], got["fulfilment"], got["duty"]) == (-2000, -300, -500, 0)
    assert (got["ads"], got["returns"], got["fx_buffer"]) == (-1420, -426, -142)
    assert result.breakdown.amount == Money(sum(v for v in got.values() if v is not None), "CNY")
    stored = Candidate.objects.get(pk=idea)
    assert queries.profit(stored) == result.breakdown
    assert stored.profit["margin"] == str(result.margin)


def test_a_missing_cost_shows_as_missing_and_the_profit_gate_does_not_pass(idea, bob):
    set_inputs(ids=[idea], inputs={"goods_cost": ""}, now=NOW, by=bob)
    result = run_profit(ids=[idea], on=TODAY, now=NOW, by=bob)[idea]
    assert (result.margin, result.breakdown.state) == (None, "missing")
    assert parts(result)["goods_cost"] is None
    assert judge_gates(ids=[idea], on=TODAY, now=NOW, by=bob)[idea]["profit"] == "missing"


def test_a_missing_rate_shows_as_missing_never_as_one(idea, bob):
    result = run_profit(ids=[idea], on=date(2026, 12, 1), now=NOW, by=bob)[idea]
    assert (result.margin, parts(result)["net_price"]) == (None, None)


ENTRY = {
    "duty": "", "hs_code": "6109.10.00", "origin": "vn", "way": "express", "duty_rate": "16.5%",
    "batch_units": "500",
}  # fmt: skip


def test_a_duty_nobody_stated_is_worked_out_by_the_rules_of_the_day(idea, bob):
    """20.00 USD: 16.5 % and section 122 are 5.30, and 2.69 for the entry; in bulk 3.00 CNY bear 26.5 %."""
    july = date(2026, 7, 10)
    record_fx(quotes=[FxQuote("USD", "CNY", july, Decimal("7.1"), "desk")], now=NOW, by=bob)
    set_inputs(ids=[idea], inputs=ENTRY, now=NOW, by=bob)
    got = parts(run_profit(ids=[idea], on=july, now=NOW, by=bob)[idea])
    assert (got["duty"], got["border_fees"]) == (-3763, -1910)
    set_inputs(ids=[idea], inputs={"way": "air"}, now=NOW, by=bob)
    got = parts(run_profit(ids=[idea], on=july, now=NOW, by=bob)[idea])
    assert (got["duty"], got["border_fees"]) == (-533, -7)  # of 2.82 USD: 0.75; 2.69 over 500 units: 0.01


def test_past_what_is_known_the_duty_is_missing_and_so_is_what_it_lacks(idea, bob):
    set_inputs(ids=[idea], inputs=ENTRY, now=NOW, by=bob)
    result = run_profit(ids=[idea], on=TODAY, now=NOW, by=bob)[idea]
    [duty] = [p for p in result.breakdown.parts if p.name == "duty"]
    assert (result.margin, duty.state) == (None, "missing")
    assert "past its known life" in duty.formula
    set_inputs(ids=[idea], inputs={"origin": ""}, now=NOW, by=bob)
    [duty] = [
        p for p in run_profit(ids=[idea], on=TODAY, now=NOW, by=bob)[idea].breakdown.parts if p.name == "duty"
    ]
    assert duty.formula == "not stated, and not computed without origin"


def test_inputs_of_the_entry_are_checked(idea, bob):
    bad = {"hs_code": "61", "origin": "China", "way": "rocket", "duty_rate": "much"}
    with pytest.raises(Refused) as refused:
        set_inputs(ids=[idea], inputs=bad, now=NOW, by=bob)
    assert {problem.field for problem in refused.value.problems} == {*bad}


def test_a_leg_that_names_a_service_is_quoted_from_its_card(idea, bob):
    register_carriers(carriers=[NewCarrier("yun", "Yun")], now=NOW, by=bob)
    [line] = register_services(services=[NewService("yun", "line", "Line", "line")], now=NOW, by=bob)
    import_rate_card(
        card=NewRateCard(line, "CNY", date(2026, 1, 1), source="list"), name="c.csv",
        content=b"Country,From g,To g,Step g,Step Price,Per Parcel\nUS,0,1000,100,9,20\n", now=NOW, by=bob,
    )  # fmt: skip
    set_inputs(ids=[idea], inputs={"fulfilment": "", "fulfilment_service": "line"}, now=NOW, by=bob)
    result = run_profit(ids=[idea], on=TODAY, now=NOW, by=bob)[idea]
    [part] = [p for p in result.breakdown.parts if p.name == "fulfilment"]
    assert part.amount == Money(-4700, "CNY")
    assert (part.formula, part.inputs["service"], part.inputs["chargeable_g"]) == ("rate card", "line", "300")
    assert "rate card" in part.source


def test_every_gate_passes_on_good_evidence_and_the_owner_approves(idea, bob, alice):
    assert set(judged(idea, bob).values()) == {"pass"}
    with pytest.raises(Denied):
        approve_candidates(ids=[idea], now=NOW, by=bob)
    assert approve_candidates(ids=[idea], now=NOW, by=alice) == [idea]
    assert Candidate.objects.get().state == "approved"
    with pytest.raises(Refused):
        approve_candidates(ids=[idea], now=NOW, by=alice)


def test_approval_names_every_gate_in_the_way_and_moves_nothing(idea, market, bob, alice):
    set_inputs(
        ids=[idea],
        inputs={"weight_g": "12000", "required_qualifications": "fda", "taboo_flags": ""},
        now=NOW,
        by=bob,
    )
    assert judged(idea, bob) == {
        "profit": "pass", "demand": "pass", "competition": "pass", "size": "fail", "qualification": "fail",
        "taboo": "missing",
    }  # fmt: skip
    [fresh] = register_candidates(candidates=[NewCandidate("New", market)], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        approve_candidates(ids=[idea, fresh], now=NOW, by=alice)
    assert [p.field for p in refused.value.problems] == [
        "CND-000001 size", "CND-000001 qualification", "CND-000001 taboo",
        *(f"CND-000002 {g}" for g in ("profit", "demand", "competition", "size", "qualification", "taboo")),
    ]  # fmt: skip
    assert facts_hash() == before


def test_an_override_bears_a_name_and_a_reason_and_survives_a_new_judgement(idea, bob, alice):
    set_inputs(ids=[idea], inputs={"weight_g": "12000"}, now=NOW, by=bob)
    judged(idea, bob)
    before = facts_hash()
    for actor, reason, error in ((bob, "x", Denied), (alice, " ", Refused)):
        with pytest.raises(error):
            override_gate(candidate_id=idea, gate="size", reason=reason, now=NOW, by=actor)
    with pytest.raises(Refused):
        override_gate(candidate_id=idea, gate="profit", reason="it passes anyway", now=NOW, by=alice)
    assert facts_hash() == before
    override_gate(candidate_id=idea, gate="size", reason="sea freight only", now=NOW, by=alice)
    row = GateResult.objects.get(gate="size")
    assert (row.verdict, row.evidence, row.decided_by) == ("override", "sea freight only", "alice")
    assert '"size", "fail", "sea freight only"' in AuditEntry.objects.order_by("-id")[0].detail
    assert judged(idea, bob)["size"] == "override"
    assert approve_candidates(ids=[idea], now=NOW, by=alice) == [idea]


def test_new_inputs_take_back_every_verdict_and_override(idea, bob, alice):
    set_inputs(ids=[idea], inputs={"weight_g": "12000"}, now=NOW, by=bob)
    judged(idea, bob)
    override_gate(candidate_id=idea, gate="size", reason="sea freight only", now=NOW, by=alice)
    set_inputs(ids=[idea], inputs={"price": "21.00 USD"}, now=NOW, by=bob)
    assert GateResult.objects.count() == 0
    assert Candidate.objects.get().profit is None


def test_bob_asks_and_alice_answers(idea, bob, alice):
    set_inputs(ids=[idea], inputs={"weight_g": "12000"}, now=NOW, by=bob)
    judged(idea, bob)
    asked = ask_override(candidate_id=idea, gate="size", reason="customers ask for it", now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Denied):
        answer_override(approval_id=asked, granted=True, reason="fine", now=NOW, by=bob)
    assert facts_hash() == before
    answer_override(approval_id=asked, granted=True, reason="try 200 units", now=NOW, by=alice)
    assert GateResult.objects.get(gate="size").decided_by == "alice"
    assert Approval.objects.get().state == "granted"
    with pytest.raises(Refused):
        answer_override(approval_id=asked, granted=True, reason="again", now=NOW, by=alice)


def test_a_refused_question_leaves_the_gate_as_it_is(idea, bob, alice):
    set_inputs(ids=[idea], inputs={"weight_g": "12000"}, now=NOW, by=bob)
    judged(idea, bob)
    asked = ask_override(candidate_id=idea, gate="size", reason="please", now=NOW, by=bob)
    answer_override(approval_id=asked, granted=False, reason="too heavy", now=NOW, by=alice)
    assert GateResult.objects.get(gate="size").verdict == "fail"


def test_rejecting_and_reopening_starts_the_gates_over(idea, bob, alice):
    judged(idea, bob)
    reject_candidates(ids=[idea], reason="margin too thin", now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(WrongState):
        take_candidates(ids=[idea], now=NOW, by=bob)
    with pytest.raises(Refused):
        set_inputs(ids=[idea], inputs={"price": "1 USD"}, now=NOW, by=bob)
    assert facts_hash() == before
    reopen_candidates(ids=[idea], reason="new supplier", now=NOW, by=bob)
    assert (Candidate.objects.get().state, GateResult.objects.count()) == ("idea", 0)
    with pytest.raises(Refused):
        approve_candidates(ids=[idea], now=NOW, by=alice)


def test_new_inputs_close_the_questions_asked_about_the_old_verdicts(idea, bob, alice):
    set_inputs(ids=[idea], inputs={"weight_g": "12000"}, now=NOW, by=bob)
    judged(idea, bob)
    asked = ask_override(candidate_id=idea, gate="size", reason="please", now=NOW, by=bob)
    set_inputs(ids=[idea], inputs={"weight_g": "11000"}, now=NOW, by=bob)
    assert Approval.objects.get().state == "refused"
    with pytest.raises(Refused, match="approval"):
        answer_override(approval_id=asked, granted=True, reason="fine", now=NOW, by=alice)
