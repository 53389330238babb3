"""Verbs of markets, public numbers, exchange rates, rule decisions and tariffs."""

from tradewind.apps.markets.operations.deciding import Decision, decide_rule, decide_rules
from tradewind.apps.markets.operations.indicators import import_indicators
from tradewind.apps.markets.operations.rates import FxImport, import_fx, record_fx
from tradewind.apps.markets.operations.register import NewMarket, move_markets, register_markets
from tradewind.apps.markets.operations.tariffs import NewTariff, TariffLoad, load_tariff, withdraw_tariffs

__all__ = [
    "Decision",
    "FxImport",
    "NewMarket",
    "NewTariff",
    "TariffLoad",
    "decide_rule",
    "decide_rules",
    "import_fx",
    "import_indicators",
    "load_tariff",
    "move_markets",
    "record_fx",
    "register_markets",
    "withdraw_tariffs",
]
