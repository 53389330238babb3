"""Scans of delivery: late, twice, corrected; nothing is kept of a file with a mistake."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.facts import facts_hash
from tests.hostile import check_importer, malformed
from tests.line import english  # noqa: F401  a fixture
from tests.trade import make_orders, make_store
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations import DeliveryScan, import_deliveries, record_deliveries
from tradewind.engine.access import WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 20, 9, tzinfo=UTC)
WEI = Actor(5, "wei", WAREHOUSE, None)


@pytest.fixture
def parcels():
    store = make_store("AZ-US", "amazon", "USD")
    store.zone = "America/Los_Angeles"
    store.save()
    return [
        Parcel.objects.create(
            order=order, warehouse=store.warehouse, state="shipped", tracking_no=f"T{n}",
            shipped_at=order.shipped_at,
        )
        for n, order in enumerate(make_orders(store, 3), 1)
    ]  # fmt: skip


def delivered(number):
    return Parcel.objects.get(tracking_no=number).delivered_at


def test_a_day_without_a_time_is_that_day_at_the_store(parcels):
    record_deliveries(scans=[DeliveryScan("T1", date(2026, 6, 25))], now=NOW, by=WEI)
    assert delivered("T1") == datetime(2026, 6, 25, 19, tzinfo=UTC)  # noon in Los Angeles
    assert delivered("T2") is None


def test_the_same_scan_again_changes_nothing_and_a_later_word_corrects(parcels):
    scan = DeliveryScan("T1", datetime(2026, 6, 25, 8, tzinfo=UTC))
    assert record_deliveries(scans=[scan], now=NOW, by=WEI) == (1, 0, 0)
    before = facts_hash()
    assert record_deliveries(scans=[scan], now=NOW, by=WEI) == (0, 0, 1)
    assert facts_hash() == before
    late = DeliveryScan("T1", datetime(2026, 6, 27, 8, tzinfo=UTC))
    assert record_deliveries(scans=[late], now=NOW, by=WEI) == (0, 1, 0)
    assert delivered("T1") == late.at


def test_every_mistake_is_named_and_nothing_is_kept(parcels):
    Parcel.objects.filter(tracking_no="T3").update(state="packed", shipped_at=None)
    scans = [
        DeliveryScan("T1", date(2026, 6, 25)),
        DeliveryScan("T1", date(2026, 6, 26)),
        DeliveryScan("NONE", date(2026, 6, 25)),
        DeliveryScan("T2", date(2026, 6, 1)),
        DeliveryScan("T2", NOW + timedelta(days=2)),
        DeliveryScan("T3", date(2026, 6, 25)),
    ]
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        record_deliveries(scans=scans, now=NOW, by=WEI)
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (2, "tracking_no"), (3, "tracking_no"), (4, "delivered_on"), (5, "delivered_on"), (6, "tracking_no"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_a_parcel_of_another_store_is_not_there(parcels):
    other = Actor(6, "bo", WAREHOUSE, frozenset({0}))
    with pytest.raises(Refused, match="there is no such parcel"):
        record_deliveries(scans=[DeliveryScan("T1", date(2026, 6, 25))], now=NOW, by=other)
    with pytest.raises(Denied):
        record_deliveries(scans=[], now=NOW, by=Actor(7, "fang", "finance", None))


def test_a_file_of_deliveries_in_chinese_captions(parcels):
    data = "运单号,签收日期\nT1,2026-06-25\nT2,2026-06-26\n".encode()
    assert import_deliveries(name="d.csv", data=data, now=NOW, by=WEI) == (2, 0, 0)
    assert delivered("T2").date() == date(2026, 6, 26)


def test_malformed_files_are_refused_with_their_place_and_change_nothing(parcels):
    rows = ["T1,2026-06-25,1.00,商品", "T2,2026-06-26,2.00,b"]
    good = "\n".join(["tracking_no,delivered_on,amount,note", *rows, ""]).encode()
    # The amount is a column nobody reads here; whatever stands in it is no mistake.
    unread = [name for name, _data in malformed(good, kind="csv") if "amount" in name]
    fine = [
        *unread, "a column of money nobody knows", "a column without a name but with cells",
        "a thousand columns more", "cut in the middle of a row",
    ]  # fmt: skip
    count = check_importer(
        lambda data: import_deliveries(name="d.csv", data=data, now=NOW, by=WEI), good, kind="csv", fine=fine
    )
    assert count - len(fine) >= 30
