"""Statement files of banks: read once, refused whole, equal payments kept apart."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import make_company
from tradewind.apps.treasury.models import BankAccount, BankLine
from tradewind.apps.treasury.operations import import_bank_statement, open_bank_account
from tradewind.desk import doing
from tradewind.desk.kernel import Upload
from tradewind.desk.registry import noun
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
HEAD = "Date,Amount,Currency,Reference,Memo,Id"


@pytest.fixture
def bank():
    make_company()
    return open_bank_account(company="GZ", code="ICBC", name="ICBC", currency="CNY", now=NOW, by=FIN)


def take(bank, *lines, name="icbc.csv", by=FIN):
    data = "\n".join(lines).encode() + b"\n"
    return import_bank_statement(account_id=bank.id, name=name, data=data, now=NOW, by=by).new


def test_lines_are_taken_with_their_ids_and_a_repeat_changes_nothing(bank):
    lines = [HEAD, '2026-07-05,"7,043.30",CNY,W1,Inward,BK1', "2026-07-06,-12.00,CNY,,Fee,BK2"]
    assert take(bank, *lines) == 2
    said = BankLine.objects.order_by("id").values_list("external_id", "on", "amount_minor", "reference")
    assert list(said) == [
        ("BK1", date(2026, 7, 5), 7043_30, "W1"), ("BK2", date(2026, 7, 6), -12_00, ""),
    ]  # fmt: skip
    assert take(bank, *lines, "2026-07-07,1.00,CNY,,,BK3") == 1
    assert BankLine.objects.count() == 3


def test_a_chinese_statement_without_ids_keeps_equal_payments_apart_and_overlaps_once(bank):
    head = "交易日期,金额,币种,附言,流水号"
    twice = ["20260705,50.00,CNY,货款,"] * 2
    assert take(bank, head, *twice) == 2
    before = facts_hash()
    assert take(bank, head, *twice) == 0
    assert facts_hash() == before, "not even a word in the audit"
    assert take(bank, head, *twice, "2026/07/05,50.00,CNY,货款,", "2026-07-06,50.00,CNY,货款,") == 2
    assert BankLine.objects.count() == 4
    assert all(x.startswith("row:") for x in BankLine.objects.values_list("external_id", flat=True))


def test_every_problem_is_named_with_its_row_and_nothing_is_stored(bank):
    take(bank, HEAD, "2026-07-05,1.00,CNY,,,BK1")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(
            bank, HEAD, "2026-13-01,1.00,CNY,,,A", "2026-07-05,x,CNY,,,B", "2026-07-05,1.00,ZZZ,,,C",
            "2026-07-05,1.001,CNY,,,D",
        )  # fmt: skip
    assert sorted((p.row, p.field) for p in refused.value.problems) == [
        (2, "date"), (3, "amount"), (4, "currency"), (5, "amount"),
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        take(bank, HEAD, "2026-07-05,1.00,USD,,,C", "2026-07-05,3.00,CNY,,,E", "2026-07-06,3.00,CNY,,,E")
    assert sorted((p.row, p.field) for p in refused.value.problems) == [(2, "currency"), (4, "id")]
    with pytest.raises(Refused, match="with another amount"):
        take(bank, HEAD, "2026-07-05,2.00,CNY,,,BK1")
    with pytest.raises(Refused):
        take(bank, HEAD)
    with pytest.raises(Denied):
        take(bank, HEAD, "2026-07-05,1.00,CNY,,,Z", by=Actor(2, "bob", OPERATIONS, None))
    BankAccount.objects.filter(pk=bank.id).update(provider="lighter_bank")
    refused_before = BankLine.objects.count()
    with pytest.raises(Refused, match="connector"):
        take(bank, HEAD, "2026-07-05,1.00,CNY,,,Z")
    BankAccount.objects.filter(pk=bank.id).update(provider="")
    assert BankLine.objects.count() == refused_before
    assert facts_hash() == before


def test_finance_imports_a_statement_at_the_desk(bank):
    file = Upload("s.csv", f"{HEAD}\n2026-07-05,1.00,CNY,,,BK1\n".encode())
    given = {"file": file}
    done = doing.do(
        noun("bank_accounts"), "statement", by=FIN, ids=[bank.id], given=given, now=NOW, key="k-1"
    )
    assert done.changed == 1
