"""The lane planner at the desk: stated days, own history, refusals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.people import ALICE, CHARLIE, NOW
from tradewind.apps.logistics.models import Carrier, Service, Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.stock.models import FirstLeg
from tradewind.apps.stock.queries import transit_days
from tradewind.desk.asking import ask
from tradewind.desk.registry import tool
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db


def answers(*given, by=CHARLIE):
    return ask(tool("lanes"), by=by, given=given, now=NOW)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


@pytest.fixture
def legs():
    """Ten sea legs to LA of 28 to 60 days, two to NJ, one still on the way."""
    owner = Company.objects.create(code="NBO", name="Ningbo", country="CN", base_currency="CNY")
    here, la, nj = (
        Warehouse.objects.create(code=code, name=code, country=country, kind="own")
        for code, country in (("NB", "CN"), ("LA", "US"), ("NJ", "US"))
    )
    carrier = Carrier.objects.create(code="c", name="C")
    sea = Service.objects.create(carrier=carrier, code="sea", name="Sea", kind="first_leg")
    days = [(la, d) for d in (60, 28, 30, 30, 31, 33, 34, 35, 38, 41)] + [(nj, 50), (nj, 52)]
    FirstLeg.objects.bulk_create(
        [
            FirstLeg(
                number=f"LEG-{n}", owner=owner, origin=here, destination=to, service=sea, state="arrived",
                departed_at=NOW, arrived_at=NOW + timedelta(days=d),
            )
            for n, (to, d) in enumerate(days)
        ]
        + [
            FirstLeg(number="LEG-X", owner=owner, origin=here, destination=la, service=sea, state="departed",
                     departed_at=NOW)
        ]
    )  # fmt: skip
    return la, nj, sea


def test_transit_times_are_learnt_from_legs_that_arrived(legs, django_assert_num_queries):
    la, nj, sea = legs
    with django_assert_num_queries(1):
        found = transit_days(ALICE)
    assert found == {(la.pk, sea.pk): [28, 30, 30, 31, 33, 34, 35, 38, 41, 60], (nj.pk, sea.pk): [50, 52]}


def test_the_worked_example_of_the_form():
    [found] = answers(tool("lanes").example)
    assert found.problems == ()
    assert found.figures["best"] == "sea"
    assert (found.figures["p50"], found.figures["p90"], found.figures["lead"]) == (33, 41, 60)
    assert found.figures["year"] == usd("6153.50")
    lanes, _flips = found.tables
    assert [row["lane"] for row in lanes.rows] == ["sea", "air"]
    assert lanes.rows[1]["room"] is not None
    assert len(found.alerts) == 1  # the days are somebody's word


def test_own_history_is_asked_by_service_and_destination(legs):
    question = {
        "units_a_day": "10", "value": "12 USD", "margin": "9 USD", "capital_rate": "12",
        "storage": "0.30 USD", "destination": "LA",
        "lines": [{"service": "sea", "freight": "1 USD", "interval_days": "30"}],
    }  # fmt: skip
    [own, all_of_them] = answers(question, {**question, "destination": ""})
    assert own.figures["year"] == usd("6153.50")
    assert own.alerts == ()
    assert (own.figures["best"], own.tables[0].rows[0]["observed"]) == ("sea", 10)
    assert (all_of_them.tables[0].rows[0]["observed"], all_of_them.figures["p90"]) == (12, 52)
    assert own.tables[0].rows[0]["late"] == Decimal("0.0")


def test_the_recommendation_flips_at_the_freight_that_is_said_to_flip_it():
    example = tool("lanes").example
    [found] = answers(example)
    room = found.tables[0].rows[1]["room"]
    sea, air = example["lines"]

    def best(freight: Money) -> str:
        return answers({**example, "lines": [sea, {**air, "freight": f"{freight.amount} USD"}]})[0].figures[
            "best"
        ]

    assert best(usd("5.00") - room + usd("0.01")) == "sea"
    assert best(usd("5.00") - room - usd("0.01")) == "air"


def test_every_wrong_line_is_named(legs):
    question = {
        "units_a_day": "10", "value": "12 USD", "margin": "9 EUR", "capital_rate": "12",
        "lines": [
            {"name": "rail", "freight": "1 USD", "interval_days": "0"},
            {"service": "sea", "freight": "1 EUR", "interval_days": "7"},
        ],
    }  # fmt: skip
    [found] = answers(question)
    assert [p.field for p in found.problems] == [
        "margin",
        "lines.1.interval_days",
        "lines.1.days",
        "lines.2.freight",
    ]
    [found] = answers({**question, "lines": [{"freight": "1 USD", "interval_days": "7", "days": "20-30"}]})
    assert [(p.field, p.accepted) for p in found.problems] == [("lines.1.days", "28 31 30 44")]
