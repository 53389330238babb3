"""Which kinds of rules there are: the keys that choose a row and the values it states, by subject."""

from __future__ import annotations

from tradewind.engine.rule_kinds.book import BOOK
from tradewind.engine.rule_kinds.carriers import CARRIERS
from tradewind.engine.rule_kinds.channels import CHANNELS
from tradewind.engine.rule_kinds.china import CHINA
from tradewind.engine.rule_kinds.imports import IMPORTS
from tradewind.engine.rule_kinds.places import PLACES
from tradewind.engine.rule_kinds.schema import KindSchema, Value
from tradewind.engine.rule_kinds.tariffs import TARIFFS

__all__ = ["KINDS", "SUBJECTS", "KindSchema", "Value"]

# Subject -> its kinds, in the order of the business.
SUBJECTS: dict[str, dict[str, KindSchema]] = {
    "imports": IMPORTS,
    "tariffs": TARIFFS,
    "places": PLACES,
    "channels": CHANNELS,
    "carriers": CARRIERS,
    "china": CHINA,
    "book": BOOK,
}

KINDS: dict[str, KindSchema] = {name: kind for kinds in SUBJECTS.values() for name, kind in kinds.items()}
