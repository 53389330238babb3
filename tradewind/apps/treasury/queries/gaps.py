"""Where statements do not follow from each other: a balance that does not come out, located."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import accumulate, pairwise

from django.db.models import Sum

from tradewind.apps.treasury.models import BankLine, CollectionLine, Statement
from tradewind.apps.treasury.queries.accounts import statements
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class StatementGap:
    """Lines that are missing (or too many): between two statements, or inside one.

    `missing` is what the lines lack: above zero money in is missing, below zero money out. `row` is the
    row of the file before which they lack, where the file itself shows it.
    """

    statement: Statement
    before: Statement | None  # the statement it does not follow from; None: inside
    since: datetime
    until: datetime
    missing: Money
    row: int | None = None


@dataclass(slots=True)
class _Sums:
    """Lines of an account as running sums by moment."""

    times: list[datetime]
    sums: list[int]

    def between(self, first: datetime, last: datetime, *, with_last: bool) -> int:
        low = bisect_left(self.times, first)
        high = (bisect_right if with_last else bisect_left)(self.times, last)
        return self.sums[high] - self.sums[low] if high > low else 0


def statement_gaps(actor: Actor) -> list[StatementGap]:
    """Every gap that the lines in the house do not fill by now, oldest first.

    A missing statement, or a row taken out of a file, is one gap with its amount; when the missing file
    comes in, the gap is gone.
    """
    stated = statements(actor).filter(opening_minor__isnull=False, closing_minor__isnull=False)
    by_account: dict[tuple[str, int], list[Statement]] = defaultdict(list)
    for one in stated.order_by("since", "until", "id"):
        key = ("collection", one.collection_id) if one.collection_id else ("bank", one.bank_id or 0)
        by_account[key].append(one)
    sums = _sums(by_account)
    found: list[StatementGap] = []
    for key, some in by_account.items():
        found += [gap for one in some if (gap := _inside(one, sums[key])) is not None]
        found += [gap for a, b in pairwise(some) if (gap := _between(a, b, sums[key])) is not None]
    return sorted(found, key=lambda gap: (gap.since, gap.statement.pk))


def _sums(by_account: dict[tuple[str, int], list[Statement]]) -> dict[tuple[str, int], _Sums]:
    days: dict[tuple[str, int], dict[datetime, int]] = {key: {} for key in by_account}
    ids = {side: [pk for kind, pk in by_account if kind == side] for side in ("collection", "bank")}
    lines = CollectionLine.objects.filter(account_id__among=ids["collection"]).order_by("at")
    for pk, at, minor in lines.values_list("account_id", "at").annotate(minor=Sum("amount_minor")):
        days["collection", pk][at] = int(minor)
    rows = BankLine.objects.filter(account_id__among=ids["bank"]).order_by("on")
    for pk, on, minor in rows.values_list("account_id", "on").annotate(minor=Sum("amount_minor")):
        days["bank", pk][datetime.combine(on, time(), UTC)] = int(minor)
    return {key: _Sums(sorted(d), [0, *accumulate(d[at] for at in sorted(d))]) for key, d in days.items()}


def _inside(one: Statement, sums: _Sums) -> StatementGap | None:
    """What the account's lines of a statement's days lack of the way from its opening to its closing."""
    assert one.opening is not None
    assert one.closing is not None
    moved = Money(sums.between(one.since, one.until, with_last=True), one.account.currency)
    missing = one.closing - one.opening - moved
    if not missing:
        return None
    row = one.gaps[0]["row"] if one.gaps else None
    return StatementGap(one, None, one.since, one.until, missing, row)


def _between(a: Statement, b: Statement, sums: _Sums) -> StatementGap | None:
    """Whether a statement begins where the one before leads, by the lines between their beginnings."""
    assert a.opening is not None
    assert b.opening is not None
    if b.since <= a.since:
        return None  # two files of the same days
    moved = Money(sums.between(a.since, b.since, with_last=False), a.account.currency)
    missing = b.opening - a.opening - moved
    inside = _inside(a, sums)
    if inside is not None and b.since > a.until:
        missing = missing - inside.missing  # named there already
    return StatementGap(b, a, min(a.until, b.since), b.since, missing) if missing else None
