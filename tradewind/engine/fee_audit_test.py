"""Fees charged against the schedule: exact overcharges, and what cannot be judged is no finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.fee_audit import Judged, Sale, audit_sale
from tradewind.engine.fulfilment_fees import Unit
from tradewind.engine.rule_rows import Rule
from tradewind.engine.rulebook import Rulebook

ON = date(2026, 6, 1)


def rule(kind: str, keys: dict[str, str], **values: object) -> Rule:
    where = {"channel": "shop", "market": "US", **keys}
    name = "-".join((kind, *keys.values()))
    return Rule(name, kind, where, values, date(2026, 1, 1), None, "test", ON, "confirmed", "high", "t.toml")


REFERRAL = rule(
    "referral_fee", {"category": "*"}, shape="flat", tiers=((None, Decimal("0.15")),),
    minimum=Decimal("0.30"), currency="USD", base="price + shipping + gift wrap, tax excluded",
)  # fmt: skip
RULES = [
    REFERRAL,
    rule("payment_fee", {}, rate=Decimal("0.03"), fixed=Decimal("0.30"), currency="USD"),
    rule(
        "fee_refund", {"fee": "referral_fee"}, kept_rate=Decimal("0.2"), kept_most=Decimal(5), currency="USD"
    ),
    rule("size_tier", {"tier": "small"}, place=1, unit="cm_kg", longest=Decimal(30), max_weight=Decimal(1)),
    rule("size_tier", {"tier": "large"}, place=2, unit="cm_kg", longest=Decimal(60), max_weight=Decimal(9)),
    *(
        rule("fulfilment_fee", {"tier": tier, "goods": "*", "price_band": "*"}, weight_unit="kg",
             currency="USD", steps=steps)
        for tier, steps in (
            ("small", ((Decimal(1), Decimal("3.20")),)),
            ("large", ((Decimal(1), Decimal("5.40")), (Decimal(9), Decimal("8.00")))),
        )
    ),
]  # fmt: skip
BOOK = Rulebook(RULES)
SALE = Sale(
    1, "shop", "US", "lamps", ON, "USD", 1,
    {"principal": 20_00, "shipping": 4_00, "tax": 1_60, "referral_fee": -3_60, "payment_fee": -1_07,
     "fulfilment_fee": -3_20},
    Unit((200, 100, 50), 400),
)  # fmt: skip


def said(**sums: int) -> Sale:
    return replace(SALE, sums={**SALE.sums, **sums})


def over(sale: Sale, book: Rulebook = BOOK) -> dict[str, int]:
    return {j.reason: j.excess for j in audit_sale(book, sale) if j.excess}


def why(sale: Sale, book: Rulebook = BOOK) -> dict[str, str]:
    return {j.reason: j.why for j in audit_sale(book, sale) if j.why}


def test_fees_by_the_schedule_are_right() -> None:
    judged = audit_sale(BOOK, SALE)
    assert [(j.reason, j.charged, j.expected, j.excess) for j in judged] == [
        ("referral_fee", 360, 360, 0), ("payment_fee", 107, 107, 0), ("fulfilment_fee", 320, 320, 0),
    ]  # fmt: skip


def test_each_fee_that_is_too_high_is_found_with_its_amount() -> None:
    assert over(said(referral_fee=-4_10)) == {"referral_fee": 50}
    assert over(said(payment_fee=-1_08)) == {"payment_fee": 1}
    assert over(said(fulfilment_fee=-3_45)) == {"fulfilment_fee": 25}


def test_a_fee_below_the_schedule_is_no_finding() -> None:
    assert over(said(referral_fee=-3_00, payment_fee=-1, fulfilment_fee=-1)) == {}


def test_the_fee_of_another_size_is_named_with_its_tier() -> None:
    [judged] = [j for j in audit_sale(BOOK, said(fulfilment_fee=-5_40)) if j.excess]
    assert (judged.reason, judged.excess, judged.facts["charged_tier"]) == ("size_tier", 220, "large")


def test_units_are_charged_one_by_one() -> None:
    two = replace(said(principal=40_00, shipping=0, referral_fee=-6_01, fulfilment_fee=-6_40), units=2)
    assert over(two) == {}  # a cent of rounding for the second unit
    assert over(replace(two, sums={**two.sums, "referral_fee": -6_02})) == {"referral_fee": 2}


def test_after_a_refund_the_referral_fee_comes_back_less_what_is_kept() -> None:
    refunded = {"refund": -24_00}
    assert over(said(**refunded, fee_refund=3_60, refund_fee=-72)) == {}
    assert over(said(**refunded)) == {"fee_not_refunded": 360 - 72}
    assert over(said(**refunded, fee_refund=3_60, refund_fee=-1_00)) == {"refund_fee": 28}
    assert over(said(refund=-12_00, fee_refund=1_00)) == {"fee_not_refunded": 180 - 36 - 100}


def test_what_is_kept_of_a_dear_unit_is_at_most_five() -> None:
    dear = {"principal": 400_00, "shipping": 0, "referral_fee": -60_00, "payment_fee": -1}
    assert over(said(**dear, refund=-400_00)) == {"fee_not_refunded": 60_00 - 5_00}


def test_what_the_schedule_does_not_say_cannot_be_judged() -> None:
    empty = Rulebook([])
    assert over(SALE, empty) == {}
    assert why(said(refund=-1), empty) == {
        "referral_fee": "no_rule", "payment_fee": "no_rule", "fulfilment_fee": "no_rule",
        "fee_not_refunded": "no_rule",
    }  # fmt: skip
    vague = Rulebook([replace(REFERRAL, values={**REFERRAL.values, "base": "5 to 10 % by category"})])
    assert why(said(payment_fee=0, fulfilment_fee=0), vague) == {"referral_fee": "no_base"}
    assert why(replace(SALE, unit=None, unmeasured="dangerous"))["fulfilment_fee"] == "dangerous"
    assert why(replace(SALE, currency="EUR"))["referral_fee"] == "other_currency"


@pytest.mark.parametrize("kind", ["referral_fee", "payment_fee", "fulfilment_fee"])
@given(st.integers(1, 5_000))
def test_an_overcharge_is_found_to_the_cent_and_nothing_beside_it(kind: str, more: int) -> None:
    found: list[Judged] = [j for j in audit_sale(BOOK, said(**{kind: SALE.sums[kind] - more})) if j.excess]
    assert [j.excess for j in found] == [more]
    assert found[0].reason in (kind, "size_tier")
