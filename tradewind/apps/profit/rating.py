"""Exchange rates for many orders: read once, each (pair, day) found once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.profit.computing import Rater
from tradewind.apps.profit.facts import OrderFacts
from tradewind.engine.fx import Rate


def rater(facts: Iterable[OrderFacts]) -> Rater:
    """A function (from, to, day) -> the rate in force, over every quote these orders can need."""
    facts = list(facts)
    days = [f.on for f in facts] or [date(2000, 1, 1)]
    currencies = {f.currency for f in facts} | {f.base for f in facts}
    for f in facts:
        currencies.update([said.currency for said in f.kinds])
        currencies.update([use.layer.currency for use in f.uses])
        currencies.update(c for _m, c, *_ in f.parcels if c)
    rates = rates_between(min(days), max(days), currencies)
    known: dict[tuple[str, str, date], Rate | None] = {}

    def find(base: str, quote: str, on: date) -> Rate | None:
        key = (base, quote, on)
        if key not in known:
            known[key] = rates.find(base, quote, on)
        return known[key]

    return find
