"""What the channel shipped itself is booked and earns like our own sales; what others shipped is income."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.line import BY, NOW, channel_order, english, make_world  # noqa: F401  fixtures
from tradewind.apps.ledger.operations import open_chart
from tradewind.apps.ledger.operations.cash import post_settlements
from tradewind.apps.ledger.operations.sales import post_sales
from tradewind.apps.ledger.queries import trial_balance
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations import place_orders, take_channel_sales
from tradewind.apps.org.models import StoredFile
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.operations import recompute
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.stores.models import Store
from tradewind.engine.contracts import SHIPPED


@pytest.fixture
def world(db):
    made = make_world(1)
    fba = Warehouse.objects.create(code="FBA", name="FBA", country="US", kind="platform")
    Store.objects.update(platform_warehouse=fba)
    made.house = fba
    made.receive(0, 5, 1000, at=NOW - timedelta(days=3))
    FxRate.objects.create(base="USD", quote="CNY", on=NOW.date(), rate=7, source="PBOC")
    open_chart(now=NOW, by=BY)
    return made


def settle(world, *lines):
    """An explained settlement of (order, kind, cents)."""
    total = sum(minor for _order, _kind, minor in lines)
    file = StoredFile.objects.create(sha256="0" * 64, name="s", size=0, stored_at=NOW, stored_by="t")
    settled = SettlementFile.objects.create(
        store=world.store, external_id="S1", file=file, layout="x", currency="USD", start_at=NOW, end_at=NOW,
        total_minor=total, lines_minor=total, line_count=len(lines), state="explained", imported_at=NOW,
    )  # fmt: skip
    for n, (order, kind, minor) in enumerate(lines, 1):
        SettlementLine.objects.create(
            settlement=settled, line_no=n, type="t", amount_type="a", description="d", kind=kind,
            amount_minor=minor, order=order, order_external_id=order.external_id,
        )  # fmt: skip
    post_settlements(now=NOW, by=BY)


def test_a_sale_out_of_the_channels_warehouse_is_owed_settled_and_earns(world):
    order = replace(channel_order("A", ("L-0", 2, 4000), state=SHIPPED), by_channel=True)
    place_orders(store_id=world.store.pk, orders=[order], now=NOW, by=BY)
    take_channel_sales(now=NOW, by=BY)
    row = Order.objects.get()
    post_sales(order_ids=[row.pk], now=NOW, by=BY)
    settle(world, (row, "principal", 4000), (row, "fulfilment_fee", -500))
    books = trial_balance(BY, world.company.pk, NOW.date())
    assert books["USD"].get("1122", 0) == 0
    assert books["USD"]["6001"] == -4000
    assert books["CNY"]["6401"] == 2000
    recompute(order_ids=[row.pk], now=NOW, by=BY)
    profit = OrderProfit.objects.get()
    assert (profit.state, profit.freight_minor, profit.freight_state) == ("actual", 0, "actual")
    assert profit.profit_minor == 4000 * 7 - 500 * 7 - 2000


def test_what_others_shipped_is_income_when_it_is_paid_and_opens_no_debt(world):
    order = channel_order("B", ("L-0", 1, 4000), state=SHIPPED)
    place_orders(store_id=world.store.pk, orders=[order], now=NOW, by=BY)
    row = Order.objects.get()
    settle(world, (row, "principal", 4000), (row, "referral_fee", -600))
    books = trial_balance(BY, world.company.pk, NOW.date())
    assert "1122" not in books["USD"]
    assert (books["USD"]["6001"], books["USD"]["6601"]) == (-4000, 600)
