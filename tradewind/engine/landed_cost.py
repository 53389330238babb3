"""What one unit would earn before it is bought: the pre-purchase profit (rows 3.1, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class UnitInputs:
    """One unit sold: any currency each; None is unknown and shows as missing, a zero is a stated zero.

    Rates are fractions (Decimal("0.05") is 5 %): ads and returns of the net price, the FX buffer of
    what is received in the selling currency. `vat_rebate` is left out when None (no rebate claimed).
    """

    market: str
    channel: str
    category: str
    price: Money | None  # what the buyer pays, tax included where the market prices so
    goods_cost: Money | None
    first_leg: Money | None
    fulfilment: Money | None
    duty: Money | None
    ads_rate: Decimal | None
    returns_rate: Decimal | None
    fx_buffer_rate: Decimal | None
    base_currency: str = "CNY"
    vat_rebate: Money | None = None


@dataclass(frozen=True, slots=True)
class UnitProfit:
    """Profit of a unit in the base currency, explained, and what it is of the net price."""

    breakdown: Breakdown
    net_price: Money | None  # base currency

    @property
    def margin(self) -> Decimal | None:
        """Profit over net price, 4 decimals; None while any part is missing."""
        raise NotImplementedError


def unit_profit(inputs: UnitInputs, rulebook: Rulebook, rates: Rates, on: date) -> UnitProfit:
    """Profit of one unit sold on a day; costs are negative parts, everything in the base currency."""
    raise NotImplementedError
