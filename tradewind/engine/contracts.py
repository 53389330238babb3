"""What connectors hand to the house and take from it: plain values, whatever the dialect outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from tradewind.engine.money import Money

T = TypeVar("T")

# States of an order as every channel's own words are mapped to.
PENDING, OPEN, SHIPPED, CANCELLED = "pending", "open", "shipped", "cancelled"


@dataclass(frozen=True, slots=True)
class Address:
    """A buyer's name and address; personal data, stored encrypted."""

    name: str = ""
    phone: str = ""
    email: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One order line; amounts are of the whole line, in the order's currency, tax apart."""

    external_id: str
    external_sku: str
    title: str
    qty: int
    price: Money  # net of tax, for all units
    tax: Money
    discount: Money  # positive


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """An order as the channel knows it at `updated_at`."""

    external_id: str
    state: str  # PENDING, OPEN, SHIPPED, CANCELLED
    placed_at: datetime
    updated_at: datetime
    currency: str
    lines: tuple[ChannelLine, ...]
    shipping: Money
    address: Address
    ship_by: datetime | None = None
    cancel_requested: bool = False
    raw_state: str = ""
    by_channel: bool = False  # the channel ships it out of its own warehouse


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a feed. `watermark`: up to when everything has been seen; None while more follows."""

    items: tuple[T, ...]
    next_token: str | None
    watermark: datetime | None
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class TrackingPush:
    """A shipment to report to the channel. `key` is ours and makes a repeat harmless."""

    key: str
    order_external_id: str
    carrier: str
    tracking_no: str
    shipped_at: datetime
    lines: tuple[tuple[str, int], ...]  # (line external_id, qty)


@dataclass(frozen=True, slots=True)
class OfferPush:
    """Wanted price and quantity of a listing; None leaves a side as it is."""

    external_sku: str
    title: str
    price: Money | None
    quantity: int | None


@dataclass(frozen=True, slots=True)
class PushResult:
    """What the channel said to one push. A refusal is data, not an exception."""

    key: str
    ok: bool
    external_id: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One line of a settlement file as it stands there, before its kind is mapped."""

    line_no: int
    type: str
    amount_type: str
    description: str
    amount: Money
    order_external_id: str = ""
    external_sku: str = ""
    line_external_id: str = ""
    qty: int | None = None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement file: a period, a deposit total and lines that must sum to it.

    `stated` is False where the file names no total: then it is the sum of the lines, and a line missing from
    the file cannot be noticed by it. `layout` is the one it was read by; `notes` say what was left aside.
    """

    external_id: str
    currency: str
    start_at: datetime
    end_at: datetime
    deposit_on: date | None
    total: Money
    rows: tuple[SettlementRow, ...]
    stated: bool = True
    layout: str = ""
    notes: tuple[str, ...] = ()

    @property
    def remainder(self) -> Money:
        """What the lines do not explain of the total: must be zero."""
        return self.total - Money.total((r.amount for r in self.rows), self.currency)


# Kinds of provider transactions. RETURN: a withdrawal that came back; PAY: money out to somebody else.
RECEIVE, FEE, WITHDRAW, CONVERT = "receive", "fee", "withdraw", "convert"
RETURN, PAY = "return", "pay"


@dataclass(frozen=True, slots=True)
class ProviderTransaction:
    """A line of a collection account's statement; amount signed as it moves the account's balance."""

    external_id: str
    kind: str  # RECEIVE, FEE, WITHDRAW, CONVERT, RETURN, PAY
    amount: Money
    at: datetime
    reference: str = ""  # the payer's reference: for a receipt, the channel's payout id
    group: str = ""  # ties a withdrawal to its fee and conversion
    counter: Money | None = None  # the other side of a conversion
    rate: Decimal | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """A line of a bank statement; amount signed, in the account's currency."""

    external_id: str
    on: date
    amount: Money
    reference: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class FxQuote:
    """Units of `quote` per one `base` on a day, from a named source."""

    base: str
    quote: str
    on: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with input: where, what, and what would be accepted.

    `reason` is a fixed English sentence that faces translate; what varies stands in value and accepted.
    """

    row: int | None
    field: str
    value: str
    reason: str
    accepted: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}, " if self.row is not None else ""
        tail = f" (accepted: {self.accepted})" if self.accepted else ""
        return f"{where}{self.field}: {self.reason}{tail}"


class Refused(ValueError):
    """Input refused as a whole, with every problem found; nothing of it was applied."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(p) for p in self.problems[:5]))


class OutsideError(Exception):
    """The outside world failed: unreachable, refusing, throttling. `retry_after` in seconds where told."""

    def __init__(
        self, message: str, *, code: str = "", retry_after: float | None = None, retriable: bool = True
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
        self.retriable = retriable


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one run of a step did: rows done, rows still waiting, problems that people must work through."""

    done: int = 0
    waiting: int = 0
    problems: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __add__(self, other: StepResult) -> StepResult:
        return StepResult(
            self.done + other.done,
            self.waiting + other.waiting,
            self.problems + other.problems,
            {**self.detail, **other.detail},
        )
