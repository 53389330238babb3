"""What is sent across a border, and what the answer about it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewind.engine.breakdown import MISSING, Breakdown
from tradewind.engine.contracts import Problem
from tradewind.engine.money import Money

POSTAL, EXPRESS, LINE, SEA, AIR, STOCK = "postal", "express", "line", "sea", "air", "stock"
WAYS = (POSTAL, EXPRESS, LINE, SEA, AIR, STOCK)  # stock: goods that go into a warehouse of the market
DDP, DAP = "DDP", "DAP"
MARKETPLACE, OWN_STORE = "marketplace", "own_store"
CONSUMER, BUSINESS = "consumer", "business"

# States of an answer. UNKNOWN is an answer too: its amount is None and the total is missing.
DUE, NOT_DUE, UNKNOWN = "due", "not_due", "unknown"
# Who pays and who collects.
SELLER, BUYER, CARRIER, CUSTOMS = "seller", "buyer", "carrier", "customs"


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """Goods of one kind. `value` and `weight_g` are of the whole line (all units), tax not in the value.

    `hs`: digits of the tariff code, dots allowed; `origin`: ISO 3166 of the country of origin;
    `category`: a category of the market's tax rows ("" is the standard rate). `duty_rate`: the tariff's
    own rate as a fraction, stated by a person; None asks the tariff. `measures`: headings of chapter 99
    the tariff line points to; None is not known. `quantities`: what a specific duty needs beside kg and
    units, by unit.
    """

    value: Money
    qty: int = 1
    hs: str = ""
    origin: str = ""
    weight_g: int | None = None
    category: str = ""
    name: str = ""
    duty_rate: Decimal | None = None
    attributes: frozenset[str] = frozenset()
    measures: frozenset[str] | None = None
    quantities: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consignment:
    """One parcel or shipment to one receiver.

    `market`: ISO 3166 of the country of destination; `region`: its part where taxes differ (ON, SP).
    `scheme`: a scheme of the market's rows (ioss, remessa_conforme, voec), "" for none.
    `shipped_from`: the country of direct shipment, where that is not the origin. `freight_shown`: whether
    freight stands as a line of its own on the invoice; else it is part of the intrinsic value.
    `charges`: what is paid after arrival that enters the base of the tax (zero of any currency when None).
    `sale_tax_rate`: the rate of the tax at the sale for this buyer, stated by a person.
    """

    market: str
    lines: tuple[GoodsLine, ...]
    freight: Money
    insurance: Money
    way: str = EXPRESS
    scheme: str = ""
    incoterm: str = DDP
    seller: str = MARKETPLACE
    buyer: str = CONSUMER
    region: str = ""
    shipped_from: str = "CN"
    freight_shown: bool = True
    charges: Money | None = None
    sale_tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three questions answered: is it due, how much, who collects it and who bears it.

    `amount` is zero when not due and None when unknown. `why` is in words; `rules` are row ids.
    """

    state: str
    amount: Money | None
    collector: str = ""
    payer: str = ""
    why: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineShare:
    """What falls on one line; None while a part of it is unknown. The lines sum to the whole."""

    goods: Money
    freight: Money  # insurance included
    duty: Money | None
    border_tax: Money | None
    sale_tax: Money | None
    fees: Money | None


@dataclass(frozen=True, slots=True)
class LandedCost:
    """What a consignment costs on a day, in the market's currency.

    `landed` is goods, freight, insurance, duty, tax at the border and fees; `total` adds the tax at the
    sale. Either is None while a part of it is unknown; `problems` name what would make it known.
    """

    duty: Answer
    border_tax: Answer
    sale_tax: Answer
    fees: tuple[Breakdown, ...]
    pays: Mapping[str, Money]  # seller, buyer -> what each bears beside the goods, known parts only
    shares: tuple[tuple[int | None, ...], ...]  # of each line: minor units in the order of LineShare
    breakdown: Breakdown
    problems: tuple[Problem, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[LineShare, ...]:
        """What falls on each line."""
        code = self.currency
        return tuple(
            LineShare(*(None if minor is None else Money(minor, code) for minor in line))  # type: ignore[arg-type]
            for line in self.shares
        )

    @property
    def currency(self) -> str:
        """The market's currency, which every amount here is in."""
        amount = self.breakdown.parts[0].amount
        return amount.currency if isinstance(amount, Money) else ""

    @property
    def landed(self) -> Money | None:
        """Everything up to the buyer's door but the tax at the sale; None while a part is unknown."""
        return _known(part for part in self.breakdown.parts if part.name != "sale_tax")

    @property
    def total(self) -> Money | None:
        """Everything; None while a part is unknown."""
        return _known(self.breakdown.parts)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rows it stands on, each once."""
        every = (*self.duty.rules, *self.border_tax.rules, *self.sale_tax.rules)
        return tuple(dict.fromkeys((*every, *(fee.source for fee in self.fees if fee.source))))


def _known(parts: Iterable[Breakdown]) -> Money | None:
    amounts = []
    for part in parts:
        if part.state == MISSING or not isinstance(part.amount, Money):
            return None
        amounts.append(part.amount)
    return Money.total(amounts, amounts[0].currency)
