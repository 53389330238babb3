"""A settlement issued again: what differs, line by line, replaced before it is posted, corrected after."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.apps.org.models import StoredFile
from tradewind.apps.settlements.models import TAKEN_BACK, Reissue, SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.storing import LINE, said
from tradewind.apps.settlements.states import DISCARDED, POSTED
from tradewind.db.bulk import insert_rows
from tradewind.db.sql import instant
from tradewind.engine.contracts import Settlement, SettlementRow
from tradewind.engine.money import Money

SHOWN = 200  # differing lines kept beside a replaced settlement
_LIVE = ["settlement_id", *LINE[:9], "kind", "rule_id", "order_id", "order_line_id", "matched_how"]
Words = tuple[Any, ...]  # what a line says, its number left out: lines may only have moved


@dataclass(frozen=True, slots=True)
class Difference:
    """What a settlement issued again says otherwise than what stands here.

    `gone` are stored lines as dicts of _LIVE plus "name"; `came` are lines of the new file.
    """

    gone: tuple[dict[str, Any], ...]
    came: tuple[SettlementRow, ...]
    total: Money  # new less old

    def note(self) -> dict[str, object]:
        """Counts and sums for the audit."""
        return {
            "gone": len(self.gone), "gone_minor": self.gone_minor, "came": len(self.came),
            "came_minor": self.came_minor, "total_minor": self.total.minor,
        }  # fmt: skip

    @property
    def gone_minor(self) -> int:
        return sum(line["amount_minor"] for line in self.gone)

    @property
    def came_minor(self) -> int:
        return sum(row.amount.minor for row in self.came)

    def __bool__(self) -> bool:
        return bool(self.gone or self.came or self.total.minor)

    def __str__(self) -> str:
        gone, came = Money(self.gone_minor, self.total.currency), Money(self.came_minor, self.total.currency)
        return f"-{len(self.gone)} ({gone}), +{len(self.came)} ({came})"


def family(root: SettlementFile) -> list[SettlementFile]:
    """A settlement and its corrections that count, in the order in which they were made."""
    return [root, *root.corrections.exclude(state=DISCARDED).order_by("id")]


def difference(standing: Sequence[SettlementFile], new: Settlement) -> Difference:
    """What the new file says otherwise than these settlements together."""
    live = _live(standing)
    words = [said(row)[1:] for row in new.rows]
    now, before = Counter(words), Counter(map(_words, live))
    total = new.total.minor - sum(s.total_minor for s in standing)
    return Difference(
        tuple(_last(live, [_words(line) for line in live], before - now)),
        tuple(_last(new.rows, words, now - before)),
        Money(total, new.currency),
    )


def same_money(standing: Sequence[SettlementFile], new: Settlement) -> bool:
    """Whether another layout's file says the same of every order, in other words and other lines."""
    before: Counter[str] = Counter()
    for line in _live(standing):
        before[line["order_external_id"]] += line["amount_minor"]
    for row in new.rows:
        before[row.order_external_id] -= row.amount.minor
    return not any(before.values()) and new.total.minor == sum(s.total_minor for s in standing)


def _live(standing: Sequence[SettlementFile]) -> list[dict[str, Any]]:
    """The lines that hold: those of the files less those that corrections took back."""
    numbers = {s.pk: s.external_id for s in standing}
    rows = SettlementLine.objects.filter(settlement_id__in=list(numbers)).order_by("settlement_id", "line_no")
    live: dict[str, dict[str, Any]] = {}
    for values in rows.values_list(*_LIVE).iterator(5000):
        line = dict(zip(_LIVE, values, strict=True))
        if line["rule_id"].startswith(TAKEN_BACK):
            del live[line["rule_id"]]
            continue
        line["name"] = f"{TAKEN_BACK}{numbers[line['settlement_id']]}#{line['line_no']}"
        live[line["name"]] = line
    return list(live.values())


def _words(line: dict[str, Any]) -> Words:
    return tuple(line[name] for name in LINE[1:8])


def _last(items: Sequence[Any], words: Sequence[Words], extra: Counter[Words]) -> list[Any]:
    """Of the items with words that are too many, the last ones, in their order."""
    if not extra:
        return []
    places: dict[Words, list[int]] = defaultdict(list)
    for at, key in enumerate(words):
        if key in extra:
            places[key].append(at)
    return [items[at] for at in sorted(at for key, n in extra.items() for at in places[key][-n:])]


def note_reissue(old: SettlementFile, earlier: StoredFile, found: Difference, now: datetime) -> None:
    """Keep what a settlement, replaced before it was posted, said before."""
    lines = [_shown("-", line) for line in found.gone[:SHOWN]]
    lines += [_shown("+", dict(zip(LINE[:8], said(row), strict=True))) for row in found.came[:SHOWN]]
    Reissue.objects.create(
        settlement=old, earlier_file=earlier, at=now, total_minor=old.total_minor,
        gone_count=len(found.gone), gone_minor=found.gone_minor, came_count=len(found.came),
        came_minor=found.came_minor, lines=json.dumps(lines, ensure_ascii=False),
    )  # fmt: skip


def _shown(side: str, line: dict[str, Any]) -> list[Any]:
    words = " / ".join((line["type"], line["amount_type"], line["description"]))
    return [side, line["line_no"], line["order_external_id"], line["external_sku"], words,
            line["amount_minor"]]  # fmt: skip


def next_number(root: SettlementFile) -> str:
    """What the next correction is called: "B-1/1" after "B-1"."""
    return f"{root.external_id}/{root.corrections.count() + 1}"


def open_correction(members: Sequence[SettlementFile]) -> SettlementFile | None:
    """The correction that is not posted yet, if there is one; there is never a second."""
    return next((s for s in members[1:] if s.state != POSTED), None)


def take_back(correction: SettlementFile, gone: Sequence[dict[str, Any]]) -> None:
    """Insert lines that take posted ones back: the same kind and order, the opposite amount."""
    columns = [*LINE, "matched_how"]
    rows = [
        (
            number, line["type"], line["amount_type"], line["description"], -line["amount_minor"],
            line["order_external_id"], line["external_sku"], line["line_external_id"],
            instant(line["posted_at"]), line["kind"], line["name"], line["order_id"], line["order_line_id"],
            correction.pk, line["matched_how"],
        )
        for number, line in enumerate(gone, start=1)
    ]  # fmt: skip
    insert_rows(SettlementLine, columns, rows)
