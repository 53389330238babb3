"""The journal of restatements: what moved an order's profit after its first value, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tradewind.apps.org.models import AuditEntry
from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import RestatedOrder, Restatement
from tradewind.db.bulk import insert_rows, update_rows
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor

Causes = Mapping[str, int]  # audit kind -> the last such act that touched the order
_MONEY, _COST, _WAY = ("settlement", "order"), ("layer", "first_leg", "order"), ("parcel", "order")
# Component -> the kinds of acts that move it, the likeliest first.
_MOVES: Mapping[str, Sequence[str]] = {
    "revenue": _MONEY, "fees": _MONEY, "refund": _MONEY, "goods": _COST, "landed": ("first_leg", *_COST),
    "freight": _WAY,
}  # fmt: skip
# Kind -> the words of the document an act was about.
_DOCUMENTS = {
    "settlement": "SELECT external_id FROM settlements_settlementfile WHERE id = %s",
    "first_leg": "SELECT number FROM stock_firstleg WHERE id = %s",
    "landed_charge": "SELECT number FROM stock_landedcharge WHERE id = %s",
    "layer": "SELECT batch FROM stock_costlayer WHERE id = %s",
    "order": "SELECT external_id FROM orders_order WHERE id = %s",
    "parcel": "SELECT o.external_id FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id "
    "WHERE p.id = %s",
}
_FIRST, _CURRENCY = 5, 4  # where components begin in an order's row, and its currency
ASKED = "recompute"  # nobody upstream moved it: somebody asked to compute again

Row = Sequence[Any]


def restate(
    moved: Iterable[tuple[Row, Row]], causes: Mapping[int, Causes], *, now: datetime, by: Actor
) -> int:
    """Write what changed in order rows (before, after), under the act that caused it; how many components."""
    found: dict[tuple[int | None, str], list[Row]] = {}
    for before, after in moved:
        for place, name in enumerate(NAMES):
            at = _FIRST + 2 * place
            if before[at : at + 2] != after[at : at + 2]:
                cause = _cause(name, causes.get(after[0], {}))
                row = (after[0], name, *before[at : at + 2], *after[at : at + 2])
                found.setdefault((cause, after[_CURRENCY]), []).append(row)
    if not found:
        return 0
    heads = _heads(found, now, by)
    columns = ["restatement_id", "order_id", "component", "before_minor", "before_state", "after_minor",
               "after_state"]  # fmt: skip
    rows = [(heads[key], *row) for key, some in found.items() for row in some]
    insert_rows(RestatedOrder, columns, rows)
    return len(rows)


def _cause(component: str, touched: Causes) -> int | None:
    for kind in _MOVES[component]:
        if kind in touched:
            return touched[kind]
    return max(touched.values(), default=None)


def _heads(found: Mapping[tuple[int | None, str], list[Row]], now: datetime, by: Actor) -> dict[Any, int]:
    """The head of every cause and currency, made where it is new, its sums grown."""
    wanted = sorted({cause for cause, _currency in found if cause is not None})
    acts = {a.pk: a for a in AuditEntry.objects.filter(id__among=wanted)}
    there = {(r.audit_id, r.currency): r.pk for r in Restatement.objects.filter(audit_id__among=wanted)}
    for cause, currency in found.keys() - there.keys():
        act = acts.get(cause) if cause is not None else None
        there[cause, currency] = _head(act, currency, now, by).pk
    grown = [(there[key], len({row[0] for row in rows}), _effect(rows)) for key, rows in found.items()]
    update_rows(
        Restatement,
        ["order_count", "moved_minor"],
        grown,
        set_sql="order_count = t.order_count + d.order_count, moved_minor = t.moved_minor + d.moved_minor",
    )
    return there


def _head(act: AuditEntry | None, currency: str, now: datetime, by: Actor) -> Restatement:
    if act is None:
        return Restatement.objects.create(kind=ASKED, actor=by.name, currency=currency, at=now)
    told = _told(act)
    ids = json.loads(told.ids)
    return Restatement.objects.create(
        audit_id=act.pk, kind=told.kind, subject_id=ids[0] if len(ids) == 1 else None,
        document=_document(told, ids), actor=act.actor, currency=currency, at=now,
    )  # fmt: skip


def _told(act: AuditEntry) -> AuditEntry:
    """The act to be told of: costs of layers are written inside the act on the bill that changed them."""
    if act.kind != "layer":
        return act
    outer = AuditEntry.objects.filter(id__gt=act.pk, id__lte=act.pk + 3, kind="landed_charge", at=act.at)
    return outer.filter(actor=act.actor).order_by("id").first() or act


def _document(act: AuditEntry, ids: Sequence[int]) -> str:
    """What the act was about: the bill it names, else its first row, and how many more."""
    detail = json.loads(act.detail) if act.detail else {}
    named = detail.get("bill") or detail.get("number")
    if named:
        return str(named)[:120]
    sql = _DOCUMENTS.get(act.kind)
    rows = fetch(sql, [ids[0]]) if sql and ids else []
    first = str(rows[0][0]) if rows else str(detail.get("verb", ""))
    return (f"{first} +{len(ids) - 1}" if rows and len(ids) > 1 else first)[:120]


def _effect(rows: Iterable[Row]) -> int:
    """After less before as profit moves; what was or is not known counts nothing."""
    total = 0
    for _order, name, before, _was, after, _is in rows:
        change = (after or 0) - (before or 0)
        total += change if name == "revenue" else -change
    return total
