"""Landed cost over the rules as shipped: published cases to the cent, and what must always hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.engine.breakdown import MISSING
from tradewind.engine.consignment import DUE, NOT_DUE, UNKNOWN
from tradewind.engine.contracts import FxQuote, Problem, Refused
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import Consignment, GoodsLine, landed_cost, landed_costs
from tradewind.engine.money import Money
from tradewind.engine.tariff import DutyRate, Specific
from tradewind.rules import load

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)
RATES = Rates(
    [
        FxQuote("EUR", "USD", JUNE, Decimal("1.10"), "t"),
        FxQuote("EUR", "CNY", JUNE, Decimal("7.80"), "t"),
        FxQuote("EUR", "GBP", JUNE, Decimal("0.85"), "t"),
    ],
    max_age_days=400,
)


def eur(text):
    return Money.of(text, "EUR")


def line(value, hs="6109.10", currency="EUR", **more):
    return GoodsLine(Money.of(value, currency), **{"origin": "CN", "hs": hs, **more})


def parcel(*lines, market="DE", freight="0", **more):
    currency = lines[0].value.currency if lines else "EUR"
    return Consignment(market, lines, Money.of(freight, currency), Money.zero(currency), **more)


def told(consignment, on=JULY, tariffs=None):
    return landed_cost(consignment, load(), RATES, on, tariffs)


def test_the_three_answers_of_a_parcel_under_ioss_and_who_bears_them():
    got = told(parcel(line("10", qty=2), line("20", "6404.11"), scheme="ioss", freight="5"))
    assert (got.duty.state, got.duty.amount, got.duty.payer) == (DUE, eur("6"), "seller")
    assert (got.border_tax.state, got.border_tax.amount) == (NOT_DUE, eur("0"))
    assert (got.sale_tax.state, got.sale_tax.amount) == (DUE, eur("7.79"))  # 19 % of 41
    assert (got.sale_tax.collector, got.sale_tax.payer) == ("marketplace", "buyer")
    assert (got.landed, got.total) == (eur("41"), eur("48.79"))
    assert got.pays == {"seller": eur("11"), "buyer": eur("7.79")}
    assert {"EU.duty.flat_subheading.2026", "EU.sale_tax.ioss.marketplace.2021", "DE.vat.standard.2024"} <= {
        *got.rules
    }
    shares = [(share.goods, share.freight, share.duty, share.sale_tax) for share in got.lines]
    assert shares == [
        (eur("10"), eur("1.67"), eur("2"), eur("2.60")),
        (eur("20"), eur("3.33"), eur("4"), eur("5.19")),
    ]


def test_the_flat_duty_counts_subheadings_of_six_digits():
    many = [line("5", hs) for hs in ("6109.10.00", "6109.10.90.10", "6109.90", "9102.11")]
    assert told(parcel(*many)).duty.amount == eur("9")
    assert told(parcel(*many), JUNE).duty.amount == eur("0")


def test_korea_as_published_in_dollars():
    """USD 250 at 6.5 %: 16.25, then 26.63; at a rate that leaves truncation to 10 won nothing to do."""
    rates = Rates([FxQuote("USD", "KRW", JUNE, Decimal(100_000), "t")])
    asked = parcel(line("250", currency="USD", duty_rate=Decimal("0.065")), market="KR")
    got = landed_cost(asked, load(), rates, JUNE)
    duty, tax = got.duty.amount.minor, got.border_tax.amount.minor
    assert (Decimal(duty) / 100_000, Decimal(tax) / 100_000) == (Decimal("16.25"), Decimal("26.625"))
    assert Decimal(duty + tax) / 100_000 == Decimal("42.875")  # printed 42.88


def test_duty_on_chinese_goods_to_the_us_past_what_is_known_asks_for_a_person():
    goods = line("40", "6109.10.00.12", "USD", duty_rate=Decimal("0.165"), measures=frozenset({"9903.88.15"}))
    asked = parcel(goods, market="US", sale_tax_rate=Decimal("0.08"))
    last, past = told(asked, date(2026, 7, 23)), told(asked, date(2026, 7, 24))
    assert last.duty.amount == Money.of("13.60", "USD")
    assert (past.duty.state, past.duty.amount, past.landed, past.total) == (UNKNOWN, None, None, None)
    (problem,) = past.problems
    assert (problem.field, problem.reason) == ("duty", "the rule is past its known life")
    assert "US.knowledge.duty.CN.2025" in problem.accepted
    assert past.fees[0].amount == Money.of("2.69", "USD")  # what is known stays known
    assert past.sale_tax.amount == Money.of("3.20", "USD")
    vouched = load().with_decisions({}, {"US.knowledge.duty.CN.2025": date(2026, 12, 31)})
    assert landed_cost(asked, vouched, RATES, date(2026, 7, 24)).duty.amount == Money.of("9.60", "USD")


def test_a_list_nobody_looked_up_is_unknown_and_an_empty_one_is_an_answer():
    goods = line("40", "6109.10.00", "USD", duty_rate=Decimal("0.165"))
    day = date(2026, 7, 1)
    asked = told(parcel(goods, market="US"), day)
    assert asked.duty.state == UNKNOWN
    assert "measures" in {problem.field for problem in asked.problems}
    none = told(parcel(replace(goods, measures=frozenset()), market="US"), day)
    assert none.duty.amount == Money.of("10.60", "USD")  # 16.5 % and section 122
    asked = parcel(goods, market="US")
    looked_up = landed_cost(asked, load(), RATES, day, None, lambda *_: frozenset({"9903.88.15"}))
    assert looked_up.duty.amount == Money.of("13.60", "USD")
    battery = line(
        "40", "8507.60.00.20", "USD", duty_rate=Decimal("0.034"), measures=frozenset({"9903.88.15"})
    )
    assert told(parcel(battery, market="US"), day).duty.amount == Money.of(
        "15.36", "USD"
    )  # 25 % for the 7.5 %


def test_the_tariff_is_asked_for_lines_that_state_no_rate():
    seen = []

    def tariffs(market, hs, origin, on):
        seen.append((market, hs, origin, on))
        if hs == "6109100010":
            return DutyRate("61091000", Decimal("0.12"), (), "12 %", "UK tariff 2026-07")
        if hs == "7777777777":
            raise Refused([Problem(None, "hs", hs, "has several rates", "7777.77.77.01")])
        if hs == "0406100000":
            return DutyRate("0406", Decimal(0), (Specific(Decimal("1.5"), "EUR", "kg"),), "1.50 EUR/kg", "UK")
        return None

    def asked(hs, **more):
        return told(parcel(line("200", hs, "GBP", **more), market="GB"), JULY, tariffs)

    got = asked("6109.10.00.10")
    assert got.duty.amount == Money.of("24", "GBP")
    assert "UK tariff 2026-07 61091000" in got.duty.rules
    assert seen == [("GB", "6109100010", "CN", JULY)]
    assert asked("0406.10.00.00", weight_g=2000).duty.amount == Money.of("2.55", "GBP")
    heavy = asked("0406.10.00.00")
    assert (heavy.duty.state, heavy.problems[0].accepted) == (UNKNOWN, "kg")
    strange = asked("9999.99.99.99")
    assert strange.duty.state == UNKNOWN
    assert strange.border_tax.state == UNKNOWN
    several = asked("7777.77.77.77")
    assert (several.duty.state, several.problems[0].accepted) == (UNKNOWN, "7777.77.77.01")
    assert "a duty_rate" in strange.problems[0].accepted


def refused(consignment, on=JULY):
    with pytest.raises(Refused) as said:
        told(consignment, on)
    return {(problem.row, problem.field): problem for problem in said.value.problems}


def test_everything_wrong_with_a_question_is_said_at_once():
    bad = parcel(
        line("-1", "61", origin="China", qty=0, weight_g=-5, duty_rate=Decimal(20)),
        way="teleport", incoterm="EXW", seller="me", buyer="me", scheme="voec", freight="-3",
        shipped_from="c",
    )  # fmt: skip
    said = refused(bad)
    assert {*said} == {
        (1, "value"), (1, "hs"), (1, "origin"), (1, "qty"), (1, "weight_g"), (1, "duty_rate"), (None, "way"),
        (None, "incoterm"), (None, "seller"), (None, "buyer"), (None, "scheme"), (None, "freight"),
        (None, "shipped_from"),
    }  # fmt: skip
    assert said[None, "scheme"].accepted == "ioss"
    assert said[None, "way"].accepted == "postal, express, line, sea, air, stock"
    assert all(problem.reason and problem.accepted for problem in said.values())


def test_what_cannot_be_asked_is_refused_with_what_could():
    assert "FR" in refused(parcel(line("5"), market="EU"))[None, "market"].accepted
    assert "DE" in refused(parcel(line("5"), market="XX"))[None, "market"].accepted
    assert "ON" in refused(parcel(line("5", currency="CAD"), market="CA"))[None, "region"].accepted
    no_rate = refused(parcel(line("5", currency="THB")))[None, "currency"]
    assert (no_rate.value, no_rate.accepted) == ("THB", "a THB/EUR rate of the days before 2026-07-01")
    assert refused(parcel())[None, "lines"].reason == "is missing"
    assert (None, "market") in refused(parcel(line("5")), date(2019, 1, 1))
    assert (None, "market") in refused(
        parcel(line("5", currency="CNY"), market="JP")
    )  # its rows are proposed


def test_a_batch_lists_bad_rows_and_computes_the_good_ones():
    good, bad = parcel(line("10"), scheme="ioss"), parcel(line("10"), market="XX")
    first, second, third = landed_costs([good, bad, good], load(), RATES, JULY)
    assert first == third == told(good)
    assert [problem.field for problem in second] == ["market"]


# ---- what must always hold
HS = st.sampled_from(["6109.10", "6404.11", "9102.11", "8507.60", "9503.00"])
VALUES = st.integers(0, 40_000).map(lambda minor: Money(minor, "EUR"))
LINES = st.lists(
    st.builds(
        GoodsLine,
        value=VALUES,
        qty=st.integers(1, 5),
        hs=HS,
        origin=st.just("CN"),
        duty_rate=st.sampled_from([Decimal(0), Decimal("0.12"), Decimal("0.065")]),
        measures=st.just(frozenset({"9903.88.15"})),
    ),
    min_size=1,
    max_size=4,
)
WHERE = st.sampled_from(
    [("DE", "", ""), ("DE", "ioss", ""), ("FR", "", ""), ("GB", "", ""), ("US", "", ""), ("AU", "", "")]
)
MANY = settings(max_examples=150, deadline=None)


@st.composite
def consignments(draw):
    market, scheme, region = draw(WHERE)
    return Consignment(
        market, tuple(draw(LINES)), draw(VALUES), Money(0, "EUR"), scheme=scheme, region=region,
        sale_tax_rate=Decimal("0.07") if market == "US" else None,
    )  # fmt: skip


RATES_ALL = Rates(
    [FxQuote("EUR", c, JUNE, Decimal(r), "t") for c, r in (("USD", "1.1"), ("GBP", ".85"), ("AUD", "1.63"))],
    max_age_days=400,
)


def ask(consignment):
    return landed_cost(consignment, load(), RATES_ALL, JULY)


def figures(got):
    return (got.duty.amount, got.border_tax.amount, got.sale_tax.amount, got.landed, got.total)


@MANY
@given(consignments())
def test_parts_sum_to_the_total_and_lines_to_each_part(asked):
    got = ask(asked)
    tree = {part.name: part.amount for part in got.breakdown.parts}
    for name in ("goods", "duty", "border_tax", "sale_tax"):
        shares = [getattr(share, name) for share in got.lines]
        if None not in shares:
            assert Money.total(shares, got.breakdown.amount.currency) == tree[name]
    if got.total is not None:
        assert got.total == Money.total(tree.values(), got.total.currency) == got.breakdown.amount
        assert got.landed == got.total - got.sale_tax.amount


@MANY
@given(consignments(), st.randoms())
def test_the_order_of_lines_changes_nothing(asked, random):
    lines = list(asked.lines)
    random.shuffle(lines)
    assert figures(ask(replace(asked, lines=tuple(lines)))) == figures(ask(asked))


@MANY
@given(consignments(), st.integers(1, 39_999))
def test_splitting_a_line_changes_nothing(asked, cut):
    first, *rest = asked.lines
    if first.value.minor <= cut or first.qty < 2:
        return
    one = replace(first, value=Money(cut, "EUR"), qty=1)
    two = replace(first, value=first.value - one.value, qty=first.qty - 1)
    assert figures(ask(replace(asked, lines=(one, two, *rest)))) == figures(ask(asked))


@MANY
@given(consignments(), st.integers(1, 10_000))
def test_under_the_same_rows_more_value_never_costs_less(asked, more):
    """One rate for all goods: freight that follows value between rates may lower the duty, and so may a
    consignment that passes from a flat duty to the tariff."""
    first, *rest = (replace(one, duty_rate=asked.lines[0].duty_rate) for one in asked.lines)
    dearer = replace(first, value=Money(first.value.minor + more, "EUR"))
    cheap, dear = (ask(replace(asked, lines=(one, *rest))) for one in (first, dearer))
    if cheap.rules == dear.rules and None not in (cheap.landed, dear.landed):
        assert dear.landed >= cheap.landed
        assert dear.total >= cheap.total
        assert dear.duty.amount >= cheap.duty.amount


@MANY
@given(consignments())
def test_what_is_unknown_is_never_zero(asked):
    unsaid = replace(asked, lines=tuple(replace(one, duty_rate=None, measures=None) for one in asked.lines))
    got = ask(unsaid)
    for answer in (got.duty, got.border_tax, got.sale_tax):
        assert (answer.amount is None) == (answer.state == UNKNOWN)
        assert answer.state != UNKNOWN or answer.why
    if UNKNOWN in {got.duty.state, got.border_tax.state}:
        assert got.landed is None
        assert got.total is None
        assert got.breakdown.state == MISSING
        assert got.problems
