"""The same lines in two files: recognised, quarantined, and let go on or thrown away by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import needed_reason
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.operations.mapping import match_orders
from tradewind.apps.settlements.operations.storing import clear_lines
from tradewind.apps.settlements.queries import settlements
from tradewind.apps.settlements.states import DISCARDED, EXPLAINED, HELD, SETTLEMENT
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused, Settlement, SettlementRow

_LEAST = 2  # lines that must agree, but for one that names its order in the same words
_WORDS = ("type", "amount_type", "description", "amount_minor", "order_external_id", "external_sku",
          "line_external_id", "posted_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Overlap:
    """Lines of a file that stand in another settlement of the store already."""

    other: SettlementFile | None = None
    lines: int = 0
    minor: int = 0


def find_overlap(
    one: Settlement, layout: str, own_id: int | None, others: Sequence[SettlementFile]
) -> Overlap:
    """The settlement among `others` that shares most lines with this one, whose days it crosses.

    Files of one layout are compared by every word and the time of a line; of two layouts, whose words
    differ, by order and amount. `own_id` is this settlement's own row, if it has one.
    """
    best = Overlap()
    for other in others:
        if other.pk == own_id or other.currency != one.currency:
            continue
        if not (other.start_at < one.end_at and one.start_at < other.end_at):
            continue
        found = _shared(one.rows, other, same_layout=other.layout == layout)
        if found.lines > best.lines:
            best = found
    return best


def candidates(store_id: int) -> list[SettlementFile]:
    """Settlements of a store that lines could stand in already."""
    rows = SettlementFile.objects.filter(store_id=store_id, corrects=None).exclude(state=DISCARDED)
    return list(rows.order_by("id"))


def _shared(rows: Sequence[SettlementRow], other: SettlementFile, *, same_layout: bool) -> Overlap:
    there = SettlementLine.objects.filter(settlement=other)
    if same_layout:
        mine = Counter(map(_words, (r for r in rows if r.order_external_id or r.posted_at)))
        theirs: Counter[tuple[Any, ...]] = Counter(there.values_list(*_WORDS).iterator(5000))
        place, order = _WORDS.index("amount_minor"), _WORDS.index("order_external_id")
    else:
        mine = Counter((r.order_external_id, r.amount.minor) for r in rows if r.order_external_id)
        named = there.exclude(order_external_id="").values_list("order_external_id", "amount_minor")
        theirs = Counter(named.iterator(5000))
        place, order = 1, None
    both = mine & theirs
    lines = sum(both.values())
    if lines < _LEAST and not (order is not None and any(key[order] for key in both)):
        return Overlap()
    return Overlap(other, lines, sum(key[place] * n for key, n in both.items()))


def _words(r: SettlementRow) -> tuple[Any, ...]:
    return (
        r.type, r.amount_type, r.description, r.amount.minor, r.order_external_id, r.external_sku,
        r.line_external_id, r.posted_at,
    )  # fmt: skip


def accept_overlaps(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> int:
    """Say of settlements in quarantine that their lines are right beside those of the other file.

    They are matched and counted from then on. Refused, naming all, when one is not in quarantine.
    """
    why = needed_reason(reason)
    wanted = sorted(set(ids))
    with acting(by, "settlements.change", kind="settlement", ids=wanted, now=now) as act:
        rows = {s.pk: s for s in settlements(by).filter(id__among=wanted).select_for_update(of=("self",))}
        problems = [
            Problem(None, "settlement", str(rows.get(pk, pk)), _("no line of it stands in another file"))
            for pk in wanted
            if pk not in rows or not rows[pk].quarantined
        ]
        if problems:
            raise Refused(problems)
        SettlementFile.objects.filter(id__among=wanted).update(overlap_why=why)
        explain(wanted)
        match_orders(ids=wanted, now=now, by=by)
        act.note(verb="accept_overlaps", reason=why)
    return len(wanted)


def discard_settlements(*, ids: Iterable[int], reason: str, now: datetime, by: Actor) -> int:
    """Throw away settlements that are not posted: their lines go, the file and the row stay as a mark.

    The same file given again with the choice to replace brings one back. Refused, naming all, when one
    is posted or not there.
    """
    why = needed_reason(reason)
    wanted = sorted(set(ids))
    with acting(by, "settlements.change", kind="settlement", ids=wanted, now=now) as act:
        rows = {s.pk: s for s in settlements(by).filter(id__among=wanted).select_for_update(of=("self",))}
        problems = [
            Problem(None, "settlement", str(rows.get(pk, pk)), _("only what is not posted can be discarded"))
            for pk in wanted
            if pk not in rows or rows[pk].state not in (HELD, EXPLAINED)
        ]
        if problems:
            raise Refused(problems)
        act.note(verb="discard_settlements", reason=why,
                 totals={s.external_id: str(s.total) for s in rows.values()})  # fmt: skip
        empty_settlements(wanted, now=now, by=by)
    return len(wanted)


def empty_settlements(ids: Sequence[int], *, now: datetime, by: Actor) -> None:
    """Take the lines and totals of settlements away and set them aside as discarded."""
    clear_lines(ids, now=now, by=by)
    move_all(SettlementFile, SETTLEMENT, "discard", ids)
    SettlementFile.objects.filter(id__among=ids).update(
        total_minor=0, lines_minor=0, line_count=0, unknown_count=0, unmatched_count=0, overlap_count=0,
        overlap_minor=0, overlap_with=None, overlap_why="",
    )  # fmt: skip
