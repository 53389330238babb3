"""Deposits set off against invoices, debts struck off, and either taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason
from tradewind.apps.payables.models import Clearing, Payable
from tradewind.apps.payables.operations.amounts import Cleared, Shift, shift, together, write_clearings
from tradewind.apps.payables.queries.documents import order_worth
from tradewind.apps.payables.states import CLEARED, LAPSE, SET_OFF, WRITE_OFF
from tradewind.apps.sourcing.models import SupplierInvoice
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.engine.payable_kinds import DEPOSIT


def set_off_deposits(*, now: datetime, by: Actor) -> int:
    """Use paid deposits for invoices of the same purchase order, oldest first; how many clearings.

    What of a deposit was never paid lapses as far as invoices and deposit together would ask for more than
    the order is worth. A second run finds nothing left to do.
    """
    orders = _orders_with_deposits()
    if not orders:
        return 0
    rows = list(Payable.objects.filter(order_id__among=orders).order_by("on", "id"))
    cleared = [*_uses(rows), *_lapses(rows)]
    if not cleared:
        return 0
    with acting(by, "payables.change", kind="payable", now=now) as act:
        shift(together([m for c in cleared for m in _moves(c)]))
        write_clearings(cleared, on=now.date(), reason="", now=now, by=by)
        act.ids = sorted({c.payable_id for c in cleared})
        act.note(verb="set_off_deposits", clearings=len(cleared))
    return len(cleared)


def _orders_with_deposits() -> list[int]:
    """Orders with a deposit that can still be used or lapse, and an invoice."""
    deposits = Payable.objects.filter(kind=DEPOSIT, order__isnull=False, order__invoices__isnull=False)
    usable = deposits.filter(paid_minor__gt=F("used_minor")) | deposits.exclude(state=CLEARED)
    return sorted({pk for pk in usable.values_list("order_id", flat=True) if pk is not None})


def _uses(rows: Sequence[Payable]) -> list[Cleared]:
    """Pairs of invoice and deposit of one order, until one side is used up."""
    out = []
    unused = {p.pk: p.unused.minor for p in rows if p.kind == DEPOSIT}
    parted = set(
        Clearing.objects.filter(kind=SET_OFF, amount_minor__lt=0, deposit_id__among=list(unused))
        .values_list("payable_id", "deposit_id")
    )  # fmt: skip
    for invoice in rows:
        need = 0 if invoice.kind == DEPOSIT else invoice.free.minor
        for deposit in rows:
            if deposit.order_id != invoice.order_id or (invoice.pk, deposit.pk) in parted:
                continue
            part = min(need, unused.get(deposit.pk, 0))
            if part > 0:
                out.append(Cleared(invoice.pk, SET_OFF, part, deposit_id=deposit.pk))
                unused[deposit.pk] -= part
                need -= part
    return out


def _lapses(rows: Sequence[Payable]) -> list[Cleared]:
    open_by_order: dict[int, list[Payable]] = defaultdict(list)
    for one in rows:
        if one.kind == DEPOSIT and one.order_id is not None and one.free.minor:
            open_by_order[one.order_id].append(one)
    if not open_by_order:
        return []
    worth = order_worth(open_by_order)
    invoiced = dict(
        SupplierInvoice.objects.filter(order_id__among=list(open_by_order))
        .values_list("order_id")
        .annotate(minor=Sum("amount_minor"))
    )
    out = []
    for order_id, deposits in open_by_order.items():
        room = max(worth.get(order_id, 0) - int(invoiced.get(order_id, 0)), 0)
        for one in deposits:
            stays = min(one.free.minor, room)
            room -= stays
            if one.free.minor > stays:
                out.append(Cleared(one.pk, LAPSE, one.free.minor - stays))
    return out


def _moves(one: Cleared) -> list[tuple[int, Shift]]:
    moves = [(one.payable_id, Shift(settled=one.amount_minor))]
    if one.deposit_id is not None:
        moves.append((one.deposit_id, Shift(used=one.amount_minor)))
    return moves


def set_off(
    *, payable_id: int, deposit_id: int, amount: Money, reason: str, now: datetime, by: Actor
) -> None:
    """A person uses a paid deposit for another payable of the same company, creditor and currency."""
    with acting(by, "payables.change", kind="payable", ids=[payable_id, deposit_id], now=now) as act:
        why = needed_reason(reason)
        found = Findings()
        both = Payable.objects.in_bulk([payable_id, deposit_id])
        one, deposit = both.get(payable_id), both.get(deposit_id)
        if one is None or deposit is None or deposit.kind != DEPOSIT or one.kind == DEPOSIT:
            found.add("deposit", deposit_id, _("there is no such deposit"))
        elif (one.company_id, one.creditor, one.currency) != (
            deposit.company_id, deposit.creditor, deposit.currency,
        ):  # fmt: skip
            found.add("deposit", deposit.number, _("is of another company, creditor or currency"))
        else:
            _check(found, amount, min(one.free.minor, deposit.unused.minor), one.currency)
        found.settle()
        row = Cleared(payable_id, SET_OFF, amount.minor, deposit_id=deposit_id)
        shift(together(_moves(row)))
        write_clearings([row], on=now.date(), reason=why, now=now, by=by)
        act.note(verb="set_off", amount=str(amount), reason=why)


def _check(found: Findings, amount: Money, most: int, currency: str) -> None:
    if amount.currency != currency:
        found.add("amount", amount, _("another currency than expected"), currency)
    elif not 0 < amount.minor <= most:
        found.add("amount", amount, _("more than is left"), str(Money(most, currency)))


def write_off(*, amounts: Mapping[int, Money | None], reason: str, now: datetime, by: Actor) -> list[int]:
    """Strike off what need not be paid: payable -> amount, None for all that nobody has asked to pay.

    The books give it back to what it cost. Refused with every problem, a missing reason among them.
    """
    with acting(by, "payables.change", kind="payable", ids=amounts, now=now) as act:
        why = needed_reason(reason)
        found = Findings()
        rows = Payable.objects.in_bulk(list(amounts))
        cleared = []
        for pk, amount in amounts.items():
            one = rows.get(pk)
            if one is None:
                found.add("payable", pk, _("there is no such row"))
                continue
            part = one.free if amount is None else amount
            _check(found, part, one.free.minor, one.currency)
            cleared.append(Cleared(pk, WRITE_OFF, part.minor))
        found.settle()
        shift({c.payable_id: Shift(settled=c.amount_minor) for c in cleared})
        write_clearings(cleared, on=now.date(), reason=why, now=now, by=by)
        act.note(verb="write_off", payables=len(cleared), reason=why)
        return sorted(rows)


def take_back(*, payable_id: int, reason: str, now: datetime, by: Actor) -> int:
    """Undo set-offs and write-offs of a payable by their opposite; how many. Payments are reversed instead.

    What a person took back is not set off by itself again.
    """
    with acting(by, "payables.change", kind="payable", ids=[payable_id], now=now) as act:
        why = needed_reason(reason)
        sums = (
            Clearing.objects.filter(payable_id=payable_id, kind__in=(SET_OFF, WRITE_OFF))
            .values_list("kind", "deposit_id")
            .annotate(minor=Sum("amount_minor"))
            .order_by("kind", "deposit_id")
        )
        back = [
            Cleared(payable_id, kind, -int(minor), deposit_id=deposit)
            for kind, deposit, minor in sums
            if minor
        ]
        if not back:
            raise Refused(
                [Problem(None, "payable", str(payable_id), _("nothing was set off or written off"))]
            )
        shift(together([m for c in back for m in _moves(c)]))
        write_clearings(back, on=now.date(), reason=why, now=now, by=by)
        act.note(verb="take_back", clearings=len(back), reason=why)
        return len(back)
