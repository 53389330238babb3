"""Stock, orders, parcels at the desk: what is shown, to whom, and that actions do what they say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.line import BY, NOW, channel_order, english, make_world  # noqa: F401  fixtures
from tests.people import person
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.ledger.operations import open_chart
from tradewind.apps.orders.models import Order
from tradewind.apps.orders.operations import place_orders, reserve_orders
from tradewind.apps.stock.models import Balance, FirstLeg
from tradewind.desk import export
from tradewind.desk.doing import do
from tradewind.desk.listing import Wish, counts, page
from tradewind.desk.registry import noun
from tradewind.desk.rows import allowed_detail, plain_detail, plain_row
from tradewind.engine.access import FINANCE, OPERATIONS, WAREHOUSE, Denied
from tradewind.engine.contracts import Address, Refused

MINE = ("balances", "moves", "layers", "first_legs", "orders", "holds", "waves", "parcels")


@pytest.fixture
def world(db):
    world = make_world()
    world.receive(0, 10, 400)
    world.receive(1, 2, 700)
    open_chart(now=NOW, by=BY)
    orders = [
        channel_order("A-1", ("L-0", 2, 2000), address=Address(name="Ann Lee", country="US")),
        channel_order("A-2", ("L-1", 5, 900)),
        channel_order("A-3", ("NEW", 1, 900)),
    ]
    place_orders(store_id=world.store.pk, orders=orders, now=NOW, by=BY)
    reserve_orders(now=NOW, by=BY)
    return world


def act(code, action, ids, by=BY, **given):
    return do(noun(code), action, by=by, ids=ids, given=given, now=NOW)


def order(number):
    return Order.objects.get(external_id=number)


def to_books(world):
    act("orders", "wave", [order("A-1").pk])
    parcel = Parcel.objects.get().pk
    act("parcels", "pick", [parcel])
    act("parcels", "pack", [parcel], weight_g="900")
    act("parcels", "ship_one", [parcel], tracking_no="T-77")
    return parcel


def test_every_list_and_page_can_be_read(world):
    to_books(world)
    act("first_legs", "pack", [], owner="ACME", origin="HZ", destination="NJ", lines="SKU-0 3\n")
    leg = FirstLeg.objects.get().pk
    act("first_legs", "depart", [leg])
    act("first_legs", "arrive", [leg])
    act("first_legs", "charge", [leg], lines=[
        {"kind": "freight", "basis": "weight", "number": "B-1", "creditor": "F", "on": "2026-11-02",
         "amount": "12.50 CNY"},
    ])  # fmt: skip
    for code in MINE:
        one = noun(code)
        found = page(one, BY, Wish())
        assert found.rows, code
        counts(one, BY, Wish())
        assert len(list(export.table(one, BY, Wish()))) == len(found.rows) + 1
        for row in found.rows:
            assert plain_row(one, BY, row)["id"].startswith(one.prefix)
            detail = allowed_detail(one, BY, row.pk)
            assert plain_detail(one, row.pk, detail)["title"]
        assert one.waiting is None or one.waiting(BY) >= 0
        assert page(one, BY, Wish(search="zzz")).rows == []
        for column in one.columns:
            if column.sort:
                page(one, BY, Wish(sort=f"-{column.name}"))


def test_the_orders_list_says_what_an_operator_asks(world):
    rows = {
        r["number"]: r
        for r in (plain_row(noun("orders"), BY, x) for x in page(noun("orders"), BY, Wish()).rows)
    }
    assert rows["A-1"]["skus"] == "SKU-0 × 2"
    assert rows["A-1"]["amount"] == {"minor": 2000, "currency": "USD", "amount": "20.00"}
    assert rows["A-3"]["skus"] == "NEW × 1"
    assert rows["A-3"]["holds"]
    assert counts(noun("orders"), BY, Wish()) == {"": 3, "ready": 1, "held": 2}


def test_a_page_of_orders_costs_a_fixed_number_of_queries(world):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            for row in page(noun("orders"), BY, Wish()).rows:
                plain_row(noun("orders"), BY, row)
        return len(seen)

    few = queries()
    more = [channel_order(f"B-{n}", ("L-0", 1, 100), ("L-1", 1, 100)) for n in range(20)]
    place_orders(store_id=world.store.pk, orders=more, now=NOW + timedelta(1), by=BY)
    assert queries() == few <= 4


def test_profit_cost_and_buyer_are_hidden_from_those_who_may_not_see_them(world):
    keeper = person("wu", WAREHOUSE, world.store.pk)
    money = person("fay", FINANCE, world.store.pk)
    row = page(noun("orders"), keeper, Wish(search="A-1")).rows[0]
    assert "profit" not in plain_row(noun("orders"), keeper, row)
    assert "profit" in plain_row(noun("orders"), money, row)
    page_of = {
        a.name: str(plain_detail(noun("orders"), row.pk, allowed_detail(noun("orders"), a, row.pk)))
        for a in (keeper, money)
    }
    assert "Ann Lee" in page_of["wu"]
    assert "Ann Lee" not in page_of["fay"]
    with pytest.raises(Denied):
        page(noun("layers"), keeper, Wish())
    balance = Balance.objects.first().pk
    assert len(allowed_detail(noun("balances"), keeper, balance).tables) == 1
    assert len(allowed_detail(noun("balances"), money, balance).tables) == 2


def test_another_stores_rows_do_not_exist_for_a_stranger(world):
    to_books(world)
    stranger = person("bo", OPERATIONS, world.store.pk + 1)
    for code in ("orders", "holds", "waves", "parcels"):
        assert page(noun(code), stranger, Wish()).rows == []
        for row in page(noun(code), BY, Wish()).rows:
            assert allowed_detail(noun(code), stranger, row.pk) is None
    with pytest.raises(Refused):
        act("orders", "cancel", [order("A-2").pk], by=stranger, reason="x")
    assert order("A-2").state == "held"


def test_an_order_goes_through_the_house_by_actions(world):
    parcel = to_books(world)
    assert order("A-1").state == "shipped"
    assert Parcel.objects.get(pk=parcel).weight_g == 900
    with pytest.raises(Refused, match="another state"):
        act("parcels", "pick", [parcel])
    with pytest.raises(Refused, match="another state"):
        act("orders", "cancel", [order("A-1").pk], reason="late")


def test_holds_are_released_by_hand_but_not_a_missing_mapping(world):
    holds = {row.reason: row.pk for row in page(noun("holds"), BY, Wish()).rows}
    assert act("holds", "release", [holds["out_of_stock"]]).changed == 1
    assert order("A-2").state == "new"
    with pytest.raises(Refused, match="mapped"):
        act("holds", "release", [holds["unmapped_sku"]])


def test_a_count_at_the_desk_books_its_difference(world):
    balance = Balance.objects.get(sku=world.skus[1])
    act("balances", "count", [balance.pk], qty="1", reason="damaged")
    assert world.balance(1) == (1, 0)


def test_wrong_lines_of_a_first_leg_are_all_named(world):
    with pytest.raises(Refused) as caught:
        act("first_legs", "pack", [], owner="ACME", origin="HZ", destination="NJ", lines="SKU-0 x\nSKU-9 1")
    assert len(caught.value.problems) == 2
    assert FirstLeg.objects.count() == 0
