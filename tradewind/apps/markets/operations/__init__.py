"""Verbs of markets, public numbers, exchange rates and rule decisions."""

from tradewind.apps.markets.operations.deciding import Decision, decide_rule, decide_rules
from tradewind.apps.markets.operations.indicators import import_indicators
from tradewind.apps.markets.operations.rates import FxImport, import_fx, record_fx
from tradewind.apps.markets.operations.register import NewMarket, move_markets, register_markets

__all__ = [
    "Decision",
    "FxImport",
    "NewMarket",
    "decide_rule",
    "decide_rules",
    "import_fx",
    "import_indicators",
    "move_markets",
    "record_fx",
    "register_markets",
]
