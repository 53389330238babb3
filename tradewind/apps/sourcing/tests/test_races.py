"""Two people at one order: what the database alone must settle."""

import threading

import pytest
from django.db import connection

from tests.people import ALICE, NOW, PASSWORD
from tradewind.apps.catalog.operations import NewProduct, NewSku, add_skus, create_products
from tradewind.apps.logistics.operations import NewWarehouse, register_warehouses
from tradewind.apps.org.operations import NewCompany, NewUser, create_company, create_user
from tradewind.apps.org.queries import verify_audit
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine
from tradewind.apps.sourcing.operations import (
    Delivered,
    Delivery,
    NewPurchase,
    NewPurchaseLine,
    NewSupplier,
    draft_purchase_orders,
    place_purchase_orders,
    receive,
    register_suppliers,
)
from tradewind.engine.access import FINANCE
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

WHO = {"now": NOW, "by": ALICE}


def an_order():
    """A placed order of a hundred of one SKU: (order, SKU)."""
    company = create_company(company=NewCompany("T", "T", "CN", "CNY"), **WHO)
    [house] = register_warehouses(warehouses=[NewWarehouse("W", "W", "CN", "own")], **WHO)
    [product] = create_products(products=[NewProduct("P", "P")], **WHO)
    [sku] = add_skus(skus=[NewSku(product, "A", "A")], **WHO)
    [supplier] = register_suppliers(suppliers=[NewSupplier("S", "S", "CN", "CNY")], **WHO)
    lines = [NewPurchaseLine(sku, 100, Money(100, "CNY"))]
    purchase = NewPurchase(company, supplier, house, NOW.date(), lines)
    [order] = draft_purchase_orders(purchases=[purchase], **WHO)
    place_purchase_orders(ids=[order], **WHO)
    return order, sku


def at_once(act, count):
    """(done, refused, anything else) of an act begun by many at the same moment."""
    done, refused, strange = [], [], []

    def one(n):
        try:
            done.append(act(n))
        except Refused as exc:
            refused.append(exc)
        except Exception as exc:
            strange.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, refused, strange


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_register_the_same_code_at_once_one_does_and_seven_are_told_the_field():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer by nature; the race needs PostgreSQL")
    for field, act in (
        ("code", lambda n: register_warehouses(warehouses=[NewWarehouse("W", f"W{n}", "CN", "own")], **WHO)),
        ("code", lambda n: create_products(products=[NewProduct("P", f"P{n}")], **WHO)),
        ("username", lambda n: create_user(user=NewUser("dora", PASSWORD, FINANCE, name=f"D{n}"), **WHO)),
    ):
        done, refused, strange = at_once(act, 8)
        assert strange == []
        assert (len(done), len(refused)) == (1, 7)
        assert {p.field for exc in refused for p in exc.problems} == {field}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_eight_deliveries_of_thirty_at_once_on_an_order_of_a_hundred_never_take_in_more():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer by nature; the race needs PostgreSQL")
    order, sku = an_order()
    done, refused, strange = at_once(
        lambda n: receive(deliveries=[Delivery(order, f"DN-{n}", [Delivered(sku, 30)])], **WHO), 8
    )
    assert strange == []
    assert (len(done), len(refused)) == (3, 5)
    assert PurchaseLine.objects.get().received_qty == 90
    assert sum(ReceiptLine.objects.values_list("good_qty", flat=True)) == 90
    assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == [
        "RC-000001", "RC-000002", "RC-000003",
    ]  # fmt: skip
    assert PurchaseOrder.objects.get().state == "part_received"
    assert verify_audit(ALICE).ok


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_note_eight_times_at_once_is_one_receipt():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer by nature; the race needs PostgreSQL")
    order, sku = an_order()
    done, refused, strange = at_once(
        lambda n: receive(deliveries=[Delivery(order, "DN-1", [Delivered(sku, 30)])], **WHO), 8
    )
    assert strange == []
    assert len(done) + len(refused) == 8
    assert len({pk for (pk,) in done}) == 1
    assert {p.field for exc in refused for p in exc.problems} <= {"key"}
    assert PurchaseLine.objects.get().received_qty == 30
    assert Receipt.objects.count() == 1
