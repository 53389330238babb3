"""Fifty quotes worked out by hand, to the cent, at the boundaries where price lists are misread."""

from datetime import date
from decimal import Decimal

import pytest

from tradewind.engine.money import Money
from tradewind.engine.rates import (
    Band,
    Card,
    Limit,
    Parcel,
    Place,
    Size,
    Surcharge,
    Weighing,
    in_force,
)
from tradewind.engine.restrictions import Goods

BATTERY, NONE = Goods.of({"battery_built_in": True}), Goods.of({"battery": False})

# Post, price per kg and per parcel: DE to 0.3 kg 98/kg + 18; to 2 kg 88/kg + 20; least weight 50 g.
POST = Card(
    [
        Band("DE", 0, 300, 1000, 9800, parcel_minor=1800, minimum=50, pro_rata=True),
        Band("DE", 300, 2000, 1000, 8800, parcel_minor=2000, pro_rata=True),
    ],
    "CNY",
)
# Line by first and further weight: first 100 g 12.50, each 100 g 5.30; volume / 8000, beyond twice the scale.
LINE = Card(
    [Band("US", 0, 20_000, 100, 530, first=100, first_minor=1250)],
    "CNY",
    Weighing(divisor=8000, volume_times=Decimal(2)),
    surcharges=[
        Surcharge("battery", step_minor=500, pro_rata=True, attribute="battery"),
        Surcharge("fuel", rate=Decimal("0.135"), of="all"),
    ],
)
# Express: half kilos to 20 kg (first 0.5 kg 120, each 28), per kg above (46/kg); fuel on freight; remote.
EXPRESS = Card(
    [
        Band("3", 0, 20_000, 500, 2800, first=500, first_minor=12_000),
        Band("3", 20_000, 300_000, 1000, 4600),
    ],
    "CNY",
    Weighing(divisor=5000, side="up", step=500, heavy_over=30_000, heavy_step=1000),
    places=[Place("3", "GB"), Place("3", "FR")],
    areas=[Place("remote", "GB", "IV"), Place("remote", "FR", "20000", "20999")],
    surcharges=[
        Surcharge("fuel", rate=Decimal("0.1725")),
        Surcharge("remote", step_minor=350, least_minor=18_000, area="remote"),
        Surcharge("oversize", piece_minor=15_000, over=Size(longest_mm=1200)),
        Surcharge("oversize", piece_minor=60_000, over=Size(girth_mm=3300)),
    ],
    limits=[Limit(Size(weight_g=70_000, longest_mm=2700))],
)
# US ground by pounds and zones: 7.85 to 1 lb, 1.10 each further; residential, fuel on all, peak by date.
_GROUND = [
    Surcharge("residential", parcel_minor=595),
    Surcharge("peak", parcel_minor=250, valid_from=date(2026, 10, 1), valid_to=date(2027, 1, 15)),
    Surcharge("fuel", rate=Decimal("0.165"), of="all"),
]
_GROUND_BANDS = [
    Band("2", 0, 2400, 16, 110, first=16, first_minor=785),
    Band("8", 0, 2400, 16, 195, first=16, first_minor=1090),
]
_UPS = Weighing("oz", 139, "up", step=16)
_ZONES = [Place("2", "US", "90", "93"), Place("8", "US", "0", "1")]


def ground(on):
    return Card(_GROUND_BANDS, "USD", _UPS, places=_ZONES, surcharges=in_force(_GROUND, on))


OFF_PEAK, PEAK = ground(date(2026, 9, 30)), ground(date(2026, 10, 1))
# Air first leg: 45+ 52/kg, 100+ 48/kg, each carton at least 12 kg, ticket at least 21 kg, volume / 6000.
AIR = Card(
    [Band("US", 0, 99_999, 1000, 5200), Band("US", 99_999, 5_000_000, 1000, 4800)],
    "CNY",
    Weighing(divisor=6000, step=1000, piece_minimum=12_000, minimum=21_000),
    surcharges=[Surcharge("customs", parcel_minor=15_000)],
)
# Sea by cubic metre: 980 a m3, at least 1 m3; by carton: 45 each.
SEA = Card(
    [Band("US", 0, 70_000_000, 1_000_000, 98_000, pro_rata=True)], "CNY", Weighing("cm3", minimum=10**6)
)
CARTONS = Card([Band("US", 0, 500, 1, 4500)], "CNY", Weighing("piece"))
# Yen have no cents: 1,350 a kg.
YEN = Card([Band("JP", 0, 30_000, 1000, 1350, pro_rata=True, parcel_minor=400)], "JPY")
# Half of the excess volume (半泡), 0.1 kg steps, at least 35.00.
SOFT = Card(
    [Band("CA", 0, 10_000, 100, 720, least_minor=3500)],
    "CNY",
    Weighing(divisor=6000, volume_share=Decimal("0.5"), step=100),
)


def p(country, weight, *sides, **kw):
    return Parcel(country, weight, *sides, **kw)


SMALL = (100, 100, 100)
GOLDEN = [
    # --- post: per kg + per parcel
    (POST, p("DE", 1), "22.90"),  # 50 g: 4.90 + 18
    (POST, p("DE", 50), "22.90"),
    (POST, p("DE", 51), "23.00"),  # 4.998 -> 5.00 + 18
    (POST, p("DE", 123), "30.05"),  # 12.054 -> 12.05 + 18
    (POST, p("DE", 300), "47.40"),  # 29.40 + 18
    (POST, p("DE", 301), "46.49"),  # 26.488 -> 26.49 + 20
    (POST, p("DE", 2000), "196.00"),
    (POST, p("DE", 2001), "too_heavy"),
    (POST, p("US", 100), "no_country"),
    # --- line: first and further weight, battery per kg, fuel on everything
    (LINE, p("US", 100, *SMALL, goods=NONE), "14.19"),  # 12.50 x 1.135 = 14.1875
    (LINE, p("US", 101, *SMALL, goods=NONE), "20.20"),  # 17.80 x 1.135 = 20.203
    (LINE, p("US", 200, *SMALL, goods=NONE), "20.20"),
    (LINE, p("US", 201, *SMALL, goods=NONE), "26.22"),  # 23.10 x 1.135 = 26.2185
    (LINE, p("US", 200, *SMALL, goods=BATTERY), "21.34"),  # 17.80 + 1.00 = 18.80; fuel 2.538 -> 2.54
    (LINE, p("US", 250, 200, 200, 100, goods=NONE), "26.22"),  # 500 g by volume is not beyond 2 x 250
    (LINE, p("US", 249, 200, 200, 100, goods=NONE), "38.25"),  # 500 g: 33.70; fuel 4.5495
    (LINE, p("US", 20_001, *SMALL, goods=NONE), "too_heavy"),
    # 33.70; 4.5495
    (EXPRESS, p("GB", 500, *SMALL, postcode="M1 1AA"), "140.70"),  # 120 + 20.70
    (EXPRESS, p("GB", 501, *SMALL, postcode="M1 1AA"), "173.53"),  # 148 + 25.53
    (EXPRESS, p("GB", 500, 201, 151, 100, postcode="M1"), "173.53"),  # 21 x 16 x 10 / 5 = 0.672 kg: 1 kg
    (EXPRESS, p("GB", 20_000, *SMALL, postcode="M1"), "1,421.07"),  # 120 + 39 x 28 = 1212; 209.07
    (EXPRESS, p("GB", 20_001, *SMALL, postcode="M1"), "1,132.64"),  # 20.5 kg: 21 x 46 = 966; 166.635
    (EXPRESS, p("GB", 30_001, *SMALL, postcode="M1"), "1,671.99"),  # 31 x 46 = 1426; fuel 245.985
    (EXPRESS, p("GB", 500, *SMALL, postcode="IV2 3BD"), "320.70"),  # remote at least 180
    (EXPRESS, p("FR", 30_001, *SMALL, postcode="20137"), "1,851.99"),  # 31 x 3.50 = 108.50: 180
    (EXPRESS, p("FR", 60_000, *SMALL, postcode="20137"), "3,446.10"),  # 2760 + 476.10 + 210
    (EXPRESS, p("GB", 5000, 1200, 50, 50, postcode="M1"), "436.17"),  # 120 + 9 x 28 = 372; 64.17
    (EXPRESS, p("GB", 5000, 1201, 50, 50, postcode="M1"), "586.17"),  # + 150
    (EXPRESS, p("GB", 70_001, *SMALL, postcode="M1"), "too_heavy"),
    (EXPRESS, p("GB", 5000, 2701, 50, 50, postcode="M1"), "too_large"),
    # --- ground: pounds, zones, residential, peak window, fuel on all
    (OFF_PEAK, p("US", 454, *SMALL, postcode="90210"), "16.08"),  # (7.85 + 5.95) x 1.165 = 16.077
    (OFF_PEAK, p("US", 455, *SMALL, postcode="90210"), "17.36"),  # (8.95 + 5.95) x 1.165 = 17.3585
    (OFF_PEAK, p("US", 454, *SMALL, postcode="10001"), "19.63"),  # (10.90 + 5.95) x 1.165 = 19.63025
    (PEAK, p("US", 454, *SMALL, postcode="10001"), "22.54"),  # + 2.50: 19.35 x 1.165 = 22.54275
    (OFF_PEAK, p("US", 900, 282, 216, 157, postcode="90210"), "22.48"),  # 6 lb: 13.35 + 5.95 = 19.30
    (OFF_PEAK, p("US", 454, *SMALL, postcode="60601"), "no_country"),
    (OFF_PEAK, p("US", 454, *SMALL), "no_postcode"),
    # --- air first leg: least of a carton, of a ticket, price break
    (AIR, p("US", 8000, *SMALL), "1,242.00"),  # 21 kg x 52 + 150
    (AIR, p("US", 8000, *SMALL, pieces=2), "1,398.00"),  # 24 kg
    (AIR, p("US", 8000, 600, 500, 400, pieces=2), "2,230.00"),  # 40 kg by volume
    (AIR, p("US", 33_000, *SMALL, pieces=3), "5,298.00"),  # 99 kg
    (AIR, p("US", 33_001, *SMALL, pieces=3), "4,950.00"),  # 100 kg x 48 + 150: cheaper than 99
    # --- sea: cubic metres, cartons
    (SEA, p("US", 9000, 500, 400, 300, pieces=10), "980.00"),  # 0.6 m3, billed 1
    (SEA, p("US", 9000, 500, 400, 300, pieces=21), "1,234.80"),  # 1.26 m3
    (CARTONS, p("US", 9000, pieces=7), "315.00"),
    # --- yen; half volume
    (YEN, p("JP", 333), "850"),  # 449.55 -> 450 + 400
    (SOFT, p("CA", 400, 300, 200, 100), "50.40"),  # 700 g: 7 x 7.20
    (SOFT, p("CA", 400, *SMALL), "35.00"),  # 4 x 7.20 = 28.80, at least 35
    (SOFT, p("CA", 401, 300, 200, 100), "57.60"),  # 700.5 g: 8 steps
    (SOFT, p("CA", 400, 300, 200), "no_dimensions"),
]


@pytest.mark.parametrize(("card", "parcel", "want"), GOLDEN)
def test_a_quote_is_what_the_pencil_says(card, parcel, want):
    quote = card.quote(parcel)
    got = str(quote.amount).split(" ")[0] if quote.amount is not None else quote.reason
    assert got == want
    if quote.amount is not None:
        known = [part.amount for part in quote.explain().parts if part.amount is not None]
        assert Money.total(known, card.currency) == quote.amount


def test_there_are_fifty():
    assert len(GOLDEN) >= 50


def test_remote_cannot_be_judged_without_a_postcode():
    quote = EXPRESS.quote(p("GB", 500, *SMALL))
    assert (quote.minor, [tuple(u) for u in quote.unjudged]) == (14_070, [("remote", "no_postcode")])
