from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.channel_pnl import FULL, MARKETPLACE, OWN_STORE, SEMI, Channel, Goods, channel_pnl
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money


def cny(text):
    return Money.of(text, "CNY")


GOODS = Goods((100, 200), cny("4.00"), Decimal("0.3"), 90, 60)
MARKET = Channel(
    "Harbour", MARKETPLACE, price=cny("20.00"), returns=Decimal("0.05"), return_cost=cny("2.00"),
    first_leg=cny("1.00"), first_leg_days=45, settle_days=14, reserve=Decimal("0.1"), reserve_days=7,
    monthly=cny("40.00"), setup=cny("500.00"), setup_days=30,
    commission=Decimal("0.15"), per_order=cny("0.30"), ads=Decimal("0.1"), fulfilment=cny("3.00"),
)  # fmt: skip
CONSIGNED = Channel(
    "Consigned", FULL, price=cny("9.00"), returns=Decimal("0.02"), return_cost=cny("0.50"),
    first_leg=cny("0.40"), first_leg_days=30, settle_days=30, reserve=Decimal(0), reserve_days=0,
    monthly=cny("0"), setup=cny("0"), setup_days=0,
)  # fmt: skip


def test_a_marketplace_worked_to_the_cent():
    [got] = channel_pnl(GOODS, [MARKET])
    assert {part.name: str(part.amount) for part in got.total.parts} == {
        "setup": "-500.00 CNY", "revenue": "6,000.00 CNY", "refunds": "-300.00 CNY",
        "return_cost": "-30.00 CNY", "commission": "-855.00 CNY", "per_order": "-90.00 CNY",
        "ads": "-600.00 CNY", "fulfilment": "-900.00 CNY", "first_leg": "-300.00 CNY",
        "goods_cost": "-1,200.00 CNY", "monthly_fee": "-80.00 CNY",
    }  # fmt: skip
    assert got.total.amount == got.profit == cny("1145.00")
    assert got.margin == Decimal("0.2009")  # 1145 / 5700
    assert got.cycle_days == Decimal("83.7")  # 0.3 x 90 + 0.7 x 60 + 14 + 0.1 x 7


def test_its_cash_month_by_month_to_the_cent():
    """By hand: of a month settled after 14 days 16/30 come in it and 14/30 in the next."""
    [got] = channel_pnl(GOODS, [MARKET])
    assert [
        (line.month, *(str(m.amount) for m in (line.profit, line.received, line.paid, line.balance)))
        for line in got.months
    ] == [
        (-2, "0.00", "0.00", "-120.00", "-120.00"),
        (-1, "0.00", "0.00", "-570.00", "-690.00"),
        (0, "0.00", "0.00", "-1210.00", "-1900.00"),
        (1, "35.00", "1020.00", "-866.66", "-1746.66"),
        (2, "1110.00", "3020.00", "-1691.68", "-418.34"),
        (3, "0.00", "1960.00", "-396.66", "1145.00"),
    ]
    assert (got.peak_need, got.peak_month, got.payback_month) == (cny("1900.00"), 0, 3)


def test_full_consignment_has_only_goods_first_leg_and_refunds():
    """100 x (9.00 x 0.98 - 0.01 - 0.40 - 4.00) = 441.00 in the first month."""
    [got] = channel_pnl(GOODS, [CONSIGNED])
    assert [part.name for part in got.total.parts if part.amount] == [
        "revenue", "refunds", "return_cost", "first_leg", "goods_cost",
    ]  # fmt: skip
    assert got.profit == cny("1323.00")
    # All goods and the first leg are paid before the first money: 1200 + 40 + 80.
    assert (got.peak_need, got.peak_month) == (cny("1320.00"), 1)
    assert got.cycle_days == Decimal("99.0")


def test_the_same_goods_by_every_way_in_their_order():
    own = replace(MARKET, name="Own", kind=OWN_STORE, settle_days=3, ads=Decimal("0.3"))
    semi = replace(CONSIGNED, name="Semi", kind=SEMI, price=cny("13.00"), fulfilment=cny("3.00"))
    got = channel_pnl(GOODS, [CONSIGNED, own, semi])
    assert [one.channel.name for one in got] == ["Consigned", "Own", "Semi"]
    assert got[1].profit == cny("-55.00")  # 20 % of 6000 more for ads than the marketplace


def test_a_loss_is_never_paid_back():
    [got] = channel_pnl(GOODS, [replace(CONSIGNED, price=cny("4.00"))])
    assert got.profit.minor < 0
    assert got.payback_month is None


def test_bad_input_is_refused_with_every_problem():
    with pytest.raises(Refused) as refused:
        channel_pnl(
            Goods((), cny("-1"), Decimal(2), 800, 0),
            [
                replace(MARKET, ads=None, price=Money(1, "USD")),
                replace(CONSIGNED, ads=Decimal("0.1")),
                replace(MARKET, kind="agent"),
            ],
        )
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (None, "units"), (None, "cost"), (None, "deposit"), (None, "deposit_days"),
        (1, "ads"), (1, "price"), (2, "ads"), (3, "kind"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="there is no channel"):
        channel_pnl(GOODS, [])


amounts = st.integers(0, 5000).map(lambda minor: Money(minor, "CNY"))
shares = st.decimals(0, 1, places=3)
days = st.integers(0, 200)


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=6), amounts, amounts, amounts, shares, shares, shares,
    days, days, days, days,
)  # fmt: skip
def test_all_cash_is_the_profit_in_the_end(units, cost, price, fee, share, returns, reserve, a, b, c, d):
    goods = Goods(tuple(units), cost, share, a, b)
    channel = replace(
        MARKET, price=price, returns=returns, reserve=reserve, reserve_days=c, settle_days=d,
        fulfilment=fee, setup=fee * 9, first_leg_days=b,
    )  # fmt: skip
    [got] = channel_pnl(goods, [channel])
    assert got.months[-1].balance == got.profit == got.total.amount
    assert [line.month for line in got.months] == list(range(got.months[0].month, got.months[-1].month + 1))
    assert got.peak_need.minor == max(0, *(-line.balance.minor for line in got.months))
