import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.breakdown import MISSING
from tradewind.engine.money import Money
from tradewind.engine.rates import Band, Card, Parcel, check_bands

US = [
    Band("US", 0, 500, 100, 300, first_g=100, first_minor=1000, parcel_minor=1500, minimum_g=50),
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
    assert (quote.chargeable_g, quote.by_volume) == (1000, True)
    assert CARD.quote(box(200, (301, 200, 100))).chargeable_g == 1004
    assert Card(US, "CNY").quote(Parcel("US", 200)).chargeable_g == 200


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
    card = Card([Band("US", 0, 500, 10, 10, minimum_g=50)], "CNY")
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
            "above_g",
            "overlaps the band before",
        ),
        ([Band("US", 0, 500, 100, 10), Band("US", 600, 900, 100, 20)], "above_g", "leaves a gap after"),
        (
            [Band("US", 0, 500, 100, 100), Band("US", 500, 900, 100, 10)],
            "step_minor",
            "costs less than the band before",
        ),
        ([Band("US", 500, 500, 100, 10)], "to_g", "no width"),
        ([Band("US", 0, 500, 0, 10)], "step_g", "a step has grams"),
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
    assert one.chargeable_g >= weight
    if one.amount is not None:
        assert one.explain().amount == one.amount
