"""The page of any row: facts, tables and waterfalls, what was done to it, what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tradewind.apps.org.queries import timeline
from tradewind.desk.doing import offered
from tradewind.desk.kernel import MANY, ONE, Fact, Noun, Table
from tradewind.desk.rows import allowed_detail
from tradewind.desk.values import cell
from tradewind.engine.breakdown import Breakdown
from tradewind.web.kit import cells
from tradewind.web.lists import buttons, noun_or_404, tones
from tradewind.web.who import actor_of

OPEN_AT_ONCE = 2  # waterfalls that stand open when the page comes


def pk_of(noun: Noun, public: str) -> int:
    """The number in a public id: ord_17 -> 17; 404 for anything else."""
    prefix, _sep, digits = public.rpartition("_")
    if prefix != noun.prefix or not digits.isdecimal() or len(digits) > 18:
        raise Http404
    return int(digits)


def drawn_facts(facts: Sequence[Fact], words: cells.Tones) -> list[dict[str, Any]]:
    """Facts as drawn; one that has a Breakdown leads to its waterfall."""
    out = []
    for number, one in enumerate(facts):
        why = f"why-{number}" if one.breakdown else ""
        out.append({"label": one.label, "html": cells.draw(one.kind, one.value, words), "why": why})
    return out


def drawn_table(one: Table, words: cells.Tones) -> dict[str, Any]:
    """A table's heads and rows as drawn."""

    def drawn(row: Any) -> list[tuple[str, Any]]:
        return [(cells.css(c.kind), cells.draw(c.kind, cell(c, row), words)) for c in one.columns]

    return {
        "title": one.title,
        "heads": [(cells.css(c.kind), c.label) for c in one.columns],
        "rows": [drawn(row) for row in one.rows],
        "empty": one.empty,
    }


def trees(breakdowns: Sequence[tuple[Any, Breakdown, str]], facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Waterfalls: the page's own, then those behind its facts, which a click on the fact opens."""
    own = [
        {"id": f"tree-{n}", "title": title, "tree": tree, "open": n < OPEN_AT_ONCE}
        for n, (title, tree, _hidden) in enumerate(breakdowns)
    ]
    behind = [
        {"id": f"why-{n}", "title": one.label, "tree": one.breakdown, "open": False}
        for n, one in enumerate(facts)
        if one.breakdown
    ]
    return own + behind


def show(request: HttpRequest, noun: str, public: str) -> HttpResponse:
    """The page of a row; 404 when there is none in the actor's scope."""
    actor = actor_of(request)
    one = noun_or_404(noun)
    actor.require(one.view)
    pk = pk_of(one, public)
    found = allowed_detail(one, actor, pk)
    if found is None:
        raise Http404
    words = tones(one)
    context = {
        "noun": one,
        "public_id": public,
        "detail": found,
        "state": cells.badge(found.state, words) if found.state else "",
        "facts": drawn_facts(found.facts, words),
        "tables": [drawn_table(t, words) for t in found.tables],
        "trees": trees(found.breakdowns, found.facts),
        "actions": buttons(offered(one, actor, on=(ONE, MANY), state=found.state)),
        "timeline": timeline(one.audit_kind, pk) if one.audit_kind else [],
    }
    return render(request, "kit/detail.html", context)
