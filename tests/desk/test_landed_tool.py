"""The tool of landed cost: typed questions, three answers, batches, what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from tests.facts import facts_hash
from tests.people import ALICE, NOW
from tradewind.apps.markets.models import FxRate
from tradewind.desk.asking import ask, plain_answer
from tradewind.desk.registry import tool
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
JULY = "2026-07-10"
SHIRTS = {"name": "T-shirt", "value": "20.00 EUR", "qty": "2", "hs": "6109.10", "origin": "CN"}
WATCH = {"name": "Watch", "value": "30.00 EUR", "qty": "1", "hs": "9102.11", "origin": "CN"}
PARCEL = {
    "market": "de", "on": JULY, "way": "express", "seller": "marketplace", "buyer": "consumer",
    "scheme": "ioss", "incoterm": "DDP", "shipped_from": "CN", "freight": "5.00 EUR",
    "lines": [SHIRTS, WATCH],
}  # fmt: skip


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def answers(*given):
    return ask(tool("landed_cost"), by=ALICE, given=given, now=NOW)


def eur(text):
    return Money.of(text, "EUR")


def test_a_parcel_is_answered_in_three_parts_and_nothing_is_written():
    before = facts_hash()
    [got] = answers(PARCEL)
    assert got.problems == ()
    figures = {
        name: got.figures[name] for name in ("duty", "border_tax", "sale_tax", "fees", "landed", "total")
    }
    assert figures == {
        "duty": eur("6"), "border_tax": eur("0"), "sale_tax": eur("11.59"), "fees": eur("0"),
        "landed": eur("61"), "total": eur("72.59"),
    }  # fmt: skip
    assert (got.figures["duty_payer"], got.figures["sale_tax_collector"]) == ("seller", "marketplace")
    assert [row["question"] for row in got.tables[0].rows] == ["Duty", "Tax at the border", "Tax at the sale"]
    assert [row["duty"] for row in got.tables[1].rows] == [eur("2.40"), eur("3.60")]
    data = plain_answer(tool("landed_cost"), got, ALICE)
    assert data["figures"]["rules"].startswith("EU.de_minimis.duty.consumer.2026")
    assert facts_hash() == before


def test_a_batch_names_what_is_wrong_with_a_row_and_answers_the_others():
    bad = {**PARCEL, "market": "XX"}
    worse = {**PARCEL, "lines": [{**SHIRTS, "hs": "61", "qty": "0"}]}
    good, first, second = answers(PARCEL, bad, worse)
    assert good.figures["total"] == eur("72.59")
    assert [problem.field for problem in first.problems] == ["market"]
    assert {problem.field for problem in second.problems} == {"lines.1.qty", "lines.1.hs"}


def test_rates_of_the_house_convert_and_without_one_the_question_is_refused():
    dollars = {**PARCEL, "freight": "0 USD", "lines": [{**SHIRTS, "value": "22.00 USD"}]}
    [got] = answers(dollars)
    assert [(p.field, p.value) for p in got.problems] == [("currency", "USD")]
    FxRate.objects.create(base="EUR", quote="USD", on=date(2026, 7, 9), rate=Decimal("1.1"), source="ecb")
    [got] = answers(dollars)
    assert got.figures["landed"] == eur("23")


def test_what_is_past_known_life_is_said_and_the_total_is_left_open():
    line = {**SHIRTS, "value": "40.00 USD", "duty_rate": "16.5", "measures": "9903.88.15"}
    asked = {
        **PARCEL,
        "market": "US",
        "scheme": "",
        "freight": "8 USD",
        "on": "2026-07-23",
        "sale_tax_rate": "8",
    }
    known, past = answers({**asked, "lines": [line]}, {**asked, "on": "2026-07-24", "lines": [line]})
    assert known.figures["duty"] == Money.of("13.60", "USD")
    assert (past.figures["duty"], past.figures["duty_state"], past.figures["total"]) == (
        None,
        "unknown",
        None,
    )
    assert "past its known life" in past.alerts[0]
    assert past.figures["fees"] == Money.of("2.69", "USD")


def test_the_example_of_the_form_is_answered():
    [got] = answers({**PARCEL, **tool("landed_cost").example})
    assert got.problems == ()
