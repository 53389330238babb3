"""Bills against rate cards: causes that sum to the excess, nothing found where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.bill_audit import Billed, Ours, Tolerance, Verdict, audit_bill
from tradewind.engine.rates import Band, Card, Parcel, Place, Surcharge, Weighing

BANDS = [
    Band("US", 0, 2000, 100, 500, first=100, first_minor=3000),
    Band("GB", 0, 2000, 100, 400, first=100, first_minor=2500),
]
CARD = Card(
    BANDS,
    "CNY",
    areas=[Place("remote", "US", "995", "999")],
    surcharges=[
        Surcharge("fuel", rate=Decimal("0.1")),
        Surcharge("remote", parcel_minor=2000, area="remote"),
    ],
)
BY_VOLUME = Card(BANDS, "CNY", Weighing(divisor=6000))
OURS = Ours(Parcel("US", 250, postcode="10001"), CARD)  # 3000 + 2 x 500 and 10 % of fuel


def judged(line: Billed, ours: Ours = OURS, tolerance: Tolerance = Tolerance()) -> Verdict:  # noqa: B008
    return audit_bill([line], {"P": ours}, {}, tolerance)[line.line]


def found(verdict: Verdict) -> dict[str, int]:
    return {wrong.reason: wrong.excess for wrong in verdict.wrongs}


def test_a_line_at_the_price_of_the_card_is_clean() -> None:
    verdict = judged(Billed(1, "P", {"freight": 4000, "fuel": 400}, billed_g=300))
    assert (found(verdict), verdict.expected, verdict.unjudged) == ({}, 4400, [])


def test_a_whole_price_is_compared_with_freight_and_surcharges_together() -> None:
    assert found(judged(Billed(1, "P", {"total": 4400}))) == {}
    assert found(judged(Billed(1, "P", {"total": 4450}))) == {"rate": 50}


def test_what_is_too_much_is_split_into_weight_and_rate_exactly() -> None:
    verdict = judged(Billed(1, "P", {"freight": 5800}, billed_g=500))
    # 500 g cost 5000: 1000 by the weight, the other 800 by no weight at all
    assert (found(verdict), verdict.expected) == ({"weight": 1000, "rate": 800}, 4000)
    assert verdict.wrongs[0].facts["our_weight_g"] == "250"
    assert verdict.wrongs[0].facts["billed_weight_g"] == "500"


def test_a_heavier_weight_in_the_same_band_costs_nothing_and_is_no_finding() -> None:
    assert found(judged(Billed(1, "P", {"freight": 4000}, billed_g=300))) == {}


def test_a_weight_within_the_tolerance_is_let_pass_at_the_price_of_the_billed_weight() -> None:
    line = Billed(1, "P", {"freight": 4500}, billed_g=310)
    assert found(judged(line)) == {"weight": 500}
    assert found(judged(line, tolerance=Tolerance(grams=60))) == {}
    assert found(judged(line, tolerance=Tolerance(rate=Decimal("0.3")))) == {}


def test_a_wrong_country_is_a_wrong_zone() -> None:
    ours = Ours(Parcel("GB", 250), CARD)
    assert found(judged(Billed(1, "P", {"freight": 4000}, 300, country="US"), ours)) == {"zone": 700}


def test_a_wrong_weight_and_a_wrong_country_are_told_apart() -> None:
    ours = Ours(Parcel("GB", 250), CARD)
    verdict = judged(Billed(1, "P", {"freight": 5100}, 500, country="US"), ours)
    assert found(verdict) == {"weight": 800, "zone": 900, "rate": 100}
    assert verdict.excess == 5100 - 3300


def test_a_zone_is_compared_by_its_name_with_or_without_the_word() -> None:
    card = Card([Band("1", 0, 999, 100, 100), Band("8", 0, 999, 100, 300)], "CNY", places=[Place("1", "US")])
    ours = Ours(Parcel("US", 200), card)
    assert found(judged(Billed(1, "P", {"freight": 200}, zone="Zone 1"), ours)) == {}
    assert found(judged(Billed(1, "P", {"freight": 600}, zone="8区"), ours)) == {"zone": 400}
    assert found(judged(Billed(1, "P", {"freight": 600}, zone="nowhere"), ours)) == {"rate": 400}


def test_volume_is_told_from_scale_weight() -> None:
    ours = Ours(Parcel("US", 250, 100, 100, 100), BY_VOLUME)
    by_scale = Billed(1, "P", {"freight": 5000}, 500, scale_g=500)
    by_volume = Billed(1, "P", {"freight": 5000}, 500, scale_g=250)
    by_sides = Billed(1, "P", {"freight": 5000}, 500, sides_mm=(200, 150, 100))
    assert found(judged(by_scale, ours)) == {"weight": 1000}
    assert found(judged(by_volume, ours)) == {"size": 1000}
    assert found(judged(by_sides, ours)) == {"size": 1000}


def test_without_our_weight_the_rate_is_still_judged_at_the_billed_weight() -> None:
    ours = replace(OURS, weighed=False)
    verdict = judged(Billed(1, "P", {"freight": 5100}, 500), ours)
    assert (found(verdict), verdict.unjudged) == ({"rate": 100}, [("weight", "not_weighed")])
    assert found(judged(Billed(1, "P", {"freight": 5000}, 500), ours)) == {}


def test_what_nobody_can_price_is_no_finding_and_says_why() -> None:
    for ours, why in (
        (Ours(Parcel("FR", 250), CARD), ("price", "no_country")),
        (Ours(Parcel("US", 5000), CARD), ("price", "too_heavy")),
        (Ours(Parcel("US", 250), BY_VOLUME), ("size", "no_dimensions")),
        (Ours(unjudged="other_currency"), ("price", "other_currency")),
        (Ours(Parcel("US", 250), None), ("price", "no_card")),
    ):
        verdict = judged(Billed(1, "P", {"freight": 99_999}), ours)
        assert (found(verdict), verdict.expected, verdict.unjudged) == ({}, None, [why])


def test_a_line_of_no_parcel_is_not_judged() -> None:
    verdict = audit_bill([Billed(1, "", {"storage": 500})], {}, {})[1]
    assert (found(verdict), verdict.unjudged) == ({}, [("parcel", "no_parcel")])


def test_surcharges_that_are_not_on_the_card_or_not_due_are_wrong_as_a_whole() -> None:
    line = Billed(1, "P", {"freight": 4000, "fuel": 400, "remote": 2000, "peak": 300})
    assert found(judged(line)) == {"surcharge": 2300}
    remote = replace(OURS, parcel=Parcel("US", 250, postcode="99501"))
    assert found(judged(line, remote)) == {"surcharge": 300}


def test_a_surcharge_that_needs_the_postcode_is_not_judged_without_it() -> None:
    ours = Ours(Parcel("US", 250), CARD)
    verdict = judged(Billed(1, "P", {"freight": 4000, "remote": 2000}), ours)
    assert (found(verdict), verdict.unjudged) == ({}, [("remote", "no_postcode")])
    assert found(judged(Billed(1, "P", {"total": 9000}), ours)) == {}


def test_fuel_on_a_wrong_weight_is_of_the_weight() -> None:
    assert found(judged(Billed(1, "P", {"freight": 5000, "fuel": 500}, 500))) == {"weight": 1100}


def test_the_same_charge_twice_is_a_duplicate_in_the_bill_and_of_an_earlier_one() -> None:
    lines = [Billed(1, "P", {"total": 4400}), Billed(2, "P", {"freight": 4000})]
    verdicts = audit_bill(lines, {"P": OURS}, {})
    assert [found(v) for v in verdicts.values()] == [{}, {"duplicate": 4000}]
    assert verdicts[2].wrongs[0].facts == {"charged_before": "#1"}
    earlier = audit_bill(lines[:1], {"P": OURS}, {("P", "freight"): "B-7#12"})
    assert found(earlier[1]) == {"duplicate": 4400}
    assert earlier[1].expected == 0


def test_charges_of_one_parcel_on_lines_of_their_own_are_no_duplicates() -> None:
    lines = [Billed(1, "P", {"freight": 4000}), Billed(2, "P", {"fuel": 400})]
    assert [found(v) for v in audit_bill(lines, {"P": OURS}, {}).values()] == [{}, {}]


def test_a_correction_of_the_weight_counts_to_the_price_and_bears_what_is_too_much() -> None:
    lines = [Billed(1, "P", {"freight": 3000}), Billed(2, "P", {"weight_adjustment": 1500})]
    verdicts = audit_bill(lines, {"P": OURS}, {})
    assert [found(v) for v in verdicts.values()] == [{}, {"rate": 500}]


def test_what_was_never_sent_for_us_is_asked_back_whole() -> None:
    for why in ("not_shipped", "other_company"):
        assert found(judged(Billed(1, "P", {"total": 4400}), Ours(refused=why))) == {why: 4400}
    assert found(audit_bill([Billed(1, "X", {"total": 5})], {}, {})[1]) == {"unknown_parcel": 5}


def test_another_service_is_named_when_its_price_is_what_was_billed() -> None:
    dear = Card([Band("US", 0, 2000, 100, 900, first=100, first_minor=6000)], "CNY")
    ours = replace(OURS, billed_card=dear)
    assert found(judged(Billed(1, "P", {"freight": 7800}, 300), ours)) == {"service": 3800}
    assert found(judged(Billed(1, "P", {"freight": 7801}, 300), ours)) == {"rate": 3801}


LINES = st.builds(
    lambda freight, fuel, grams, country: Billed(
        1, "P", {"freight": freight, "fuel": fuel}, grams, country=country
    ),
    st.integers(0, 20_000), st.integers(0, 2000), st.none() | st.integers(1, 2500),
    st.sampled_from(["", "US", "GB", "FR"]),
)  # fmt: skip


@given(LINES, st.integers(1, 2000), st.integers(0, 300))
def test_causes_sum_to_what_is_above_the_price_and_never_more_than_was_billed(
    line: Billed, grams: int, tolerance: int
) -> None:
    verdict = judged(line, Ours(Parcel("US", grams, postcode="1"), CARD), Tolerance(minor=tolerance))
    assert verdict.expected is not None
    assert all(wrong.excess > tolerance for wrong in verdict.wrongs if len(verdict.wrongs) == 1)
    assert 0 <= verdict.excess <= line.amount
    over = sum(
        max(line.charges[code] - due, 0)
        for code, due in (("freight", _base(grams, line)), ("fuel", _base(grams, line) // 10))
    )
    if not tolerance and grams % 100:
        assert abs(verdict.excess - over) <= 1  # fuel is rounded half up


def _base(grams: int, line: Billed) -> int:
    """What is right: at the billed weight where that is not above the band of ours."""
    step = -(-grams // 100)
    if line.billed_g and line.billed_g <= step * 100 and line.billed_g <= grams:
        step = -(-line.billed_g // 100)
    return 3000 + max(step - 1, 0) * 500


@given(st.integers(1, 2000), st.sampled_from(["US", "GB"]))
def test_a_bill_written_from_the_card_has_no_finding(grams: int, country: str) -> None:
    parcel = Parcel(country, grams, postcode="1")
    quote = CARD.quote(parcel)
    assert quote.minor is not None
    parts = {c.surcharge.code: c.minor for c in quote.charged}
    line = Billed(1, "P", {"freight": quote.minor - sum(parts.values()), **parts}, grams, country=country)
    verdict = judged(line, Ours(parcel, CARD))
    assert (verdict.wrongs, verdict.expected) == ([], quote.minor)
