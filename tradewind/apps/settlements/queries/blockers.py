"""What of the settlements stands in the way of closing a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from tradewind.apps.settlements.models import MatchProposal, SettlementFile, SettlementLine
from tradewind.apps.settlements.queries import best_of
from tradewind.apps.settlements.states import HELD
from tradewind.engine.money import Money

HELD_SETTLEMENTS, UNKNOWN_KINDS, REMAINDERS, OVERLAPS, PROPOSALS = (
    "held_settlements", "unknown_kinds", "remainders", "overlaps", "open_proposals",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blocker:
    """A kind of thing nobody has explained, how many of it, what hangs on it, and its list.

    `count` rows, `amount` what they come to in one currency (a code has one row a currency); `where` is
    the list's address below the desk, e.g. "settlements/?state=held".
    """

    code: str
    count: int
    amount: Money
    where: str


def blocking(company_id: int, until: date) -> list[Blocker]:
    """What keeps a company from closing up to and with a day, most serious first; empty: nothing.

    Held settlements are all that are not explained; the other codes say why: lines of unknown kinds,
    remainders, lines that stand in two files, lines whose order a person is to choose. A settlement
    belongs to the month its period ends in.
    """
    end = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1)
    files = SettlementFile.objects.filter(store__company_id=company_id, end_at__lt=end)
    held = files.filter(state=HELD)
    lines = SettlementLine.objects.filter(settlement__in=held, kind="")
    double = held.filter(overlap_count__gt=0, overlap_why="")
    first = best_of(MatchProposal.objects.filter(settlement__in=files))
    return [
        *_found(HELD_SETTLEMENTS, held, "currency", "total_minor", "settlements/?state=held"),
        *_found(UNKNOWN_KINDS, lines, "settlement__currency", "amount_minor", "unknown_kinds/"),
        *_remainders(held),
        *_found(OVERLAPS, double, "currency", "overlap_minor", "settlements/?state=held"),
        *_found(PROPOSALS, first, "settlement__currency", "amount_minor", "match_proposals/?state=open"),
    ]


def _found(code: str, rows: QuerySet[Any], currency: str, minor: str, where: str) -> list[Blocker]:
    sums = rows.order_by().values_list(currency).annotate(n=Count("pk"), minor=Sum(minor)).order_by(currency)
    return [Blocker(code, n, Money(int(total), money), where) for money, n, total in sums]


def _remainders(held: QuerySet[SettlementFile]) -> list[Blocker]:
    short = held.exclude(total_minor=F("lines_minor")).order_by()
    sums = short.values_list("currency").annotate(
        n=Count("pk"), minor=Sum(F("total_minor") - F("lines_minor"))
    )
    return [
        Blocker(REMAINDERS, n, Money(int(total), money), "settlements/?state=held")
        for money, n, total in sums.order_by("currency")
    ]
