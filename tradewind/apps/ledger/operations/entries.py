"""Booking entries, many at once: insert unposted, give postings, post. The database judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Entry, Posting
from tradewind.apps.ledger.operations.chart import account_ids
from tradewind.apps.org.operations import acting
from tradewind.db.bulk import insert_rows, take_ids, update_rows
from tradewind.db.numbers import take_numbers
from tradewind.db.sql import among, fetch, id_set, run
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan, reverse
from tradewind.engine.money import Money

ENTRY = ["id", "company_id", "number", "on", "event", "source", "source_id", "memo"]
POSTING = ["entry_id", "account_id", "amount_minor", "currency", "store_id", "order_id"]


def post_entries(*, company_id: int, entries: Sequence[Booking], now: datetime, by: Actor) -> list[int]:
    """Book entries of a company; returns the ids of those that were new.

    What is booked already (same event, source and source_id) is passed over, so a repeat changes
    nothing. Refused with every problem when an entry names an account that is not there or is dated
    in a closed month; an EntryPlan that does not balance cannot be born.
    """
    if not entries:
        return []
    accounts = account_ids()
    with acting(by, "ledger.change", kind="entry", now=now) as act:
        fresh = _unbooked(entries)
        _check(company_id, fresh, accounts)
        ids = insert_and_post(company_id, fresh, accounts)
        act.ids.extend(ids)
        act.note(verb="post_entries", booked=len(ids), repeated=len(entries) - len(ids))
        if not ids:
            act.nothing()
    return ids


def insert_and_post(company_id: int, fresh: Sequence[Booking], accounts: dict[str, int]) -> list[int]:
    """Write checked entries inside the running transaction; numbers without gaps."""
    ids = list(take_ids(Entry, len(fresh)))
    numbers = take_numbers(f"journal:{company_id}", len(fresh))
    heads = [
        (pk, company_id, number, b.plan.on.isoformat(), b.plan.event, *b.key[1:], b.plan.memo[:200])
        for pk, number, b in zip(ids, numbers, fresh, strict=True)
    ]
    insert_rows(Entry, ENTRY, heads)
    insert_rows(Posting, POSTING, _postings(ids, fresh, accounts))
    days = ((pk, getattr(b.plan.on, "of", None)) for pk, b in zip(ids, fresh, strict=True))
    remember_days([(pk, day.isoformat()) for pk, day in days if day is not None])
    mark_posted(ids)
    return ids


def remember_days(late: Sequence[tuple[int, str]]) -> None:
    """Keep of unposted entries which day they are of, where its month was closed; (entry, ISO day)."""
    update_rows(Entry, ["of_day"], late)


def _postings(
    ids: Sequence[int], fresh: Sequence[Booking], accounts: dict[str, int]
) -> Iterable[tuple[int, int, int, str, int | None, int | None]]:
    for pk, booking in zip(ids, fresh, strict=True):
        for line in booking.plan.lines:
            amount = line.amount
            yield (
                pk, accounts[line.account], amount.minor, amount.currency, line.store_id, line.order_id
            )  # fmt: skip


def mark_posted(ids: Sequence[int]) -> None:
    """Post entries by one UPDATE; ids come from take_ids, so they are given as a range where they are one."""
    if not ids:
        return
    if ids[-1] - ids[0] + 1 == len(ids):
        inside, keys = "id BETWEEN %s AND %s", [ids[0], ids[-1]]
    else:  # another session took ids in between
        inside, keys = among("id"), [id_set(ids)]
    run(f"UPDATE ledger_entry SET posted = TRUE WHERE {inside}", keys)


def _unbooked(entries: Sequence[Booking]) -> list[Booking]:
    """The entries that are not booked yet, each once."""
    by_key = {e.key: e for e in entries}
    taken: set[tuple[str, str, int]] = set()
    for event, source in {key[:2] for key in by_key}:
        ids = [key[2] for key in by_key if key[:2] == (event, source)]
        found = Entry.objects.filter(event=event, source=source, source_id__among=ids)
        taken |= {(event, source, pk) for pk in found.values_list("source_id", flat=True)}
    return [e for key, e in by_key.items() if key not in taken]


def _check(company_id: int, entries: Sequence[Booking], accounts: dict[str, int]) -> None:
    closed = closed_months(company_id)
    problems: list[Problem] = []
    for row, booking in enumerate(entries, start=1):
        for field, value, reason, accepted in _faults(booking, accounts, closed):
            problems.append(Problem(row, field, value, reason, accepted))
    if problems:
        raise Refused(problems)


def _faults(
    booking: Booking, accounts: dict[str, int], closed: set[date]
) -> Iterable[tuple[str, str, str, str]]:
    plan = booking.plan
    for code in sorted({line.account for line in plan.lines} - accounts.keys()):
        yield "account", code, _("there is no such account"), ", ".join(sorted(accounts))
    if plan.on.replace(day=1) in closed:
        yield "on", plan.on.isoformat(), _("the month is closed"), _("a day of an open month")


def closed_months(company_id: int) -> set[date]:
    """First days of the months that are closed."""
    rows = fetch("SELECT month FROM ledger_period WHERE company_id = %s AND state = 'closed'", [company_id])
    return {row[0] for row in rows}


def reverse_entries(*, ids: Sequence[int], on: date, reason: str, now: datetime, by: Actor) -> list[int]:
    """Book the opposite of posted entries on a day; a second reversal of the same entry changes nothing.

    Refused when an entry is not there, not posted, or the reason is empty.
    """
    wanted = sorted(set(ids))
    if not reason.strip():
        raise Refused([Problem(None, "reason", "", _("this is needed"))])
    with acting(by, "ledger.change", kind="entry", ids=wanted, now=now) as act:
        entries = list(Entry.objects.filter(id__among=wanted, posted=True).order_by("id"))
        if len(entries) != len(wanted):
            lost = sorted(set(wanted) - {e.id for e in entries})
            raise Refused([Problem(None, "ids", str(pk), _("there is no such posted entry")) for pk in lost])
        plans = _plans(entries)
        act.note(verb="reverse_entries", reason=reason, entries=wanted)
        made: list[int] = []
        for company_id in sorted({e.company_id for e in entries}):
            back = [
                Booking("entry", e.id, reverse(plans[e.id], event="reversal", on=on, memo=reason[:200]))
                for e in entries
                if e.company_id == company_id
            ]
            made += post_entries(company_id=company_id, entries=back, now=now, by=by)
    return made


def _plans(entries: Sequence[Entry]) -> dict[int, EntryPlan]:
    """The plans that booked entries came from."""
    lines: dict[int, list[PostingPlan]] = {e.id: [] for e in entries}
    rows = Posting.objects.filter(entry_id__among=list(lines)).order_by("id")
    for entry_id, code, minor, currency, store_id, order_id in rows.values_list(
        "entry_id", "account__code", "amount_minor", "currency", "store_id", "order_id"
    ):
        lines[entry_id].append(PostingPlan(code, Money(minor, currency), store_id, order_id))
    return {e.id: EntryPlan(e.event, e.on, e.memo, tuple(lines[e.id])) for e in entries}


def lock_books(company_id: int) -> None:
    """Let nobody else book for a company until this transaction ends (SQLite has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7304002, %s::int)", [company_id])
