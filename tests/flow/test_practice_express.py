"""The practice forwarder's express list goes in as a person would take it in, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.people import NOW
from tradewind.apps.logistics.models import RateCard, Service
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewRateCard,
    NewService,
    import_rate_card,
    register_carriers,
    register_services,
)
from tradewind.apps.logistics.queries import quotes
from tradewind.cli.practice import express as practice
from tradewind.cli.practice.express import EXPRESS, express
from tradewind.cli.practice.plan import LINE
from tradewind.engine.access import system
from tradewind.engine.rates import Parcel
from tradewind.engine.restrictions import Goods
from tradewind.simulators.assortment import forwarder_card

pytestmark = pytest.mark.django_db
BY = system("test")


class Plan:
    """As much of the practice plan as ways need."""

    seed = 7

    def before(self, _days, _hour):
        return NOW.replace(month=10, day=1)


def test_an_express_list_is_taken_in_once_and_prices_with_all_it_says(monkeypatch):
    monkeypatch.setattr(practice, "actor", lambda role: BY)
    register_carriers(carriers=[NewCarrier("XF-LOG", "Xunfei")], now=NOW, by=BY)
    [line] = register_services(services=[NewService("XF-LOG", LINE, "Line", "line", 9)], now=NOW, by=BY)
    card = NewRateCard(line, "CNY", date(2026, 10, 1), source="list", accept_falling=True)
    import_rate_card(card=card, name="c.csv", content=forwarder_card(7), now=NOW, by=BY)
    express(Plan())
    before = facts_hash()
    express(Plan())
    assert facts_hash() == before
    row = RateCard.objects.get(service__code=EXPRESS)
    assert (row.state, row.bands.count(), row.surcharges.count()) == ("active", 44, 3)
    assert len(Service.objects.get(code=LINE).terms) == 6
    stated = {"battery_built_in": True, "magnet": False, "liquid": False, "powder": False}
    lamp = Goods.of({**stated, "textile": False}, Decimal("7.4"))
    [offers] = quotes([Parcel("GB", 900, 200, 150, 100, "IV2 3BD", lamp)], NOW.date(), codes=[EXPRESS])
    # up to 1 kg 118 + 28 = 146; battery 0.9 x 8; remote at least 180; fuel 17.25 % of 146 is 25.185
    assert offers[0].quote.minor == 14_600 + 720 + 18_000 + 2519
    assert offers[0].judgement.verdict == "with_papers"
