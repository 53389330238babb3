"""The morning's figures: on the day of the reader's zone, inside the scope, profit for who may see it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.people import ALICE, BOB, CHARLIE, person
from tradewind.apps.markets.models import Market
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.stores.models import Store
from tradewind.engine.access import WAREHOUSE
from tradewind.engine.money import Money
from tradewind.reports import today

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"


@pytest.fixture
def house(db):
    company = Company.objects.create(code="c", name="C", country="CN", base_currency="CNY")
    market = Market.objects.create(code="US", name="US", currency="USD", zone="UTC")
    common = {"company": company, "channel": "harbour", "market": market, "currency": "USD", "zone": "UTC"}
    return [Store.objects.create(id=n, code=f"s{n}", name=f"S{n}", **common) for n in (1, 2)]


def order(store, number, placed, state="shipped", ship_by=None):
    return Order.objects.create(
        store=store, external_id=number, state=state, currency="USD", goods_minor=1000, shipping_minor=0,
        tax_minor=0, country="US", placed_at=placed, updated_at=placed, ship_by=ship_by,
    )  # fmt: skip


def profit(row, on, minor, state="actual"):
    states = {
        f"{part}_state": "actual"
        for part in ("revenue", "fees", "goods", "landed", "freight", "refund")
    }  # fmt: skip
    OrderProfit.objects.create(
        order=row, store=row.store, company=row.store.company, on=on, currency="CNY", revenue_minor=9000,
        profit_minor=minor, state=state, stage="settled", computed_at=NOW, **states,
    )  # fmt: skip


def test_an_order_counts_on_the_day_of_the_readers_zone(house):
    order(house[0], "late-evening-in-utc", datetime(2026, 11, 18, 17, 0, tzinfo=UTC))  # 01:00 on the 19th
    order(house[0], "noon", datetime(2026, 11, 18, 4, 0, tzinfo=UTC))
    found = today.days(ALICE, date(2026, 11, 17), date(2026, 11, 19), ZONE)
    assert [(d.on.day, d.orders) for d in found] == [(17, 0), (18, 1), (19, 1)]


def test_profit_is_summed_by_day_and_a_missing_one_is_counted_not_guessed(house):
    profit(order(house[0], "a", NOW), date(2026, 11, 20), 1500)
    profit(order(house[0], "b", NOW), date(2026, 11, 20), -400)
    profit(order(house[1], "c", NOW), date(2026, 11, 20), None, "missing")
    found = today.days(ALICE, date(2026, 11, 20), date(2026, 11, 20), ZONE, today.main_currency(ALICE))
    assert found[0].profit == Money(1100, "CNY")
    assert today.period(ALICE, found, "CNY") == today.Period(3, Money(27000, "CNY"), Money(1100, "CNY"), 1)
    assert [(u.code, u.count) for u in today.unexplained(ALICE)] == [("profit_missing", 1)]


def test_everybody_sees_the_figures_of_the_own_stores_only(house):
    profit(order(house[0], "a", NOW), date(2026, 11, 20), 1500)
    profit(order(house[1], "b", NOW), date(2026, 11, 20), 700)
    day = (date(2026, 11, 20), date(2026, 11, 20), ZONE)
    assert today.days(BOB, *day, "CNY")[0] == today.DayFigures(
        date(2026, 11, 20), 1, Money(1500, "CNY"), Money(9000, "CNY")
    )
    assert today.days(CHARLIE, *day)[0].orders == 0
    keeper = person("dora", WAREHOUSE, 1, 2)
    assert today.days(keeper, *day, "CNY")[0] == today.DayFigures(date(2026, 11, 20), 2, None, None)
    assert today.unexplained(CHARLIE) == []


def test_late_and_due_orders_come_most_urgent_first(house):
    order(house[0], "late", NOW, "ready", NOW - timedelta(hours=1))
    order(house[0], "soon", NOW, "new", NOW + timedelta(hours=20))
    order(house[0], "next-week", NOW, "new", NOW + timedelta(days=7))
    order(house[0], "shipped", NOW, "shipped", NOW - timedelta(hours=1))
    assert [(d.order.external_id, d.late) for d in today.ship_by(ALICE, NOW)] == [
        ("late", True),
        ("soon", False),
    ]
    assert today.ship_by_count(ALICE, NOW) == 2
    assert today.ship_by_count(CHARLIE, NOW) == 0


def test_an_order_line_without_sku_is_unexplained_while_its_order_is_open(house):
    for number, state in (("open", "held"), ("gone", "shipped")):
        row = order(house[0], number, NOW, state)
        OrderLine.objects.create(
            order=row, external_id="1", external_sku="X", title="t", qty=1, price_minor=1000
        )
    assert [(u.code, u.count) for u in today.unexplained(ALICE)] == [("unmapped_lines", 1)]


def test_the_number_of_queries_does_not_grow_with_the_days(house):
    def queries(days):
        with CaptureQueriesContext(connection) as seen:
            today.days(ALICE, date(2026, 11, 20) - timedelta(days=days), date(2026, 11, 20), ZONE, "CNY")
        return len(seen)

    assert queries(1) == queries(59) == 2
