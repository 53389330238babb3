"""Profit along any dimensions: whole months out of the cells, what is left of them out of the lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.queries.dimensions import (
    COLUMN,
    Key,
    Span,
    Words,
    conditions,
    month_after,
    narrowed,
    words_of,
)
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

MOST_DAYS = 92  # days are read out of lines, of which a long span has very many
_MONEY = [f"{name}_minor" for name in (*NAMES, "profit")]
_COUNTS = ["line_count", "order_count", "units", "weight_g", "unmeasured_count"]
_STATES = ("actual", "estimated", "missing")
SUMS = (*_COUNTS, *_MONEY, *_STATES, "complete_minor")
_LINE = {
    "line_count": "1", "order_count": "CASE WHEN is_first THEN 1 ELSE 0 END",
    "weight_g": "coalesce(weight_g, 0)", "unmeasured_count": "CASE WHEN weight_g IS NULL THEN 1 ELSE 0 END",
}  # fmt: skip


@dataclass(slots=True)
class Group:
    """Lines together: their keys along the dimensions asked, and sums by name (see SUMS), in base currency.

    `shared_minor`: the costs of no order that fall on them, below zero; None where nobody asked.
    """

    keys: tuple[Key, ...]
    currency: str
    sums: dict[str, int]
    shared_minor: int | None = None

    def money(self, name: str) -> Money:
        """A component, or profit: the sum of what is known."""
        return Money(self.sums[f"{name}_minor"], self.currency)

    @property
    def incomplete(self) -> Money:
        """What is known of lines that miss a component, and so counts in no profit."""
        known = 2 * self.sums["revenue_minor"] - sum(self.sums[f"{name}_minor"] for name in NAMES)
        return Money(known - self.sums["profit_minor"], self.currency)

    @property
    def left(self) -> Money:
        """Profit after the shared costs."""
        return Money(self.sums["profit_minor"] + (self.shared_minor or 0), self.currency)

    def add(self, other: Group) -> None:
        """Take another group's sums in."""
        for name, value in other.sums.items():
            self.sums[name] += value
        if other.shared_minor is not None:
            self.shared_minor = (self.shared_minor or 0) + other.shared_minor


def explore(actor: Actor, span: Span, along: Sequence[str]) -> list[Group]:
    """Groups of lines along dimensions, in no order; stores out of scope are left out.

    Refused for a key that nobody has, and for days over a span of more than 92.
    """
    actor.require("profit.view")
    columns = list(dict.fromkeys(COLUMN[d] for d in along))
    raw: dict[tuple[Any, ...], list[int]] = {}
    for sql, params in _statements(actor, span, columns):
        for row in fetch(sql, params):
            key = tuple(f"{v}" if isinstance(v, date) else v for v in row[: len(columns) + 1])
            values = [int(v or 0) for v in row[len(columns) + 1 :]]
            known = raw.get(key)
            raw[key] = values if known is None else [a + b for a, b in zip(known, values, strict=True)]
    used = {name: [key[n] for key in raw] for n, name in enumerate(columns)}
    return _grouped(raw, columns, along, words_of(along, used))


def _grouped(
    raw: Mapping[tuple[Any, ...], list[int]], columns: Sequence[str], along: Sequence[str], words: Words
) -> list[Group]:
    found: dict[tuple[Any, ...], Group] = {}
    places = [columns.index(COLUMN[d]) for d in along]
    for key, values in raw.items():
        keys = tuple(words.key(d, key[place]) for d, place in zip(along, places, strict=True))
        one = Group(keys, key[-1], dict(zip(SUMS, values, strict=True)))
        there = found.get((keys, key[-1]))
        if there is None:
            found[keys, key[-1]] = one
        else:
            there.add(one)
    return list(found.values())


def whole(groups: Sequence[Group]) -> list[Group]:
    """The sum of groups, one a currency."""
    sums: dict[str, Group] = {}
    for one in groups:
        if one.currency not in sums:
            sums[one.currency] = Group((), one.currency, dict.fromkeys(SUMS, 0))
        sums[one.currency].add(one)
    return [sums[currency] for currency in sorted(sums)]


def _statements(actor: Actor, span: Span, columns: Sequence[str]) -> list[tuple[str, list[Any]]]:
    found = conditions(actor, span)
    where = [f"{column} IN ({_marks(values)})" if values else "1 = 0" for column, values in found]
    params = [value for _column, values in found for value in values]
    since, until = narrowed(span)
    if "day" in columns:
        if since is None or until is None or (until - since).days >= MOST_DAYS:
            days = str(MOST_DAYS)
            raise Refused(
                [
                    Problem(
                        None,
                        "since",
                        "",
                        _("days need from and until"),
                        _("%(n)s days at most") % {"n": days},
                    )
                ]
            )
        return [_of_lines(columns, where, params, since, until)]
    first, last, edges = months(since, until)
    asked = []
    if first is None or last is None or first <= last:
        asked.append(_of_cells(columns, where, params, first, last))
    return asked + [_of_lines(columns, where, params, *edge) for edge in edges]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def months(
    since: date | None, until: date | None
) -> tuple[date | None, date | None, list[tuple[date, date]]]:
    """The first and last whole month of a span, and the days before and after them.

    Example: 5 May to 30 June gives June alone, and 5 to 31 May.
    """
    first = since if since is None or since.day == 1 else month_after(since)
    end = None if until is None else until + timedelta(1)
    last = None if end is None else (end.replace(day=1) - timedelta(1)).replace(day=1)
    if first is not None and last is not None and first > last and since is not None and until is not None:
        return first, last, [(since, until)]
    edges = []
    if since is not None and first is not None and since < first:
        edges.append((since, first - timedelta(1)))
    if end is not None and until is not None and end.day != 1:
        edges.append((end.replace(day=1), until))
    return first, last, edges


def _of_cells(
    columns: Sequence[str], where: Sequence[str], params: Sequence[Any], first: date | None, last: date | None
) -> tuple[str, list[Any]]:
    sums = [f"sum({name})" for name in (*_COUNTS, *_MONEY)]
    sums += [f"sum(CASE WHEN state = '{state}' THEN line_count ELSE 0 END)" for state in _STATES]
    sums.append("sum(CASE WHEN state <> 'missing' THEN revenue_minor ELSE 0 END)")
    limits = [("month >= %s", first), ("month <= %s", last)]
    more = [(text, day) for text, day in limits if day is not None]
    return _select(
        "profit_profitcell",
        columns,
        sums,
        [*where, *(t for t, _d in more)],
        [*params, *(d for _t, d in more)],
    )


def _of_lines(
    columns: Sequence[str], where: Sequence[str], params: Sequence[Any], since: date, until: date
) -> tuple[str, list[Any]]:
    sums = [f"sum({_LINE.get(name, name)})" for name in _COUNTS]
    sums += [f"coalesce(sum({name}), 0)" for name in _MONEY]
    sums += [f"sum(CASE WHEN state = '{state}' THEN 1 ELSE 0 END)" for state in _STATES]
    sums.append("coalesce(sum(CASE WHEN state <> 'missing' THEN revenue_minor END), 0)")
    inner = (
        "SELECT company_id, store_id, currency, coalesce(sku_id, 0) AS sku_id, listing, "
        'coalesce(supplier_id, 0) AS supplier_id, batch, stage, state, "on" AS day, '
        "substr(CAST(\"on\" AS text), 1, 8) || '01' AS month, units, weight_g, is_first, "
        f"{', '.join(_MONEY)} "
        'FROM profit_profitline WHERE "on" >= %s AND "on" <= %s'
    )
    return _select(f"({inner}) x", columns, sums, where, [since, until, *params])


def _select(
    source: str, columns: Sequence[str], sums: Sequence[str], where: Sequence[str], params: Sequence[Any]
) -> tuple[str, list[Any]]:
    heads = ", ".join([*columns, "currency"])
    limit = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT {heads}, {', '.join(sums)} FROM {source}{limit} GROUP BY {heads}", list(params)
