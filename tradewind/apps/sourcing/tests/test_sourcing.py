from datetime import date

import pytest

from tests.facts import facts_hash
from tests.people import NOW, person
from tradewind.apps.catalog.models import Sku
from tradewind.apps.catalog.operations import NewProduct, NewSku, add_skus, create_products, stop_skus
from tradewind.apps.logistics.operations import NewWarehouse, register_warehouses
from tradewind.apps.org.operations import NewCompany, create_company
from tradewind.apps.sourcing import queries
from tradewind.apps.sourcing.models import (
    PurchaseLine,
    PurchaseOrder,
    Quote,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierInvoice,
)
from tradewind.apps.sourcing.operations import (
    Delivered,
    Delivery,
    NewPurchase,
    NewPurchaseLine,
    NewQuote,
    NewSupplier,
    NewSupplierInvoice,
    cancel_purchase_orders,
    close_purchase_orders,
    draft_purchase_orders,
    place_purchase_orders,
    receive,
    record_quotes,
    record_supplier_invoices,
    register_suppliers,
    stop_suppliers,
)
from tradewind.db.states import WrongState
from tradewind.engine.access import PURCHASING, WAREHOUSE, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db

PAULA = person("paula", PURCHASING)
WALT = person("walt", WAREHOUSE)
ON = date(2026, 10, 5)


def cny(minor):
    return Money(minor, "CNY")


@pytest.fixture
def house(alice):
    """Company, warehouse, supplier, two SKUs."""
    company = create_company(company=NewCompany("T", "T", "CN", "CNY"), now=NOW, by=alice)
    [wh] = register_warehouses(warehouses=[NewWarehouse("NB1", "Ningbo", "CN", "own")], now=NOW, by=alice)
    [product] = create_products(products=[NewProduct("P1", "Mat")], now=NOW, by=alice)
    a, b = add_skus(skus=[NewSku(product, "A", "Mat A"), NewSku(product, "B", "Mat B")], now=NOW, by=alice)
    [supplier] = register_suppliers(
        suppliers=[NewSupplier("S1", "Yiwu Lanhe", "cn", "cny")], now=NOW, by=PAULA
    )
    return {"company": company, "wh": wh, "a": a, "b": b, "supplier": supplier}


def purchase(house, *lines, **kw):
    return NewPurchase(
        **{"company_id": house["company"], "supplier_id": house["supplier"], "warehouse_id": house["wh"],
           "ordered_on": ON, "lines": [NewPurchaseLine(*line) for line in lines], **kw}
    )  # fmt: skip


@pytest.fixture
def placed(house):
    """PO-000001: 100 A at 11.80, 50 B at 20.00, placed."""
    ids = draft_purchase_orders(
        purchases=[purchase(house, (house["a"], 100, cny(1180)), (house["b"], 50, cny(2000)))],
        now=NOW,
        by=PAULA,
    )
    place_purchase_orders(ids=ids, now=NOW, by=PAULA)
    return ids[0]


def take(order, key, *lines, by=WALT):
    return receive(deliveries=[Delivery(order, key, [Delivered(*line) for line in lines])], now=NOW, by=by)


def test_the_quote_in_force_prices_a_line_by_quantity_and_day(house):
    def quote(moq, minor, day):
        return NewQuote(house["supplier"], house["a"], cny(minor), day, moq)

    record_quotes(
        quotes=[quote(1, 1300, date(2026, 1, 1)), quote(100, 1200, date(2026, 1, 1)), quote(100, 1150,
        date(2026, 10, 6))],
        now=NOW, by=PAULA,
    )  # fmt: skip
    draft_purchase_orders(
        purchases=[purchase(house, (house["a"], 99)), purchase(house, (house["a"], 100)),
                   purchase(house, (house["a"], 100), ordered_on=date(2026, 10, 6))],
        now=NOW, by=PAULA,
    )  # fmt: skip
    assert list(PurchaseLine.objects.order_by("id").values_list("price_minor", flat=True)) == [
        1300,
        1200,
        1150,
    ]
    assert list(PurchaseOrder.objects.order_by("id").values_list("number", "state", "currency")) == [
        ("PO-000001", "draft", "CNY"), ("PO-000002", "draft", "CNY"), ("PO-000003", "draft", "CNY"),
    ]  # fmt: skip


def test_wrong_orders_are_refused_whole_and_take_no_number(house, alice):
    stop_skus(ids=[house["b"]], reason="old", now=NOW, by=alice)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        draft_purchase_orders(
            purchases=[
                purchase(house, (house["a"], 10, cny(100))),
                purchase(house),
                purchase(house, (house["a"], 5)),
                purchase(house, (house["a"], 0, Money(5, "USD")), (house["a"], 1, cny(-1)), (house["b"], 1,
                cny(1)), (99, 1, cny(1)),
                         company_id=77, warehouse_id=77, due_on=date(2026, 1, 1)),
                purchase(house, (house["a"], 1, cny(1)), supplier_id=77),
            ],
            now=NOW, by=PAULA,
        )  # fmt: skip
    assert sorted((p.row, p.field) for p in refused.value.problems) == sorted(
        [
            (2, "lines"), (3, "price"), (4, "company"), (4, "warehouse"), (4, "due_on"), (4, "sku"), (4,
            "qty"),
            (4, "price"), (4, "price"), (4, "sku"), (4, "sku"), (5, "supplier"),
        ]
    )  # fmt: skip
    assert facts_hash() == before


def test_a_stopped_supplier_gets_no_order(house):
    stop_suppliers(ids=[house["supplier"]], reason="late twice", now=NOW, by=PAULA)
    with pytest.raises(Refused, match="supplier"):
        draft_purchase_orders(purchases=[purchase(house, (house["a"], 1, cny(1)))], now=NOW, by=PAULA)
    assert PurchaseOrder.objects.count() == 0


def test_goods_come_in_by_parts_and_the_order_follows(placed, house):
    take(placed, "DN-1", (house["a"], 60, 2))
    assert PurchaseOrder.objects.get().state == "part_received"
    take(placed, "DN-2", (house["a"], 38), (house["b"], 50))
    assert PurchaseOrder.objects.get().state == "received"
    assert list(PurchaseLine.objects.order_by("id").values_list("received_qty", flat=True)) == [100, 50]
    assert list(ReceiptLine.objects.order_by("id").values_list("good_qty", "bad_qty")) == [
        (60, 2),
        (38, 0),
        (50, 0),
    ]
    assert list(Receipt.objects.order_by("id").values_list("number", "received_by")) == [
        ("RC-000001", "walt"), ("RC-000002", "walt"),
    ]  # fmt: skip


def test_the_same_delivery_note_again_changes_nothing(placed, house):
    first = take(placed, "DN-1", (house["a"], 60, 2), (house["b"], 1))
    before = facts_hash()
    again = take(placed, "DN-1", (house["b"], 1), (house["a"], 60, 2))
    assert again == first
    assert facts_hash() == before
    with pytest.raises(Refused, match="key"):
        take(placed, "DN-1", (house["a"], 61, 2), (house["b"], 1))
    assert facts_hash() == before


def test_more_than_is_open_is_refused_and_the_rest_of_the_batch_with_it(placed, house):
    take(placed, "DN-1", (house["a"], 60))
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        receive(
            deliveries=[
                Delivery(placed, "DN-2", [Delivered(house["b"], 50)]),
                Delivery(placed, "DN-3", [Delivered(house["a"], 40, 1)]),
            ],
            now=NOW, by=WALT,
        )  # fmt: skip
    [problem] = refused.value.problems
    assert "40" in problem.accepted
    assert (problem.field, problem.value) == ("good_qty", "41")
    assert facts_hash() == before


def test_wrong_deliveries_are_refused_whole(placed, house):
    other = Sku.objects.create(product_id=Sku.objects.first().product_id, code="C", name="C", name_zh="")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        receive(
            deliveries=[
                Delivery(placed, " ", [Delivered(house["a"], 0)]),
                Delivery(placed, "K", [Delivered(other.pk, -1), Delivered(house["a"], 1),
                Delivered(house["a"], 1)]),
                Delivery(99, "L", []), Delivery(placed, "M", []),
            ],
            now=NOW, by=WALT,
        )  # fmt: skip
    assert sorted((p.row, p.field) for p in refused.value.problems) == [
        (1, "good_qty"), (1, "key"), (2, "good_qty"), (2, "sku"), (2, "sku"), (3, "order"), (4, "lines"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_goods_for_a_draft_or_closed_order_are_refused(house, placed):
    [draft] = draft_purchase_orders(purchases=[purchase(house, (house["a"], 5, cny(1)))], now=NOW, by=PAULA)
    close_purchase_orders(ids=[placed], reason="supplier stopped making it", now=NOW, by=PAULA)
    before = facts_hash()
    for order in (draft, placed):
        with pytest.raises(Refused, match="order"):
            take(order, "DN", (house["a"], 1))
    assert facts_hash() == before


def test_an_order_with_goods_is_closed_not_cancelled(placed, house):
    take(placed, "DN-1", (house["a"], 1))
    before = facts_hash()
    with pytest.raises(WrongState):
        cancel_purchase_orders(ids=[placed], reason="wrong size", now=NOW, by=PAULA)
    with pytest.raises(Refused):
        close_purchase_orders(ids=[placed], reason="", now=NOW, by=PAULA)
    assert facts_hash() == before
    close_purchase_orders(ids=[placed], reason="rest not needed", now=NOW, by=PAULA)
    assert PurchaseOrder.objects.get().state == "closed"


def invoice(order, number, minor, **kw):
    return NewSupplierInvoice(**{"order_id": order, "number": number, "on": ON, "amount": cny(minor), **kw})


def test_order_receipt_and_invoice_are_matched_with_their_difference(placed, house, alice):
    def match():
        return queries.three_way(alice, [placed])[placed]

    assert (match().state, match().ordered) == ("not_received", cny(218000))
    take(placed, "DN-1", (house["a"], 60, 2))
    got = match()
    assert (got.state, got.received, got.good_qty, got.bad_qty, got.ordered_qty) == (
        "not_invoiced",
        cny(70800),
        60,
        2,
        150,
    )
    record_supplier_invoices(invoices=[invoice(placed, "F-1", 70000, vat=cny(9100))], now=NOW, by=PAULA)
    assert (match().state, match().difference) == ("under_invoiced", cny(-800))
    record_supplier_invoices(invoices=[invoice(placed, "F-2", 3160)], now=NOW, by=PAULA)
    assert (match().state, match().difference) == ("over_invoiced", cny(2360))
    take(placed, "DN-2", (house["a"], 2))
    assert (match().state, match().invoiced) == ("matched", cny(73160))
    assert SupplierInvoice.objects.get(number="F-1").vat_minor == 9100


def test_wrong_invoices_are_refused_whole(placed, house):
    record_supplier_invoices(invoices=[invoice(placed, "F-1", 1)], now=NOW, by=PAULA)
    [draft] = draft_purchase_orders(purchases=[purchase(house, (house["a"], 5, cny(1)))], now=NOW, by=PAULA)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        record_supplier_invoices(
            invoices=[
                invoice(99, "F-9", 1), invoice(placed, "F-1", 1), invoice(draft, "F-2", 1),
                invoice(placed, "", -5, vat=Money(1, "USD")),
            ],
            now=NOW, by=PAULA,
        )  # fmt: skip
    assert sorted((p.row, p.field) for p in refused.value.problems) == [
        (1, "order"), (2, "number"), (3, "order"), (4, "amount"), (4, "number"), (4, "vat"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_wrong_suppliers_and_quotes_are_refused_whole(house):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        register_suppliers(suppliers=[NewSupplier("S1", "", "China", "RMB")], now=NOW, by=PAULA)
    assert {p.field for p in refused.value.problems} == {"code", "name", "country", "currency"}
    with pytest.raises(Refused) as refused:
        record_quotes(quotes=[NewQuote(99, 99, cny(-1), ON, 0)], now=NOW, by=PAULA)
    assert {p.field for p in refused.value.problems} == {"supplier", "sku", "price", "moq"}
    assert facts_hash() == before


def test_warehouse_and_bob_receive_but_do_not_buy_and_charlie_does_not_even_look(placed, house, bob, charlie):
    before = facts_hash()
    for actor in (WALT, bob, charlie):
        with pytest.raises(Denied):
            draft_purchase_orders(purchases=[purchase(house, (house["a"], 1, cny(1)))], now=NOW, by=actor)
        with pytest.raises(Denied):
            record_supplier_invoices(invoices=[invoice(placed, "F", 1)], now=NOW, by=actor)
    with pytest.raises(Denied):
        take(placed, "DN", (house["a"], 1), by=charlie)
    with pytest.raises(Denied):
        queries.purchase_orders(charlie)
    assert facts_hash() == before
    take(placed, "DN", (house["a"], 1), by=bob)
    assert queries.purchase_orders(bob).count() == 1


def test_a_hundred_orders_cost_as_many_queries_as_ten(house, django_assert_max_num_queries):
    lines = [(house["a"], 2, cny(100)), (house["b"], 3, cny(100))]

    def run(n):
        ids = draft_purchase_orders(purchases=[purchase(house, *lines)] * n, now=NOW, by=PAULA)
        place_purchase_orders(ids=ids, now=NOW, by=PAULA)
        receive(
            deliveries=[Delivery(o, "DN", [Delivered(house["a"], 2), Delivered(house["b"], 3)]) for o in ids],
            now=NOW, by=WALT,
        )  # fmt: skip

    with django_assert_max_num_queries(45):
        run(10)
    with django_assert_max_num_queries(45):
        run(100)
    assert PurchaseOrder.objects.filter(state="received").count() == 110
    assert (Supplier.objects.count(), Quote.objects.count()) == (1, 0)
