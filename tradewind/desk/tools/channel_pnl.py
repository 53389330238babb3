"""Marketplace, own store, full or semi consignment: profit, cash month by month, and the money it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DECIMAL, INT, MONEY, PERCENT, TEXT, Column, Fact, Field, Table
from tradewind.engine.access import Actor
from tradewind.engine.channel_pnl import (
    FULL,
    MARKETPLACE,
    OWN_STORE,
    SEMI,
    Channel,
    ChannelPnl,
    Goods,
    channel_pnl,
)
from tradewind.engine.contracts import Refused
from tradewind.engine.money import round_half_up

KINDS = {
    MARKETPLACE: _("Marketplace"),
    OWN_STORE: _("Own store"),
    FULL: _("Full consignment"),
    SEMI: _("Semi-consignment"),
}
SHARES = ("returns", "reserve", "commission", "ads")


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


def run(ask: Ask) -> list[Answer]:
    """Every question's channels side by side."""
    return [_answered(row) for row in ask.rows]


def _answered(row: Mapping[str, Any]) -> Answer:
    try:
        found = channel_pnl(_goods(row), [_channel(line) for line in row["lines"]])
    except Refused as refused:
        return Answer(
            problems=tuple(
                replace(
                    p, row=None, field=p.field if p.row is None else f"lines.{p.row}.{p.field}",
                    reason=_now(p.reason), accepted=_now(p.accepted) if p.accepted else "",
                )
                for p in refused.problems
            )
        )  # fmt: skip
    best = max(found, key=lambda one: one.profit.minor)
    lightest = min(found, key=lambda one: one.peak_need.minor)
    return Answer(
        _now("%(name)s earns most: %(amount)s") % {"name": best.channel.name, "amount": best.profit},
        (
            Fact(_("Earns most"), best.channel.name),
            Fact(_("Profit"), best.profit, MONEY),
            Fact(_("Takes the least money"), lightest.channel.name),
            Fact(_("Peak cash need"), lightest.peak_need, MONEY),
        ),
        (Table(_("Ways of selling"), _WAYS, [_way(one) for one in found]), _curve(found)),
        tuple((one.channel.name, one.total, "") for one in found),
        figures={
            "best": best.channel.name,
            "profit": best.profit,
            "peak_need": best.peak_need,
            "cycle_days": best.cycle_days,
            "payback_month": best.payback_month,
        },
    )


_WAYS = (
    Column("name", _("Name")),
    Column("kind", _("Way of selling")),
    Column("profit", _("Profit"), MONEY),
    Column("margin", _("Margin"), PERCENT),
    Column("peak_need", _("Peak cash need"), MONEY),
    Column("peak_month", _("In month"), INT),
    Column("cycle_days", _("Cash cycle in days"), DECIMAL),
    Column("payback_month", _("Paid back in month"), INT),
)


def _way(one: ChannelPnl) -> dict[str, Any]:
    return {
        "name": one.channel.name,
        "kind": KINDS[one.channel.kind],
        "profit": one.profit,
        "margin": None if one.margin is None else one.margin * 100,
        "peak_need": one.peak_need,
        "peak_month": one.peak_month,
        "cycle_days": one.cycle_days,
        "payback_month": one.payback_month,
    }


def _curve(found: Sequence[ChannelPnl]) -> Table:
    """The balance after each month of every way; before its first and after its last it does not move."""
    months = sorted({line.month for one in found for line in one.months})
    rows = [{"month": month} for month in range(months[0], months[-1] + 1)]
    for number, one in enumerate(found):
        balances = {line.month: line.balance for line in one.months}
        balance = one.peak_need * 0
        for row in rows:
            balance = balances.get(row["month"], balance)
            row[f"way{number}"] = balance  # type: ignore[assignment]
    columns = [Column(f"way{number}", one.channel.name, MONEY) for number, one in enumerate(found)]
    return Table(
        _("Cash balance at the end of each month"), (Column("month", _("Month"), INT), *columns), rows
    )


def _goods(row: Mapping[str, Any]) -> Goods:
    """Units of every month: the first month's, growing by a share a month, each rounded half up."""
    units, growth, each = [], 1 + Fraction(row["growth"]) / 100, Fraction(row["units"])
    for _month in range(min(max(row["months"], 0), 61)):
        units.append(round_half_up(each))
        each *= growth
    return Goods(
        tuple(units), row["goods_cost"], row["deposit"] / 100, row["deposit_days"], row["balance_days"]
    )


def _channel(line: Mapping[str, Any]) -> Channel:
    shares = {name: None if line[name] is None else line[name] / Decimal(100) for name in SHARES}
    return Channel(**{**line, **shares})


TOOL = Tool(
    code="channel_pnl",
    label=_("Ways of selling compared"),
    stage=1,
    place=80,
    icon="scale",
    view="markets.view",
    fields=(
        Field("units", _("Units in the first month"), INT),
        Field("growth", _("Growth a month"), PERCENT),
        Field("months", _("Months"), INT),
        Field("goods_cost", _("Goods cost a unit"), MONEY, help=_("Every amount in this currency.")),
        Field("deposit", _("Deposit to the supplier"), PERCENT),
        Field("deposit_days", _("Deposit paid days before the sale"), INT),
        Field("balance_days", _("Balance paid days before the sale"), INT),
    ),
    lines=(
        Field("name", _("Name"), TEXT),
        Field("kind", _("Way of selling"), CHOICE, choices=_kinds),
        Field("price", _("Price or supply price without VAT"), MONEY),
        Field("returns", _("Returned units"), PERCENT),
        Field("return_cost", _("Cost of a return"), MONEY),
        Field("first_leg", _("First leg a unit"), MONEY),
        Field("first_leg_days", _("First leg paid days before the sale"), INT),
        Field("settle_days", _("Settled days after the sale"), INT),
        Field("reserve", _("Share held back"), PERCENT),
        Field("reserve_days", _("Days held back longer"), INT),
        Field("monthly", _("Fixed cost a month"), MONEY),
        Field("setup", _("Set-up, once"), MONEY),
        Field("setup_days", _("Set-up paid days before"), INT),
        Field("commission", _("Commission and payment fees"), PERCENT, False),
        Field("per_order", _("Fee an order"), MONEY, False),
        Field("ads", _("Advertising"), PERCENT, False),
        Field("fulfilment", _("Fulfilment a unit"), MONEY, False),
    ),
    run=run,
    columns=(
        Column("best", _("Earns most")),
        Column("profit", _("Profit"), MONEY),
        Column("peak_need", _("Peak cash need"), MONEY),
        Column("cycle_days", _("Cash cycle in days"), DECIMAL),
        Column("payback_month", _("Paid back in month"), INT),
    ),
    note=_("The same goods by every way of selling: profit, the cash it ties up, and when it comes back."),
    example={
        "units": 200, "growth": 10, "months": 6, "goods_cost": "28.00 CNY", "deposit": 30,
        "deposit_days": 75, "balance_days": 45,
        "lines": [
            {
                "name": "Amazon", "kind": MARKETPLACE, "price": "142.00 CNY", "returns": 5,
                "return_cost": "14.00 CNY", "first_leg": "9.00 CNY", "first_leg_days": 40,
                "settle_days": 14, "reserve": 10, "reserve_days": 7, "monthly": "290.00 CNY",
                "setup": "6000.00 CNY", "setup_days": 60, "commission": 15, "per_order": "0.00 CNY",
                "ads": 12, "fulfilment": "29.00 CNY",
            },
            {
                "name": "Shopify", "kind": OWN_STORE, "price": "150.00 CNY", "returns": 4,
                "return_cost": "20.00 CNY", "first_leg": "0.00 CNY", "first_leg_days": 0,
                "settle_days": 3, "reserve": 5, "reserve_days": 90, "monthly": "600.00 CNY",
                "setup": "12000.00 CNY", "setup_days": 60, "commission": 3, "per_order": "2.10 CNY",
                "ads": 28, "fulfilment": "38.00 CNY",
            },
            {
                "name": "全托管", "kind": FULL, "price": "46.00 CNY", "returns": 3,
                "return_cost": "2.00 CNY", "first_leg": "1.20 CNY", "first_leg_days": 15,
                "settle_days": 21, "reserve": 0, "reserve_days": 0, "monthly": "0.00 CNY",
                "setup": "0.00 CNY", "setup_days": 0,
            },
        ],
    },
)  # fmt: skip
