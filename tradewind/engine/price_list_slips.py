"""Likely slips of a price list: dragged cells, overlaps, gaps, falling prices, a lost decimal point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, pairwise
from statistics import median_low
from typing import NamedTuple

from tradewind.engine.contracts import Problem
from tradewind.engine.price_list_rows import Priced
from tradewind.engine.rates import Band, check_bands

STOP, LOOK = "stop", "look"
_SERIES = 4  # rows that rise by one before it looks dragged
_JUMP = 8
_BREAK = 10
_ENOUGH = 3  # places to compare a price with

# What a finding says; faces translate these sentences.
WORDS = {
    "date": "a date stands where a weight should be: the spreadsheet turned it into one",
    "unread_country": "is not a country or zone that is known",
    "unread_weight": "is not a band of weight",
    "unread_price": "is not a price",
    "currency": "the currency is not stated, or more than one is",
    "other_currency": "the file names another currency",
    "unit": "the unit of weight is not stated",
    "no_end": "the heaviest weight is not stated",
    "price": "per kg or per parcel is not stated",
    "first": "the first or further weight is not stated",
    "decimals": "has more decimals than the currency",
    "empty": "the sheet has no price",
    "dragged_band": "starts where the band before starts and ends one later: was the cell dragged down?",
    "dragged_limit": "rises by one from row to row: was the cell dragged down?",
    "dragged_price": "rises by one from row to row: was the cell dragged down?",
    "overlap": "overlaps the band before",
    "gap": "leaves a gap after the band before",
    "falls": "costs less than the band before at the edge: a slip of a digit?",
    "no_width": "the band has no width",
    "free": "the band is free of charge",
    "twice": "the country and band stand twice",
    "again": "the country comes again further down",
    "jump": "is about ten times the price of the others: a lost decimal point?",
    "no_zone": "no country is said to be in this zone",
}
_CHECKED = {
    "overlaps the band before": ("overlap", STOP),
    "leaves a gap after the band before": ("gap", LOOK),
    "costs less than the band before at the edge: a slip of a digit?": ("falls", LOOK),
    "the band has no width": ("no_width", STOP),
    "the band is free of charge": ("free", STOP),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (stop) or odd (look) in a sheet, where it stands, and what may be meant."""

    code: str
    weight: str
    row: int | None
    column: int | None
    value: str
    hint: str = ""

    @property
    def words(self) -> str:
        """What is said of it."""
        return WORDS[self.code]

    def problem(self, sheet: str) -> Problem:
        """As a problem of a file: the field is the cell."""
        cell = "" if self.row is None or self.column is None else f"{_letters(self.column)}{self.row}"
        where = "!".join(part for part in (sheet, cell) if part)
        return Problem(self.row, where or "file", self.value[:80], self.words, self.hint)

    def to_json(self) -> dict[str, object]:
        """For storage with a draft."""
        return {
            "code": self.code, "weight": self.weight, "row": self.row, "column": self.column,
            "value": self.value, "hint": self.hint,
        }  # fmt: skip


def _letters(column: int) -> str:
    """A column as spreadsheets call it: 28 is AB."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


class Made(NamedTuple):
    """A band with the cell it was made of."""

    band: Band
    row: int
    column: int

    def finding(self, code: str, weight: str, hint: str = "") -> Finding:
        """A finding about its cell."""
        low, high = (_kg(grams) for grams in (self.band.above, self.band.to))
        return Finding(code, weight, self.row, self.column, f"{self.band.zone} {low}-{high} kg", hint)


def check(priced: Sequence[Priced], made: Sequence[Made], zones: set[str]) -> list[Finding]:
    """Every likely slip of a sheet, in the order of its rows."""
    out = [*_dragged_bands(priced), *_series(priced), *_twice(made), *_again(priced)]
    stopped = {(f.row, f.column) for f in out if f.weight == STOP}
    out += [f for f in _checked(made) if (f.row, f.column) not in stopped]
    out += [*_jumps(made), *_zoneless(made, zones)]
    return sorted(out, key=lambda f: (f.row or 0, f.column or 0, f.code))


def _dragged_bands(priced: Sequence[Priced]) -> Iterator[Finding]:
    """0<W≤0.5, 0<W≤1.5, 0<W≤2.5: a spreadsheet that fills a column counts the last number on."""
    for one, two in pairwise(priced):
        a, b = one.span, two.span
        if one.places != two.places or a is None or b is None or a.to is None or b.to is None:
            continue
        if a.above is not None and a.above == b.above and b.to - a.to == 1:
            yield Finding("dragged_band", STOP, two.row, two.column, f"{b.above}-{b.to}", f"{a.to}-...")


def _series(priced: Sequence[Priced]) -> Iterator[Finding]:
    """Limits, prices and fees that rise by one from row to row, whatever the country."""
    looked: tuple[tuple[str, Callable[[Priced], Decimal | None]], ...] = (
        ("dragged_limit", lambda p: None if p.limit is None else p.limit / 1000),
        ("dragged_price", lambda p: p.per_kg if p.per_kg is not None else p.price),
        ("dragged_price", lambda p: p.per_parcel),
    )
    columns = sorted(priced, key=lambda p: (p.column, p.row))
    for code, value_of in looked:
        for _column, group in groupby(columns, key=lambda p: p.column):
            yield from _rising(code, [(p, value_of(p)) for p in group])


def _rising(code: str, cells: Sequence[tuple[Priced, Decimal | None]]) -> Iterator[Finding]:
    run = 1
    for (one, a), (two, b) in pairwise(cells):
        rises = a is not None and b is not None and b - a == 1 and two.row == one.row + 1
        run = run + 1 if rises else 1
        if run == _SERIES:
            yield Finding(code, LOOK, two.row, two.column, str(b), f"{_SERIES} rows")


def _twice(made: Sequence[Made]) -> Iterator[Finding]:
    seen: dict[tuple[str, int, int], int] = {}
    for one in made:
        key = (one.band.zone, one.band.above, one.band.to)
        if key in seen:
            yield one.finding("twice", STOP, str(seen[key]))
        seen.setdefault(key, one.row)


def _again(priced: Sequence[Priced]) -> Iterator[Finding]:
    """A country whose rows do not lie together: two blocks of the same name."""
    blocks = [(places, list(group)) for places, group in groupby(priced, key=lambda p: p.places)]
    if any(one.row == two.row and one.places != two.places for one, two in pairwise(priced)):
        return  # places across: every row names all of them
    seen: dict[str, int] = {}
    for places, group in blocks:
        for name in places:
            if name in seen:
                yield Finding("again", LOOK, group[0].row, group[0].column, name, str(seen[name]))
            seen.setdefault(name, group[0].row)


def _checked(made: Sequence[Made]) -> Iterator[Finding]:
    """What the rules of cards say: overlaps, gaps, prices that fall."""
    for problem in check_bands([replace(one.band, row=n) for n, one in enumerate(made)]):
        code, weight = _CHECKED.get(problem.reason, ("free", STOP))
        assert problem.row is not None
        if code == "falls" and _usual(made, made[problem.row]):
            continue
        hint = f"{_kg(int(problem.accepted))} kg" if problem.accepted.isdigit() else problem.accepted
        yield made[problem.row].finding(code, weight, hint)


def _usual(made: Sequence[Made], high: Made) -> bool:
    """Whether a fall is the usual break of a price per kg: up to a tenth of the band below."""
    below = [one.band for one in made if one.band.zone == high.band.zone and one.band.to == high.band.above]
    edge = high.band.price(high.band.above + 1) * _BREAK
    return high.band.pro_rata and all(edge >= low.price(low.to) * (_BREAK - 1) for low in below)


def _jumps(made: Sequence[Made]) -> Iterator[Finding]:
    """A price about ten times the middle one of the same weight elsewhere, or a tenth of it."""
    by_weight: dict[tuple[int, int], list[Made]] = {}
    by_zone: dict[str, list[Made]] = {}
    for one in made:
        by_weight.setdefault((one.band.above, one.band.to), []).append(one)
        by_zone.setdefault(one.band.zone, []).append(one)
    for rows in by_weight.values():
        if len(rows) >= _ENOUGH:
            yield from _against_the_middle(rows)
    if len(by_zone) < _ENOUGH:
        for rows in by_zone.values():
            yield from _against_the_one_before(rows)


def _against_the_middle(rows: Sequence[Made]) -> Iterator[Finding]:
    middle = median_low(one.band.price(one.band.to) for one in rows)
    for one in rows:
        price = one.band.price(one.band.to)
        if price >= middle * _JUMP or price * _JUMP <= middle:
            yield one.finding("jump", LOOK, f"{price / Decimal(100)} : {middle / Decimal(100)}")


def _against_the_one_before(rows: Sequence[Made]) -> Iterator[Finding]:
    """With few places to compare: by kg against the band before, where that is not much lighter."""
    for low, high in pairwise(sorted(rows, key=lambda one: one.band.to)):
        a = low.band.price(low.band.to) * high.band.to
        b = high.band.price(high.band.to) * low.band.to
        if (b >= a * _JUMP or b * _JUMP <= a) and high.band.to < low.band.to * _JUMP:
            yield high.finding("jump", LOOK, f"{_kg(low.band.to)} kg")


def _zoneless(made: Sequence[Made], zones: set[str]) -> Iterator[Finding]:
    for name in sorted({one.band.zone for one in made}):
        if name not in zones and not (len(name) == 2 and name.isalpha()):
            yield Finding("no_zone", STOP, None, None, name, "国家 + 分区")


def _kg(grams: int) -> str:
    return f"{(grams / Decimal(1000)).normalize():f}"
