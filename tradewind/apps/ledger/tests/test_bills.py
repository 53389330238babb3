"""A carrier's bill in the books: freight of its orders, later changes by entries of their own."""

from __future__ import annotations

from datetime import date

import pytest

from tradewind.apps.claims.models import BillLine, Finding
from tradewind.apps.claims.operations import (
    accept_bills,
    audit_bills,
    credit_lines,
    dismiss_findings,
)
from tradewind.apps.claims.tests.shop import BY, NOW, Shop, price, row
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.operations.bills import post_bills
from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.db.sql import fetch

DAY = date(2026, 11, 3)


@pytest.fixture
def shop(db):
    open_chart(now=NOW, by=BY)
    return Shop()


def disputed(shop: Shop) -> tuple[int, list[int]]:
    """An accepted bill of three parcels, 8.00 of the second in dispute: its id, and what each should cost."""
    parcels = shop.parcels(3)
    right = [sum(price(p.order.country, p.weight_g or 0)) for p in parcels]
    rows = [row(p) for p in parcels]
    rows[1] = row(parcels[1], freight=price(parcels[1].order.country, parcels[1].weight_g or 0)[0] + 8_00)
    bill = shop.bill(rows)
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    return bill.pk, right


def balances() -> dict[str, int]:
    rows = fetch(
        "SELECT a.code, sum(p.amount_minor) FROM ledger_posting p "
        "JOIN ledger_account a ON a.id = p.account_id GROUP BY a.code "
        "HAVING sum(p.amount_minor) <> 0 ORDER BY a.code"
    )
    return {code: int(minor) for code, minor in rows}


def of_orders() -> list[int]:
    rows = fetch(
        "SELECT p.order_id, sum(p.amount_minor) FROM ledger_posting p "
        "JOIN ledger_account a ON a.id = p.account_id WHERE a.code = '6603' GROUP BY p.order_id ORDER BY 1"
    )
    return [int(minor) for _order, minor in rows]


def test_an_accepted_bill_is_freight_of_its_orders_and_owed_once(shop):
    _bill, right = disputed(shop)
    post_bills(now=NOW, by=BY)
    post_bills(now=NOW, by=BY)
    assert of_orders() == right
    assert balances() == {"2203": -sum(right), "6603": sum(right)}
    assert list(Entry.objects.values_list("event", "source", "on")) == [("bill", "bill", date(2026, 10, 31))]


def test_a_lost_dispute_and_a_credit_of_what_was_agreed_are_entries_of_their_own(shop):
    bill, right = disputed(shop)
    post_bills(now=NOW, by=BY)
    dismiss_findings(ids=[Finding.objects.get().pk], reason="agreed", now=NOW, by=BY)
    first = BillLine.objects.order_by("line_no").first()
    credit_lines(bill_id=bill, number="CN-1", on=DAY, credits=[(first.pk, 2_00)], now=NOW, by=BY)
    for _again in range(2):
        post_bills(now=NOW, by=BY)
    assert of_orders() == [right[0] - 2_00, right[1] + 8_00, right[2]]
    assert balances()["2203"] == -sum(right) - 6_00
    assert Entry.objects.filter(event="bill_change").count() == 2


def test_what_changed_before_the_first_booking_comes_to_the_same(shop):
    bill, right = disputed(shop)
    dismiss_findings(ids=[Finding.objects.get().pk], reason="agreed", now=NOW, by=BY)
    first = BillLine.objects.order_by("line_no").first()
    credit_lines(bill_id=bill, number="CN-1", on=DAY, credits=[(first.pk, 2_00)], now=NOW, by=BY)
    post_bills(now=NOW, by=BY)
    assert of_orders() == [right[0] - 2_00, right[1] + 8_00, right[2]]


def test_a_credit_of_what_was_never_agreed_leaves_the_books_alone(shop):
    bill, right = disputed(shop)
    post_bills(now=NOW, by=BY)
    line = BillLine.objects.get(disputed_minor__gt=0)
    credit_lines(bill_id=bill, number="CN-1", on=DAY, credits=[(line.pk, 8_00)], now=NOW, by=BY)
    post_bills(now=NOW, by=BY)
    assert (of_orders(), Entry.objects.count()) == (right, 1)
