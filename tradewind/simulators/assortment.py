"""The practice company's assortment, suppliers, research tables and forwarder's card: seeded, invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from tradewind.engine.money import Money, exponent
from tradewind.simulators.goods import CATEGORIES, GOODS, MAKERS, SUPPLIERS, rows

CURRENCIES = {"US": "USD", "GB": "GBP", "DE": "EUR", "JP": "JPY"}
# Price level of a market in its own currency, per US dollar of the US price.
LEVELS = {"US": Fraction(1), "GB": Fraction(84, 100), "DE": Fraction(95, 100), "JP": Fraction(149)}


@dataclass(frozen=True, slots=True)
class Item:
    """A product as the practice company knows it before it is registered. Weight g, sizes mm, packed."""

    code: str
    name: str
    name_zh: str
    category: str
    category_zh: str
    hs_code: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    attributes: tuple[str, ...]
    unit_cost: Money  # CNY, excluding VAT
    supplier: int  # index into suppliers()
    prices: dict[str, Money]  # market -> price without tax


@dataclass(frozen=True, slots=True)
class Maker:
    """A supplier of the practice company."""

    code: str
    name: str
    name_zh: str
    city: str
    lead_days: int


def _price_point(amount: Fraction, currency: str) -> Money:
    """A price as shops write it: 12.99, or 1,980 yen."""
    if exponent(currency) == 0:
        return Money(max(1, round(amount / 100)) * 100 - 20, currency)
    return Money(max(1, round(amount)) * 100 - 1, currency)


# What a small seller of today is left with: dearer goods and lower prices than the list states.
COST_LEVEL, PRICE_LEVEL = Fraction(19, 10), Fraction(87, 100)


def assortment(seed: int) -> list[Item]:
    """72 products in 8 categories; cost and weight vary with the seed by up to 6 %, prices by up to 8 %."""
    items = []
    for code, name, name_zh, hs, weight, length, width, height, cost, price, attributes in rows(GOODS):
        dice = Random(f"{seed}:item:{code}")
        usd = Fraction(Decimal(price)) * PRICE_LEVEL * Fraction(dice.randint(92, 108), 100)
        kind = code[0]
        items.append(
            Item(
                code=f"TW-{code}",
                name=name,
                name_zh=name_zh,
                category=CATEGORIES[kind][0],
                category_zh=CATEGORIES[kind][1],
                hs_code=hs,
                weight_g=int(weight) * dice.randint(94, 106) // 100,
                length_mm=int(length),
                width_mm=int(width),
                height_mm=int(height),
                attributes=tuple(attributes.split()),
                unit_cost=Money.of(cost, "CNY").times(COST_LEVEL * Fraction(dice.randint(94, 106), 100)),
                supplier=dice.choice(MAKERS[kind]),
                prices={m: _price_point(usd * LEVELS[m], CURRENCIES[m]) for m in CURRENCIES},
            )
        )
    return items


def suppliers(seed: int) -> list[Maker]:
    """The ten makers; lead times vary with the seed by up to three days."""
    dice = Random(f"{seed}:suppliers")
    return [
        Maker(f"SUP{n:02d}", name, name_zh, city, int(days) + dice.randint(-3, 3))
        for n, (name, name_zh, city, days) in enumerate(rows(SUPPLIERS), 1)
    ]


def _csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue().encode()


RESEARCH_COLUMNS = (
    "Niche",
    "ASIN",
    "Title",
    "Brand",
    "Seller",
    "Price",
    "Monthly Units",
    "Units Last Year",
    "Rating",
    "Reviews",
    "Listed On",
    "Weight g",
)
_SYLLABLES = ("va", "lo", "ri", "ken", "mo", "tah", "be", "su", "nor", "eli", "zan", "pa", "do", "fi", "wen")
_EXTRAS = (
    "premium",
    "2 pack",
    "for home",
    "gift box",
    "new design",
    "large",
    "compact",
    "value set",
    "classic",
)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def _brand(dice: Random) -> str:
    return "".join(dice.choices(_SYLLABLES, k=dice.randint(2, 3))).capitalize()


def _competitor(item: Item, market: str, brands: Sequence[str], rank: int, dice: Random) -> list[object]:
    """One competing product; sales fall with rank, a few figures are unknown and left empty."""
    brand = dice.choice(brands)
    level = Fraction(dice.randint(70, 135), 100)
    price = _price_point(Fraction(item.prices[market].amount) * level, CURRENCIES[market])
    monthly = max(5, int(dice.randint(900, 2600) / rank**0.8))
    trend = dice.randint(60, 140)
    known = dice.random() > 0.05
    return [
        item.name.split(",")[0],
        "B0" + "".join(dice.choices(_LETTERS, k=8)),
        f"{brand} {item.name}, {dice.choice(_EXTRAS)}",
        brand,
        dice.choice((brand, f"{brand} Direct", f"{_brand(dice)} Trading")),
        f"{price.amount:f}",
        monthly if known else "",
        monthly * 100 // trend if known and dice.random() > 0.1 else "",
        f"{dice.randint(35, 49) / 10:.1f}",
        int(monthly * dice.randint(3, 40) / 10),
        (date(2026, 6, 1) - timedelta(days=dice.randint(60, 2200))).isoformat(),
        item.weight_g * dice.randint(80, 125) // 100 if dice.random() > 0.08 else "",
    ]


def research_table(seed: int, market: str) -> bytes:
    """A market-research export as CSV: 24 niches, 9 to 12 competing products each (>= 216 rows)."""
    lines = []
    for item in (i for i in assortment(seed) if i.code[-1] in "125"):
        dice = Random(f"{seed}:research:{market}:{item.code}")
        brands = [_brand(dice) for _ in range(dice.randint(3, 9))]
        lines += [_competitor(item, market, brands, rank, dice) for rank in range(1, dice.randint(9, 12) + 1)]
    return _csv(RESEARCH_COLUMNS, lines)


CARD_COLUMNS = (
    "Country",
    "From g",
    "To g",
    "First g",
    "First Price",
    "Step g",
    "Step Price",
    "Per Parcel",
    "Minimum g",
)
# CNY: first 100 g, every further 100 g, and the parcel, of a tracked small-parcel line.
_LINE_PRICES = {
    "US": (980, 620, 2200),
    "GB": (820, 480, 1900),
    "DE": (860, 510, 2100),
    "JP": (560, 310, 1500),
}
_BANDS = ((0, 500, 100), (500, 2000, 96), (2000, 20000, 92))


def forwarder_card(seed: int) -> bytes:
    """A forwarder's rate card as CSV, CNY: From exclusive, To inclusive, first weight and further steps."""
    dice = Random(f"{seed}:card")
    lines = []
    for country, (first, step, parcel) in _LINE_PRICES.items():
        level = dice.randint(95, 105)
        for above, to, share in _BANDS:
            f, s, p = (Money(v * level * share // 10000, "CNY").amount for v in (first, step, parcel))
            lines.append([country, above, to, 100, f, 100, s, p, 50 if above == 0 else 0])
    return _csv(CARD_COLUMNS, lines)
