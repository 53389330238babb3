"""Duty, tax at the border and fees of one unit before it is bought, worked out where nobody stated them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.consignment import (
    AIR,
    BUSINESS,
    CONSUMER,
    MARKETPLACE,
    NOT_DUE,
    OWN_STORE,
    SEA,
    SELLER,
    STOCK,
    Answer,
    Consignment,
    GoodsLine,
    LandedCost,
)
from tradewind.engine.contracts import Refused
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import landed_cost
from tradewind.engine.landed_duty import Measures, Tariffs
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rulebook

IN_BULK = (SEA, AIR, STOCK)  # ways on which many units enter as one consignment to the seller himself
OWN_STORES = ("own_store",)  # channels that are no marketplace


@dataclass(frozen=True, slots=True)
class Entry:
    """How a unit enters its market. `units`: how many enter together, for the ways in bulk."""

    hs_code: str = ""
    origin: str = ""
    way: str = ""
    scheme: str = ""
    region: str = ""
    weight_g: int | None = None  # of one unit
    duty_rate: Decimal | None = None
    units: int | None = None


NO_ENTRY = Entry()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the entry of a unit stands on: market, channel, and its values; None is unknown.

    `net` is the price without tax, with the tax that was taken out of it as its part called vat.
    """

    market: str
    channel: str
    category: str
    net: Breakdown
    goods_cost: Money | None
    first_leg: Money | None


@dataclass(frozen=True, slots=True)
class Law:
    """Rules, rates and tariffs of a day."""

    rulebook: Rulebook
    rates: Rates
    on: date
    tariffs: Tariffs | None = None
    measures: Measures | None = None


def entry_parts(asked: Asked, entry: Entry, law: Law) -> tuple[Breakdown, ...]:
    """The unit's duty, border fees and import tax, each a positive cost in the market's currency.

    A parcel to a consumer is valued at its net price; goods in bulk at what they cost, with the first leg,
    and the tax on them is taken as reclaimed, since their sale is taxed. `import_tax` is what the border
    takes beyond the tax already out of the price; it is below zero where the price holds a tax nobody takes.
    What is not stated is a missing duty that names it.
    """
    lacking = list(_lacking(asked, entry))
    if lacking:
        return (Breakdown.missing("duty", f"not stated, and not computed without {', '.join(lacking)}"),)
    units = entry.units if entry.way in IN_BULK and entry.units else 1
    try:
        told = landed_cost(
            _consignment(asked, entry, units), law.rulebook, law.rates, law.on, law.tariffs, law.measures
        )
    except Refused as refused:
        return (Breakdown.missing("duty", str(refused)),)
    parts = [_part("duty", told.duty, units)]
    fees = [_unit(node, units) for node in told.fees if node.amount is None or node.amount]
    if fees:
        parts.append(Breakdown.of("border_fees", fees))
    tax = _import_tax(asked, entry, told, law)
    return (*parts, tax) if tax is not None else tuple(parts)


def _lacking(asked: Asked, entry: Entry) -> Iterator[str]:
    for name in ("origin", "way"):
        if not getattr(entry, name):
            yield name
    if not entry.hs_code and entry.duty_rate is None:
        yield "hs_code"
    if entry.way in IN_BULK:
        for name, value in (
            ("goods_cost", asked.goods_cost), ("first_leg", asked.first_leg), ("batch_units", entry.units)
        ):  # fmt: skip
            if value is None:
                yield name
    elif not isinstance(asked.net.amount, Money):
        yield "price"


def _consignment(asked: Asked, entry: Entry, units: int) -> Consignment:
    bulk = entry.way in IN_BULK
    value, freight = asked.net.amount, None
    if bulk:
        value, freight = asked.goods_cost, asked.first_leg
    if not isinstance(value, Money):  # _lacking has seen to it
        raise TypeError("a value is needed")
    weight = None if entry.weight_g is None else entry.weight_g * units
    goods = GoodsLine(
        value * units, units, entry.hs_code, entry.origin, weight, asked.category, duty_rate=entry.duty_rate
    )
    return Consignment(
        asked.market,
        (goods,),
        freight * units if freight is not None else Money.zero(value.currency),
        Money.zero(value.currency),
        way=entry.way,
        scheme=entry.scheme,
        seller=OWN_STORE if asked.channel in OWN_STORES else MARKETPLACE,
        buyer=BUSINESS if bulk else CONSUMER,
        region=entry.region,
    )


def _part(name: str, answer: Answer, units: int) -> Breakdown:
    source = ", ".join(answer.rules)
    if answer.amount is None:
        return Breakdown.missing(name, answer.why, source=source)
    return Breakdown(
        name, answer.amount.times(Fraction(1, units)), formula=_shared(answer.why, units), source=source
    )


def _unit(node: Breakdown, units: int) -> Breakdown:
    if not isinstance(node.amount, Money):
        return node
    amount = node.amount.times(Fraction(1, units))
    return Breakdown(node.name, amount, formula=_shared(node.formula, units), source=node.source)


def _shared(formula: str, units: int) -> str:
    return formula if units == 1 else f"({formula}) / {units} units"


def _import_tax(asked: Asked, entry: Entry, told: LandedCost, law: Law) -> Breakdown | None:
    """None where the tax of the price is the tax of the sale and the border takes none."""
    border = told.border_tax
    if entry.way in IN_BULK:
        return Breakdown("import_tax", Money.zero(told.currency), formula="reclaimed: the sale is taxed")
    if border.payer not in ("", SELLER) or told.sale_tax.state != NOT_DUE:
        return None
    if border.amount is None:
        return Breakdown.missing("import_tax", border.why, source=", ".join(border.rules))
    inside = _in_price(asked, law, border.amount.currency)
    if inside is None:
        return Breakdown.missing("import_tax", "no rate of exchange for the tax in the price")
    if border.amount == inside:
        return None
    words = f"{border.amount} at the border, {inside} of tax in the price"
    return Breakdown("import_tax", border.amount - inside, formula=words, source=", ".join(border.rules))


def _in_price(asked: Asked, law: Law, currency: str) -> Money | None:
    """The tax that was taken out of the price, in a currency."""
    taken = [part.amount for part in asked.net.parts if part.name == "vat"]
    amount = -taken[0] if taken and isinstance(taken[0], Money) else Money.zero(currency)
    if amount.currency == currency:
        return amount
    rate = law.rates.find(amount.currency, currency, law.on)
    return None if rate is None else rate.convert(amount)
