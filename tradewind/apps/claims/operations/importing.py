"""Taking over bills: a file as it came, or a few figures typed in; nothing is judged yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLayout, BillLine, Finding
from tradewind.apps.claims.operations.layouts import format_of
from tradewind.apps.claims.queries.windows import claim_window
from tradewind.apps.claims.states import AUDITED, DRAFT, KINDS, TAKEN
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.stores.queries import stores_of
from tradewind.db.bulk import insert_rows
from tradewind.engine.access import Actor
from tradewind.engine.bill_file import FileLine, read_bill
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

NEW, UNCHANGED, REPLACED = "new", "unchanged", "replaced"
LINE = [
    "bill_id", "line_no", "description", "charges", "amount_minor", "tracking_no", "reference", "service",
    "shipped_on", "country", "zone", "billed_g", "scale_g", "sides_mm", "expected_source", "unjudged",
    "accepted_minor", "disputed_minor", "credited_minor", "state",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class BillHead:
    """Whose bill it is and what stands at its top.

    `store_id` is needed for bills that a channel may take out of a settlement of the store.
    """

    company_id: int
    creditor: str
    number: str
    kind: str
    on: date
    due_on: date | None = None
    store_id: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A bill taken over: `how` is new, unchanged or replaced; `unread` headers nobody asked for."""

    bill: Bill
    how: str
    unread: tuple[str, ...] = ()


def import_bill(
    head: BillHead,
    *,
    name: str,
    data: bytes,
    now: datetime,
    by: Actor,
    layout_id: int | None = None,
    replace: bool = False,
) -> Imported:
    """Take over a bill's file; the file is kept as it came. The same file again changes nothing.

    Refused with every problem of the file, when the file was taken over as another bill, or when the bill is
    there with other content (then `replace`, while it is not accepted).
    """
    by.require("claims.change")
    layout = BillLayout.objects.filter(pk=layout_id).first() if layout_id else None
    head = _checked(head, by)
    read = read_bill(name, data, format_of(layout), head.currency or (layout.currency if layout else ""))
    with acting(by, "claims.change", kind="bill", now=now) as act:
        file, _new = store_file(name=name, content=data, now=now, by=by)
        old = _there(head)
        if old is not None and old.file_id == file.pk:
            act.nothing()
            return Imported(old, UNCHANGED, read.unread)
        _refuse_twice(head, old, file.pk, replace)
        values = _values(head, read.currency, read.lines, layout, now)
        values |= {"file": file, "stated_minor": read.stated}
        bill = _write(old, values, [_row(line) for line in read.lines])
        act.ids.append(bill.pk)
        act.note(verb="import_bill", number=bill.number, lines=bill.line_count, file=file.sha256)
    return Imported(bill, REPLACED if old else NEW, read.unread)


def record_bill(head: BillHead, *, amount: Money, description: str = "", now: datetime, by: Actor) -> Bill:
    """A bill of one line as somebody types it: an invoice for advertising, a subscription.

    Refused when it is there already or asks nothing.
    """
    by.require("claims.change")
    head = _checked(head, by)
    found = Findings()
    words = found.text("description", description, 160, needed=False)
    if amount.minor <= 0:
        found.add("amount", amount, _("must be above zero"))
    found.settle()
    line = FileLine(1, {"total": amount.minor}, {"description": words})
    with acting(by, "claims.change", kind="bill", now=now) as act:
        _refuse_twice(head, _there(head), None, replace=False)
        bill = _write(None, _values(head, amount.currency, [line], None, now), [_row(line)])
        act.ids.append(bill.pk)
        act.note(verb="record_bill", number=bill.number, amount=str(amount))
    return bill


def _checked(head: BillHead, by: Actor) -> BillHead:
    found = Findings()
    if not Company.objects.filter(pk=head.company_id).exists():
        found.add("company", head.company_id, _("there is no such row"))
    found.one_of("kind", head.kind, KINDS)
    found.days("due_on", head.on, head.due_on)
    store = stores_of(by).filter(pk=head.store_id).first() if head.store_id else None
    if head.store_id and (store is None or store.company_id != head.company_id):
        found.add("store", head.store_id, _("there is no such store"))
    if head.kind in TAKEN and not head.store_id:
        found.add("store", "", _("this is needed"), _("the store the channel would take it from"))
    made = BillHead(
        head.company_id, found.text("creditor", head.creditor, 120), found.text("number", head.number, 60),
        head.kind, head.on, head.due_on, head.store_id,
        found.currency("currency", head.currency) if head.currency else "",
    )  # fmt: skip
    found.settle()
    return made


def _there(head: BillHead) -> Bill | None:
    return (
        Bill.objects.select_for_update(of=("self",))
        .filter(company_id=head.company_id, creditor=head.creditor, number=head.number)
        .first()
    )


def _refuse_twice(head: BillHead, old: Bill | None, file_id: int | None, replace: bool) -> None:
    problems = []
    if old is not None and old.state not in (DRAFT, AUDITED):
        problems.append(Problem(None, "number", head.number, _("it is accepted already"), _("a credit note")))
    elif old is not None and not replace:
        problems.append(
            Problem(
                None, "number", head.number, _("it is there already with other content"),
                _("the same file, or the choice to replace it"),
            )
        )  # fmt: skip
    if old is not None and Finding.objects.filter(bill_line__bill=old).exclude(claim=None).exists():
        problems.append(Problem(None, "number", head.number, _("some of it is claimed already")))
    same = Bill.objects.filter(file_id=file_id) if file_id else Bill.objects.none()
    for other in same.exclude(pk=old.pk if old else 0):
        problems.append(
            Problem(None, "file", str(other.number), _("this file was taken over as another bill"))
        )
    if problems:
        raise Refused(problems)


def _values(
    head: BillHead, currency: str, lines: Sequence[FileLine], layout: BillLayout | None, now: datetime
) -> dict[str, Any]:
    agreed = layout.dispute_days if layout else None
    last, source = claim_window(head.creditor, "", "bill", head.on)
    if agreed is not None:
        last, source = head.on + timedelta(days=agreed), f"bill_layout:{layout.code if layout else ''}"
    return {
        "company_id": head.company_id, "store_id": head.store_id, "kind": head.kind,
        "creditor": head.creditor, "number": head.number, "currency": currency, "on": head.on,
        "due_on": head.due_on, "lines_minor": sum(line.amount for line in lines), "line_count": len(lines),
        "stated_minor": None, "layout": layout, "dispute_by": last, "dispute_source": source,
        "imported_at": now, "state": DRAFT, "disputed_minor": 0,
    }  # fmt: skip


def _write(old: Bill | None, values: dict[str, Any], rows: list[tuple[Any, ...]]) -> Bill:
    if old is None:
        bill = Bill.objects.create(**values)
    else:
        bill = old
        Finding.objects.filter(bill_line__bill=bill).delete()
        BillLine.objects.filter(bill=bill).delete()
        for name, value in values.items():
            setattr(bill, name, value)
        bill.save()
    insert_rows(BillLine, LINE, [(bill.pk, *row) for row in rows])
    return bill


def _row(line: FileLine) -> tuple[Any, ...]:
    v = line.values
    shipped = v.get("shipped_on")
    return (
        line.no, v.get("description", ""), json.dumps(dict(line.charges), ensure_ascii=False), line.amount,
        v.get("tracking_no", ""), v.get("reference", ""), v.get("service", ""),
        shipped.isoformat() if shipped else None, v.get("country", ""), v.get("zone", ""), v.get("billed_g"),
        v.get("scale_g"), json.dumps(list(v.get("sides_mm", ()))), "", "[]", 0, 0, 0, "new",
    )  # fmt: skip
