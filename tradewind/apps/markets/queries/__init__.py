"""Questions about markets, their numbers, exchange rates and the rules in force."""

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

__all__ = [
    "MAX_AGE_DAYS",
    "SOURCES",
    "fx_rates",
    "indicators",
    "market_ranking",
    "markets",
    "newest_rate_day",
    "rate_on",
    "rates_between",
    "rates_for",
    "rule_decisions",
    "rulebook",
]
