"""The company's own word in place of a row of the rulebook, and its end."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from tradewind.apps.markets.models import RuleRow
from tradewind.apps.markets.operations.rule_rows import stored
from tradewind.apps.markets.queries.rules import OWN_ROW, as_rule, rulebook
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_data import digest
from tradewind.engine.rule_parse import read_row
from tradewind.engine.rulebook import ANY, CONFIRMED, Rule


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
        reason, source = (
            found.text("reason", override.reason, 5000),
            found.text("source", override.source, 400),
        )
        said = _toml(found, override.says)
        found.settle()
        raw: dict[str, Any] = {
            **_said_by(base), **said, "id": _next_id(base.kind), "kind": base.kind, "source": source,
            "reviewed": now.date(), "status": CONFIRMED, "confidence": "high",
            "valid_from": override.valid_from, "valid_to": override.valid_to, "known_to": override.known_to,
        }  # fmt: skip
        rule = _read({name: value for name, value in raw.items() if value is not None and value != ANY})
        rulebook().with_rows([rule])  # refused where it overlaps another own row
        row = stored(rule, OWN_ROW, reason=reason, made_by=by.name, made_at=now, supersedes=base.rule_id)
        row.save(force_insert=True)
        act.note(verb="override_rule", rule=base.rule_id, own=rule.id, says=_in_words(said), reason=reason)
        return int(row.pk)


def _in_words(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in said.items())[:500]


def _said_by(base: RuleRow) -> dict[str, Any]:
    """Keys and values of a row as they would stand in a file."""
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
    if rule is None:  # the form knows its fields by their own names
        raise Refused([replace(p, row=None, field=p.field.rsplit(": ", 1)[-1]) for p in problems])
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
