"""What a research table says of a niche: demand, concentration, newcomers, ratings. Exact, never guessed.

A metric is taken over the rows that state what it needs; the others are left out and counted. Values
have 6 decimals, half up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.money import quantize
from tradewind.engine.scales import Metric

NEW_DAYS = 180
_PLACES = 6


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One competing product as the source stated it; None (or an empty name) is unknown."""

    niche: str
    external_id: str
    title: str = ""
    brand: str = ""
    seller: str = ""
    price_minor: int | None = None
    monthly_units: int | None = None
    monthly_units_before: int | None = None  # a year earlier
    rating: Decimal | None = None
    reviews: int | None = None
    listed_on: date | None = None
    weight_g: int | None = None


def measure(rows: Sequence[SignalRow], as_of: date) -> dict[str, Metric]:
    """Every metric of one niche's rows by code."""
    found = (
        _demand(rows),
        _growth(rows),
        _top_share("cr10_products", rows, "external_id"),
        _top_share("cr10_brands", rows, "brand"),
        _top_share("cr10_sellers", rows, "seller"),
        _hhi("hhi_brands", rows, "brand"),
        _hhi("hhi_sellers", rows, "seller"),
        _new_share(rows, as_of),
        _new_units(rows, as_of),
        _rating_gap(rows),
        _price_spread(rows),
        _review_barrier(rows),
        _coverage(rows),
    )
    return {metric.code: metric for metric in found}


def _metric(code: str, value: Fraction | int | None, rows: int, of: int, formula: str) -> Metric:
    return Metric(code, None if value is None else quantize(Fraction(value), _PLACES), rows, of, formula)


def _demand(rows: Sequence[SignalRow]) -> Metric:
    known = [row.monthly_units for row in rows if row.monthly_units is not None]
    return _metric("demand", sum(known) if known else None, len(known), len(rows), "sum of monthly units")


def _growth(rows: Sequence[SignalRow]) -> Metric:
    known = [
        (row.monthly_units, row.monthly_units_before)
        for row in rows
        if row.monthly_units is not None and row.monthly_units_before is not None
    ]
    now, before = sum(a for a, _ in known), sum(b for _, b in known)
    value = Fraction(now - before, before) if before else None
    return _metric("growth", value, len(known), len(rows), "(units now - a year earlier) / a year earlier")


def _holders(rows: Sequence[SignalRow], field: str) -> tuple[Mapping[str, int], int]:
    """Units by holder (names without case) and how many rows state both."""
    units: dict[str, int] = {}
    count = 0
    for row in rows:
        name = str(getattr(row, field)).strip().casefold()
        if name and row.monthly_units is not None:
            units[name] = units.get(name, 0) + row.monthly_units
            count += 1
    return units, count


def _top_share(code: str, rows: Sequence[SignalRow], field: str) -> Metric:
    """CR10: the ten largest holders' part of the units of all rows that name a holder (0..1)."""
    units, count = _holders(rows, field)
    total = sum(units.values())
    top = sum(sorted(units.values(), reverse=True)[:10])
    formula = f"units of the ten largest by {field} / units"
    return _metric(code, Fraction(top, total) if total else None, count, len(rows), formula)


def _hhi(code: str, rows: Sequence[SignalRow], field: str) -> Metric:
    """Herfindahl-Hirschman index: sum of squared percent shares, 0..10000; 30/30/20/20 gives 2600."""
    units, count = _holders(rows, field)
    total = sum(units.values())
    value = Fraction(sum(u * u for u in units.values()) * 10_000, total * total) if total else None
    return _metric(code, value, count, len(rows), f"sum of squared percent shares by {field}")


def _is_new(row: SignalRow, as_of: date) -> bool:
    return row.listed_on is not None and 0 <= (as_of - row.listed_on).days <= NEW_DAYS


def _dated(rows: Sequence[SignalRow], as_of: date) -> list[SignalRow]:
    """Rows with a listing day that is not after the table's own day."""
    return [row for row in rows if row.listed_on is not None and row.listed_on <= as_of]


def _new_share(rows: Sequence[SignalRow], as_of: date) -> Metric:
    dated = _dated(rows, as_of)
    new = sum(_is_new(row, as_of) for row in dated)
    value = Fraction(new, len(dated)) if dated else None
    return _metric(
        "new_share", value, len(dated), len(rows), f"products listed within {NEW_DAYS} days / dated"
    )


def _new_units(rows: Sequence[SignalRow], as_of: date) -> Metric:
    """Average monthly units of new products over the average of all; unknown without new products."""
    known = [row for row in _dated(rows, as_of) if row.monthly_units is not None]
    total = sum(row.monthly_units or 0 for row in known)
    new = [row.monthly_units or 0 for row in known if _is_new(row, as_of)]
    value = Fraction(sum(new) * len(known), len(new) * total) if new and total else None
    return _metric("new_units", value, len(known), len(rows), "average units of new products / of all")


def _rating_gap(rows: Sequence[SignalRow]) -> Metric:
    known = [Fraction(row.rating) for row in rows if row.rating is not None]
    value = 5 - sum(known, Fraction(0)) / len(known) if known else None
    return _metric("rating_gap", value, len(known), len(rows), "5 - average rating")


def quantile(values: Sequence[int], part: Fraction) -> Fraction:
    """The part-th quantile by straight lines between the order statistics (n - 1 intervals)."""
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    low = at.numerator // at.denominator
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _price_spread(rows: Sequence[SignalRow]) -> Metric:
    known = [row.price_minor for row in rows if row.price_minor is not None]
    value = None
    if len(known) >= 2 and quantile(known, Fraction(1, 2)):
        width = quantile(known, Fraction(3, 4)) - quantile(known, Fraction(1, 4))
        value = width / quantile(known, Fraction(1, 2))
    return _metric("price_spread", value, len(known), len(rows), "middle half of the prices / median")


def _review_barrier(rows: Sequence[SignalRow]) -> Metric:
    """Median reviews of the ten best sellers that state them (ties by id)."""
    known = [row for row in rows if row.reviews is not None and row.monthly_units is not None]
    top = sorted(known, key=lambda row: (-(row.monthly_units or 0), row.external_id))[:10]
    reviews = [row.reviews for row in top if row.reviews is not None]
    value = quantile(reviews, Fraction(1, 2)) if reviews else None
    return _metric("review_barrier", value, len(known), len(rows), "median reviews of the ten best sellers")


_CELLS = (
    "price_minor",
    "monthly_units",
    "monthly_units_before",
    "rating",
    "reviews",
    "listed_on",
    "weight_g",
)


def _coverage(rows: Sequence[SignalRow]) -> Metric:
    """The part of the cells that is known, brand and seller included."""
    known = sum(getattr(row, cell) is not None for row in rows for cell in _CELLS)
    known += sum(bool(row.brand.strip()) + bool(row.seller.strip()) for row in rows)
    cells = len(rows) * (len(_CELLS) + 2)
    return _metric("coverage", Fraction(known, cells) if cells else None, known, cells, "known cells / cells")
