import gzip

import pytest
from django.db.models import Sum

from tests.facts import facts_hash
from tests.people import ALICE, CHARLIE
from tests.shared import shared
from tradewind.apps.listings.models import Listing
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.orders.operations.files import import_orders
from tradewind.apps.stores.models import SetAside, SyncRun
from tradewind.apps.stores.operations import connect_store
from tradewind.apps.stores.tests.conftest import NOW, house  # noqa: F401  fixtures
from tradewind.apps.stores.tests.test_connect import GOOD
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SMALL = HEAD + (
    "536365,85123A,Hanging heart,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850,United Kingdom\n"
    "536365,22632,Hand warmer,3,2010-12-01 08:26:00,0.425,17850,United Kingdom\n"
    "C536379,85123A,Hanging heart,-2,2010-12-01 09:41:00,2.55,17850,United Kingdom\n"
    "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,17850,United Kingdom\n"
    "A563185,B,Adjust bad debt,1,2010-12-01 14:50:00,-11.062,,United Kingdom\n"
    "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n"
    "536500,POST,POSTAGE,1,2010-12-01 12:00:00,5.00,1,Channel Islands\n"
    "536365,85123A,Hanging heart,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
)


@pytest.fixture
def store(house):  # noqa: F811  a fixture
    given = GOOD | {"code": "retail", "channel": "online_retail", "base_url": "", "credentials": {}}
    return connect_store(**given, now=NOW, by=ALICE)


def take(data, by=ALICE, **change):
    given = {"store": "retail", "layout": "online-retail", "name": "r.csv", "data": data} | change
    return import_orders(**given, now=NOW, by=by)


def test_every_line_becomes_a_line_postage_or_is_set_aside_to_the_thousandth(store):
    report = take(SMALL.encode()).report
    assert (report["lines"], report["invoices"], report["net"]) == (9, 5, "11.213")
    assert report["sold"] == {"lines": 3, "net": "31.875"}
    assert report["credited"] == {"lines": 1, "net": "-5.100"}
    assert report["postage"] == {"lines": 1, "net": "18.000"}
    assert report["set_aside"]["by_reason"] == {
        "adjustment": {"lines": 1, "net": "-11.062"},
        "pseudo": {"lines": 2, "net": "-22.500"},
        "zero_price": {"lines": 1, "net": "0.000"},
    }
    assert report["rounding"] == {"lines": 1, "amount": "0.005"}
    assert report["duplicates_kept"] == 1
    sold, credit = Order.objects.order_by("external_id")
    assert (sold.external_id, sold.state, sold.goods_minor, sold.shipping_minor) == (
        "536365",
        "elsewhere",
        3188,
        1800,
    )
    assert (credit.external_id, credit.state, credit.goods_minor) == ("C536379", "cancelled", 510)
    assert sold.buyer["name"] == "Customer 17850"
    assert SetAside.objects.count() == 4
    assert set(Listing.objects.values_list("external_sku", flat=True)) == {"85123A", "22632"}


def test_the_same_file_again_changes_nothing_and_says_the_same(store):
    first = take(SMALL.encode())
    before = facts_hash()
    again = take(SMALL.encode())
    assert (again.again, again.report, again.run_id) == (True, first.report, first.run_id)
    assert facts_hash() == before


def test_a_longer_file_brings_only_the_invoices_that_are_new(store):
    take(SMALL.encode())
    more = SMALL + "536366,22633,Hand warmer union,6,2010-12-02 08:28:00,1.85,17850,United Kingdom\n"
    report = take(more.encode()).report
    assert (report["orders"], report["known"]["lines"]) == (1, 9)
    assert Order.objects.count() == 3


def test_a_wrong_file_is_refused_whole_by_row_and_column(store):
    bad = SMALL + (
        "53636,85123A,x,6,2010-12-01 08:26:00,2.55,1,United Kingdom\n"
        "536367,85123A,x,six,2010-13-01 08:26:00,1e400,1,United Kingdom\n"
    )
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(bad.encode())
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (11, "InvoiceNo"), (12, "Quantity"), (12, "InvoiceDate"), (12, "UnitPrice"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_nobody_else_may_and_unknown_layouts_and_stores_are_refused(store):
    before = facts_hash()
    with pytest.raises(Refused):
        take(SMALL.encode(), layout="nowhere")
    with pytest.raises(Refused):
        take(SMALL.encode(), store="nowhere")
    with pytest.raises(Refused):
        take(SMALL.encode(), by=CHARLIE)
    with pytest.raises(Denied):
        take(SMALL.encode(), by=ALICE.__class__(4, "w", "warehouse", None))
    assert facts_hash() == before


def test_the_uci_file_is_taken_over_to_the_line(store):
    data = shared("data/online_retail/online_retail_2010-12_to_2011-09.csv.gz").read_bytes()
    report = take(data, name="uci.csv.gz").report
    assert (report["lines"], report["invoices"], report["skus"]) == (370_931, 18_786, 3_887)
    assert report["net"] == "6781619.004"
    assert report["sold"]["lines"] + report["credited"]["lines"] == OrderLine.objects.count()
    imported = sum(report[k]["lines"] for k in ("sold", "credited", "postage"))
    assert imported + report["set_aside"]["lines"] == 370_931
    assert SetAside.objects.count() == report["set_aside"]["lines"]
    goods = dict(Order.objects.values_list("state").annotate(n=Sum("goods_minor")).order_by())
    rounding = int(report["rounding"]["amount"].replace(".", ""))
    net = goods["elsewhere"] - goods["cancelled"] + Order.objects.aggregate(n=Sum("shipping_minor"))["n"]
    exact = sum(int(report[k]["net"].replace(".", "")) for k in ("sold", "credited", "postage"))
    assert net * 10 == exact + rounding
    assert SyncRun.objects.get().detail["net"] == "6781619.004"
    assert len(data) < 6_000_000
    assert gzip.decompress(data)[:9] == b"InvoiceNo"
