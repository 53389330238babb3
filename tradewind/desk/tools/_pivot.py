"""A pivot of profit: groups as rows, measures or keys of a dimension as columns, every figure an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit.queries.dimensions import OF_ORDER, Key, Span
from tradewind.apps.profit.queries.explorer import SUMS, Group
from tradewind.desk.kernel import INT, MONEY, PERCENT, Aim, Column, Table
from tradewind.desk.nouns._profit import COMPONENTS, DIMENSIONS, PROFIT, TRACE, given_of, key_text
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

SHOWN, WIDE = 300, 24  # rows and columns; what is beyond stands together in the last one
IN_TIME = ("month", "day")
MEASURES: Mapping[str, tuple[Any, str]] = {
    "lines": (_("Order lines"), ""),
    "units": (_("Units"), ""),
    **COMPONENTS,
    "margin": (_("Margin"), PROFIT),
    "missing": (_("Lines with something missing"), ""),
}
_SUMS = {"lines": "line_count", "orders": "order_count", "units": "units", "missing": "missing"}


def pivot(
    groups: Sequence[Group], along: Sequence[str], across: str, measure: str, span: Span, by: Actor
) -> Table:
    """The table: the largest rows first (in order along time), the rest summed in a last row."""
    heads = [d for d in along if d != across]
    rows = _rows(groups, along, across)
    ordered = sorted(rows.items(), key=_order(heads))
    shown, rest = ordered[:SHOWN], ordered[SHOWN:]
    columns = _across(groups, along, across) if across else ()
    lines = [_line(key, cells, heads, columns, across, measure, span) for key, cells in shown]
    if rest:
        lines.append(_rest(rest, heads, columns, measure))
    title = _now("Profit by %(what)s") % {"what": ", ".join(str(DIMENSIONS[d]) for d in heads)}
    left = (Column(d, DIMENSIONS[d], wide=not n) for n, d in enumerate(heads))
    kinds = _across_columns(columns, measure) if across else _measure_columns(along, groups)
    visible = [c for c in kinds if not c.hidden or by.sees(c.hidden)]
    return Table(title, (*left, *visible), lines, _("Nothing was shipped that fits the question."))


RowKey = tuple[tuple[Key, ...], str]  # keys of the row, currency
Cells = dict[Key | None, Group]  # by the column's key; None: all of the row


def _rows(groups: Sequence[Group], along: Sequence[str], across: str) -> dict[RowKey, Cells]:
    at = along.index(across) if across else -1
    rows: dict[RowKey, Cells] = {}
    for one in groups:
        keys = tuple(k for n, k in enumerate(one.keys) if n != at)
        cells = rows.setdefault((keys, one.currency), {})
        for key in (None, *((one.keys[at],) if across else ())):
            if key not in cells:
                cells[key] = Group((), one.currency, dict.fromkeys(SUMS, 0))
            cells[key].add(one)
    return rows


def _order(heads: Sequence[str]) -> Callable[[tuple[RowKey, Cells]], Any]:
    if heads[0] in IN_TIME:
        return lambda item: [k.code for k in item[0][0]]
    return lambda item: (
        -(item[1][None] or Group((), "", {})).sums["revenue_minor"],
        [k.code for k in item[0][0]],
    )


def _across(groups: Sequence[Group], along: Sequence[str], across: str) -> tuple[Key, ...]:
    at = along.index(across)
    sizes: dict[Key, int] = {}
    for one in groups:
        sizes[one.keys[at]] = sizes.get(one.keys[at], 0) + abs(one.sums["revenue_minor"])
    largest = sorted(sizes, key=lambda k: -sizes[k])[:WIDE]
    return tuple(sorted(largest, key=lambda k: k.code))


def _line(
    key: RowKey,
    cells: Cells,
    heads: Sequence[str],
    columns: Sequence[Key],
    across: str,
    measure: str,
    span: Span,
) -> dict[str, Any]:
    keys, _currency = key
    here = {d: k.code for d, k in zip(heads, keys, strict=True)}
    line: dict[str, Any] = {d: key_text(d, k.text) for d, k in zip(heads, keys, strict=True)}
    total = cells[None]
    if not across:
        return line | _measures(total, given_of(span, **here))
    for n, column in enumerate(columns):
        found = cells.get(column)
        line[f"c{n}"] = (
            _value(found, measure, given_of(span, **here, **{across: column.code})) if found else None
        )
    line["rest"] = _value(_beyond(cells, columns), measure, None)
    return line | {"total": _value(total, measure, given_of(span, **here))}


def _rest(
    rest: Sequence[tuple[RowKey, Cells]], heads: Sequence[str], columns: Sequence[Key], measure: str
) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(heads[1:], "")
    line[heads[0]] = _now("%(n)d more") % {"n": len(rest)}
    if len({key[1] for key, _cells in rest}) > 1:
        return (
            line
            | {name: None for name in (*MEASURES, "orders", "shared", "left", "rest", "total")}
            | {f"c{n}": None for n in range(len(columns))}
        )
    cells: Cells = {}
    for (_keys, currency), mine in rest:
        for key, one in mine.items():
            cells.setdefault(key, Group((), currency, dict.fromkeys(SUMS, 0))).add(one)
    if not columns:
        return line | _measures(cells[None], None)
    for n, column in enumerate(columns):
        line[f"c{n}"] = _value(cells[column], measure, None) if column in cells else None
    line["rest"] = _value(_beyond(cells, columns), measure, None)
    return line | {"total": _value(cells[None], measure, None)}


def _beyond(cells: Cells, columns: Sequence[Key]) -> Group | None:
    out: Group | None = None
    for key, one in cells.items():
        if key is not None and key not in columns:
            out = out or Group((), one.currency, dict.fromkeys(SUMS, 0))
            out.add(one)
    return out


def _measures(one: Group, given: Mapping[str, str] | None) -> dict[str, Any]:
    line = {name: _value(one, name, given) for name in (*MEASURES, "orders")}
    shared = None if one.shared_minor is None else Money(one.shared_minor, one.currency)
    return line | {"shared": shared, "left": None if shared is None else one.left}


def _value(one: Group | None, measure: str, given: Mapping[str, str] | None) -> Any:
    """A figure, and where its documents are; None where there is nothing."""
    if one is None:
        return None
    if measure == "margin":
        return margin(one)
    if measure in _SUMS:
        count = one.sums[_SUMS[measure]]
        missing = measure == "missing" and count and given is not None
        return (
            Aim(count, TRACE, {**(given or {}), "state": "missing", "component": PROFIT})
            if missing
            else count
        )
    amount = one.money(measure)
    return amount if given is None else Aim(amount, TRACE, {**given, "component": measure})


def margin(one: Group) -> Decimal | None:
    """Profit of complete lines on their revenue, in percent; None without any."""
    revenue = one.sums["complete_minor"]
    if revenue <= 0:
        return None
    return (Decimal(one.sums["profit_minor"] * 100) / Decimal(revenue)).quantize(Decimal("0.01"))


def _measure_columns(along: Sequence[str], groups: Sequence[Group]) -> list[Column]:
    """Orders are counted where every order stands in one row, else lines."""
    whole_orders = set(along) <= OF_ORDER
    columns = (
        [Column("orders", _("Orders"), INT)] if whole_orders else [Column("lines", _("Order lines"), INT)]
    )
    columns.append(Column("units", _("Units"), INT))
    columns += [Column(code, label, MONEY, hidden=hidden) for code, (label, hidden) in COMPONENTS.items()]
    columns.append(Column("margin", _("Margin"), PERCENT, hidden=PROFIT))
    if any(one.shared_minor is not None for one in groups):
        columns += [
            Column("shared", _("Shared costs"), MONEY, hidden=PROFIT),
            Column("left", _("Profit after shared costs"), MONEY, hidden=PROFIT),
        ]
    return [*columns, Column("missing", _("Missing"), INT)]


def _across_columns(columns: Sequence[Key], measure: str) -> list[Column]:
    hidden = MEASURES[measure][1]
    kind = PERCENT if measure == "margin" else INT if measure in _SUMS else MONEY
    found = [
        Column(f"c{n}", key_text("state", key_text("stage", k.text)), kind, hidden=hidden)
        for n, k in enumerate(columns)
    ]
    if len(columns) == WIDE:
        found.append(Column("rest", _("Other"), kind, hidden=hidden))
    return [*found, Column("total", _("Total"), kind, hidden=hidden)]
