"""Bills of goods and the roll-forward at the desk: preview, entry, taking back, on every face's terms."""

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.claims.models import Bill
from tradewind.apps.stock.models import Balance, CostLayer, LandedCharge
from tradewind.apps.stock.tests.histories import arrived, of_leg, sell
from tradewind.desk.asking import ask
from tradewind.desk.doing import do
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

LINE = {
    "kind": "freight", "basis": "weight", "number": "B-1", "creditor": "COSCO", "on": "2026-11-02",
    "amount": "10.00 CNY",
}  # fmt: skip


@pytest.fixture
def world(db):
    found = make_world()
    found.receive(0, 4, 100)
    return found


def act(code, action, ids, **given):
    return do(noun(code), action, by=BY, ids=ids, given=given, now=NOW)


def preview(**given):
    (answer,) = ask(tool("allocation"), by=BY, given=[given], now=NOW)
    return answer


def test_a_preview_says_where_bills_would_lie_and_writes_nothing(world):
    leg = arrived(world, {0: 4})
    sell(world, 7, 0, 1, world.away)
    before = facts_hash()
    answer = preview(legs=leg.number, lines=[LINE])
    assert facts_hash() == before
    assert answer.problems == ()
    assert {k: v for k, v in answer.figures.items() if k in ("total", "on_hand", "sold", "restated")} == {
        "total": Money(10_00, "CNY"), "on_hand": Money(7_50, "CNY"), "sold": Money(2_50, "CNY"),
        "restated": 1,
    }  # fmt: skip
    act("goods_bills", "enter", [], legs=leg.number, lines=[LINE])
    layer = of_leg(leg)[0]
    assert (layer.landed_minor, layer.left_landed_minor) == (10_00, 7_50)


def test_every_problem_of_a_sheet_stands_at_its_line_and_field(world):
    bad = {**LINE, "basis": "declared", "stated": "SKU-0 3; nonsense", "kind": "duty"}
    assert [(p.field, p.value) for p in preview(receipts="RC-1", lines=[LINE, bad]).problems] == [
        ("lines.2.stated", "nonsense")
    ]
    assert [p.field for p in preview(receipts="RC-9", lines=[LINE]).problems] == ["receipts"]
    assert [p.field for p in preview(lines=[LINE]).problems] == ["legs"]
    far = {**LINE, "amount": "1 USD"}
    assert [p.field for p in preview(receipts="RC-1", lines=[far]).problems] == ["lines.1.on"]
    heavy = {**LINE, "basis": "volumetric"}
    found = preview(receipts="RC-1", lines=[heavy]).problems
    assert [p.field for p in found] == ["lines.1.divisor", "lines.1.basis"]


def test_bills_are_entered_on_receipts_and_batches_and_taken_back_with_a_reason(world):
    receipt = CostLayer.objects.get().receipt_line.receipt_id
    act("receipts", "charge", [receipt], lines=[LINE])
    layer = CostLayer.objects.get()
    act("layers", "charge", [layer.pk], lines=[{**LINE, "number": "B-2", "kind": "inspection"}])
    assert LandedCharge.objects.count() == 2
    act("goods_bills", "reverse", list(LandedCharge.objects.values_list("id", flat=True)),
        on="2026-11-03", reason="twice")  # fmt: skip
    layer.refresh_from_db()
    assert (layer.landed_minor, layer.charges, LandedCharge.objects.filter(void=True).count()) == (0, 0, 4)


def test_a_bill_that_is_audited_as_an_expense_is_not_laid_on_goods(world):
    Bill.objects.create(
        company=world.company, kind="carrier", creditor="Cosco", number="B-1", currency="CNY", on=NOW.date(),
        lines_minor=10_00, line_count=1, imported_at=NOW,
    )  # fmt: skip
    before = facts_hash()
    with pytest.raises(Refused, match="audited as an expense"):
        act("goods_bills", "enter", [], receipts="RC-1", lines=[LINE])
    assert facts_hash() == before


def test_a_method_is_changed_and_a_cost_withdrawn_at_the_desk(world):
    act("companies", "costing", [world.company.pk], method="month_end", start="2026-12-01")
    world.company.refresh_from_db()
    assert world.company.costing_changes == [["2026-12-01", "month_end"]]
    act("layers", "withdraw", [CostLayer.objects.get().pk], reason="wrong price")
    assert CostLayer.objects.get().state == "missing"


def test_the_roll_forward_answers_and_names_a_month_that_is_none(world):
    forward = tool("stock_forward")
    good, bad = ask(forward, by=BY, given=[{"company": "ACME", "month": "2026-11"},
                                        {"company": "ACME", "month": "2026-13"}], now=NOW)  # fmt: skip
    assert (good.figures["closing_units"], good.figures["closing_cost"]) == (4, Money(4_00, "CNY"))
    assert good.figures["closing_units"] == Balance.objects.get().on_hand
    assert [(p.field, p.value) for p in bad.problems] == [("month", "2026-13")]
    with pytest.raises(Denied):
        ask(forward, by=Actor(2, "wu", WAREHOUSE, None), given=[{"company": "ACME"}], now=NOW)
