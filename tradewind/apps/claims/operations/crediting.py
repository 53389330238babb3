"""Credit notes as files: each row finds the lines of the bill it gives back for."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine
from tradewind.apps.claims.operations.claiming import credit_lines
from tradewind.apps.claims.operations.layouts import format_of
from tradewind.apps.claims.queries.lists import bills
from tradewind.apps.org.operations import acting, store_file
from tradewind.engine.access import Actor
from tradewind.engine.bill_file import FileLine, read_bill
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def import_credit_note(
    *, bill_id: int, name: str, data: bytes, number: str, on: date, now: datetime, by: Actor
) -> int:
    """Take over a credit note in the layout of its bill; how many lines got something back.

    Amounts may be written above or below zero, but all alike. A row names its parcel by tracking number or
    reference; of several lines of one parcel the disputed ones come first. Refused with every problem: a
    parcel the bill does not name, more than its lines ask, the same note again.
    """
    by.require("claims.change")
    bill = bills(by).filter(pk=bill_id).first()
    if bill is None:
        raise Refused([Problem(None, "bill", str(bill_id), _("there is no such row"))])
    read = read_bill(name, data, format_of(bill.layout), bill.currency)
    rows = _signed(read.lines)
    credits = _credits(bill, rows)
    with acting(by, "claims.change", kind="bill", ids=[bill.pk], now=now) as act:
        file, _new = store_file(name=name, content=data, now=now, by=by)
        done = credit_lines(bill_id=bill.pk, number=number, on=on, credits=credits, now=now, by=by)
        act.note(verb="import_credit_note", number=number, file=file.sha256)
    return done


def _signed(lines: tuple[FileLine, ...]) -> list[tuple[FileLine, int]]:
    """Rows with what each gives back, above zero."""
    amounts = [line.amount for line in lines]
    if min(amounts) < 0 < max(amounts):
        odd = next(line for line in lines if line.amount < 0)
        raise Refused(
            [Problem(odd.no, "amount", str(odd.amount), _("some amounts are below zero and some above"))]
        )
    return [(line, abs(line.amount)) for line in lines]


def _credits(bill: Bill, rows: list[tuple[FileLine, int]]) -> list[tuple[int, int]]:
    """(line id, minor units), the disputed lines of a parcel first."""
    by_name: dict[str, list[BillLine]] = {}
    for line in BillLine.objects.filter(bill=bill).order_by("-disputed_minor", "line_no"):
        for name in {line.tracking_no, line.reference} - {""}:
            by_name.setdefault(name, []).append(line)
    room = {line.pk: line.amount_minor - line.credited_minor for some in by_name.values() for line in some}
    found: dict[int, int] = {}
    problems = []
    for row, minor in rows:
        name = str(row.values.get("tracking_no") or row.values.get("reference") or "")
        mine = by_name.get(name, [])
        if not mine:
            problems.append(Problem(row.no, "tracking_no", name, _("the bill does not name this parcel")))
        elif _spread(minor, mine, room, found):
            said = str(Money(minor, bill.currency))
            problems.append(Problem(row.no, "amount", said, _("more than the line asks")))
    if problems:
        raise Refused(problems)
    return sorted(found.items())


def _spread(minor: int, lines: list[BillLine], room: dict[int, int], found: dict[int, int]) -> int:
    """Lay an amount on lines one after the other; what finds no room is returned."""
    for line in lines:
        part = min(minor, max(room[line.pk], 0))
        if part:
            found[line.pk] = found.get(line.pk, 0) + part
            room[line.pk], minor = room[line.pk] - part, minor - part
    return minor
