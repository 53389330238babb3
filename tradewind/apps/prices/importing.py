"""What a unit sold straight from abroad bears at the border, as a charge that depends on its price. Pure."""

from __future__ import annotations

from fractions import Fraction

from tradewind.apps.prices.facts import UnitFacts
from tradewind.engine.border import NAME, Border, Borne, border
from tradewind.engine.consignment import DDP, Consignment, GoodsLine
from tradewind.engine.contracts import Refused
from tradewind.engine.landed_cost import Landing
from tradewind.engine.money import Money, exponent
from tradewind.engine.rulebook import Rule

__all__ = ["NAME", "Importing", "known_price"]
_COARSE = 200  # truncation to 1,000 yen of value moves duty and tax by so many yen at most


def _nothing(_value: int) -> Borne:
    return Borne(None, "", (), (), (), taxed=True)


class Importing:
    """The landed cost of a day, asked for units; the same parcel is computed once."""

    def __init__(self, landing: Landing) -> None:
        self.landing = landing
        self._known: dict[object, Border] = {}

    def border(self, unit: UnitFacts, market: str, currency: str, scheme: str) -> Border:
        """What the seller bears for one unit at any price of the currency; without a charge, why not."""
        freight = unit.costs[0].amount
        if freight is None or not unit.way:
            return Border(None, unit.costs[0].formula, _nothing)
        key = (unit.asked.sku_id, unit.asked.qty, market, currency, freight, unit.way, scheme)
        if key not in self._known:
            tolerance = 5 if exponent(currency) else _COARSE
            try:
                self._known[key] = border(
                    _parcel(unit, market, currency, scheme), self.landing, tolerance=tolerance
                )
            except Refused as refused:
                why = "; ".join(str(problem) for problem in refused.problems)
                self._known[key] = Border(None, why, _nothing)
        return self._known[key]


def _parcel(unit: UnitFacts, market: str, currency: str, scheme: str) -> Consignment:
    """One unit as it is sent straight to a buyer, duties paid by the seller; its value is put in later."""
    goods, qty, freight = unit.goods, unit.asked.qty, unit.costs[0].amount
    assert freight is not None, "parcels nobody takes were answered before"
    weight = None if goods.weight_g is None else goods.weight_g * qty
    line = GoodsLine(
        Money.zero(currency), qty, goods.hs_code, goods.origin, weight, goods.category, goods.code
    )
    nothing = Money.zero(currency)
    return Consignment(market, (line,), freight, nothing, way=unit.way, scheme=scheme, incoterm=DDP)


def known_price(found: Border, tax: Rule, currency: str) -> Money | None:
    """The largest price shown to buyers at which the charge is known; None is any."""
    if found.known_to is None:
        return None
    taxed = found.taxed_to is None or found.taxed_to >= found.known_to
    if not (taxed and tax.values["included"]):
        return Money(found.known_to, currency)
    return Money(int(found.known_to * (1 + Fraction(tax.decimal("rate")))), currency)
