"""Entries out of files: opening balances and vouchers; a malformed file changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.hostile import check_importer
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.operations import import_vouchers, open_chart
from tradewind.apps.org.models import Company
from tradewind.engine.access import FINANCE, Actor
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
GOOD = """ref,on,memo,account,debit,credit,currency,store
V1,2026-10-31,Rent of October,6608,5000.00,,CNY,
V1,2026-10-31,Rent of October,1001,,5000.00,CNY,
V2,2026-10-31,Interest,1001,12.50,,CNY,
V2,2026-10-31,Interest,6301,,12.50,CNY,
"""


@pytest.fixture
def company():
    open_chart(now=NOW, by=FIN)
    return Company.objects.create(code="GZ", name="Guangzhou Lamp", country="CN", base_currency="CNY")


def take(company, data: bytes, event: str = "manual") -> list[int]:
    return import_vouchers(company_id=company.id, name="v.csv", data=data, now=NOW, by=FIN, event=event)


def test_rows_of_one_ref_are_one_entry_and_a_file_is_taken_once(company):
    assert len(take(company, GOOD.encode())) == 2
    assert queries.trial_balance(FIN, company.id, date(2026, 10, 31)) == {
        "CNY": {"1001": -4987_50, "6301": -12_50, "6608": 5000_00}
    }
    before = facts_hash()
    with pytest.raises(Refused, match="taken before"):
        take(company, GOOD.encode())
    assert facts_hash() == before


def test_opening_balances_come_from_a_file_with_chinese_captions(company):
    text = "日期,科目,借方,贷方,币种,摘要\n2026-09-30,1001,900,,CNY,期初\n2026-09-30,2202,,100.5,USD,期初\n"
    take(company, text.encode(), "opening")
    assert queries.trial_balance(FIN, company.id, date(2026, 9, 30)) == {
        "CNY": {"1001": 900_00, "4900": -900_00}, "USD": {"2202": -100_50, "4900": 100_50},
    }  # fmt: skip


def test_problems_of_entries_are_said_by_the_row_of_the_file(company):
    bad = GOOD.replace("6301,,12.50", "6399,,12.40").replace("6608,5000.00,", "6608,5000.00,1")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(company, bad.encode())
    assert [(p.row, p.field) for p in refused.value.problems] == [(2, "debit")]
    with pytest.raises(Refused) as refused:
        take(company, GOOD.replace("6301,,12.50", "6399,,12.40").encode())
    assert [(p.row, p.field) for p in refused.value.problems] == [(5, "account"), (4, "lines")]
    assert facts_hash() == before


def test_fifty_malformed_files_change_nothing(company):
    fine = ("a column without a name but with cells", "a header short of its last word")  # of no account
    check_importer(
        lambda data: take(company, data), GOOD.encode(), kind="csv", amount="debit", day="on", fine=fine
    )
