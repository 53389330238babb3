"""Rows for the faces: a row as plain data, a detail as plain data."""

from __future__ import annotations

from typing import Any

from tradewind.desk.kernel import Detail, Noun, Table
from tradewind.desk.values import cell, plain, visible
from tradewind.engine.access import Actor


def plain_row(noun: Noun, actor: Actor, row: Any) -> dict[str, Any]:
    """A row of a list as JSON data, hidden columns left out."""
    out: dict[str, Any] = {"id": noun.public_id(row.pk)}
    for column in visible(noun.columns, actor):
        out[column.name] = plain(cell(column, row))
    return out


def allowed_detail(noun: Noun, actor: Actor, pk: int) -> Detail | None:
    """A noun's page with what this actor may not see taken out; None when there is no such row in scope."""
    actor.require(noun.view)
    found = noun.detail(actor, pk)
    if found is None:
        return None

    def ok(hidden: str) -> bool:
        return not hidden or actor.sees(hidden)

    return Detail(
        found.title,
        found.subtitle,
        found.state,
        tuple(f for f in found.facts if ok(f.hidden)),
        tuple(
            Table(t.title, tuple(visible(t.columns, actor)), t.rows, t.empty, t.hidden)
            for t in found.tables
            if ok(t.hidden)
        ),
        tuple(b for b in found.breakdowns if ok(b[2])),
        found.alerts,
    )


def plain_detail(noun: Noun, pk: int, detail: Detail) -> dict[str, Any]:
    """A detail (already allowed) as JSON data."""
    return {
        "id": noun.public_id(pk),
        "title": detail.title,
        "subtitle": detail.subtitle,
        "state": detail.state,
        "facts": [
            {
                "label": str(f.label),
                "kind": f.kind,
                "value": plain(f.value),
                **({"breakdown": f.breakdown.to_json()} if f.breakdown else {}),
            }
            for f in detail.facts
        ],
        "tables": [
            {
                "title": str(t.title),
                "rows": [{c.name: plain(cell(c, row)) for c in t.columns} for row in t.rows],
            }
            for t in detail.tables
        ],
        "breakdowns": [{"title": str(t), **b.to_json()} for t, b, _hidden in detail.breakdowns],
        "alerts": [str(a) for a in detail.alerts],
    }
