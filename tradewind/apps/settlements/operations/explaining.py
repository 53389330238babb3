"""Counting what a settlement leaves unsaid, and letting it go on when that is nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Q

from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.settlements.queries import ALONE
from tradewind.apps.settlements.states import EXPLAINED, HELD, SETTLEMENT
from tradewind.db.bulk import update_rows
from tradewind.db.states import move


def explain(ids: Iterable[int]) -> tuple[int, int]:
    """Recount unknown and unmatched lines and move states accordingly; (explained, held) settlements.

    Explained: every line has a kind, the lines sum to the total, and none stands in another file too.
    Posted ones stay posted, discarded ones discarded.
    """
    wanted = sorted(set(ids))
    counts = (
        SettlementLine.objects.filter(settlement_id__among=wanted)
        .values_list("settlement_id")
        .annotate(
            unknown=Count("id", filter=Q(kind="")),
            unmatched=Count("id", filter=Q(order=None) & ~Q(order_external_id="")),
        )
    )
    update_rows(SettlementFile, ["unknown_count", "unmatched_count"], list(counts))
    whole = SettlementFile.objects.filter(id__among=wanted)
    good = whole.filter(ALONE, unknown_count=0, total_minor=F("lines_minor"))
    ready = list(good.filter(state=HELD).values_list("id", flat=True))
    bad = whole.exclude(id__in=good.values("id"))
    stopped = list(bad.filter(state=EXPLAINED).values_list("id", flat=True))
    move(SettlementFile, SETTLEMENT, "explain", ready)
    move(SettlementFile, SETTLEMENT, "hold", stopped)
    return good.count(), bad.count()
