"""The forecast before buying and the profit after settling are one sum: fed the same facts they agree."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tradewind.apps.markets.queries import rates_between, rulebook
from tradewind.apps.profit.tests.test_profit import give_cost, one, order, send, settle, store  # noqa: F401
from tradewind.engine.money import Money
from tradewind.engine.unit_profit import UnitInputs, unit_profit

pytestmark = pytest.mark.django_db
NONE = Decimal(0)


def forecast(settled, **given):
    """What a unit was promised to earn, from the facts the order was settled with."""
    inputs = UnitInputs(
        "US", "harbour", "home", Money(23_00, "USD"), Money(50_00, "CNY"), Money(6_00, "CNY"),
        Money(30_00, "CNY"), Money(0, "CNY"), NONE, NONE, NONE, **given,
    )  # fmt: skip
    return unit_profit(inputs, rulebook(), rates_between(settled.on, settled.on), settled.on)


def test_a_forecast_fed_with_the_settled_facts_is_the_settled_profit(store, order):  # noqa: F811
    give_cost(order)
    send(order)
    promised = forecast(one(order))
    fees = {p.name: p.inputs["amount"].split()[0] for p in promised.breakdown.parts if "_fee" in p.name}
    # 15 % of 23.00 is 3.45; what is paid without tax is charged by the payment schedule
    assert fees["referral_fee"] == "3.45"
    short = Decimal("2.84") - Decimal(fees["referral_fee"]) - Decimal(fees["payment_fee"])
    settle(store, [("Order", "Fee", "Referral", f"{short:f}", "O-1", "L-1", "LAMP-A")])
    settled = one(order)
    assert (settled.stage, settled.fees_state) == ("settled", "actual")
    assert settled.profit_minor == promised.profit.minor
    parts = {p.name: p.amount.minor for p in promised.breakdown.parts}
    assert parts["net_price"] == settled.revenue_minor
    assert -parts["referral_fee"] - parts["payment_fee"] == settled.fees_minor
    assert (-parts["goods_cost"], -parts["first_leg"], -parts["fulfilment"]) == (
        settled.goods_minor, settled.landed_minor, settled.freight_minor,
    )  # fmt: skip


def test_what_the_settlement_took_beyond_the_schedule_is_the_whole_difference(store, order):  # noqa: F811
    give_cost(order)
    send(order)
    settle(store)
    settled = one(order)
    promised = forecast(settled)
    parts = {p.name: p.amount.minor for p in promised.breakdown.parts}
    promised_fees = -parts["referral_fee"] - parts["payment_fee"]
    assert settled.profit_minor - promised.profit.minor == promised_fees - settled.fees_minor
