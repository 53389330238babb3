"""A forwarder's price list, as it is really sent, to bands of rate cards; likely slips are pointed out.

Nothing is guessed in silence: what the file does not say (currency, unit of weight, whether a price is per kg
or per parcel, where "21 kg and more" ends) is asked for, what was assumed or looks odd is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tradewind.engine import price_list_words as words
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import exponent
from tradewind.engine.price_list_rows import (
    ZONE_TABLE,
    Header,
    Priced,
    Unread,
    header,
    place,
    prices,
)
from tradewind.engine.price_list_slips import STOP, Finding, Made, check
from tradewind.engine.rates import Band, Place
from tradewind.engine.tabular_files import Cell, Sheet, Unreadable, open_sheets
from tradewind.engine.tabular_spec import MAX_BYTES

PER_KG, PER_PARCEL = "per_kg", "per_parcel"
HEADERS = frozenset(
    [
        "国家",
        "国家/地区",
        "目的国",
        "目的地",
        "重量",
        "重量段",
        "运费",
        "挂号费",
        "处理费",
        "首重",
        "续重",
        "country",
    ]
)
_SMALLEST_STEP = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a list where the file does not: each is only used where the file is silent."""

    currency: str = ""
    unit: str = ""  # kg or g
    price: str = ""  # per_kg or per_parcel
    heaviest_g: int | None = None
    first_g: int | None = None
    step_g: int | None = None


@dataclass(frozen=True, slots=True)
class SheetCard:
    """What a sheet says: bands, zones, findings, notes that nobody applied."""

    sheet: str
    layout: str
    currency: str
    bands: tuple[Band, ...] = ()
    places: tuple[Place, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Findings with which no card can be made."""
        return tuple(f for f in self.findings if f.weight == STOP)

    def problems(self) -> list[Problem]:
        """The stops as problems, row by row."""
        return [f.problem(self.sheet) for f in self.stops]


@dataclass(slots=True)
class _Reading:
    """One sheet being read."""

    said: Said
    currency: str
    per_kg: bool  # the sheet speaks of prices per kg somewhere
    findings: list[Finding] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)

    def stop(self, code: str, row: int | None, column: int | None, value: str, hint: str = "") -> None:
        self.findings.append(Finding(code, STOP, row, column, value, hint))


def read_price_list(name: str, data: bytes, said: Said | None = None) -> list[SheetCard]:
    """Every sheet with prices, in the order of the file; Refused when nothing in the file can be read.

    A table of countries and zones gives its zones to every sheet that prices by zone.
    """
    said = said or Said()
    try:
        sheets = open_sheets(name, data, HEADERS, MAX_BYTES)
    except Unreadable as exc:
        raise Refused([exc.problem]) from None
    found = [(sheet, header(sheet.rows)) for sheet in sheets]
    zones = [
        p for sheet, head in found if head and head.layout == ZONE_TABLE for p in _zones(head, sheet.rows)
    ]
    cards = [_card(sheet, head, said, zones) for sheet, head in found if head and head.layout != ZONE_TABLE]
    if not cards:
        accepted = "国家 + 重量段 + 元/KG + 挂号费; 国家 x 重量; 重量 x 国家/分区; 首重/续重"
        raise Refused([Problem(None, "file", name, "no sheet has a layout that is known", accepted)])
    return cards


def _zones(head: Header, rows: Sequence[Sequence[Cell]]) -> list[Place]:
    """Countries (and postcodes) to zones."""
    columns = [head.first(role) for role in (words.COUNTRY, words.ZONE, words.POSTCODE)]
    out = []
    for no, row in enumerate(rows[head.below :], head.below + 1):
        cells = [row[c.at] if c is not None and c.at < len(row) else "" for c in columns]
        name = words.zone(cells[1]) or words.folded(cells[1]).upper()
        first, _dash, last = words.folded(cells[2]).upper().partition("-")
        first, last = first.strip(), last.strip() or first.strip()
        out += [Place(name, country, first, last, no) for country in place(cells[0]) if name]
    return out


def _card(sheet: Sheet, head: Header, said: Said, zones: Sequence[Place]) -> SheetCard:
    texts = [cell for row in sheet.rows for cell in row if isinstance(cell, str)]
    notes = tuple(dict.fromkeys(t.strip() for t in texts if _is_note(t)))
    reading = _Reading(said, "", any(words.head(t) and "kg" in words.folded(t) and "/" in t for t in texts))
    _currency(reading, texts)
    items = list(prices(head, sheet.rows))
    for column in head.columns:
        if column.dated is not None:
            hint = f"{column.dated.month}-{column.dated.day}"
            reading.stop("date", head.below, column.at + 1, str(column.dated), hint)
    for item in items:
        if isinstance(item, Unread):
            code = "date" if item.hint else f"unread_{item.what}"
            reading.stop(code, item.row, item.column, item.value, item.hint)
    priced = [item for item in items if isinstance(item, Priced)]
    made = _bands(reading, priced)
    bands = [one.band for one in made]
    if not bands and not reading.findings:
        reading.stop("empty", None, None, sheet.name)
    names = {band.zone for band in bands}
    places = tuple(p for p in zones if p.name in names)
    reading.findings += check(priced, made, {p.name for p in places})
    return SheetCard(
        sheet.name, head.layout, reading.currency, tuple(bands), places, tuple(reading.findings), notes
    )


def _is_note(text: str) -> bool:
    """A line of words that nobody reads as data: conditions, surcharges, restrictions."""
    return len(text.strip()) >= 12 and words.span(text) is None and words.price(text) is None


def _currency(reading: _Reading, texts: Sequence[str]) -> None:
    found = words.currencies(list(texts))
    said = reading.said.currency
    reading.currency = said or (found[0] if len(found) == 1 else "")
    if not reading.currency:
        reading.stop("currency", None, None, ", ".join(found))
    elif found and said and said not in found:
        reading.findings.append(Finding("other_currency", "look", None, None, said, ", ".join(found)))


def _bands(reading: _Reading, priced: Sequence[Priced]) -> list[Made]:
    """Bands of every price; one that cannot be made is a finding. Single weights follow one another."""
    below: dict[str, int] = {}
    out = []
    for item in priced:
        for name in item.places:
            made = _band(reading, item, name, below.get(name, 0))
            if made is not None:
                below[name] = made.to
                out.append(Made(made, item.row, item.column))
    return out


def _band(reading: _Reading, item: Priced, zone: str, below: int) -> Band | None:
    bounds = _bounds(reading, item, below)
    if bounds is None or not reading.currency:
        return None
    above, to = bounds
    kind = _kind(reading, item)
    try:
        made = kind(reading, item, to) if kind else None
        parcel = _minor(reading, item.per_parcel or Decimal(0))
    except ValueError:
        reading.stop("decimals", item.row, item.column, str(item.per_parcel or item.price), reading.currency)
        return None
    if made is None:
        return None
    return replace(
        made,
        zone=zone,
        above=above,
        to=to,
        parcel_minor=parcel,
        minimum=item.minimum_g or 0,
        row=item.row,
    )


def _bounds(reading: _Reading, item: Priced, below: int) -> tuple[int, int] | None:
    """The band in grams: above (exclusive), to (inclusive)."""
    span, unit = item.span, item.grams or {"kg": 1000, "g": 1}.get(reading.said.unit)
    if span is not None and unit is None:
        if "unit" not in reading.assumed:
            reading.stop("unit", item.row, item.column, _written(item), "kg, g")
        reading.assumed.add("unit")
        return None
    to = None if span is None or span.to is None or unit is None else span.to * unit
    top = to if to is not None else item.limit or reading.said.heaviest_g
    if top is None:
        reading.stop("no_end", item.row, item.column, _written(item), "30 kg")
        return None
    above = below if span is None or span.above is None else int(span.above * (unit or 1))
    if span is None:
        above = 0
    if above == below + 1:  # 0.101-0.2 after 0-0.1: the same band, written from its first gram
        above = below
    return above, int(top)


def _written(item: Priced) -> str:
    span = item.span
    return "" if span is None else f"{span.above or ''}-{span.to or ''}".strip("-")


_Maker = Callable[[_Reading, Priced, int], Band | None]


def _kind(reading: _Reading, item: Priced) -> _Maker | None:
    """What the price of a row is."""
    if item.per_kg is not None:
        return _per_kg
    if item.first is not None or item.further is not None:
        return _first_and_further
    if item.price is None:
        return None
    stated = reading.said.price or (PER_PARCEL if item.span is not None and item.span.alone else "")
    stated = stated or (PER_KG if reading.per_kg or item.per_parcel is not None else "")
    if not stated:
        if "price" not in reading.assumed:
            reading.stop("price", item.row, item.column, str(item.price), "per_kg, per_parcel")
        reading.assumed.add("price")
        return None
    return _per_kg if stated == PER_KG else _whole


def _per_kg(reading: _Reading, item: Priced, to: int) -> Band:
    each = item.per_kg if item.per_kg is not None else item.price
    assert each is not None
    step = _SMALLEST_STEP
    amount = each * 1000 if item.per_gram else each
    while amount * 10 ** exponent(reading.currency) % 1 and step < 10**7:  # 65.555 a kg is 655.55 for ten
        amount, step = amount * 10, step * 10
    return Band("", 0, to, step, _minor(reading, amount), pro_rata=True)


def _first_and_further(reading: _Reading, item: Priced, to: int) -> Band | None:
    first_g = (item.first and item.first[0]) or reading.said.first_g
    step_g = (item.further and item.further[0]) or reading.said.step_g or first_g
    if item.first is None or (item.further is not None and not step_g) or not first_g:
        if "first" not in reading.assumed:
            reading.stop("first", item.row, item.column, "", "首重0.5KG, 续重0.5KG")
        reading.assumed.add("first")
        return None
    further = _minor(reading, item.further[1]) if item.further else 0
    return Band("", 0, to, step_g or first_g, further, first_g, _minor(reading, item.first[1]))


def _whole(reading: _Reading, item: Priced, to: int) -> Band:
    assert item.price is not None
    return Band("", 0, to, 1, 0, to, _minor(reading, item.price))


def _minor(reading: _Reading, amount: Decimal) -> int:
    minor = amount * 10 ** exponent(reading.currency)
    if minor != int(minor):
        raise ValueError("more decimals than the currency has")
    return int(minor)
