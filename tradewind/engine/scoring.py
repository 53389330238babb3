"""The opportunity scan (row 1.1): niches and countries scored by stated evidence, every point explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import quantize
from tradewind.engine.niche_metrics import SignalRow, measure
from tradewind.engine.scales import Metric, Scale, Weights, points_of, scale, score

__all__ = [
    "DEFAULT_WEIGHTS", "INDICATOR_SCALES", "MARKET_WEIGHTS", "NICHE_SCALES", "IndicatorRow", "MarketScore",
    "Metric", "NicheScore", "SignalRow", "market_ranking", "scan",
]  # fmt: skip

# What a niche's number earns. House judgement, not law: an absolute scale, the same for every table.
NICHE_SCALES: dict[str, Scale] = {
    "demand": scale(("0", "0"), ("3000", "0.5"), ("30000", "1")),
    "growth": scale(("-0.2", "0"), ("0", "0.3"), ("0.3", "1")),
    "cr10_brands": scale(("0.3", "1"), ("0.9", "0")),
    "hhi_sellers": scale(("1000", "1"), ("1800", "0.5"), ("5000", "0")),
    "new_share": scale(("0", "0"), ("0.3", "1")),
    "new_units": scale(("0", "0"), ("1", "0.7"), ("1.5", "1")),
    "rating_gap": scale(("0.2", "0"), ("1", "1")),
    "price_spread": scale(("0", "0"), ("0.6", "1")),
    "review_barrier": scale(("50", "1"), ("500", "0.5"), ("5000", "0")),
    "cr10_products": scale(("0.2", "1"), ("0.9", "0")),
    "cr10_sellers": scale(("0.3", "1"), ("0.9", "0")),
    "hhi_brands": scale(("1000", "1"), ("1800", "0.5"), ("5000", "0")),
    "coverage": scale(("0", "0"), ("1", "1")),
}

DEFAULT_WEIGHTS: dict[str, Decimal] = {
    code: Decimal(weight)
    for code, weight in (
        ("demand", 20), ("growth", 15), ("cr10_brands", 10), ("hhi_sellers", 10), ("new_share", 10),
        ("new_units", 10), ("rating_gap", 10), ("price_spread", 5), ("review_barrier", 10),
    )
}  # fmt: skip

INDICATOR_SCALES: dict[str, Scale] = {
    "population": scale(("0", "0"), ("50000000", "0.6"), ("300000000", "1")),
    "gdp_current_usd": scale(("0", "0"), ("1000000000000", "0.5"), ("20000000000000", "1")),
    "gdppercapita_us_inflation_adjusted": scale(("1000", "0"), ("20000", "0.6"), ("50000", "1")),
    "internet_users": scale(("20", "0"), ("95", "1")),
    "broadband_subscribers_per_100_people": scale(("0", "0"), ("40", "1")),
    "cell_phones_per_100_people": scale(("40", "0"), ("120", "1")),
    "imports_percent_of_gdp": scale(("5", "0"), ("40", "1")),
    "exports_percent_of_gdp": scale(("5", "0"), ("40", "1")),
    "merchandise_trade_percent_of_gdp": scale(("10", "0"), ("80", "1")),
    "urban_population_percent_of_total": scale(("30", "0"), ("90", "1")),
}

MARKET_WEIGHTS: dict[str, Decimal] = {
    code: Decimal(weight)
    for code, weight in (
        ("population", 20), ("gdp_current_usd", 20), ("gdppercapita_us_inflation_adjusted", 25),
        ("internet_users", 20), ("imports_percent_of_gdp", 10), ("urban_population_percent_of_total", 5),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NicheScore:
    """A niche's place in the ranking, its metrics and its score 0..100 as a sum of explained points."""

    niche: str
    rank: int
    score: Breakdown
    metrics: Mapping[str, Metric]
    products: int


def scan(
    rows: Sequence[SignalRow], weights: Mapping[str, Decimal] | None = None, *, as_of: date, source: str = ""
) -> list[NicheScore]:
    """Every niche of a research table, best first.

    Codes of NICHE_SCALES may be weighed; Refused for others. Equal scores: the larger demand, then the
    niche's name. An unknown metric earns nothing and is shown as missing.
    """
    chosen = Weights(DEFAULT_WEIGHTS if weights is None else weights, tuple(NICHE_SCALES))
    niches: dict[str, list[SignalRow]] = {}
    for row in rows:
        niches.setdefault(row.niche, []).append(row)
    found = []
    for niche, members in niches.items():
        metrics = measure(members, as_of)
        found.append(
            (niche, score("niche_score", metrics, chosen, NICHE_SCALES, source), metrics, len(members))
        )
    found.sort(key=lambda item: (-points_of(item[1]), -(item[2]["demand"].value or 0), item[0]))
    return [
        NicheScore(niche, rank, tree, metrics, count)
        for rank, (niche, tree, metrics, count) in enumerate(found, 1)
    ]


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One public number of a country and year."""

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
    """Countries, best first, by the newest year of every indicator; ties by country code.

    Codes of INDICATOR_SCALES may be weighed; Refused for others. Each part names its year and source.
    """
    chosen = Weights(MARKET_WEIGHTS if weights is None else weights, tuple(INDICATOR_SCALES))
    newest: dict[tuple[str, str], IndicatorRow] = {}
    for row in sorted(indicators, key=lambda r: (r.year, r.source, r.value)):
        newest[row.country, row.name] = row
    found = []
    for country in sorted({row.country for row in indicators}):
        metrics = {code: _newest(newest.get((country, code)), code) for code in chosen.values}
        found.append((country, score("market_score", metrics, chosen, INDICATOR_SCALES)))
    found.sort(key=lambda item: (-points_of(item[1]), item[0]))
    return [MarketScore(country, rank, tree) for rank, (country, tree) in enumerate(found, 1)]


def _newest(row: IndicatorRow | None, code: str) -> Metric:
    if row is None:
        return Metric(code, None, 0, 1)
    where = f"{row.year}, {row.source}" if row.source else str(row.year)
    return Metric(code, quantize(row.value, 6), 1, 1, f"of {where}")
