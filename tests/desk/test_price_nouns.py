"""Prices at the desk: floors seen, a proposal made by the job, approved, applied, undone; promotions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.people import ALICE
from tradewind.apps.listings.models import Listing
from tradewind.apps.markets.models import FxRate
from tradewind.apps.org.models import Job
from tradewind.apps.prices.models import PricePolicy, PriceProposal, Promotion
from tradewind.apps.prices.operations import recompute_floors
from tradewind.apps.prices.tests.conftest import BY, NOW, ON, english, policy, world  # noqa: F401
from tradewind.desk.doing import do
from tradewind.desk.nouns import price_floors, price_policies, price_proposals, promotions
from tradewind.desk.values import cell, visible
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

SELLER = replace(ALICE, name="seller", role="operations")


def act(noun, verb, ids=(), who=ALICE, **given):
    return do(noun.NOUN, verb, by=who, ids=ids, given=given, now=NOW)


def rate_of_today():
    FxRate.objects.create(base="USD", quote="CNY", on=timezone.now().date(), rate=Decimal(7), source="PBOC")


def row(noun, by=ALICE):
    one = noun.NOUN.rows(by).order_by("id").first()
    return {c.name: cell(c, one) for c in visible(noun.NOUN.columns, by)}, noun.NOUN.detail(by, one.pk)


def test_a_policy_is_saved_from_a_form_in_percent(world):  # noqa: F811
    said = act(
        price_policies, "save", code="us", market="US", target_kind="margin", target="25", floor_margin="10",
        endings=".99", ads_rate="5", returns_rate="3", fx_buffer_rate="1", import_by="buyer", ceiling="49.99",
        ceiling_currency="USD",
    )  # fmt: skip
    assert said.goto.text == "us"
    saved = PricePolicy.objects.get()
    assert (saved.target, saved.floor_margin, saved.ads_rate) == (
        Decimal("0.25"), Decimal("0.1"), Decimal("0.05"),
    )  # fmt: skip
    values, detail = row(price_policies)
    assert values["target"] == "25"
    assert values["ceiling"] == Money(4999, "USD")
    assert not detail.alerts
    act(price_policies, "stop", [saved.pk])
    assert row(price_policies)[1].alerts


def test_a_floor_opens_into_ranges_and_its_waterfall(world, policy):  # noqa: F811
    recompute_floors(on=ON, now=NOW, by=BY)
    values, detail = row(price_floors)
    assert values["price"] == Money(999, "USD")
    assert values["floor"].currency == "USD"
    tree = detail.breakdowns[0][1]
    assert tree.amount == values["profit"]
    assert detail.tables[0].rows[0]["low"] <= values["floor"]
    assert price_floors.NOUN.waiting(ALICE) == sum(
        1 for f in price_floors.NOUN.rows(ALICE) if f.state == "under"
    )
    Listing.objects.update(price_minor=9999)
    said = act(price_floors, "again", [f.pk for f in price_floors.NOUN.rows(ALICE)])
    assert said.changed == 3
    assert price_floors.NOUN.waiting(ALICE) == 0


def test_the_whole_way_of_a_proposal(world, policy, django_capture_on_commit_callbacks):  # noqa: F811
    rate_of_today()  # a job runs on the clock of its worker
    before = dict(Listing.objects.values_list("external_sku", "price_minor"))
    with django_capture_on_commit_callbacks(execute=True):
        said = act(price_proposals, "new", who=SELLER, store="US1", note="spring")
    pk = said.goto.id
    job = Job.objects.get(name="prices.solve")
    assert (job.state, job.result, job.progress, job.total) == ("done", {"lines": 3}, 3, 3)
    values, detail = row(price_proposals)
    assert (values["state"], values["line_count"], values["looked_at"]) == ("draft", 3, 3)
    assert [t.columns[0].name for t in detail.tables] == ["listing", "why"]
    assert price_proposals.NOUN.waiting(ALICE) == 1
    with pytest.raises(Denied):
        act(price_proposals, "approve", [pk], who=SELLER)
    act(price_proposals, "approve", [pk])
    assert act(price_proposals, "apply", [pk], who=SELLER).changed == 3
    assert dict(Listing.objects.values_list("external_sku", "price_minor")) != before
    assert act(price_proposals, "undo", [pk], who=SELLER).changed == 3
    assert dict(Listing.objects.values_list("external_sku", "price_minor")) == before
    assert PriceProposal.objects.get().state == "undone"


def test_a_promotion_is_planned_in_the_store_s_days_and_shows_its_worst_stack(world, policy):  # noqa: F811
    rate_of_today()  # a page is looked at today
    given = {
        "code": "SALE", "store": "US1", "kind": "percent", "value": "50", "first": "2026-11-27",
        "last": "2026-11-30", "listings": "L-0, L-1",
    }  # fmt: skip
    said = act(promotions, "plan", **given)
    planned = Promotion.objects.get()
    assert planned.starts_at.isoformat() == "2026-11-27T05:00:00+00:00"  # midnight in New York
    assert planned.ends_at.isoformat() == "2026-12-01T05:00:00+00:00"
    values, detail = row(promotions)
    assert (values["value"], values["listing_count"]) == ("50.00 %", 2)
    assert {tuple(c.check.worst.codes) for c in detail.tables[0].rows} == {("SALE",)}
    assert detail.alerts
    with pytest.raises(Refused):
        act(promotions, "clear", [said.goto.id])
    act(promotions, "cancel", [said.goto.id])
    assert Promotion.objects.get().state == "cancelled"


def test_who_may_not_see_cost_gets_no_waterfall(world, policy):  # noqa: F811
    recompute_floors(on=ON, now=NOW, by=BY)
    _values, detail = row(price_floors, SELLER)
    hidden = [hidden for _title, _tree, hidden in detail.breakdowns]
    assert hidden == ["cost"]  # the faces leave it out; the fact's own tree is left out here
    assert all(f.breakdown is None for f in detail.facts)
