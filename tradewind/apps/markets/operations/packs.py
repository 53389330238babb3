"""Packs: rule files of the company's own that are tried by what-ifs before they are switched on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import RuleRow
from tradewind.apps.markets.operations.rule_rows import stored
from tradewind.apps.markets.queries.rules import IN_PACK, OWN_ROW, as_rule, rulebook
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_data import digest
from tradewind.engine.rulebook import CONFIRMED, parse_rules
from tradewind.rules import load


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
        paper, _is_new = store_file(name=name, content=content, now=now, by=by)
        old.delete()
        made = [stored(r, IN_PACK, pack=code, reason=why, made_by=by.name, made_at=now) for r in file.rules]
        act.ids = [row.pk for row in RuleRow.objects.bulk_create(made)]
        act.note(verb="load_pack", pack=code, file=paper.sha256, rows=len(made), reason=why)
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
            row.place, row.status, row.reason, row.made_by, row.made_at = (
                OWN_ROW,
                CONFIRMED,
                why,
                by.name,
                now,
            )
            row.confidence = "high"
            row.digest = digest({"adopted": why, "was": row.digest})
        RuleRow.objects.bulk_update(
            rows, ["place", "status", "confidence", "reason", "made_by", "made_at", "digest"]
        )
        act.note(verb="adopt_rules", rules=[row.rule_id for row in rows], reason=why)
        return len(rows)
