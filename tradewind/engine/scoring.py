"""The opportunity scan (row 1.1): niches and countries scored by stated evidence, every point explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One competing product as the source stated it; None is unknown."""

    niche: str
    external_id: str
    title: str = ""
    brand: str = ""
    seller: str = ""
    price_minor: int | None = None
    monthly_units: int | None = None
    monthly_units_before: int | None = None
    rating: Decimal | None = None
    reviews: int | None = None
    listed_on: date | None = None
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured number of a niche: value (None unknown), how many of how many rows stood behind it."""

    code: str
    value: Decimal | None
    rows: int
    of: int
    formula: str = ""


@dataclass(frozen=True, slots=True)
class NicheScore:
    """A niche's place in the ranking, its metrics and its score 0..100 as a sum of explained points."""

    niche: str
    rank: int
    score: Breakdown
    metrics: Mapping[str, Metric]
    products: int


DEFAULT_WEIGHTS: dict[str, Decimal] = {}
MARKET_WEIGHTS: dict[str, Decimal] = {}


def scan(
    rows: Sequence[SignalRow], weights: Mapping[str, Decimal] | None = None, *, as_of: date
) -> list[NicheScore]:
    """Every niche of a research table, best first."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One public number of a country."""

    country: str
    name: str
    year: int
    value: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class MarketScore:
    """A country's place, its score 0..100 explained by public indicators."""

    country: str
    rank: int
    score: Breakdown


def market_ranking(
    indicators: Sequence[IndicatorRow], weights: Mapping[str, Decimal] | None = None
) -> list[MarketScore]:
    """Countries, best first, by the newest year of every indicator."""
    raise NotImplementedError
