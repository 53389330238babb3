from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import MISSING
from tradewind.engine.money import Money
from tradewind.engine.rates import (
    Band,
    Card,
    Limit,
    Parcel,
    Place,
    Size,
    Surcharge,
    check_bands,
    check_places,
    check_surcharges,
    in_force,
)
from tradewind.engine.restrictions import Goods

US = [
    Band("US", 0, 500, 100, 300, first=100, first_minor=1000, parcel_minor=1500, minimum=50),
    Band("US", 500, 2000, 500, 2000, parcel_minor=2000),
]
CARD = Card(US, "CNY", 6000, "card-1")


def box(weight, sides=(10, 10, 10), country="US"):
    return Parcel(country, weight, *sides)


@pytest.mark.parametrize(
    ("weight", "minor"),
    [
        (1, 2500),
        (100, 2500),
        (101, 2800),
        (200, 2800),
        (500, 3700),
        (501, 6000),
        (1000, 6000),
        (1001, 8000),
        (2000, 10000),
    ],
)
def test_a_parcel_pays_first_weight_and_every_started_step(weight, minor):
    quote = CARD.quote(box(weight))
    assert (quote.amount, quote.reason) == (Money(minor, "CNY"), "")
    assert quote.explain().amount == Money(minor, "CNY")


def test_a_light_and_large_parcel_pays_by_volume_rounded_up_to_a_gram():
    quote = CARD.quote(box(200, (300, 200, 100)))
    assert (quote.chargeable, quote.by_volume) == (1000, True)
    assert CARD.quote(box(200, (301, 200, 100))).chargeable == 1004
    assert Card(US, "CNY").quote(Parcel("US", 200)).chargeable == 200


def test_the_arithmetic_is_shown():
    tree = CARD.quote(box(250)).explain()
    assert [(part.name, part.amount.minor, part.formula) for part in tree.parts] == [
        ("freight_parcel", 1500, "a parcel"),
        ("freight_first", 1000, "first 100 g"),
        ("freight_further", 600, "2 x 3.00 CNY per 100 g"),
    ]
    assert tree.inputs == {"chargeable_g": "250", "weighed": "scale", "band": "US 0-500 g"}
    assert tree.source == "card-1"


def test_a_minimum_weight_is_charged():
    card = Card([Band("US", 0, 500, 10, 10, minimum=50)], "CNY")
    assert card.quote(Parcel("US", 3)).amount == Money(50, "CNY")
    assert card.quote(Parcel("US", 3)).explain().inputs["chargeable_g"] == "50"


@pytest.mark.parametrize(
    ("parcel", "reason"),
    [
        (box(100, country="DE"), "no_country"),
        (box(0), "no_weight"),
        (box(2001), "too_heavy"),
        (Parcel("US", 100), "no_dimensions"),
        (box(100, (10, 0, 10)), "no_dimensions"),
    ],
)
def test_a_parcel_the_card_does_not_carry_is_refused_with_the_reason(parcel, reason):
    quote = CARD.quote(parcel)
    assert (quote.amount, quote.band, quote.reason) == (None, None, reason)
    assert (quote.explain().state, quote.explain().formula) == (MISSING, reason)


def test_a_weight_between_two_bands_is_refused():
    card = Card([Band("US", 0, 100, 100, 10), Band("US", 200, 300, 100, 20)], "CNY")
    assert card.quote(Parcel("US", 150)).reason == "gap"


def test_a_sound_card_has_no_problems():
    assert check_bands(US) == []


@pytest.mark.parametrize(
    ("bands", "field", "words"),
    [
        (
            [Band("US", 0, 500, 100, 10), Band("US", 400, 900, 100, 20, row=3)],
            "above",
            "overlaps the band before",
        ),
        ([Band("US", 0, 500, 100, 10), Band("US", 600, 900, 100, 20)], "above", "leaves a gap after"),
        (
            [Band("US", 0, 500, 100, 100), Band("US", 500, 900, 100, 10)],
            "step_minor",
            "costs less than the band before",
        ),
        ([Band("US", 500, 500, 100, 10)], "to", "no width"),
        ([Band("US", 0, 500, 0, 10)], "step", "a step has units"),
        ([Band("US", 0, 500, 100, -10, parcel_minor=1000)], "step_minor", "below zero"),
        ([Band("US", 0, 500, 100, 0)], "step_minor", "free of charge"),
    ],
)
def test_slips_in_a_card_are_found(bands, field, words):
    problems = check_bands(bands)
    assert [(problem.field, words in problem.reason) for problem in problems] == [(field, True)]
    assert problems[0].row == bands[-1].row


def test_countries_do_not_disturb_each_other():
    assert check_bands([Band("US", 0, 500, 100, 10), Band("DE", 0, 500, 100, 5)]) == []


@st.composite
def cards(draw):
    bands, floor, least = [], 0, 0
    for _ in range(draw(st.integers(1, 5))):
        top = floor + draw(st.integers(1, 3000))
        step, price = draw(st.integers(1, 1000)), draw(st.integers(0, 500))
        edge = -(-(floor + 1) // step) * price
        band = Band("US", floor, top, step, price, parcel_minor=max(least - edge, 1))
        bands.append(band)
        floor, least = top, band.price(top)
    return bands


@given(cards(), st.integers(1, 20_000), st.integers(0, 2_000))
def test_on_a_checked_card_a_heavier_parcel_never_costs_less(bands, weight, more):
    assert check_bands(bands) == []
    card = Card(reversed(bands), "CNY")
    low, high = card.quote(Parcel("US", weight)), card.quote(Parcel("US", weight + more))
    if high.amount is not None:
        assert low.amount is not None
        assert low.amount <= high.amount
    if low.amount is None:
        assert low.reason == "too_heavy"


@given(st.integers(1, 2_000), *[st.integers(1, 400)] * 3)
def test_the_quote_is_its_explanation_and_no_side_can_be_swapped_for_another_price(weight, a, b, c):
    one, two = CARD.quote(box(weight, (a, b, c))), CARD.quote(box(weight, (c, a, b)))
    assert one == two
    assert one.chargeable >= weight
    if one.amount is not None:
        assert one.explain().amount == one.amount


# ---- zones, surcharges, limits

ZONED = Card(
    [Band("1", 0, 1000, 1000, 500), Band("2", 0, 1000, 1000, 900), Band("JP", 0, 1000, 1000, 300)],
    "CNY",
    places=[
        Place("1", "US", "0", "4"),
        Place("2", "US", "5", "9"),
        Place("1", "US", "995", "999"),
        Place("2", "GB"),
        Place("1", "GB", "SW1"),
    ],
)


@pytest.mark.parametrize(
    ("country", "code", "minor", "reason"),
    [
        ("US", "49999", 500, ""),
        ("US", "50000", 900, ""),
        ("US", "99499", 900, ""),
        ("US", "99500", 500, ""),
        ("US", "", None, "no_postcode"),
        ("GB", "sw1a 1aa", 500, ""),
        ("GB", "SW2", 900, ""),
        ("JP", "", 300, ""),
        ("DE", "", None, "no_country"),
    ],
)
def test_countries_and_postcodes_lead_to_zones_the_longer_beginning_wins(country, code, minor, reason):
    quote = ZONED.quote(Parcel(country, 100, postcode=code))
    assert (quote.minor, quote.reason) == (minor, reason)


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ([Place("1", "US", "5", "4")], "is no range"),
        ([Place("1", "US", "5", "49")], "is no range"),
        ([Place("1", "US", "10", "20"), Place("2", "US", "20", "30")], "lies in two places"),
        ([Place("1", "US"), Place("2", "US")], "lies in two places"),
    ],
)
def test_places_that_contradict_are_found(places, reason):
    assert [p.reason for p in check_places(places)] == [reason]


def loaded(**kw):
    return Card(
        [Band("US", 0, 30_000, 1000, 1000)],
        "CNY",
        surcharges=[
            Surcharge("fuel", rate=Decimal("0.10"), of="all"),
            Surcharge("battery", parcel_minor=700, attribute="battery"),
            Surcharge("remote", parcel_minor=2000, area="remote"),
            Surcharge("oversize", parcel_minor=500, over=Size(longest_mm=600)),
            Surcharge("oversize", parcel_minor=900, over=Size(longest_mm=1000)),
            Surcharge("signature", parcel_minor=300, option="signature"),
        ],
        areas=[Place("remote", "US", "995", "999")],
        limits=[Limit(Size(weight_g=20_000, longest_mm=1500))],
        **kw,
    )


PLAIN = Goods.of({"battery": False})


@pytest.mark.parametrize(
    ("kw", "minor"),
    [
        ({}, 1000 + 100),
        ({"goods": Goods.of({"battery_built_in": True})}, 1700 + 170),
        ({"postcode": "99501"}, 3000 + 300),
        ({"length_mm": 601}, 1500 + 150),
        ({"length_mm": 1001}, 1900 + 190),
        ({"options": frozenset({"signature"})}, 1300 + 130),
    ],
)
def test_each_surcharge_counts_when_its_conditions_hold_the_dearest_of_a_code(kw, minor):
    given = {"goods": PLAIN, "postcode": "10001", "length_mm": 200, "width_mm": 100, "height_mm": 100, **kw}
    quote = loaded().quote(Parcel("US", 900, **given))
    assert (quote.minor, quote.unjudged) == (minor, ())
    assert quote.explain().amount == Money(minor, "CNY")


def test_what_is_not_known_is_said_and_not_charged():
    quote = loaded().quote(Parcel("US", 900))
    assert quote.minor == 1100
    assert {tuple(u) for u in quote.unjudged} == {
        ("limit", "no_dimensions"),
        ("battery", "no_attributes"),
        ("remote", "no_postcode"),
        ("oversize", "no_dimensions"),
    }
    tree = quote.explain()
    assert (tree.state, tree.amount) == (MISSING, Money(1100, "CNY"))
    told = {p.name: (p.formula, p.inputs) for p in tree.parts}
    assert told["fuel_surcharge"] == ("10.00 % of freight and surcharges", {})
    assert told["battery_surcharge"] == ("no_attributes", {})


@pytest.mark.parametrize(
    ("weight", "length", "reason"), [(20_001, 100, "too_heavy"), (900, 1501, "too_large")]
)
def test_beyond_the_limits_it_is_not_carried(weight, length, reason):
    parcel = Parcel("US", weight, length, 100, 100, goods=PLAIN, postcode="10001")
    assert loaded().quote(parcel).reason == reason


def test_fuel_has_its_days():
    rows = [
        Surcharge("fuel", rate=Decimal("0.10"), valid_to=date(2026, 10, 31)),
        Surcharge("fuel", rate=Decimal("0.12"), valid_from=date(2026, 11, 1)),
    ]
    assert [s.rate for s in in_force(rows, date(2026, 10, 31))] == [Decimal("0.10")]
    assert [s.rate for s in in_force(rows, date(2026, 11, 1))] == [Decimal("0.12")]


def test_bounds_of_a_surcharge_hold():
    row = Surcharge("fuel", rate=Decimal("0.10"), least_minor=50, most_minor=90)
    assert [row.amount(base, 1, 1) for base in (100, 600, 605, 2000)] == [50, 60, 61, 90]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Surcharge("fuel"), "surcharge"),
        (Surcharge("remote", parcel_minor=1, area="far"), "area"),
        (
            Surcharge("peak", parcel_minor=1, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),
            "valid_to",
        ),
        (Surcharge("fuel", step_minor=1, step=0), "step"),
    ],
)
def test_slips_of_surcharges_are_found(row, field):
    assert [p.field for p in check_surcharges([row], ["remote"])] == [field]


def test_a_price_per_kg_is_in_proportion_and_has_its_least():
    card = Card([Band("US", 0, 30_000, 1000, 6800, pro_rata=True, least_minor=1000, parcel_minor=100)], "CNY")
    assert [card.quote(Parcel("US", g)).minor for g in (1, 132, 133, 1000)] == [1000, 1000, 1004, 6900]
    assert [p.name for p in card.quote(Parcel("US", 1)).explain().parts] == [
        "freight_parcel", "freight_first", "freight_further", "freight_minimum",
    ]  # fmt: skip
