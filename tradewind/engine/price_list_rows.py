"""A sheet of a price list as rows of prices, whichever way it is laid out.

Three layouts: prices in rows (country, band of weight, price per kg and per parcel, or first and further
weight), weights across (country rows, a column a band), places across (band rows, a column a country or
zone). Headers may take two rows, with merged cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.engine import price_list_words as words
from tradewind.engine.country_names import countries
from tradewind.engine.price_list_words import Span
from tradewind.engine.tabular_files import Cell

ROWS, WEIGHTS_ACROSS, PLACES_ACROSS, ZONE_TABLE = "rows", "weights_across", "places_across", "zone_table"
_HEADER_WITHIN = 40
_PRICES = (words.PER_KG, words.PRICE, words.FIRST, words.FURTHER)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a sheet holds."""

    at: int
    roles: frozenset[str]
    grams: int | None = None
    weight_g: int | None = None
    places: tuple[str, ...] = ()  # countries or a zone that the header names
    span: Span | None = None
    dated: date | None = None  # a date where a band of weight should stand

    def has(self, *roles: str) -> bool:
        """Whether it has any of the roles."""
        return any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: layout, columns, the first row below it (0-based)."""

    layout: str
    columns: tuple[Column, ...]
    below: int

    def first(self, *roles: str) -> Column | None:
        """The first column with one of the roles, in the order of the roles."""
        for role in roles:
            for column in self.columns:
                if role in column.roles:
                    return column
        return None

    def every(self, role: str) -> list[Column]:
        """Every column with a role."""
        return [column for column in self.columns if role in column.roles]


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of one place and band as the sheet writes them; row and column as people count them, from 1."""

    places: tuple[str, ...]
    span: Span | None
    grams: int | None  # of the unit of the band
    row: int
    column: int
    per_kg: Decimal | None = None
    per_parcel: Decimal | None = None
    price: Decimal | None = None
    first: tuple[int | None, Decimal] | None = None
    further: tuple[int | None, Decimal] | None = None
    minimum_g: int | None = None
    limit: Decimal | None = None
    per_gram: bool = False  # `per_kg` is per gram


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be read."""

    what: str  # country, weight, price
    row: int
    column: int
    value: str
    hint: str = ""


def header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The header of a sheet among its first rows; None when there is none that is known."""
    for at in range(min(_HEADER_WITHIN, len(rows))):
        if len({str(cell) for cell in rows[at] if cell != ""}) < 2:
            continue  # a title, written once or over merged cells
        for deep in (2, 1):
            if at + deep > len(rows) or (deep == 2 and not _continues(rows[at], rows[at + 1])):
                continue
            columns = _columns(rows[at : at + deep])
            layout = _layout(columns)
            if layout:
                return Header(layout, columns, at + deep)
    return None


def _continues(top: Sequence[Cell], bottom: Sequence[Cell]) -> bool:
    """Whether a row goes on with the header above it: roles, units, or the same merged cell."""
    cells = [(cell, top[at] if at < len(top) else "") for at, cell in enumerate(bottom) if cell != ""]
    if not cells:
        return False
    return all(cell == above or words.head(cell) or words.currencies([str(cell)]) for cell, above in cells)


def _columns(rows: Sequence[Sequence[Cell]]) -> tuple[Column, ...]:
    width = max(len(row) for row in rows)
    return tuple(_column(at, [row[at] for row in rows if at < len(row)]) for at in range(width))


def _column(at: int, cells: Sequence[Cell]) -> Column:
    heads = [head for cell in dict.fromkeys(cells) if (head := words.head(cell))]
    spans = [span for cell in cells if (span := words.span(cell))]
    dates = [cell for cell in cells if isinstance(cell, date)]
    named = next((found for cell in cells if (found := place(cell))), ())
    return Column(
        at,
        frozenset(head.role for head in heads),
        next((head.grams for head in heads if head.grams), None),
        next((head.weight_g for head in heads if head.weight_g), None),
        named,
        spans[0] if spans else None,
        dates[0] if dates else None,
    )


def place(cell: Cell) -> tuple[str, ...]:
    """The countries, or the zone, of a cell."""
    if not isinstance(cell, str):
        return ()
    found = countries(cell)
    if found:
        return tuple(found)
    zone = words.zone(cell)
    return (zone,) if zone else ()


def _layout(columns: Sequence[Column]) -> str:
    roles = frozenset(role for column in columns for role in column.roles)
    keyed = bool(roles & {words.COUNTRY, words.ZONE})
    if keyed and sum(c.span is not None or c.dated is not None for c in columns) >= 2:
        return WEIGHTS_ACROSS
    if words.RANGE in roles and len({c.places for c in columns if c.places}) >= 2:
        return PLACES_ACROSS
    if not keyed:
        return ""
    if roles & set(_PRICES):
        banded = roles & {words.RANGE, words.TO, words.FIRST, words.LIMIT}
        return ROWS if banded else ""
    return ZONE_TABLE if {words.COUNTRY, words.ZONE} <= roles else ""


def prices(head: Header, rows: Sequence[Sequence[Cell]]) -> Iterator[Priced | Unread]:
    """Every price below the header, in the order of the sheet; cells that cannot be read among them."""
    reader = {ROWS: _in_rows, WEIGHTS_ACROSS: _weights_across, PLACES_ACROSS: _places_across}[head.layout]
    keys: tuple[str, ...] = ()
    for at in range(head.below, len(rows)):
        row = rows[at]
        if len({str(cell) for cell in row if cell != ""}) <= 1:
            continue  # a blank row, a title or a note
        if head.layout == PLACES_ACROSS:
            yield from reader(head, row, at + 1, ())
            continue
        found = _keys(head, row, at + 1)
        if isinstance(found, Unread):
            if _priced(head, row):
                yield found
            continue
        keys = found or keys
        if keys:
            yield from reader(head, row, at + 1, keys)


def _keys(head: Header, row: Sequence[Cell], no: int) -> tuple[str, ...] | Unread:
    """The places of a row; () when it says none and goes on with those above."""
    zones = head.every(words.ZONE)
    columns = zones or head.every(words.COUNTRY)
    written = [(c.at, row[c.at]) for c in columns if c.at < len(row) and row[c.at] != ""]
    for _at, cell in written:
        if found := place(cell) or (_zone_number(cell) if zones else ()):
            return found
    if not written:
        return ()
    at, cell = written[0]
    return Unread("country", no, at + 1, str(cell)[:80])


def _zone_number(cell: Cell) -> tuple[str, ...]:
    text = words.folded(cell).upper()
    return (text,) if 0 < len(text) <= 4 and text.isalnum() else ()


def _priced(head: Header, row: Sequence[Cell]) -> bool:
    """Whether a row has prices at all: else it is a note."""
    at = [c.at for c in head.columns if c.has(*_PRICES, words.PER_PARCEL) or c.span is not None]
    return any(words.price(row[i]) is not None for i in at if i < len(row))


def _in_rows(head: Header, row: Sequence[Cell], no: int, keys: tuple[str, ...]) -> Iterator[Priced | Unread]:
    if not _priced(head, row):
        return
    span, grams, column = _band(head, row)
    if column is not None and span is None:
        yield _bad_weight(row, no, column)
        return
    values: dict[str, Decimal | None] = {}
    for role in (words.PER_KG, words.PER_PARCEL, words.PRICE, words.FIRST, words.FURTHER, words.MINIMUM):
        found = _amount(head.first(role), row, no)
        if isinstance(found, Unread):
            yield found
            return
        values[role] = found
    minimum, unit = values[words.MINIMUM], _grams_of(head, words.MINIMUM)
    yield Priced(
        keys, span, grams, no, 1 + (column.at if column else head.columns[0].at),
        per_kg=values[words.PER_KG], per_parcel=values[words.PER_PARCEL], price=values[words.PRICE],
        first=_with_weight(head.first(words.FIRST), values[words.FIRST]),
        further=_with_weight(head.first(words.FURTHER), values[words.FURTHER]),
        minimum_g=None if minimum is None or unit is None else int(minimum * unit),
        limit=_limit(head, row), per_gram=_grams_of(head, words.PER_KG) == 1,
    )  # fmt: skip


def _grams_of(head: Header, role: str) -> int | None:
    column = head.first(role)
    return column.grams if column else None


def _with_weight(column: Column | None, amount: Decimal | None) -> tuple[int | None, Decimal] | None:
    return None if column is None or amount is None else (column.weight_g, amount)


def _limit(head: Header, row: Sequence[Cell]) -> Decimal | None:
    """The heaviest weight of a row in grams, where a column states it."""
    column = head.first(words.LIMIT)
    found = words.span(row[column.at]) if column and column.at < len(row) else None
    unit = (found.grams or (column.grams if column else None)) if found else None
    return None if found is None or found.to is None or unit is None else found.to * unit


def _band(head: Header, row: Sequence[Cell]) -> tuple[Span | None, int | None, Column | None]:
    column = head.first(words.RANGE)
    if column is not None:
        found = words.span(row[column.at]) if column.at < len(row) else None
        return found, (found.grams if found else None) or column.grams, column
    low, high = head.first(words.FROM), head.first(words.TO)
    if high is None:
        return None, None, None
    to = words.price(row[high.at]) if high.at < len(row) else None
    above = words.price(row[low.at]) if low and low.at < len(row) else None
    return (None if to is None else Span(above or Decimal(0), to, None)), high.grams, high


def _bad_weight(row: Sequence[Cell], no: int, column: Column) -> Unread:
    cell = row[column.at] if column.at < len(row) else ""
    hint = f"{cell.month}-{cell.day}" if isinstance(cell, date) else ""
    return Unread("weight", no, column.at + 1, str(cell)[:80], hint)


def _amount(column: Column | None, row: Sequence[Cell], no: int) -> Decimal | Unread | None:
    if column is None or column.at >= len(row) or words.nothing(row[column.at]):
        return None
    found = words.price(row[column.at])
    return found if found is not None else Unread("price", no, column.at + 1, str(row[column.at])[:80])


def _weights_across(
    head: Header, row: Sequence[Cell], no: int, keys: tuple[str, ...]
) -> Iterator[Priced | Unread]:
    bands: dict[Span, list[Column]] = {}
    for column in head.columns:
        if column.span is not None:
            bands.setdefault(column.span, []).append(column)
    for span, columns in bands.items():
        grams = span.grams or columns[0].grams or _grams_of(head, words.RANGE)
        yield from _cells(keys, span, grams, columns, row, no)


def _places_across(
    head: Header, row: Sequence[Cell], no: int, keys: tuple[str, ...]
) -> Iterator[Priced | Unread]:
    column = head.first(words.RANGE)
    assert column is not None
    found = words.span(row[column.at]) if column.at < len(row) else None
    places: dict[tuple[str, ...], list[Column]] = {}
    for one in head.columns:
        if one.places and not one.has(words.RANGE):
            places.setdefault(one.places, []).append(one)
    if found is None:
        if any(words.price(row[c.at]) is not None for cs in places.values() for c in cs if c.at < len(row)):
            yield _bad_weight(row, no, column)
        return
    for names, columns in places.items():
        yield from _cells(names, found, found.grams or column.grams, columns, row, no)


def _cells(
    keys: tuple[str, ...], span: Span, grams: int | None, columns: list[Column], row: Sequence[Cell], no: int
) -> Iterator[Priced | Unread]:
    """The price cells of one place and band: per kg, per parcel, or one price."""
    values: dict[str, Decimal] = {}
    for column in columns:
        found = _amount(column, row, no)
        if isinstance(found, Unread):
            yield found
            return
        role = next((r for r in (words.PER_KG, words.PER_PARCEL) if column.has(r)), words.PRICE)
        if found is not None:
            values[role] = found
    if values:
        yield Priced(
            keys, span, grams, no, columns[0].at + 1, per_kg=values.get(words.PER_KG),
            per_parcel=values.get(words.PER_PARCEL), price=values.get(words.PRICE),
            per_gram=columns[0].has(words.PER_KG) and columns[0].grams == 1,
        )  # fmt: skip
