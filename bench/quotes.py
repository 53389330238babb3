"""Parcels a second over 60 services: chargeable weight, surcharges, restrictions, ranking, the Breakdown.

Every service carries every country of the draw; six weigh differently, all have fuel, two thirds a battery
surcharge, half a remote-area list, a third an oversize charge, a sixth no battery at all. Measured for each
parcel: the price of all 60 services, their order by price, promise and risk, and the whole Breakdown of the
winner (those of the others are made when somebody asks for them). Checked: 2,000 answers against each card
asked alone, and every Breakdown against its price.
"""

from __future__ import annotations

import random
import time
from decimal import Decimal

from tradewind.engine.rates import Band, Card, Limit, Parcel, Place, Size, Surcharge, Weighing
from tradewind.engine.rates_deck import Deck, Way
from tradewind.engine.restrictions import REFUSED, WITH_PAPERS, Goods, Term

SEED, SERVICES, PARCELS, BAR = 20261122, 60, 6_000, 3_000
COUNTRIES = ("US", "GB", "DE", "FR", "JP", "CA", "AU", "IT", "ES", "NL", "PL", "SE")
WEIGHINGS = (
    Weighing(),
    Weighing(divisor=6000),
    Weighing(divisor=8000, volume_times=Decimal(2)),
    Weighing(divisor=5000, side="up", step=500, heavy_over=30_000, heavy_step=1000),
    Weighing(divisor=6000, volume_share=Decimal("0.5"), step=100),
    Weighing(divisor=6000, minimum=50),
)
GOODS = (
    Goods.of({"battery": False, "liquid": False}),
    Goods.of({"battery": False, "liquid": False}),
    Goods.of({"battery_built_in": True, "liquid": False}, Decimal("7.4")),
)


def _bands(n: int) -> list[Band]:
    """First and further weight on even services, per kg and per parcel on odd ones; 40 bands a country."""
    pro_rata = n % 2 == 1
    step, each = (1000, 6000 + 50 * n) if pro_rata else (100, 500 + 5 * n)
    return [
        Band(c, a, a + 500, step, each, 0 if pro_rata else 100, 0 if pro_rata else 900, 1800, 0, pro_rata)
        for c in COUNTRIES
        for a in range(0, 20_000, 500)
    ]


def _card(n: int) -> Card:
    surcharges = [Surcharge("fuel", rate=Decimal("0.10") + Decimal(n) / 1000, of="all" if n % 2 else "base")]
    if n % 3:
        surcharges.append(Surcharge("battery", step_minor=300, pro_rata=True, attribute="battery"))
    if n % 2:
        surcharges.append(Surcharge("remote", parcel_minor=2000, area="remote"))
    if n % 3 == 0:
        surcharges.append(Surcharge("oversize", parcel_minor=8000, over=Size(longest_mm=600)))
    areas = [Place("remote", "US", "995", "999"), Place("remote", "GB", "IV")] if n % 2 else []
    return Card(
        _bands(n), "CNY" if n % 4 else "USD", WEIGHINGS[n % len(WEIGHINGS)], areas=areas,
        surcharges=surcharges, limits=[Limit(Size(30_000, 1500))],
    )  # fmt: skip


def deck() -> Deck:
    """The sixty services."""
    return Deck(
        [
            Way(
                _card(n), (1, 1) if n % 4 else (71, 10), 5 + n % 25, n % 5 > 0, None,
                (Term("battery", REFUSED if n % 6 == 0 else WITH_PAPERS, ("MSDS",)),),
            )
            for n in range(SERVICES)
        ]
    )  # fmt: skip


def parcels() -> list[Parcel]:
    """Parcels of one box, any country, 1 g to 15 kg."""
    draw = random.Random(SEED)
    return [
        Parcel(
            draw.choice(COUNTRIES), draw.randint(1, 15_000), draw.randint(50, 700), 200, draw.randint(9, 400),
            draw.choice(("10001", "99501", "IV2", "75001")), draw.choice(GOODS),
        )
        for _ in range(PARCELS)
    ]  # fmt: skip


def run() -> bool:
    """The rate against its bar; false when it is missed."""
    ways, asked = deck(), parcels()
    ways.rank(asked[:100])
    started = time.process_time()
    rankings = ways.rank(asked)
    trees = [ranking.quote(best).explain() for ranking in rankings if (best := ranking.best)]
    spent = time.process_time() - started
    _check(ways, rankings, trees)
    refused = sum(choice.minor is None for ranking in rankings for choice in ranking)
    rate = len(asked) / spent
    print(
        f"{SERVICES} services, {len(asked):,} parcels, {refused / len(asked) / SERVICES:.0%} of the answers "
        f"refusals: {rate:,.0f} parcels ({rate * SERVICES:,.0f} prices) a CPU second with the winner's "
        f"Breakdown, bar {BAR:,}: ratio {rate / BAR:.2f}",
        flush=True,
    )
    return rate >= BAR


def _check(ways: Deck, rankings: list, trees: list) -> None:
    bests = [(ranking, best) for ranking in rankings if (best := ranking.best)]
    for (ranking, best), tree in zip(bests, trees, strict=True):
        assert tree.amount is not None
        assert (tree.amount.minor, best.score) == (best.minor, min(c.score for c in ranking if c.score))
    draw = random.Random(SEED)
    for _ in range(2_000):
        ranking = draw.choice(rankings)
        choice = draw.choice(list(ranking))
        if choice.reason != "not_taken":
            quote = ways.ways[choice.at].card.quote(ranking.parcel)
            assert (quote.minor, quote.reason) == (choice.minor, choice.reason)
