"""What a company may owe, where the books hold it, and what it costs where nobody booked it before."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.engine import chart

GOODS, DEPOSIT, FREIGHT, BILL = "goods", "deposit", "freight", "bill"
ADS, TAX, PAYROLL, RENT, OTHER = "ads", "tax", "payroll", "rent", "other"


@dataclass(frozen=True, slots=True)
class PayableKind:
    """A kind of payable. `owed`: the account it is paid off; `cost`: what entering it by hand charges.

    An empty cost: the document behind it is booked by itself (an invoice, a bill), or nothing is owed
    before it is paid (a deposit), or the books hold it already (tax).
    """

    code: str
    owed: str
    cost: str = ""
    by_hand: bool = True


_ROWS = (
    PayableKind(GOODS, chart.PAYABLE_GOODS, by_hand=False),
    PayableKind(DEPOSIT, chart.PREPAYMENTS),
    PayableKind(FREIGHT, chart.PAYABLE_FREIGHT, by_hand=False),
    PayableKind(BILL, chart.PAYABLE_FREIGHT, by_hand=False),
    PayableKind(ADS, chart.OTHER_PAYABLE, chart.ADVERTISING),
    PayableKind(TAX, chart.TAX),
    PayableKind(PAYROLL, chart.PAYROLL_PAYABLE, chart.OVERHEAD),
    PayableKind(RENT, chart.OTHER_PAYABLE, chart.OVERHEAD),
    PayableKind(OTHER, chart.OTHER_PAYABLE, chart.OVERHEAD),
)
PAYABLE_KINDS: dict[str, PayableKind] = {kind.code: kind for kind in _ROWS}
BY_HAND: tuple[str, ...] = tuple(kind.code for kind in _ROWS if kind.by_hand)
