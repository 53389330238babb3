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
    label: str
    owed: str
    cost: str = ""
    by_hand: bool = True


_ROWS = (
    PayableKind(GOODS, "Goods", chart.PAYABLE_GOODS, by_hand=False),
    PayableKind(DEPOSIT, "Deposit", chart.PREPAYMENTS),
    PayableKind(FREIGHT, "First leg and duty", chart.PAYABLE_FREIGHT, by_hand=False),
    PayableKind(BILL, "Bill of a carrier or warehouse", chart.PAYABLE_FREIGHT, by_hand=False),
    PayableKind(ADS, "Ads", chart.OTHER_PAYABLE, chart.ADVERTISING),
    PayableKind(TAX, "Tax", chart.TAX),
    PayableKind(PAYROLL, "Payroll", chart.PAYROLL_PAYABLE, chart.OVERHEAD),
    PayableKind(RENT, "Rent", chart.OTHER_PAYABLE, chart.OVERHEAD),
    PayableKind(OTHER, "Something else", chart.OTHER_PAYABLE, chart.OVERHEAD),
)
PAYABLE_KINDS: dict[str, PayableKind] = {kind.code: kind for kind in _ROWS}
BY_HAND: tuple[str, ...] = tuple(kind.code for kind in _ROWS if kind.by_hand)
