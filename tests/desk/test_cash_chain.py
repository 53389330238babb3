"""The cash chain at the desk: layouts tried and kept, breaks by name, what collecting costs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tests.trade import make_company
from tradewind.apps.markets.models import FxRate
from tradewind.apps.treasury.models import CollectionAccount
from tradewind.apps.treasury.operations import open_bank_account, open_collection_account
from tradewind.desk import doing
from tradewind.desk.asking import ask, plain_answer
from tradewind.desk.kernel import Upload
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
FILE = "When;No;What;Sum;Coin;Left\n" + (
    "01/07/2026;A1;Sales of July;1.000,00;USD;1.000,00\n02/07/2026;A2;To bank;-400,00;USD;600,00\n"
)
FORM = {
    "date": "When", "id": "No", "kind": "What", "amount": "Sum", "currency": "Coin", "balance": "Left",
    "kinds": "Sales* = receive\nTo bank = withdraw", "sign": "signed", "fee_is": "apart",
    "dates": "DD/MM/YYYY", "style": "1.234,56", "zone": "Asia/Shanghai",
}  # fmt: skip


@pytest.fixture
def account():
    make_company()
    return open_collection_account(
        company="GZ", provider="statement_files", code="X-USD", name="X", currency="USD", now=NOW, by=FIN
    )


def do(code, account, given, by=FIN):
    return doing.do(
        noun("collection_accounts"), code, by=by, ids=[account.pk], given=given, now=NOW, key=f"k-{code}"
    )


def test_a_layout_is_tried_then_kept_and_reads_the_next_file(account):
    file = Upload("x.csv", FILE.encode())
    said = str(do("layout", account, {**FORM, "file": file}).message)
    assert said == (
        "Only tried, nothing is kept. Receipt of money: 1 lines, 1,000.00 USD; "
        "Withdrawal: 1 lines, -400.00 USD; every balance follows"
    )
    assert CollectionAccount.objects.get().template is None
    with pytest.raises(Refused) as refused:
        do("layout", account, {**FORM, "kinds": "Sales* = gift", "amount": "Nothing", "file": file})
    assert {p.field for p in refused.value.problems} == {"kinds"}
    do("layout", account, {**FORM, "keep": "1", "file": file})
    assert do("statement", account, {"file": file}).changed == 2
    page = noun("collection_accounts").detail(FIN, account.pk)
    assert {str(f.label): str(f.value) for f in page.facts}["Balance"] == "600.00 USD"
    with pytest.raises(Denied):
        do("statement", account, {"file": file}, by=Actor(2, "bob", OPERATIONS, None))


def test_the_watch_names_what_is_broken_and_alarms_above_the_share_asked(account):
    do("layout", account, {**FORM, "keep": "1", "file": Upload("x.csv", FILE.encode())})
    do("statement", account, {"file": Upload("x.csv", FILE.encode())})
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 7, 20), rate="7.2", source="ECB")
    open_bank_account(company="GZ", code="ICBC", name="ICBC", currency="CNY", now=NOW, by=FIN)
    one = tool("cash_watch")
    (found,) = ask(one, by=FIN, given=[{"company": "GZ", "most_share": "60"}], now=NOW)
    said = plain_answer(one, found, FIN)
    assert [row["what"] for row in said["tables"][0]["rows"]] == [
        "Money came that no settlement explains", "A withdrawal has not arrived",
    ]  # fmt: skip
    assert any("more than the 60" in alert for alert in said["alerts"])
    (quiet,) = ask(one, by=FIN, given=[{"company": "GZ"}], now=NOW)
    assert any("No share is set" in str(alert) for alert in quiet.alerts)
    with pytest.raises(Denied):
        ask(one, by=Actor(2, "bob", OPERATIONS, None), given=[{}], now=NOW)


def test_what_collecting_costs_has_a_row_a_provider_and_refuses_days_turned_round(account):
    do("layout", account, {**FORM, "keep": "1", "file": Upload("x.csv", FILE.encode())})
    do("statement", account, {"file": Upload("x.csv", FILE.encode())})
    one = tool("collection_costs")
    (found,) = ask(one, by=FIN, given=[{"since": "2026-06-30", "until": "2026-07-20"}], now=NOW)
    assert found.figures["providers"] == 1
    (wrong,) = ask(one, by=FIN, given=[{"since": "2026-07-20", "until": "2026-07-01"}], now=NOW)
    assert [p.field for p in wrong.problems] == ["until"]
