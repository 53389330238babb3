"""What each event of the business does to the books: pure functions, balanced in every currency.

Money that changes its currency passes through the trading account 1900: what it holds in one
currency stands against what it holds in the other, and at the reference rate comes to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tradewind.apps.ledger.booking import Booking
from tradewind.engine import chart
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import KINDS

# What a settlement pays of an order is what the sale made the channel owe.
OWED = frozenset({"principal", "shipping", "gift_wrap", "promotion", "tax"})
# Where each kind is booked unless a rule says otherwise.
USUAL: Mapping[str, str] = {kind.code: kind.account for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class KindSum:
    """What a settlement says of an order (None: of no order known here) under one kind.

    `unsold`: an order that somebody else shipped, so that no sale of it is or will be booked.
    """

    kind: str
    order_id: int | None
    amount: Money
    unsold: bool = False


def transfer(debit: str, left: Money, credit: str, right: Money) -> tuple[PostingPlan, ...]:
    """Debit one account, credit another; through 1900 where the currencies differ.

    In one currency the amounts must be equal but for what came in another price: the difference goes
    to 6403. Example: transfer("1405", Money(700, "CNY"), "2202", Money(100, "USD")) has four postings.
    """
    lines = [PostingPlan(debit, left), PostingPlan(credit, -right)]
    if left.currency != right.currency:
        lines += [PostingPlan(chart.FX_TRADING, -left), PostingPlan(chart.FX_TRADING, right)]
    elif left != right:
        lines.append(PostingPlan(chart.PRICE_DIFFERENCE, right - left))
    return tuple(line for line in lines if line.amount)


def receipt(receipt_id: int, number: str, on: date, goods: Money, owed: Money) -> Booking:
    """Goods in at their cost in base currency, owed to the supplier in the currency of the order."""
    lines = transfer(chart.STOCK, goods, chart.PAYABLE_GOODS, owed)
    return Booking("receipt", receipt_id, EntryPlan("receipt", on, number, lines))


def supplier_invoice(invoice_id: int, number: str, on: date, vat: Money, difference: Money) -> Booking | None:
    """Input VAT of an invoice, and what it asks beyond what the goods received were booked at.

    None when the invoice asks what was booked and has no VAT.
    """
    lines = (
        PostingPlan(chart.TAX, vat),
        PostingPlan(chart.PRICE_DIFFERENCE, difference),
        PostingPlan(chart.PAYABLE_GOODS, -(vat + difference)),
    )
    kept = tuple(line for line in lines if line.amount)
    if not kept:
        return None
    return Booking("supplier_invoice", invoice_id, EntryPlan("supplier_invoice", on, number, kept))


def leg_departure(leg_id: int, number: str, on: date, cost: Money) -> Booking:
    """Stock that leaves for another warehouse of ours is in transit."""
    lines = transfer(chart.IN_TRANSIT, cost, chart.STOCK, cost)
    return Booking("first_leg", leg_id, EntryPlan("leg_departure", on, number, lines))


def leg_arrival(leg_id: int, number: str, on: date, cost: Money) -> Booking:
    """Stock in transit has arrived."""
    lines = transfer(chart.STOCK, cost, chart.IN_TRANSIT, cost)
    return Booking("first_leg", leg_id, EntryPlan("leg_arrival", on, number, lines))


def late_costs(memo: str, on: date, lines: Iterable[tuple[str, Money, int, int]]) -> EntryPlan:
    """What orders cost otherwise than booked: (account, amount, store, order); below zero takes back."""
    postings: list[PostingPlan] = []
    for account, amount, store_id, order_id in lines:
        postings.append(PostingPlan(account, amount, store_id, order_id))
        postings.append(PostingPlan(chart.STOCK, -amount, store_id, order_id))
    return EntryPlan("late_cost", on, memo, tuple(postings))


def restated(event: str, number: str, on: date, account: str, more: Money) -> EntryPlan:
    """A document whose goods cost more than booked (below zero: less): from stock to its account."""
    return EntryPlan(event, on, number, transfer(account, more, chart.STOCK, more))


def stock_count(source: str, source_id: int, number: str, on: date, gain: Money) -> Booking:
    """A count found goods worth `gain`, or lost them where it is below zero."""
    lines = transfer(chart.STOCK, gain, chart.STOCK_DIFFERENCE, gain)
    return Booking(source, source_id, EntryPlan("stock_count", on, number, lines))


def landed_charge(charge_id: int, number: str, on: date, base: Money, owed: Money) -> Booking:
    """A bill of goods: to stock in base currency, owed to the creditor in his; below zero it comes back."""
    lines = [PostingPlan(chart.STOCK, base), PostingPlan(chart.PAYABLE_FREIGHT, -owed)]
    if base.currency != owed.currency:
        lines += [PostingPlan(chart.FX_TRADING, -base), PostingPlan(chart.FX_TRADING, owed)]
    kept = tuple(line for line in lines if line.amount)
    return Booking("landed_charge", charge_id, EntryPlan("landed_charge", on, number, kept))


def settlement(
    settlement_id: int,
    external_id: str,
    on: date,
    store_id: int,
    total: Money,
    sums: Iterable[KindSum],
    accounts: Mapping[str, str] = USUAL,
) -> Booking | None:
    """A settlement whose lines sum to its total: what was owed is settled, fees are cost, the rest is due.

    Lines of an order known here take goods, shipping, promotion and tax off the receivable its sale
    opened; of an order not known here, or shipped by others, they are income by themselves. The total
    waits on 1901 for the payout. `accounts` says where each kind is booked. None when nothing moves.
    """
    posted: dict[tuple[str, int | None], int] = {}
    for part in sums:
        key = (_account(part, accounts), part.order_id)
        posted[key] = posted.get(key, 0) - part.amount.minor
    posted[chart.SETTLEMENT, None] = posted.get((chart.SETTLEMENT, None), 0) + total.minor
    lines = tuple(
        PostingPlan(account, Money(minor, total.currency), store_id, order_id)
        for (account, order_id), minor in posted.items()
        if minor
    )
    if not lines:
        return None
    return Booking("settlement", settlement_id, EntryPlan("settlement", on, external_id, lines))


def _account(part: KindSum, accounts: Mapping[str, str]) -> str:
    if part.order_id is not None and part.kind in OWED and not part.unsold:
        return chart.RECEIVABLE
    return accounts[part.kind]


def payout(payout_id: int, reference: str, on: date, store_id: int, amount: Money) -> Booking:
    """A payout has arrived on the collection account."""
    lines = (
        PostingPlan(chart.COLLECTION, amount),
        PostingPlan(chart.SETTLEMENT, -amount, store_id),
    )
    return Booking("payout", payout_id, EntryPlan("payout", on, reference, lines))


def collection_fee(line_id: int, memo: str, on: date, fee: Money) -> Booking:
    """A fee of the collection provider outside any withdrawal; `fee` above zero is a cost."""
    lines = transfer(chart.COLLECTION_FEES, fee, chart.COLLECTION, fee)
    return Booking("collection_line", line_id, EntryPlan("collection_fee", on, memo, lines))


def withdrawal(
    conversion_id: int, group: str, on: date, sold: Money, fee: Money, source: str = chart.COLLECTION
) -> Booking:
    """Money leaves an account (`sold`, fee included) and is under way to the bank (1013)."""
    lines = (
        PostingPlan(chart.COLLECTION_FEES, fee),
        PostingPlan(chart.UNDER_WAY, sold - fee),
        PostingPlan(source, -sold),
    )
    kept = tuple(line for line in lines if line.amount)
    return Booking("conversion", conversion_id, EntryPlan("withdrawal", on, group, kept))


def arrival(
    conversion_id: int, group: str, on: date, came: Money, arrived: Money, loss: Money, short: Money,
    target: str = chart.BANK,
) -> Booking:  # fmt: skip
    """Money has reached the bank (结汇): `came` is no longer under way, `arrived` is on the `target` account.

    A loss against the reference rate is above zero, a currency difference; `short` is what banks kept
    on the way and somebody accepted. Where both currencies are one, nothing passes through 1900.
    """
    lines = [
        PostingPlan(target, arrived),
        PostingPlan(chart.COLLECTION_FEES, short),
        PostingPlan(chart.FX_DIFFERENCE, loss),
        PostingPlan(chart.UNDER_WAY, -came),
    ]
    home = arrived + short + loss
    if home.currency != came.currency:
        lines += [PostingPlan(chart.FX_TRADING, -home), PostingPlan(chart.FX_TRADING, came)]
    elif home != came:
        lines.append(PostingPlan(chart.COLLECTION_FEES, came - home))
    kept = tuple(line for line in lines if line.amount)
    return Booking("conversion", conversion_id, EntryPlan("conversion", on, group, kept))


def withdrawal_returned(conversion_id: int, group: str, on: date, came: Money, back: Money) -> Booking:
    """A withdrawal has come back: `came` is no longer under way, what lacks of it is the banks' fee."""
    lines = (
        PostingPlan(chart.COLLECTION, back),
        PostingPlan(chart.COLLECTION_FEES, came - back),
        PostingPlan(chart.UNDER_WAY, -came),
    )
    kept = tuple(line for line in lines if line.amount)
    return Booking("conversion", conversion_id, EntryPlan("withdrawal_returned", on, group, kept))
