"""The cash calendar: release dates of 500 orders exact by their scans, what is owed, what is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.facts import facts_hash
from tests.trade import make_company, make_store
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations import DeliveryScan, record_deliveries
from tradewind.apps.logistics.models import Carrier, Service
from tradewind.apps.orders.models import Order
from tradewind.apps.org.models import StoredFile
from tradewind.apps.payables.models import Forecast
from tradewind.apps.payables.operations import (
    NewCashPlan,
    keep_forecasts,
    plan_cash,
    pull_payables,
    set_cash_floor,
)
from tradewind.apps.payables.queries.calendar import cash_calendar
from tradewind.apps.payables.queries.kept import horizon_errors, misses
from tradewind.apps.payables.queries.releases import open_orders
from tradewind.apps.payables.tests.world import (
    ALICE,
    FANG,
    NOW,
    PEI,
    TODAY,
    bank,
    bank_line,
    cny,
    collection,
    invoice,
    order,
    owed,
    rate,
    supplier,
    usd,
)
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.treasury.models import CollectionLine, Payout
from tradewind.engine.access import FINANCE, Actor, Denied
from tradewind.engine.cash_calendar import Band
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def store():
    made = make_store("AZ-US", "amazon", "USD")
    made.zone = "America/Los_Angeles"
    made.save()
    return made


@pytest.fixture
def way(db):
    carrier = Carrier.objects.create(code="yun", name="Yun")
    return Service.objects.create(carrier=carrier, code="line", name="Line", kind="line", promise_days=9)


def shipped(store, n, at, way=None, delivered=None, minor=20_00):
    one = Order.objects.create(
        store=store, external_id=f"A-{n}", state="shipped", currency=store.currency, goods_minor=minor,
        shipping_minor=0, tax_minor=0, country="US", placed_at=at - timedelta(days=1), updated_at=at,
        shipped_at=at,
    )  # fmt: skip
    Parcel.objects.create(
        order=one,
        warehouse=store.warehouse,
        state="shipped",
        service=way,
        tracking_no=f"T{n}",
        shipped_at=at,
        delivered_at=delivered,
    )
    return one


def closed(store, end, deposit_days=2):
    """A settlement that closed on a day in the store's zone."""
    n = SettlementFile.objects.count()
    file = StoredFile.objects.create(
        sha256=f"{n:064d}", name="f", size=0, content=b"", stored_at=NOW, stored_by="t"
    )
    at = datetime(end.year, end.month, end.day, 12, tzinfo=PACIFIC)
    return SettlementFile.objects.create(
        store=store, external_id=f"S-{n}", file=file, layout="v2", currency=store.currency,
        start_at=at - timedelta(days=14), end_at=at, deposit_on=end + timedelta(days=deposit_days),
        total_minor=0, lines_minor=0, line_count=0, state="explained", imported_at=NOW,
    )  # fmt: skip


def settled(store, file, n, paid, net):
    one = shipped(store, n, NOW - timedelta(days=40), minor=paid)
    for no, (kind, minor) in enumerate((("principal", paid), ("referral_fee", net - paid))):
        SettlementLine.objects.create(
            settlement=file, line_no=n * 10 + no, type="Order", amount_type="x", description="x", kind=kind,
            amount_minor=minor, order=one,
        )  # fmt: skip


def history(store, orders=25):
    """Closes every fourteen days, the last on 5 July; settled orders that keep 80 %."""
    files = [closed(store, date(2026, 7, 5) - timedelta(days=14 * n)) for n in (2, 1, 0)]
    for n in range(orders):
        settled(store, files[0], 9000 + n, 10_00, 8_00)


def test_release_dates_of_five_hundred_orders_are_those_of_their_scans(store, way):
    """Free on the eighth day after delivery as the store counts days; checked by hand-written arithmetic."""
    history(store)
    wanted = {}
    start = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
    for n in range(500):
        at = start + timedelta(hours=n % 300)
        came = None if n % 5 == 4 else at + timedelta(days=2 + n % 11, hours=n % 7)
        one = shipped(store, n, at, way, came)
        day = (came or at).astimezone(PACIFIC).date() + timedelta(days=0 if came else 9)
        wanted[one.pk] = day + timedelta(days=8)
    found = {o.order_id: o for o in open_orders(FANG, TODAY)}
    assert found.keys() == wanted.keys()
    assert {pk: o.release.free_on for pk, o in found.items()} == wanted
    assert sum(o.release.state == "estimated" and "no_scan" in o.release.why for o in found.values()) == 100
    first_close = date(2026, 7, 5)
    for o in found.values():
        close = first_close + timedelta(days=-(-(o.release.free_on - first_close).days // 14) * 14)
        assert o.release.cash_on == max(close, date(2026, 6, 21)) + timedelta(days=2)
        assert o.net == Band(16_00, 16_00, 16_00)


def test_a_late_scan_moves_the_day_of_the_money(store, way):
    history(store)
    one = shipped(store, 1, NOW - timedelta(days=9), way)
    before = open_orders(FANG, TODAY)[0].release
    assert (before.delivered_on, before.free_on) == (TODAY, date(2026, 7, 18))
    assert before.cash_on == date(2026, 7, 21)
    record_deliveries(scans=[DeliveryScan("T1", date(2026, 7, 12))], now=NOW + timedelta(days=3), by=ALICE)
    after = open_orders(FANG, TODAY + timedelta(days=3))[0].release
    assert (after.delivered_on, after.free_on, after.cash_on) == (
        date(2026, 7, 12), date(2026, 7, 20), date(2026, 8, 4),
    )  # fmt: skip
    assert Order.objects.get(pk=one.pk).state == "shipped"


def test_an_order_in_a_settlement_is_no_longer_waited_for(store, way):
    history(store)
    assert open_orders(FANG, TODAY) == []


def test_other_stores_orders_are_not_seen(store, way):
    shipped(store, 1, NOW - timedelta(days=9), way)
    assert open_orders(Actor(7, "fang", FINANCE, frozenset()), TODAY) == []


def test_what_is_not_known_is_a_gap_and_never_a_number(store, way):
    shipped(store, 1, NOW - timedelta(days=9), None)  # no way, no scan
    shipped(store, 2, NOW - timedelta(days=9), way)  # no settled orders to tell the share by
    strange = make_store("X", "nowhere", "USD")
    shipped(strange, 3, NOW - timedelta(days=9), way)
    bank()
    found = cash_calendar(FANG, make_company().pk, TODAY, 30)
    assert {(g.code, g.count, *map(str, g.amounts)) for g in found.gaps} == {
        ("no_delivery", 1, "20.00 USD"), ("no_rule", 1, "20.00 USD"), ("no_share", 1, "20.00 USD"),
        ("no_balance", 1),
    }  # fmt: skip
    assert found.flows == ()


def test_everything_owed_and_planned_stands_on_its_day():
    account = bank()
    bank_line(account, "10000.00", date(2026, 7, 1))
    owed(cny("3000.00"), due_on=date(2026, 7, 20))
    invoice(order(supplier(balance_days=30)), "1000.00", "130.00")  # due on 20 July too
    pull_payables(now=NOW, by=FANG)
    company = make_company().pk
    plan_cash(
        plans=[
            NewCashPlan(company, "ads", "Ads", cny("200.00"), "week", date(2026, 7, 13), cny("150.00"),
                        cny("260.00")),
            NewCashPlan(company, "payroll", "Pay", cny("5000.00"), "month", date(2026, 1, 31)),
            NewCashPlan(company, "income", "Refund of VAT", cny("700.00"), "once", date(2026, 7, 30)),
        ],
        now=NOW, by=FANG,
    )  # fmt: skip
    set_cash_floor(company_id=company, amount=cny("5500.00"), now=NOW, by=ALICE)
    found = cash_calendar(FANG, company, TODAY, 30)
    balance = {d.on: d.balance for d in found.base.days}
    assert found.base.opening == 1_000_000
    assert balance[date(2026, 7, 19)] == Band(974_000, 980_000, 985_000)
    assert balance[date(2026, 7, 20)] == Band(974_000 - 413_000 - 26_000, 547_000, 557_000)
    assert found.base.short_on == {
        "low": date(2026, 7, 20), "likely": date(2026, 7, 20), "high": date(2026, 7, 27),
    }  # fmt: skip
    assert [(f.kind, str(f.amount)) for f in found.on(date(2026, 7, 20))] == [
        ("rent", "-3,000.00 CNY"), ("goods", "-1,130.00 CNY"), ("ads", "-200.00 CNY"),
    ]  # fmt: skip


def test_a_plan_that_became_a_payable_is_not_counted_twice():
    bank_line(bank(), "100.00")
    company = make_company().pk
    plan_cash(
        plans=[NewCashPlan(company, "rent", "Rent", cny("30.00"), "month", date(2026, 7, 15), raise_days=10)],
        now=NOW, by=FANG,
    )  # fmt: skip
    before = cash_calendar(FANG, company, TODAY, 60).base.days[-1].balance
    assert pull_payables(now=NOW, by=FANG).done == 1
    assert pull_payables(now=NOW, by=FANG).done == 0
    found = cash_calendar(FANG, company, TODAY, 60)
    assert found.base.days[-1].balance == before == Band(4_000, 4_000, 4_000)
    assert sorted(f.source.split(":")[0] for f in found.flows) == ["cash_plan", "payable"]


def test_an_order_counts_what_it_will_still_ask():
    bank_line(bank(), "1000.00")
    of = order(supplier(deposit_percent=Decimal(30), balance_days=10))
    of.due_on = date(2026, 7, 20)
    of.save()
    pull_payables(now=NOW, by=FANG)
    invoice(of, "200.00")
    pull_payables(now=NOW, by=FANG)
    found = cash_calendar(FANG, make_company().pk, TODAY, 30)
    assert sorted((f.kind, str(f.amount), f.on.day) for f in found.flows) == [
        ("deposit", "-300.00 CNY", 1), ("goods", "-200.00 CNY", 30), ("purchase", "-500.00 CNY", 30),
    ]  # fmt: skip


def test_foreign_money_counts_at_todays_rate_and_without_one_is_a_gap():
    rate("7.10", TODAY)
    account = collection()
    CollectionLine.objects.create(
        account=account, external_id="1", kind="receive", amount_minor=100_00, at=NOW, matched=True
    )
    bank_line(bank("EUR", "EU"), "50.00")
    found = cash_calendar(FANG, make_company().pk, TODAY, 10)
    assert found.base.opening == 710_00
    assert [(g.code, str(g.amounts[0])) for g in found.gaps] == [("no_rate", "50.00 EUR")]
    assert found.by_currency["EUR"].opening == 50_00


def test_an_announced_payout_comes_after_its_way(store):
    bank_line(bank("USD"), "0.01")
    rate("7.10", TODAY)
    file = closed(store, date(2026, 7, 9))
    Payout.objects.create(
        settlement=file, store=store, amount_minor=500_00, currency="USD", expected_on=date(2026, 7, 13)
    )
    [flow] = cash_calendar(FANG, make_company().pk, TODAY, 10).flows
    assert (flow.kind, flow.on, str(flow.amount), flow.last) == (
        "payout", date(2026, 7, 13), "500.00 USD", None,
    )  # fmt: skip


def test_who_may_not_see_cash_gets_no_calendar_and_only_the_owner_sets_the_floor():
    company = make_company().pk
    with pytest.raises(Denied):
        cash_calendar(PEI, company, TODAY, 10)
    with pytest.raises(Denied):
        set_cash_floor(company_id=company, amount=cny("1.00"), now=NOW, by=FANG)
    with pytest.raises(KeyError):
        cash_calendar(FANG, 0, TODAY, 10)


def test_plans_are_checked_as_a_whole():
    company = make_company().pk
    rows = [
        NewCashPlan(company, "goods", "A", cny("1.00"), "month", TODAY),
        NewCashPlan(company, "ads", "B", cny("1.00"), "daily", TODAY, low=usd("0.50"), high=cny("0.90")),
        NewCashPlan(company, "income", "C", cny("1.00"), "once", TODAY, until=date(2026, 1, 1), raise_days=3),
    ]
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        plan_cash(plans=rows, now=NOW, by=FANG)
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "kind"), (2, "every"), (2, "low"), (2, "amount"), (3, "until"), (3, "raise_days"),
    }  # fmt: skip
    assert facts_hash() == before


def test_a_kept_forecast_is_compared_with_what_came():
    account = bank()
    bank_line(account, "1000.00", date(2026, 7, 9))
    owed(cny("300.00"), due_on=date(2026, 7, 12))
    assert keep_forecasts(now=NOW, by=FANG) == 1
    assert keep_forecasts(now=NOW, by=FANG) == 0
    bank_line(account, "-310.00", date(2026, 7, 12))
    bank_line(account, "-5.00", date(2026, 7, 16))
    one = Forecast.objects.get()
    got = misses(one, date(2026, 7, 18))
    assert [(m.horizon, str(m.foretold), str(m.came), m.within) for m in got] == [
        (1, "1,000.00 CNY", "1,000.00 CNY", True),
        (3, "700.00 CNY", "690.00 CNY", False),
        (7, "700.00 CNY", "685.00 CNY", False),
    ]  # fmt: skip
    assert [str(m.share) for m in got[1:]] == ["3.3", "5.0"]
    assert misses(one, date(2026, 7, 11)) == []  # the evening of the 11th is not over
    [_one, three, _seven] = horizon_errors([one], date(2026, 7, 18))
    assert (three.forecasts, three.within, str(three.mean), str(three.median)) == (
        1, 0, "-10.00 CNY", "10.00 CNY",
    )  # fmt: skip
