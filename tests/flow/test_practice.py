"""The practice company: everything through operations and connectors, with honest imperfections."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db.models import Sum

from tests.flow.test_flow import company  # noqa: F401  the fixture
from tradewind.apps.catalog.models import Sku
from tradewind.apps.ledger.models import Posting
from tradewind.apps.listings.models import Listing
from tradewind.apps.markets.models import FxRate, Indicator
from tradewind.apps.orders.models import Hold, Order
from tradewind.apps.org.models import AuditEntry, Qualification, User
from tradewind.apps.org.queries import qualifications_due
from tradewind.apps.research.models import Candidate
from tradewind.apps.sourcing.models import PurchaseOrder, SupplierInvoice
from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stores.models import RawPayload, Store
from tradewind.cli.practice import shops
from tradewind.cli.practice.plan import MARKETS, PEOPLE, Plan
from tradewind.desk import doctor
from tradewind.engine.access import system
from tradewind.simulators.assortment import assortment


def test_the_house_is_complete_and_its_invariants_hold(company):  # noqa: F811  a fixture
    _plan, world, at = company
    assert {u.role for u in User.objects.all()} == {role for role, _zh in PEOPLE.values()}
    assert set(Store.objects.values_list("market__code", flat=True)) == set(MARKETS)
    assert Store.objects.filter(credentials="").count() == 0
    assert Sku.objects.count() == Listing.objects.values("mappings__sku").distinct().count()
    assert Order.objects.filter(state="shipped").exists()
    assert RawPayload.objects.exists()
    assert FxRate.objects.filter(source="lighter").count() > 200
    assert set(Indicator.objects.values_list("source", flat=True)) == {"invented for the practice company"}
    totals = Posting.objects.values("currency").annotate(total=Sum("amount_minor"))
    assert {row["total"] for row in totals} == {0}
    unwell = [r for r in doctor.examine() if r.findings and r.code not in ("words", "migrations")]
    assert unwell == []
    assert AuditEntry.objects.filter(source="practice").exists()
    assert at <= world.now


def test_its_imperfections_are_there_and_seen(company):  # noqa: F811  a fixture
    plan, _world, at = company
    assert Counter(CostLayer.objects.values_list("state", flat=True))["missing"] == 1
    billed = SupplierInvoice.objects.values("order").distinct().count()
    received = PurchaseOrder.objects.filter(state="received").count()
    assert received - billed == 1
    assert set(Candidate.objects.values_list("state", flat=True)) <= {"taken", "rejected"}
    due = qualifications_due(system(), plan.until)
    assert [d.qualification.kind for d in due] == ["ce_test_report"]
    assert Qualification.objects.count() > 8
    shops.stray(at)
    assert not Listing.objects.filter(external_sku=shops.STRAY).exists()
    assert (
        not Hold.objects.filter(closed_at=None).exclude(reason__in=("out_of_stock", "unmapped_sku")).exists()
    )


def test_the_range_is_as_large_as_planned_and_varies_with_the_seed():
    one, other = (Plan(seed, date(2026, 10, 18), 90, 72) for seed in (7, 8))
    assert len(one.items()) == 72 == len(assortment(7))
    assert [i.unit_cost for i in one.items()] != [i.unit_cost for i in other.items()]
    assert one.dice("a").random() == Plan(7, one.until, 90, 72).dice("a").random()


@pytest.mark.parametrize("until", [date(2026, 10, 18)])
def test_every_day_has_one_round_and_the_last_one_is_on_the_last_day(until):
    rounds = list(Plan(7, until, 14, 9).rounds())
    assert rounds[-1][1].date() == until
    assert [day for day, _at in rounds] == list(range(14))
