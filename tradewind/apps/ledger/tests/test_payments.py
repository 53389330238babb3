"""Payables in the books: paid off to zero in their own currency, exchange at payment on its own account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tradewind.apps.ledger.models import Posting
from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.apps.ledger.operations.payments import post_clearings, post_payables, post_payments
from tradewind.apps.ledger.queries import unbalanced
from tradewind.apps.payables.models import Payable
from tradewind.apps.payables.operations import (
    NewPayment,
    record_payments,
    reverse_payments,
    set_off_deposits,
    take_back,
    write_off,
)
from tradewind.apps.payables.tests.world import (
    FANG,
    NOW,
    TODAY,
    approved,
    bank,
    cny,
    invoice,
    order,
    owed,
    pulled,
    rate,
    received,
    supplier,
    usd,
)
from tradewind.engine.access import system
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
BY = system("test")


@pytest.fixture(autouse=True)
def chart(db):
    open_chart(now=NOW, by=BY)


def post():
    return sum(f(now=NOW, by=BY).done for f in (post_payables, post_payments, post_clearings))


def balance(account):
    """What an account holds, by currency; zero is left out."""
    sums = {}
    for minor, currency in Posting.objects.filter(account__code=account).values_list(
        "amount_minor", "currency"
    ):
        sums[currency] = sums.get(currency, 0) + minor
    return {c: str(Money(m, c)) for c, m in sums.items() if m}


def pay(account, payable, amount=None, **more):
    new = NewPayment(("bank", account.pk), on=TODAY, request_id=approved(payable, amount), **more)
    return record_payments(payments=[new], now=NOW, by=FANG)


def test_rent_is_a_cost_when_entered_and_gone_when_paid_with_the_banks_fee():
    one = owed(cny("3000.00"))
    post()
    assert (balance("6608"), balance("2241")) == ({"CNY": "3,000.00 CNY"}, {"CNY": "-3,000.00 CNY"})
    pay(bank(), one, fee=cny("5.00"))
    assert post() == 1
    assert post() == 0
    assert (balance("2241"), balance("1001")) == ({}, {"CNY": "-3,005.00 CNY"})
    assert balance("6609") == {"CNY": "5.00 CNY"}


def test_the_difference_to_the_rate_of_booking_is_realised_in_parts_that_sum():
    rate("7.10", date(2026, 6, 20))
    invoice(order(supplier(currency="USD")), "1000.00")
    [one] = pulled()
    account = bank()
    pay(account, one, usd("333.33"), out=cny("2400.00"))
    pay(account, one, out=cny("4800.00"))
    post()
    assert balance("6606") == {"CNY": "100.00 CNY"}  # 7,200.00 paid for what was booked at 7,100.00
    assert balance("2202") == {"USD": "1,000.00 USD"}  # its credit comes with the goods
    assert balance("1900") == {"USD": "-1,000.00 USD", "CNY": "7,100.00 CNY"}
    assert unbalanced() == []


def test_without_a_rate_of_booking_nothing_is_made_up():
    invoice(order(supplier(currency="USD")), "1000.00")
    [one] = pulled()
    pay(bank(), one, out=cny("7200.00"))
    post()
    assert balance("6606") == {}
    assert balance("1900") == {"USD": "-1,000.00 USD", "CNY": "7,200.00 CNY"}


def test_a_debt_at_home_paid_in_dollars_is_worth_what_the_day_says():
    rate("7.12", TODAY)
    one = owed(cny("7100.00"))
    post()
    pay(bank("USD"), one, out=usd("1000.00"))
    post()
    assert balance("6606") == {"CNY": "20.00 CNY"}
    assert balance("2241") == {}
    assert balance("1900") == {"USD": "1,000.00 USD", "CNY": "-7,120.00 CNY"}


def test_a_deposit_is_prepaid_until_the_invoice_takes_it():
    of = order(supplier(deposit_percent=Decimal(30)))
    [deposit] = pulled()
    pay(bank(), deposit)
    post()
    assert balance("1124") == {"CNY": "300.00 CNY"}
    received(of, 100)
    invoice(of, "1000.00")
    asked = pulled()[1]
    set_off_deposits(now=NOW, by=FANG)
    post()
    assert balance("1124") == {}
    assert balance("2202") == {"CNY": "300.00 CNY"}
    take_back(payable_id=asked.pk, reason="wrong order", now=NOW, by=FANG)
    post()
    assert balance("1124") == {"CNY": "300.00 CNY"}


def test_what_came_back_leaves_nothing_of_the_payment():
    rate("7.10", date(2026, 6, 20))
    invoice(order(supplier(currency="USD")), "1000.00")
    [one] = pulled()
    [pk] = pay(bank(), one, out=cny("7200.00"))
    post()
    reverse_payments(ids=[pk], on=TODAY, reason="returned", now=NOW, by=FANG)
    assert post() == 1
    assert post() == 0
    for account in ("1001", "1900", "2202", "6606"):
        assert balance(account) == {}, account


def test_a_payment_that_came_back_before_it_was_booked_is_booked_both_ways():
    one = owed(cny("10.00"))
    [pk] = pay(bank(), one)
    reverse_payments(ids=[pk], on=TODAY, reason="returned", now=NOW, by=FANG)
    assert post() == 3
    assert (balance("1001"), balance("2241")) == ({}, {"CNY": "-10.00 CNY"})


def test_what_need_not_be_paid_goes_back_to_what_it_cost():
    by_hand = owed(cny("100.00"))
    invoice(order(supplier()), "500.00")
    goods = next(p for p in pulled() if p.kind == "goods")
    amounts = {by_hand.pk: cny("100.00"), goods.pk: cny("0.40")}
    write_off(amounts=amounts, reason="waived", now=NOW, by=FANG)
    post()
    assert (balance("6608"), balance("2241")) == ({}, {})
    assert balance("6403") == {"CNY": "-0.40 CNY"}
    assert Payable.objects.get(pk=by_hand.pk).state == "cleared"


def test_tax_is_owed_by_the_books_already():
    pay(bank(), owed(cny("800.00"), kind="tax", creditor="Tax bureau", number="VAT-06"))
    post()
    assert balance("2221") == {"CNY": "800.00 CNY"}
    assert balance("6608") == {}
