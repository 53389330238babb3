"""Verbs of markets, public numbers, exchange rates, rule decisions and tariffs."""

from tradewind.apps.markets.operations.deciding import Decision, decide_rule, decide_rules
from tradewind.apps.markets.operations.indicators import import_indicators
from tradewind.apps.markets.operations.overriding import Override, end_rules, override_rule
from tradewind.apps.markets.operations.packs import adopt_rules, drop_pack, load_pack
from tradewind.apps.markets.operations.rates import FxImport, import_fx, record_fx
from tradewind.apps.markets.operations.register import NewMarket, move_markets, register_markets
from tradewind.apps.markets.operations.rule_rows import RuleSync, sync_rules
from tradewind.apps.markets.operations.tariffs import NewTariff, TariffLoad, load_tariff, withdraw_tariffs

__all__ = [
    "Decision",
    "FxImport",
    "NewMarket",
    "NewTariff",
    "Override",
    "RuleSync",
    "TariffLoad",
    "adopt_rules",
    "decide_rule",
    "decide_rules",
    "drop_pack",
    "end_rules",
    "import_fx",
    "import_indicators",
    "load_pack",
    "load_tariff",
    "move_markets",
    "override_rule",
    "record_fx",
    "register_markets",
    "sync_rules",
    "withdraw_tariffs",
]
