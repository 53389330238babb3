"""One page of a list: tab, filters, search, sort, and keyset pagination that stays fast at a million rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from tradewind.desk.kernel import Column, Noun
from tradewind.desk.values import visible
from tradewind.engine.access import Actor

PAGE = 50
MOST = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants to see of a noun; every part optional."""

    state: str = ""
    search: str = ""
    filters: Mapping[str, str] | None = None
    sort: str = ""  # a column's name, "-" before it for descending
    after: str = ""  # cursor of the previous page
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows of one page and how to go on; `next` empty at the end."""

    rows: list[Any]
    next: str
    sort: str


def matching(noun: Noun, actor: Actor, wish: Wish) -> QuerySet[Any]:
    """Every row the actor may see that fits tab, filters and search (unsorted)."""
    actor.require(noun.view)
    rows = noun.rows(actor)
    if wish.state and noun.state_field:
        rows = rows.filter(**{noun.state_field: wish.state})
    for one in noun.filters:
        value = (wish.filters or {}).get(one.name, "")
        if value:
            rows = rows.filter(**{one.lookup: value})
    words = wish.search.strip()[:100]
    searched = searchable(noun, actor)
    if words and searched:
        rows = rows.filter(reduce(or_, (Q(**{lookup: words}) for lookup in searched)))
    return rows


def searchable(noun: Noun, actor: Actor) -> list[str]:
    """The lookups this actor may search by: what is hidden must not be guessed letter by letter."""
    seen = visible(noun.columns, actor)
    hidden = {_field_of(c) for c in noun.columns if c not in seen} - {_field_of(c) for c in seen}
    return [lookup for lookup in noun.search if lookup.rpartition("__")[0] not in hidden]


def _field_of(column: Column) -> str:
    """The ORM field a column shows, as far as it says so."""
    path = column.value if isinstance(column.value, str) else ""
    return column.sort or (path or column.name).replace(".", "__")


def sort_of(noun: Noun, actor: Actor, wanted: str) -> tuple[str, str, str]:
    """(shown sort, ORM field with sign, id with sign): the wanted column's if sortable, else the noun's."""
    sign, name = ("-", wanted[1:]) if wanted.startswith("-") else ("", wanted)
    for column in visible(noun.columns, actor):
        if column.name == name and column.sort:
            return wanted, sign + column.sort, f"{sign}id"
    order, _blank, tie = noun.order.partition(" ")
    return "", order, tie or ("-id" if order.startswith("-") else "id")


def page(noun: Noun, actor: Actor, wish: Wish) -> ListPage:
    """One page, sorted by (field, id); the cursor holds the last row's values, not an offset."""
    rows = matching(noun, actor, wish)
    shown, order, tie = sort_of(noun, actor, wish.sort)
    name = order.lstrip("-")
    size = max(1, min(wish.size, MOST))
    if wish.after:
        rows = rows.filter(_after(order, tie, _decode(wish.after)))
    found = list(rows.order_by(*([order] if name != "id" else []), tie)[: size + 1])
    more = len(found) > size
    found = found[:size]
    return ListPage(found, _encode(name, found[-1]) if more else "", shown)


def counts(noun: Noun, actor: Actor, wish: Wish) -> dict[str, int]:
    """Rows per state, with "" for all, under the same filters and search."""
    if not noun.state_field:
        return {}
    everything = Wish(search=wish.search, filters=wish.filters)
    rows = matching(noun, actor, everything).order_by().select_related(None).prefetch_related(None)
    per = {row[noun.state_field]: row["n"] for row in rows.values(noun.state_field).annotate(n=Count("id"))}
    return {"": sum(per.values()), **per}


def _after(order: str, by_id: str, last: list[Any]) -> Q:
    value, pk = last
    name = order.lstrip("-")
    step = "lt" if order.startswith("-") else "gt"
    tie = Q(id__lt=pk) if by_id.startswith("-") else Q(id__gt=pk)
    if name == "id":
        return tie
    if value is None:
        return Q(**{f"{name}__isnull": True}) & tie
    # Written so that the index on the sort column bounds the scan, whatever stands beside it.
    return Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | tie)


def _encode(name: str, row: Any) -> str:
    value = row
    for part in name.split("__"):
        value = getattr(value, part) if value is not None else None
    data = json.dumps([value, row.pk], default=str)
    return base64.urlsafe_b64encode(data.encode()).decode()


def _decode(cursor: str) -> list[Any]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return [value, int(pk)]
    except (ValueError, TypeError):
        return [None, 0]
