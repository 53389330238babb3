"""What raw SQL may not do to the books, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tradewind.apps.ledger.models import Account, Entry, Period, Posting
from tradewind.apps.org.models import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return Company.objects.create(code="GZ", name="Guangzhou Lamp", country="CN", base_currency="CNY")


@pytest.fixture
def accounts():
    return [Account.objects.create(code=c, name=c, name_zh=c, kind="asset") for c in ("1001", "6001")]


def run(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def refused(word: str, sql: str, *params: object) -> None:
    before = snapshot()
    with pytest.raises(DatabaseError, match=word), transaction.atomic():
        run(sql, *params)
    assert snapshot() == before


def snapshot():
    return (
        list(Entry.objects.order_by("id").values_list()),
        list(Posting.objects.order_by("id").values_list()),
        list(Period.objects.order_by("id").values_list()),
    )


def entry(company, accounts, *amounts, number=1, on=date(2026, 3, 5), currency="USD"):
    made = Entry.objects.create(
        company=company, number=number, on=on, event="x", source="t", source_id=number
    )
    for i, amount in enumerate(amounts):
        Posting.objects.create(entry=made, account=accounts[i % 2], amount_minor=amount, currency=currency)
    return made


def post(made) -> int:
    return run("UPDATE ledger_entry SET posted = %s WHERE id = %s", True, made.id)


def test_a_balanced_entry_is_posted(company, accounts):
    assert post(entry(company, accounts, 500, -500)) == 1


def test_an_entry_is_never_born_posted(company):
    refused(
        "born unposted",
        'INSERT INTO ledger_entry (company_id, number, "on", event, source, source_id, posted) '
        "VALUES (%s, 1, '2026-03-05', 'x', 't', 1, %s)", company.id, True,
    )  # fmt: skip


def test_an_unbalanced_entry_is_not_posted(company, accounts):
    made = entry(company, accounts, 500, -499)
    refused("sum to zero", "UPDATE ledger_entry SET posted = %s WHERE id = %s", True, made.id)


def test_balance_is_asked_of_every_currency_apart(company, accounts):
    made = entry(company, accounts, 500)
    Posting.objects.create(entry=made, account=accounts[1], amount_minor=-500, currency="EUR")
    refused("sum to zero", "UPDATE ledger_entry SET posted = %s WHERE id = %s", True, made.id)


def test_an_entry_without_postings_is_not_posted(company, accounts):
    made = entry(company, accounts)
    refused("without postings", "UPDATE ledger_entry SET posted = %s WHERE id = %s", True, made.id)


def test_one_bad_entry_in_a_bulk_refuses_the_whole_bulk(company, accounts):
    entry(company, accounts, 5, -5, number=1)
    entry(company, accounts, 5, -4, number=2)
    refused("sum to zero", "UPDATE ledger_entry SET posted = %s", True)


@pytest.mark.parametrize("sql", [
    "UPDATE ledger_entry SET memo = 'y' WHERE id = %s",
    "UPDATE ledger_entry SET posted = (1 = 0) WHERE id = %s",
    "UPDATE ledger_entry SET posted = (1 = 1) WHERE id = %s",
    "UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id = %s",
    "DELETE FROM ledger_posting WHERE entry_id = %s",
    "DELETE FROM ledger_entry WHERE id = %s",
])  # fmt: skip
def test_a_posted_entry_never_changes(company, accounts, sql):
    made = entry(company, accounts, 500, -500)
    post(made)
    refused("never change", sql, made.id)


def test_a_posted_entry_takes_no_more_postings(company, accounts):
    made = entry(company, accounts, 500, -500)
    post(made)
    refused(
        "never change",
        "INSERT INTO ledger_posting (entry_id, account_id, amount_minor, currency) "
        "VALUES (%s, %s, 1, 'USD')", made.id, accounts[0].id,
    )  # fmt: skip


def test_a_posting_does_not_move_into_a_posted_entry(company, accounts):
    made, other = entry(company, accounts, 500, -500), entry(company, accounts, 7, -7, number=2)
    post(made)
    refused("never change", "UPDATE ledger_posting SET entry_id = %s WHERE entry_id = %s", made.id, other.id)


def test_an_unposted_entry_may_still_be_mended(company, accounts):
    made = entry(company, accounts, 500, -499)
    assert run("UPDATE ledger_posting SET amount_minor = -500 WHERE amount_minor = -499") == 1
    assert post(made) == 1


def test_a_closed_month_takes_no_entry_and_is_not_opened_again(company, accounts):
    Period.objects.create(company=company, month=date(2026, 3, 1), state="closed")
    refused(
        "period is closed",
        'INSERT INTO ledger_entry (company_id, number, "on", event, source, source_id) '
        "VALUES (%s, 1, '2026-03-31', 'x', 't', 1)", company.id,
    )  # fmt: skip
    made = entry(company, accounts, 5, -5, on=date(2026, 4, 1))
    refused("period is closed", "UPDATE ledger_entry SET \"on\" = '2026-03-31' WHERE id = %s", made.id)
    refused("stays as it is", "UPDATE ledger_period SET state = 'open'")
    refused("stays as it is", "DELETE FROM ledger_period")
    assert post(made) == 1


def test_a_month_closed_for_one_company_is_open_for_another(company, accounts):
    other = Company.objects.create(code="HK", name="Lamp HK", country="HK", base_currency="HKD")
    Period.objects.create(company=company, month=date(2026, 3, 1), state="closed")
    assert post(entry(other, accounts, 5, -5)) == 1


def test_replace_does_not_get_round_the_guard(company, accounts):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    made = entry(company, accounts, 500, -500)
    post(made)
    free = entry(company, accounts, number=2)
    first = made.postings.first()
    refused(
        "never change",
        "INSERT OR REPLACE INTO ledger_posting (id, entry_id, account_id, amount_minor, currency) "
        "VALUES (%s, %s, %s, 1, 'USD')", first.id, free.id, accounts[0].id,
    )  # fmt: skip
    refused(
        "never change",
        'INSERT OR REPLACE INTO ledger_entry (id, company_id, number, "on", event, source, source_id, posted)'
        " VALUES (%s, %s, 9, '2026-03-05', 'z', 't', 9, %s)", made.id, company.id, False,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="posting_key_above_zero"), transaction.atomic():
        run(
            "INSERT INTO ledger_posting (id, entry_id, account_id, amount_minor, currency) "
            "VALUES (-1, %s, %s, 1, 'USD')", free.id, accounts[0].id,
        )  # fmt: skip
    for number, source_id in ((1, 77), (88, 1)):
        refused(
            "never change",
            'INSERT OR REPLACE INTO ledger_entry (company_id, number, "on", event, source, source_id, posted)'
            " VALUES (%s, %s, '2026-03-05', 'x', 't', %s, %s)", company.id, number, source_id, False,
        )  # fmt: skip


def test_truncate_is_refused_while_anything_is_posted(company, accounts):
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")
    post(entry(company, accounts, 500, -500))
    run("SET CONSTRAINTS ALL IMMEDIATE")
    refused("never change", "TRUNCATE ledger_posting")
    refused("never change", "TRUNCATE ledger_entry CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_posting_does_not_slip_in_while_another_session_posts(company, accounts):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    made = entry(company, accounts, 500, -500)
    started, said = threading.Event(), []

    def poster() -> None:
        started.set()
        try:
            post(made)
            said.append("posted")
        except DatabaseError as exc:
            said.append(str(exc))
        finally:
            connection.close()

    thread = threading.Thread(target=poster)
    with transaction.atomic():
        Posting.objects.create(entry=made, account=accounts[0], amount_minor=1, currency="USD")
        thread.start()
        started.wait()
        thread.join(0.5)
        assert thread.is_alive(), "posting waits for the session that adds a posting"
    thread.join()
    assert "sum to zero" in said[0]
    made.refresh_from_db()
    assert made.posted is False
