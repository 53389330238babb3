"""Rows of the rulebook as stored rows, and the mirror of the rule files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.apps.markets.models import RuleRow
from tradewind.apps.markets.queries.rules import IN_BOOK
from tradewind.apps.org.operations import acting
from tradewind.engine.access import system
from tradewind.engine.rule_data import digest, row_data
from tradewind.engine.rule_kinds import SUBJECTS
from tradewind.engine.rulebook import ANY, Rule
from tradewind.rules import load

SUBJECT_OF = {kind: subject for subject, kinds in SUBJECTS.items() for kind in kinds}
_MIRRORED = (
    "place", "kind", "subject", "keys_text", "keys", "values", "market", "channel", "carrier", "valid_from",
    "valid_to", "known_to", "status", "confidence", "source", "reviewed", "note", "file", "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleSync:
    """How many mirrored rows were new, changed, and gone from the files."""

    new: int
    changed: int
    gone: int


def keys_text(keys: Mapping[str, str]) -> str:
    """The question of a row in words: "market US, category apparel"; the keys for any left out."""
    return ", ".join(f"{name} {value}" for name, value in keys.items() if value != ANY)[:200]


def stored(rule: Rule, place: str, **more: Any) -> RuleRow:
    """The row to keep, not yet saved."""
    data = row_data(rule)
    return RuleRow(
        rule_id=rule.id,
        place=place,
        kind=rule.kind,
        subject=SUBJECT_OF[rule.kind],
        keys_text=keys_text(rule.keys),
        keys=data["keys"],
        values=data["values"],
        market=rule.keys.get("market", "").replace(ANY, "")[:20],
        channel=rule.keys.get("channel", "").replace(ANY, "")[:40],
        carrier=rule.keys.get("carrier", "").replace(ANY, "")[:40],
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        known_to=rule.known_to,
        status=rule.status,
        confidence=rule.confidence,
        source=rule.source[:400],
        reviewed=rule.reviewed,
        note=rule.note,
        file=rule.file,
        digest=digest(data),
        **more,
    )


def sync_rules(*, now: datetime, rules: Iterable[Rule] | None = None) -> RuleSync:
    """Make the mirror equal to the rule files; own rows and packs stay. Twice is once."""
    shipped = load().rules if rules is None else tuple(rules)
    with acting(system("rules"), "rules.confirm", kind="rule", now=now) as act:
        held = {r[0]: (r[1], r[2]) for r in _mirror().values_list("rule_id", "id", "digest")}
        rows = [stored(rule, IN_BOOK) for rule in shipped]
        new = [row for row in rows if row.rule_id not in held]
        changed = [row for row in rows if row.rule_id in held and held[row.rule_id][1] != row.digest]
        for row in changed:
            row.pk = held[row.rule_id][0]
        gone = held.keys() - {row.rule_id for row in rows}
        if not (new or changed or gone):
            act.nothing()
            return RuleSync(0, 0, 0)
        RuleRow.objects.bulk_create(new, batch_size=200)
        RuleRow.objects.bulk_update(changed, _MIRRORED, batch_size=100)
        _mirror().filter(rule_id__in=sorted(gone)).delete()
        act.note(verb="sync_rules", new=len(new), changed=len(changed), gone=len(gone))
    return RuleSync(len(new), len(changed), len(gone))


def _mirror() -> Any:
    return RuleRow.objects.filter(place=IN_BOOK)
