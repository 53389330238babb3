"""Plans of events: exact postings, and balance in every currency whatever the numbers."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tradewind.apps.ledger import plans
from tradewind.engine import chart
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import KINDS

ON = date(2026, 3, 5)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def rows(booking):
    return [(x.account, x.amount.minor, x.amount.currency) for x in booking.plan.lines]


def sums(booking):
    total = Counter()
    for line in booking.plan.lines:
        total[line.amount.currency] += line.amount.minor
    return {c: m for c, m in total.items() if m}


def test_goods_bought_abroad_pass_the_trading_account():
    assert rows(plans.receipt(1, "RC-1", ON, cny(7_120), usd(1_000))) == [
        ("1405", 7_120, "CNY"), ("2202", -1_000, "USD"), ("1900", -7_120, "CNY"), ("1900", 1_000, "USD"),
    ]  # fmt: skip


def test_an_invoice_books_its_vat_and_what_it_asks_beyond_the_goods():
    assert rows(plans.supplier_invoice(1, "F-1", ON, cny(130), cny(20))) == [
        ("2221", 130, "CNY"), ("6403", 20, "CNY"), ("2202", -150, "CNY"),
    ]  # fmt: skip
    assert plans.supplier_invoice(1, "F-1", ON, cny(0), cny(0)) is None


def test_a_bill_of_goods_goes_to_stock_and_what_went_with_the_units_follows_by_order():
    assert rows(plans.landed_charge(1, "FR-1", ON, cny(1_000), usd(140))) == [
        ("1405", 1_000, "CNY"), ("2203", -140, "USD"), ("1900", -1_000, "CNY"), ("1900", 140, "USD"),
    ]  # fmt: skip
    lines = plans.late_costs("O-1", ON, [("6402", cny(300), 4, 9)]).lines
    assert [(x.account, x.amount.minor, x.store_id, x.order_id) for x in lines] == [
        ("6402", 300, 4, 9), ("1405", -300, 4, 9),
    ]  # fmt: skip
    lines = plans.restated("late_leg", "LEG-1", ON, "1406", cny(-100)).lines
    assert [(x.account, x.amount.minor) for x in lines] == [("1406", -100), ("1405", 100)]


def test_a_settlement_settles_what_known_orders_owe_and_books_the_rest_by_kind():
    found = [
        plans.KindSum("principal", 9, usd(20_00)),
        plans.KindSum("tax", 9, usd(1_60)),
        plans.KindSum("marketplace_tax", 9, usd(-1_60)),
        plans.KindSum("referral_fee", 9, usd(-3_00)),
        plans.KindSum("principal", None, usd(5_00)),
        plans.KindSum("reserve_opened", None, usd(-7_00)),
    ]
    booked = plans.settlement(1, "B-1", ON, 4, usd(15_00), found)
    assert {(x.account, x.order_id): x.amount.minor for x in booked.plan.lines} == {
        ("1122", 9): -21_60, ("2221", 9): 1_60, ("6601", 9): 3_00, ("6001", None): -5_00,
        ("1123", None): 7_00, ("1901", None): 15_00,
    }  # fmt: skip
    assert {x.store_id for x in booked.plan.lines} == {4}


def test_a_settlement_that_only_carries_a_balance_books_nothing():
    assert plans.settlement(1, "B", ON, 4, usd(-5_00), [plans.KindSum("transfer", None, usd(-5_00))]) is None


def test_a_withdrawal_is_under_way_until_it_arrives_and_trades_at_the_reference_rate():
    left = plans.withdrawal(1, "W1", ON, usd(1_000_00), usd(5_00))
    assert not [line for line in left.plan.lines if line.account == chart.FX_TRADING]
    came = plans.arrival(1, "W1", ON, usd(995_00), cny(7_043_30), cny(21_20), cny(0))
    trading, way = Counter(), 0
    for line in (*left.plan.lines, *came.plan.lines):
        if line.account == chart.FX_TRADING:
            trading[line.amount.currency] += line.amount.minor
        way += line.amount.minor if line.account == chart.UNDER_WAY else 0
    assert trading == {"USD": 995_00, "CNY": -7_064_50}, "995.00 at 7.10"
    assert way == 0


def test_what_a_bank_keeps_of_an_arrival_in_the_same_currency_is_a_fee():
    came = plans.arrival(1, "W1", ON, usd(995_00), usd(990_00), usd(0), usd(2_00))
    assert [(x.account, x.amount.minor) for x in came.plan.lines] == [
        ("1001", 990_00), ("6604", 2_00), ("1013", -995_00), ("6604", 3_00),
    ]  # fmt: skip


def test_a_kind_is_booked_where_a_rule_says():
    found = [plans.KindSum("referral_fee", 5, usd(-3_00)), plans.KindSum("transfer", None, usd(3_00))]
    to = plans.USUAL | {"referral_fee": "6601.01"}
    booked = plans.settlement(1, "B-1", ON, 4, usd(-3_00), found[:1], to)
    assert [(x.account, x.amount.minor) for x in booked.plan.lines] == [("6601.01", 3_00), ("1901", -3_00)]


amounts = st.integers(-10_000_00, 10_000_00)
kind_sums = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.one_of(st.none(), st.integers(1, 5)), amounts), max_size=30
)


@given(kind_sums)
def test_any_settlement_balances_and_its_payout_brings_clearing_to_zero(lines):
    total = sum(m for _, _, m in lines)
    found = [plans.KindSum(k, o, usd(m)) for k, o, m in lines]
    booked = plans.settlement(1, "B-1", ON, 4, usd(total), found)
    if booked is None:
        return
    assert sums(booked) == {}
    carried = sum(m for k, _, m in lines if KINDS[k].account == chart.SETTLEMENT)
    left = sum(x.amount.minor for x in booked.plan.lines if x.account == chart.SETTLEMENT)
    assert left == total - carried
    if left:
        paid = plans.payout(1, "B-1", ON, 4, usd(left))
        assert left + sum(x.amount.minor for x in paid.plan.lines if x.account == chart.SETTLEMENT) == 0


whole = st.integers(1, 10_000_00)


@given(whole, whole, whole, st.sampled_from(["CNY", "USD"]))
def test_every_other_plan_balances_per_currency(a, b, c, currency):
    bill = Money(a + b + c, "CNY") if currency == "CNY" else Money(b, "USD")
    for booked in (
        plans.receipt(1, "R", ON, cny(a), Money(b, currency)),
        plans.landed_charge(1, "F", ON, cny(a + b + c), bill),
        plans.withdrawal(1, "W", ON, usd(a + b), usd(b)),
        plans.arrival(1, "W", ON, usd(a), cny(a), cny(b - c), cny(c)),
        plans.arrival(1, "W", ON, usd(a), usd(b), usd(b - c), usd(c)),
        plans.collection_fee(1, "f", ON, usd(a)),
        plans.leg_departure(1, "L", ON, cny(a)),
        plans.leg_arrival(1, "L", ON, cny(a)),
        plans.payout(1, "P", ON, 4, usd(a)),
    ):
        assert sums(booked) == {}
