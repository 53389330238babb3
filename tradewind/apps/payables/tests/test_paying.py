"""Request, approval, payment: nobody approves alone what others could, and nothing is paid twice."""

from datetime import date

import pytest

from tests.facts import facts_hash
from tests.trade import make_company
from tradewind.apps.org.models import User
from tradewind.apps.payables.models import Payable, Payment, PaymentRequest
from tradewind.apps.payables.operations import (
    Asked,
    NewPayment,
    approve_requests,
    attach_line,
    match_lines,
    record_payments,
    refuse_requests,
    request_payment,
    reverse_payments,
    take_back,
    withdraw_requests,
    write_off,
)
from tradewind.apps.payables.tests.world import (
    ALICE,
    BO,
    FANG,
    NOW,
    PEI,
    TODAY,
    approved,
    bank,
    bank_line,
    cny,
    collection,
    invoice,
    order,
    owed,
    pulled,
    received,
    supplier,
    usd,
)
from tradewind.desk.doctor.payables import CHECKS
from tradewind.engine.access import OWNER, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
WHO = {"now": NOW, "by": FANG}


def pay(account, request=None, **more):
    more.setdefault("on", TODAY)
    return record_payments(payments=[NewPayment(("bank", account.pk), request_id=request, **more)], **WHO)


def fields(refused):
    return [(p.field, p.reason) for p in refused.value.problems]


def test_a_request_takes_its_amount_off_what_others_may_ask():
    one = owed(cny("100.00"))
    request_payment(lines=[Asked(one.pk, cny("60.00"))], wanted_on=None, note="", now=NOW, by=PEI)
    one.refresh_from_db()
    assert (str(one.free), str(one.left), one.state) == ("40.00 CNY", "100.00 CNY", "open")
    with pytest.raises(Refused, match="more than is left"):
        request_payment(lines=[Asked(one.pk, cny("40.01"))], wanted_on=None, note="", now=NOW, by=BO)
    request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=BO)
    one.refresh_from_db()
    assert one.state == "requested"


def test_payables_of_several_creditors_become_several_requests():
    first, second = owed(cny("1.00")), owed(cny("2.00"), creditor="Ads House", kind="ads", number="A")
    third = owed(cny("3.00"), number="R-8")
    ids = request_payment(
        lines=[Asked(p.pk) for p in (first, second, third)], wanted_on=None, note="", now=NOW, by=PEI
    )
    assert [r.lines.count() for r in PaymentRequest.objects.filter(id__in=ids).order_by("id")] == [2, 1]


def test_an_invoice_for_more_than_came_is_not_paid_without_a_word():
    of = order(supplier())
    received(of, 90)
    invoice(of, "1000.00")
    [one] = pulled()
    with pytest.raises(Refused) as refused:
        request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=PEI)
    assert fields(refused) == [("note", "its documents do not agree: say why it is paid all the same")]
    [pk] = request_payment(lines=[Asked(one.pk)], wanted_on=None, note="rest comes Friday", now=NOW, by=PEI)
    assert PaymentRequest.objects.get(pk=pk).lines.get().match_state == "over_invoiced"


def test_who_asked_may_not_approve_while_somebody_else_could(users):
    one = owed(cny("10.00"))
    User.objects.create(username="anna", role=OWNER)
    [pk] = request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=ALICE)
    with pytest.raises(Refused, match="who asked may not approve"):
        approve_requests(ids=[pk], now=NOW, by=ALICE)
    with pytest.raises(Denied):
        approve_requests(ids=[pk], now=NOW, by=FANG)
    approve_requests(ids=[pk], now=NOW, by=Actor(4, "anna", OWNER, None))
    assert PaymentRequest.objects.values_list("state", "alone").get() == ("approved", False)


def test_an_owner_alone_approves_the_own_request_and_the_request_says_so(users):
    [pk] = request_payment(lines=[Asked(owed(cny("10.00")).pk)], wanted_on=None, note="", now=NOW, by=ALICE)
    approve_requests(ids=[pk], now=NOW, by=ALICE)
    assert PaymentRequest.objects.values_list("state", "alone").get() == ("approved", True)


def test_what_is_refused_or_withdrawn_may_be_asked_for_again():
    one = owed(cny("10.00"))
    [pk] = request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=PEI)
    refuse_requests(ids=[pk], reason="too early", now=NOW, by=ALICE)
    one.refresh_from_db()
    assert one.free == one.amount
    [pk] = request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=PEI)
    with pytest.raises(Refused, match="somebody else asked"):
        withdraw_requests(ids=[pk], reason="no", now=NOW, by=BO)
    withdraw_requests(ids=[pk], reason="mistake", now=NOW, by=PEI)
    one.refresh_from_db()
    assert (one.free, one.state) == (one.amount, "open")


def test_a_request_that_is_not_approved_is_not_paid():
    one = owed(cny("10.00"))
    [pk] = request_payment(lines=[Asked(one.pk)], wanted_on=None, note="", now=NOW, by=PEI)
    account = bank()
    before = facts_hash()
    with pytest.raises(Refused, match="is not approved"):
        pay(account, pk)
    assert facts_hash() == before


def test_part_payments_until_nothing_is_left():
    account, one = bank(), owed(cny("100.00"))
    request = approved(one)
    pay(account, request, parts={one.pk: cny("30.00")})
    one.refresh_from_db()
    assert (str(one.left), one.requested_minor, one.state) == ("70.00 CNY", 7000, "requested")
    with pytest.raises(Refused, match="more than is left"):
        pay(account, request, parts={one.pk: cny("70.01")})
    pay(account, request)
    one.refresh_from_db()
    assert (one.state, one.paid_minor) == ("cleared", 10_000)
    assert PaymentRequest.objects.get().state == "paid"
    with pytest.raises(Refused):
        pay(account, request)


def test_a_payment_without_a_request_needs_a_reason_and_cannot_overpay_either():
    account, one = bank(), owed(cny("100.00"))
    with pytest.raises(Refused) as refused:
        pay(account, parts={one.pk: cny("100.01")})
    assert [p.field for p in refused.value.problems] == ["reason", "amount"]
    pay(account, parts={one.pk: cny("100.00")}, reason="direct debit")
    assert Payable.objects.get().state == "cleared"


def test_a_line_must_show_what_left_and_stands_for_one_payment_only():
    account, one, other = bank(), owed(cny("100.00")), owed(cny("100.00"), number="R-8")
    line, wrong = bank_line(account, "-100.50", date(2026, 7, 8)), bank_line(account, "-99.00")
    request = approved(one)
    with pytest.raises(Refused, match="is not the amount and the fee"):
        pay(account, request, line_id=wrong.pk)
    pay(account, request, line_id=line.pk, fee=cny("0.50"), on=None)
    assert Payment.objects.get().on == date(2026, 7, 8)
    with pytest.raises(Refused, match="stands for something else"):
        pay(account, approved(other), line_id=line.pk, fee=cny("0.50"))


def test_an_account_or_line_of_somebody_else_is_not_there():
    one = owed(cny("100.00"))
    strange = bank(code="OTHER")
    company = make_company()
    company.pk, company.code = None, "HK"
    company.save()
    strange.company = company
    strange.save()
    line = bank_line(bank(), "-100.00")
    with pytest.raises(Refused, match="no such account of the company"):
        pay(strange, approved(one), line_id=line.pk)


def test_across_currencies_what_left_is_needed():
    one = owed(usd("100.00"))
    account = bank()
    request = approved(one)
    with pytest.raises(Refused, match="what left the account is needed"):
        pay(account, request)
    pay(account, request, out=cny("715.00"), fee=cny("5.00"))
    assert Payable.objects.get().state == "cleared"


def test_a_collection_account_pays_too():
    account, one = collection(), owed(usd("100.00"))
    new = NewPayment(("collection", account.pk), on=TODAY, request_id=approved(one))
    record_payments(payments=[new], **WHO)
    assert Payment.objects.get().out == usd("100.00")


def test_a_payment_that_came_back_is_owed_again_and_may_be_paid_again():
    account, one = bank(), owed(cny("100.00"))
    request = approved(one)
    [pk] = pay(account, request)
    reverse_payments(ids=[pk], on=TODAY, reason="wrong account number", **WHO)
    one.refresh_from_db()
    assert (str(one.left), one.requested_minor, one.paid_minor) == ("100.00 CNY", 10_000, 0)
    assert PaymentRequest.objects.get().state == "approved"
    pay(account, request)
    one.refresh_from_db()
    assert one.state == "cleared"


def test_a_line_that_names_a_request_pays_it_and_another_amount_does_not():
    account, one, other = bank(), owed(cny("100.00")), owed(cny("50.00"), number="R-8")
    approved(one)
    approved(other)
    first, second = PaymentRequest.objects.order_by("id").values_list("number", flat=True)
    bank_line(account, "-100.00", memo=f"payment {first.lower()}")
    bank_line(account, "-49.00", reference=second)
    assert match_lines(now=NOW, by=FANG) == 1
    assert list(Payable.objects.order_by("id").values_list("state", flat=True)) == ["cleared", "requested"]
    assert match_lines(now=NOW, by=FANG) == 0


def test_a_recorded_payment_gets_the_only_line_that_can_be_it():
    account, one, other = bank(), owed(cny("100.00")), owed(cny("70.00"), number="R-8")
    [pk] = pay(account, approved(one))
    line = bank_line(account, "-100.00", date(2026, 7, 12))
    pay(account, approved(other))
    bank_line(account, "-70.00")
    bank_line(account, "-70.00")
    assert match_lines(now=NOW, by=FANG) == 1
    assert Payment.objects.get(pk=pk).bank_line_id == line.pk
    unmatched = Payment.objects.get(bank_line=None)
    attach_line(payment_id=unmatched.pk, line_id=bank_line(account, "-70.00").pk, now=NOW, by=FANG)
    unmatched.refresh_from_db()
    assert unmatched.bank_line is not None


def test_what_is_written_off_can_be_taken_back():
    one = owed(cny("100.00"))
    write_off(amounts={one.pk: cny("0.30")}, reason="rounding", **WHO)
    one.refresh_from_db()
    assert str(one.left) == "99.70 CNY"
    take_back(payable_id=one.pk, reason="mistake", **WHO)
    one.refresh_from_db()
    assert one.left == one.amount
    with pytest.raises(Refused, match="nothing was set off"):
        take_back(payable_id=one.pk, reason="again", **WHO)


def test_the_sums_on_a_payable_are_those_of_its_clearings():
    account, one = bank(), owed(cny("100.00"))
    [pk] = pay(account, approved(one, cny("60.00")))
    write_off(amounts={one.pk: cny("1.00")}, reason="x", **WHO)
    reverse_payments(ids=[pk], on=TODAY, reason="back", **WHO)
    one.refresh_from_db()
    assert one.settled_minor == sum(one.clearings.values_list("amount_minor", flat=True)) == 100
    assert one.amount == Money(10_000, "CNY")


def test_the_doctor_finds_sums_that_do_not_add_up():
    account, one = bank(), owed(cny("100.00"))
    pay(account, approved(one, cny("60.00")))
    assert [list(c.run()) for c in CHECKS] == [[], [], []]
    Payable.objects.filter(pk=one.pk).update(settled_minor=6_001)
    assert [len(list(c.run())) for c in CHECKS] == [1, 0, 0]
    Payment.objects.update(amount_minor=1)
    assert [len(list(c.run())) for c in CHECKS] == [1, 1, 0]
