"""Exact price solves a CPU second, each with its intervals, its price ending and its whole explanation."""

from __future__ import annotations

import random
import time
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rate, Rates
from tradewind.engine.money import Money
from tradewind.engine.price_endings import endings
from tradewind.engine.price_terms import Sale, sale_terms
from tradewind.engine.pricing import GROSS, MARGIN, Band, Charge, Cost, PriceCurve, Target
from tradewind.rules import load

SEED, TODAY, BAR, COUNT = 20261123, date(2026, 11, 23), 5_000, 20_000
MARKETS = (
    ("US", "amazon", "baby", "USD"),
    ("US", "amazon", "apparel", "USD"),
    ("DE", "harbour", "home", "EUR"),
    ("GB", "harbour", "home", "GBP"),
    ("JP", "harbour", "home", "JPY"),
)
PER_EURO = {"CNY": "8.1", "USD": "1.16", "GBP": "0.87", "JPY": "180"}
RATES = Rates([FxQuote("EUR", code, TODAY, Decimal(rate), "bench") for code, rate in PER_EURO.items()])


def _rater(currency: str) -> Rate | None:
    return RATES.find(currency, "CNY", TODAY)


def run() -> bool:
    """SKUs x markets solved in one batch against the bar; false when it is missed."""
    draw, book = random.Random(SEED), load()
    shares = Decimal("0.08"), Decimal("0.03"), Decimal("0.02")
    asked = [
        (i % len(MARKETS), [
            Cost("fulfilment", Money(draw.randint(900, 9000), "CNY")),
            Cost("first_leg", Money(draw.randint(50, 900), "CNY")),
            Cost("goods_cost", Money(draw.randint(300, 30_000), "CNY")),
            Cost("duty", Money(draw.randint(0, 300), "USD")),
        ])
        for i in range(COUNT)
    ]  # fmt: skip
    border = Charge(
        "import_charges", (Band(Fraction(13_500), Fraction(0)), Band(None, Fraction(1, 4))), GROSS
    )
    target, tail = (
        Target(MARGIN, Fraction(1, 5)),
        [endings("9" if m[3] == "JPY" else ".99", m[3]) for m in MARKETS],
    )
    started = time.process_time()
    curves = []
    for market, channel, category, currency in MARKETS:
        found = sale_terms(Sale(market, channel, category, currency, *shares), book, TODAY, (border,))
        assert found.terms is not None, found.missing
        curves.append(PriceCurve(found.terms, "CNY", _rater))
    solved = several = 0
    for place, costs in asked:
        got = curves[place].solve(costs, target, endings=tail[place])
        solved += got.price is not None
        several += len(got.intervals) > 1
        tree = got.breakdown
        if tree is not None and got.profit is not None and got.net is not None:
            assert tree.amount == got.profit
            assert got.profit.minor * 5 >= got.net.minor
    spent = time.process_time() - started
    assert solved == COUNT
    rate = COUNT / spent
    print(f"price solves {rate:10,.0f} a CPU second ({several:,} with several intervals), bar {BAR:,}: "
          f"ratio {rate / BAR:.2f}")  # fmt: skip
    return rate >= BAR
