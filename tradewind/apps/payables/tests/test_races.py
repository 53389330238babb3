"""Two people at one payable: what the database alone must settle."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from tradewind.apps.org.queries import verify_audit
from tradewind.apps.payables.models import Clearing, Payable, Payment, PaymentRequest
from tradewind.apps.payables.operations import Asked, NewPayment, record_payments, request_payment
from tradewind.apps.payables.operations.amounts import Shift, shift
from tradewind.apps.payables.tests.world import ALICE, FANG, NOW, PEI, TODAY, approved, bank, cny, owed
from tradewind.desk.doctor.payables import CHECKS
from tradewind.engine.contracts import Refused


def at_once(act, count=6):
    """(done, refused, anything else) of an act begun by many at the same moment."""
    done, refused, strange = [], [], []

    def one():
        try:
            done.append(act())
        except Refused as exc:
            refused.append(exc)
        except Exception as exc:
            strange.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return done, refused, strange


def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer by nature; the race needs PostgreSQL")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"settled_minor": 10_001}, {"requested_minor": 10_001}, {"settled_minor": -1}, {"used_minor": 1}],
)
def test_the_database_itself_refuses_to_overpay(change):
    one = owed(cny("100.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Payable.objects.filter(pk=one.pk).update(**change)


@pytest.mark.django_db
def test_who_comes_second_finds_less_left_whatever_was_read_before():
    one = owed(cny("100.00"))
    with transaction.atomic():
        shift({one.pk: Shift(settled=6_000)})
    with pytest.raises(Refused, match="more than is left") as refused, transaction.atomic():
        shift({one.pk: Shift(settled=4_001)})
    assert refused.value.problems[0].accepted == "40.00 CNY"
    one.refresh_from_db()
    assert one.settled_minor == 6_000


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_payments_of_one_request_at_the_same_moment_one_is_made():
    on_postgresql()
    account, one = bank(), owed(cny("100.00"))
    request = approved(one)

    def pay():
        new = NewPayment(("bank", account.pk), on=TODAY, request_id=request)
        return record_payments(payments=[new], now=NOW, by=FANG)

    done, refused, strange = at_once(pay)
    assert strange == []
    assert (len(done), len(refused)) == (1, 5)
    one.refresh_from_db()
    assert (one.settled_minor, one.paid_minor, one.state) == (10_000, 10_000, "cleared")
    assert Payment.objects.count() == Clearing.objects.count() == 1
    assert [list(c.run()) for c in CHECKS] == [[], [], []]
    assert verify_audit(ALICE).ok


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_to_pay_the_same_the_sum_is_never_more_than_is_owed():
    on_postgresql()
    one = owed(cny("100.00"))

    def ask():
        return request_payment(lines=[Asked(one.pk, cny("40.00"))], wanted_on=None, note="", now=NOW, by=PEI)

    done, refused, strange = at_once(ask)
    assert strange == []
    assert (len(done), len(refused)) == (2, 4)
    one.refresh_from_db()
    assert one.requested_minor == 8_000
    assert PaymentRequest.objects.count() == 2
