"""What is owed comes into the pool once, with its due day, and follows its document."""

from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.trade import make_company
from tradewind.apps.claims.models import Bill
from tradewind.apps.payables.models import Clearing, Payable
from tradewind.apps.payables.operations import NewPayable, enter_payables, pull_payables, set_off_deposits
from tradewind.apps.payables.tests.world import (
    FANG,
    NOW,
    PEI,
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
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db


def test_an_invoice_is_owed_with_its_vat_on_the_day_of_the_terms():
    of = order(supplier(balance_days=30, balance_from="month_end"))
    invoice(of, "1000.00", "130.00")
    [one] = pulled()
    assert (one.kind, str(one.amount), one.due_on) == ("goods", "1,130.00 CNY", date(2026, 7, 30))
    assert one.base_minor == 113_000


def test_without_terms_no_due_day_is_made_up():
    invoice(order(supplier()), "1000.00")
    [one] = pulled()
    assert one.due_on is None


def test_a_deposit_is_owed_by_the_terms_of_the_supplier():
    order(supplier(deposit_percent=Decimal(30), deposit_days=3))
    [one] = pulled()
    assert (one.kind, str(one.amount), one.due_on) == ("deposit", "300.00 CNY", date(2026, 6, 4))


def test_a_draft_owes_nothing_and_a_second_look_changes_nothing():
    order(supplier(deposit_percent=Decimal(30)), state="draft")
    invoice(order(supplier()), "10.00")
    assert len(pulled()) == 1
    before = facts_hash()
    assert pull_payables(now=NOW, by=FANG).done == 0
    assert facts_hash() == before


def test_an_invoice_in_dollars_is_held_at_the_rate_of_its_day():
    rate("7.10", date(2026, 6, 20))
    invoice(order(supplier(currency="USD")), "1000.00")
    [one] = pulled()
    assert one.base_minor == 710_000


def test_without_a_rate_the_worth_in_base_currency_is_not_known():
    invoice(order(supplier(currency="USD")), "1000.00")
    [one] = pulled()
    assert one.base_minor is None


def bill(minor, disputed=0):
    return Bill.objects.create(
        company=make_company(), kind="carrier", creditor="Yun Express", number="YE-1", currency="CNY",
        on=date(2026, 7, 1), due_on=date(2026, 7, 31), lines_minor=minor + disputed, line_count=1,
        accepted_minor=minor, disputed_minor=disputed, state="accepted", imported_at=NOW,
    )  # fmt: skip


def test_a_bill_is_owed_as_far_as_it_is_accepted_and_grows_when_more_is():
    one = bill(80_000, disputed=20_000)
    [payable] = pulled()
    assert (payable.kind, str(payable.amount)) == ("bill", "800.00 CNY")
    Bill.objects.filter(pk=one.pk).update(accepted_minor=90_000, disputed_minor=10_000)
    [payable] = pulled()
    assert str(payable.amount) == "900.00 CNY"
    assert payable.state == "open"


def test_what_a_bill_no_longer_asks_lapses_and_what_is_asked_for_already_is_counted():
    one = bill(80_000)
    [payable] = pulled()
    approved(payable, cny("500.00"))
    Bill.objects.filter(pk=one.pk).update(accepted_minor=60_000)
    assert pull_payables(now=NOW, by=FANG).problems == 0
    payable.refresh_from_db()
    assert (str(payable.left), str(payable.free)) == ("600.00 CNY", "100.00 CNY")
    Bill.objects.filter(pk=one.pk).update(accepted_minor=40_000)
    assert pull_payables(now=NOW, by=FANG).problems == 1
    payable.refresh_from_db()
    assert (str(payable.left), payable.document_minor) == ("500.00 CNY", 40_000)
    assert sum(Clearing.objects.values_list("amount_minor", flat=True)) == 30_000


def test_a_paid_deposit_is_set_off_against_the_invoice_of_its_order():
    from tradewind.apps.payables.operations import NewPayment, record_payments

    of = order(supplier(deposit_percent=Decimal(30)))
    [deposit] = pulled()
    request = approved(deposit)
    record_payments(
        payments=[NewPayment(("bank", bank().pk), on=date(2026, 7, 2), request_id=request)], now=NOW, by=FANG
    )
    received(of, 100)
    invoice(of, "1000.00")
    _deposit, asked = pulled()
    assert set_off_deposits(now=NOW, by=FANG) == 1
    asked.refresh_from_db()
    deposit.refresh_from_db()
    assert (str(asked.left), deposit.used_minor) == ("700.00 CNY", 30_000)
    before = facts_hash()
    assert set_off_deposits(now=NOW, by=FANG) == 0
    assert facts_hash() == before


def test_a_deposit_nobody_paid_lapses_once_the_invoices_ask_for_the_whole_order():
    of = order(supplier(deposit_percent=Decimal(30)))
    pulled()
    invoice(of, "800.00")
    pulled()
    set_off_deposits(now=NOW, by=FANG)
    deposit = Payable.objects.get(kind="deposit")
    assert str(deposit.left) == "200.00 CNY"  # 800.00 and 200.00 are the order
    invoice(of, "200.00")
    pulled()
    set_off_deposits(now=NOW, by=FANG)
    deposit.refresh_from_db()
    assert deposit.state == "cleared"
    assert sum(p.left.minor for p in Payable.objects.all()) == 100_000


def test_what_is_entered_by_hand_is_checked_as_a_whole():
    company = make_company()
    owed(cny("5.00"))
    before = facts_hash()
    rows = [
        NewPayable(company.pk, "goods", "X", "1", cny("1.00"), date(2026, 7, 1)),
        NewPayable(0, "ads", " ", "2", usd("-1.00"), date(2026, 7, 1), date(2026, 6, 1)),
        NewPayable(company.pk, "rent", "Landlord", "R-7", cny("1.00"), date(2026, 7, 1), order_id=99),
    ]
    with pytest.raises(Refused) as refused:
        enter_payables(payables=rows, now=NOW, by=FANG)
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "kind"), (2, "company"), (2, "amount"), (2, "due_on"), (2, "creditor"), (3, "order"),
        (3, "number"),
    }  # fmt: skip
    assert facts_hash() == before
    with pytest.raises(Denied):
        enter_payables(payables=rows, now=NOW, by=PEI)
