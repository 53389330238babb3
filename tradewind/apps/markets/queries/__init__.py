"""Questions about markets, their numbers, exchange rates, the rules in force and tariffs."""

from tradewind.apps.markets.queries.public import indicators, market_ranking, markets
from tradewind.apps.markets.queries.rates import (
    MAX_AGE_DAYS,
    SOURCES,
    fx_rates,
    newest_rate_day,
    rate_on,
    rates_between,
    rates_for,
)
from tradewind.apps.markets.queries.rules import rule_decisions, rulebook
from tradewind.apps.markets.queries.tariffs import (
    Tariffs,
    all_tariffs,
    chapter_99,
    chapters,
    lineage,
    naming,
    rate_changes,
    schedule_of,
    tariff_versions,
    tariffs_on,
)

__all__ = [
    "MAX_AGE_DAYS",
    "SOURCES",
    "Tariffs",
    "all_tariffs",
    "chapter_99",
    "chapters",
    "fx_rates",
    "indicators",
    "lineage",
    "market_ranking",
    "markets",
    "naming",
    "newest_rate_day",
    "rate_changes",
    "rate_on",
    "rates_between",
    "rates_for",
    "rule_decisions",
    "rulebook",
    "schedule_of",
    "tariff_versions",
    "tariffs_on",
]
