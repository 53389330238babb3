"""Costs of no order: shared by dated rules, the residual in sight, alternatives side by side."""

from __future__ import annotations

from datetime import date

import pytest

from tests.facts import facts_hash
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Account, Entry
from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.apps.ledger.operations.entries import post_entries
from tradewind.apps.profit.identity import profit_vs_ledger
from tradewind.apps.profit.models import AllocationRule, ProfitLine
from tradewind.apps.profit.operations import (
    NewSharing,
    forget_views,
    save_view,
    set_sharing,
    withdraw_sharing,
)
from tradewind.apps.profit.queries.bearing import borne, explore_with_shared
from tradewind.apps.profit.queries.dimensions import Span
from tradewind.apps.profit.queries.explorer import explore, whole
from tradewind.apps.profit.queries.shared_costs import everything_by, rules_of, shared_costs, with_one_by
from tradewind.apps.profit.step import run
from tradewind.apps.profit.tests.test_profit import FLOW, NOW
from tradewind.apps.profit.tests.worlds import World
from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.cost_sharing import NO_RULE, ON_PURPOSE, Pool
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
OWN = Actor(1, "alice", OWNER, None)
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def book(world, account, minor, on, store=None, currency="CNY", number=[0]):  # noqa: B006  a counter
    number[0] += 1
    amount = Money(minor, currency)
    lines = (PostingPlan(account, amount, store), PostingPlan("1001", -amount))
    plan = EntryPlan("test", on, "t", lines)
    post_entries(company_id=world.company.pk, entries=[Booking("test", number[0], plan)], now=NOW, by=FLOW)


@pytest.fixture
def world():
    made = World(11, 20)
    run(NOW, FLOW)
    open_chart(now=NOW, by=FLOW)
    book(made, "6602", 90_01, date(2026, 4, 10), made.stores[0].pk)
    book(made, "6605", 40_00, date(2026, 4, 30), made.stores[1].pk, "USD")
    book(made, "6604", 7_77, date(2026, 5, 3))
    return made


def test_pools_are_what_the_books_hold_of_no_order_in_base_currency(world):
    found = shared_costs(world.company.pk, "CNY")
    rate = next(p for p in found.pools if p.account == "6605").minor
    assert found.pools == (
        Pool("6602", world.stores[0].pk, APRIL, -90_01), Pool("6605", world.stores[1].pk, APRIL, rate),
        Pool("6604", None, MAY, -7_77),
    )  # fmt: skip
    identity = profit_vs_ledger(OWN, world.company.pk)
    assert (identity.unallocated.minor, identity.unexplained.minor) == (found.minor, 0)


def test_without_a_rule_everything_is_residual_and_with_rules_the_sum_stays(world):
    none = borne(OWN, world.company, rules_of(world.company.pk))
    assert {p.why for p in none.shares.placed} == {NO_RULE}
    assert not any(none.shares.minors)
    set_sharing(
        rules=[
            NewSharing(world.company.pk, "6602", "revenue", APRIL, None, "ads follow sales"),
            NewSharing(world.company.pk, "6604", "none", APRIL),
            NewSharing(world.company.pk, "", "orders", APRIL),
        ],
        now=NOW, by=OWN,
    )  # fmt: skip
    laid = borne(OWN, world.company, rules_of(world.company.pk))
    by_store = laid.along(("store",))
    assert {k[0].code: v for k, v in by_store.items()} == {
        "HB-A": -90_01, "HB-B": next(p.minor for p in laid.costs.pools if p.account == "6605"),
    }  # fmt: skip
    left = {p.pool.account: (p.left_minor, p.why) for p in laid.shares.placed if p.left_minor}
    assert left == {"6604": (-7_77, ON_PURPOSE)}
    for dimension in ("sku", "supplier", "batch", "month", "stage", "listing"):
        assert sum(laid.along((dimension,)).values()) == sum(by_store.values()), dimension


def test_a_newer_rule_counts_from_its_month_on_and_withdrawn_it_is_residual_again(world):
    company = world.company.pk
    set_sharing(rules=[NewSharing(company, "6604", "units", APRIL)], now=NOW, by=OWN)
    set_sharing(rules=[NewSharing(company, "6604", "none", date(2026, 5, 20))], now=NOW, by=OWN)
    rule = rules_of(company)
    assert (rule("6604", APRIL).basis, rule("6604", MAY).basis, rule("6604", date(2026, 3, 1))) == (
        "units",
        "none",
        None,
    )
    withdraw_sharing(ids=AllocationRule.objects.values_list("id", flat=True), now=NOW, by=OWN)
    assert rules_of(company)("6604", MAY) is None


def test_two_rules_side_by_side_differ_only_where_they_should(world):
    company = world.company
    first = borne(OWN, company, everything_by("revenue"))
    other = borne(OWN, company, with_one_by(everything_by("revenue"), "6602", "units"))
    assert sum(first.shares.minors) == sum(other.shares.minors) == first.costs.minor
    lines = ProfitLine.objects.filter(store=world.stores[0], on__month=4)
    units = {}
    for line in lines:
        units[line.listing] = units.get(line.listing, 0) + line.units
    april = borne(OWN, company, with_one_by(lambda _a, _m: None, "6602", "units"), APRIL, APRIL).along(
        ("listing",)
    )
    total = sum(units.values())
    for key, minor in april.items():
        assert abs(minor * total + 90_01 * units[key[0].code]) <= 8 * total
    assert sum(april.values()) == -90_01


def test_the_explorer_shows_profit_after_shared_costs_along_any_dimension(world):
    set_sharing(rules=[NewSharing(world.company.pk, "", "revenue", APRIL)], now=NOW, by=OWN)
    rules = [(world.company, rules_of(world.company.pk))]
    groups, laid = explore_with_shared(OWN, Span(), ("sku", "month"), rules)
    (total,) = whole(groups)
    assert total.shared_minor == sum(p.shared_minor for p in laid[0].shares.placed) == laid[0].costs.minor
    plain = whole(explore(OWN, Span(), ()))[0]
    assert total.left.minor == plain.sums["profit_minor"] + total.shared_minor
    some, _laid = explore_with_shared(OWN, Span(only=(("store", "HB-A"),)), ("store",), rules)
    assert [g.keys[0].code for g in some] == ["HB-A"]


def test_what_cannot_be_a_rule_is_refused_whole(world):
    Account.objects.get_or_create(code="1001", defaults={"name": "Bank", "name_zh": "银行", "kind": "asset"})
    good = NewSharing(world.company.pk, "6602", "units", APRIL)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        set_sharing(
            rules=[good, good, NewSharing(world.company.pk, "1001", "luck", APRIL, 999)], now=NOW, by=OWN
        )
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (2, "valid_from"), (3, "account"), (3, "basis"), (3, "store"),
    ]  # fmt: skip
    narrow = Actor(3, "feng", FINANCE, frozenset({world.stores[0].pk}))
    with pytest.raises(Refused):
        set_sharing(rules=[good], now=NOW, by=narrow)
    operator = Actor(4, "otto", OPERATIONS, None)
    with pytest.raises(Denied):
        set_sharing(rules=[good], now=NOW, by=operator)
    with pytest.raises(Denied):
        borne(operator, world.company, everything_by("units"))
    assert facts_hash() == before
    assert Entry.objects.count() == 3


def test_views_are_a_person_s_own(world, django_user_model):
    ann, bob = (
        django_user_model.objects.create(username=n, role=OWNER, store_scope="*").actor()
        for n in ("ann", "bob")
    )
    view = save_view(
        name=" Months ", question={"rows": "sku", "across": "month", "then": ""}, now=NOW, by=ann
    )
    assert (view.name, view.question) == ("Months", {"rows": "sku", "across": "month"})
    again = save_view(name="Months", question={"rows": "store"}, now=NOW, by=ann)
    assert (again.pk, again.question) == (view.pk, {"rows": "store"})
    assert forget_views(ids=[view.pk], now=NOW, by=bob) == 0
    assert forget_views(ids=[view.pk], now=NOW, by=ann) == 1
    with pytest.raises(Refused):
        save_view(name="  ", question={"rows": "sku"}, now=NOW, by=ann)
