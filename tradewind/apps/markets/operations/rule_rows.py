"""The mirror of the rule files, the company's own rows, and packs of proposed ones."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from tradewind.apps.markets.models import RuleRow
from tradewind.apps.markets.queries.rules import IN_BOOK, IN_PACK, OWN_ROW, rulebook
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import Actor, system
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_data import digest, row_data
from tradewind.engine.rule_kinds import KINDS, SUBJECTS
from tradewind.engine.rule_parse import read_row
from tradewind.engine.rulebook import ANY, CONFIRMED, Rule, parse_rules
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


def _stored(rule: Rule, place: str, **more: Any) -> RuleRow:
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
        rows = [_stored(rule, IN_BOOK) for rule in shipped]
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


@dataclass(frozen=True, slots=True)
class Override:
    """What the company says instead of a row: TOML lines of the values (and keys) that differ.

    `says`: e.g. ``tiers = [{ rate = 0.12 }]``; what it leaves out stays as the row has it.
    """

    says: str
    valid_from: date
    reason: str
    source: str
    valid_to: date | None = None
    known_to: date | None = None


def override_rule(*, row_id: int, override: Override, now: datetime, by: Actor) -> int:
    """Put an own row before a row of the book; the id of the own one.

    Refused with every problem of the values, and when it overlaps another own row.
    """
    with acting(by, "rules.confirm", kind="rule", ids=[row_id], now=now) as act:
        found = Findings()
        base = RuleRow.objects.get(pk=row_id)
        reason, source = found.text("reason", override.reason, 5000), found.text("source", override.source, 400)
        said = _toml(found, override.says)
        found.settle()
        raw: dict[str, Any] = {
            **_said_by(base), **said, "id": _next_id(base.kind), "kind": base.kind, "source": source,
            "reviewed": now.date(), "status": CONFIRMED, "confidence": "high",
            "valid_from": override.valid_from, "valid_to": override.valid_to, "known_to": override.known_to,
        }  # fmt: skip
        rule = _read({name: value for name, value in raw.items() if value is not None and value != ANY})
        rulebook().with_rows([rule])  # refused where it overlaps another own row
        row = _stored(rule, OWN_ROW, reason=reason, made_by=by.name, made_at=now, supersedes=base.rule_id)
        row.save(force_insert=True)
        act.note(verb="override_rule", rule=base.rule_id, own=rule.id, says=plain_text(said), reason=reason)
        return int(row.pk)


def plain_text(said: Mapping[str, Any]) -> str:
    """What an override says, as one line for the audit."""
    return ", ".join(f"{name} = {value}" for name, value in said.items())[:500]


def _said_by(base: RuleRow) -> dict[str, Any]:
    """Keys and values of a row as they would stand in a file."""
    from tradewind.apps.markets.queries.rules import as_rule

    rule = as_rule(base)
    return {**rule.keys, **rule.said}


def _toml(found: Findings, says: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(says, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found.add("says", str(error), _("is not TOML"), "rate = 0.12")
        return {}
    if not data:
        found.add("says", says, _("this is needed"), "rate = 0.12")
    return data


def _read(raw: Mapping[str, Any]) -> Rule:
    problems: list[Problem] = []
    rule = read_row("own", raw, problems)
    if rule is None:
        raise Refused(problems)
    return rule


def _next_id(kind: str) -> str:
    last = RuleRow.objects.aggregate(last=Max("id"))["last"] or 0
    return f"own.{kind}.{last + 1}"


def end_rules(*, row_ids: Sequence[int], last_day: date, now: datetime, by: Actor) -> int:
    """End own rows with a day: from the next on the book's rows speak again. How many were ended."""
    with acting(by, "rules.confirm", kind="rule", ids=row_ids, now=now) as act:
        found = Findings()
        rows = list(RuleRow.objects.filter(pk__in=list(row_ids)).order_by("pk"))
        for number, row in enumerate(rows, 1):
            found.at(number if len(rows) > 1 else None)
            if row.place != OWN_ROW:
                found.add("rule", row.rule_id, _("is a row of the rulebook, not your own"), _("an own row"))
            if last_day < row.valid_from - timedelta(days=1):
                found.add("last_day", str(last_day), _("lies before its first day"), str(row.valid_from))
        found.settle()
        for row in rows:
            row.valid_to = last_day
            if row.known_to is not None and row.known_to > last_day:
                row.known_to = last_day
            row.digest = digest({"ended": last_day.isoformat(), "was": row.digest})
        RuleRow.objects.bulk_update(rows, ["valid_to", "known_to", "digest"])
        act.note(verb="end_rules", rules=[row.rule_id for row in rows], last_day=last_day.isoformat())
        return len(rows)


def load_pack(*, pack: str, name: str, content: bytes, reason: str, now: datetime, by: Actor) -> int:
    """Keep a rule file as a pack of proposed rows, to be tried by what-ifs; how many rows.

    All of it or nothing: every problem of the file, ids that are taken, rows that clash with one another.
    A pack of the same name is replaced.
    """
    with acting(by, "rules.confirm", kind="rule", now=now) as act:
        found = Findings()
        code, why = found.code("pack", pack, 60), found.text("reason", reason, 5000)
        file = parse_rules(name, content.decode("utf-8", errors="replace"))
        found.problems += file.problems
        old = RuleRow.objects.filter(place=IN_PACK, pack=code)
        taken = set(RuleRow.objects.exclude(pk__in=old.values("pk")).values_list("rule_id", flat=True))
        taken |= {rule.id for rule in load().rules}
        found.fresh("id", [rule.id for rule in file.rules], taken)
        if not file.rules and not file.problems:
            found.add("file", name, _("the file has no rows"))
        found.settle()
        rulebook().what_if(file.rules)  # refused where the rows clash
        stored, _is_new = store_file(name=name, content=content, now=now, by=by)
        old.delete()
        made = [_stored(r, IN_PACK, pack=code, reason=why, made_by=by.name, made_at=now) for r in file.rules]
        act.ids = [row.pk for row in RuleRow.objects.bulk_create(made)]
        act.note(verb="load_pack", pack=code, file=stored.sha256, rows=len(made), reason=why)
        return len(made)


def drop_pack(*, pack: str, now: datetime, by: Actor) -> int:
    """Take a pack away; how many rows went."""
    with acting(by, "rules.confirm", kind="rule", now=now) as act:
        rows = RuleRow.objects.filter(place=IN_PACK, pack=pack)
        count = rows.count()
        if not count:
            raise Refused([Problem(None, "pack", pack, _("there is no such pack"))])
        rows.delete()
        act.note(verb="drop_pack", pack=pack, rows=count)
        return count


def adopt_rules(*, row_ids: Sequence[int], reason: str, now: datetime, by: Actor) -> int:
    """Switch rows of a pack on: from now on they are the company's own. How many.

    Refused when one is no row of a pack, or overlaps an own row.
    """
    from tradewind.apps.markets.queries.rules import as_rule

    with acting(by, "rules.confirm", kind="rule", ids=row_ids, now=now) as act:
        found = Findings()
        why = found.text("reason", reason, 5000)
        rows = list(RuleRow.objects.filter(pk__in=list(row_ids)).order_by("pk"))
        for number, row in enumerate(rows, 1):
            if row.place != IN_PACK:
                found.at(number if len(rows) > 1 else None)
                found.add("rule", row.rule_id, _("is not a row of a pack"), _("a row of a pack"))
        found.settle()
        rulebook().with_rows([as_rule(row) for row in rows])
        for row in rows:
            row.place, row.status, row.reason, row.made_by, row.made_at = OWN_ROW, CONFIRMED, why, by.name, now
            row.confidence = "high"
            row.digest = digest({"adopted": why, "was": row.digest})
        RuleRow.objects.bulk_update(
            rows, ["place", "status", "confidence", "reason", "made_by", "made_at", "digest"]
        )
        act.note(verb="adopt_rules", rules=[row.rule_id for row in rows], reason=why)
        return len(rows)


__all__ = [
    "KINDS",
    "Override",
    "RuleSync",
    "adopt_rules",
    "drop_pack",
    "end_rules",
    "load_pack",
    "override_rule",
    "sync_rules",
]
