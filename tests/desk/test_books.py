"""The books at the desk: reports, the journal for other programs, months and their checklist."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tests.trade import make_orders, make_store
from tradewind.apps.ledger.models import Account, Period
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.desk import doing, export, listing, rows
from tradewind.desk.asking import ask, plain_answer, sheet_of
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import FINANCE, WAREHOUSE, Actor, Denied, system
from tradewind.engine.contracts import Refused
from tradewind.web.tools import fresh_question

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
JUNE = {"since": "2026-06-01", "until": "2026-06-30"}


@pytest.fixture
def store():
    """Two orders of 24.60 USD booked in June, at 7.1; 7.0 at the end."""
    for on, rate in (("2026-06-18", "7.1"), ("2026-06-30", "7.0")):
        FxRate.objects.create(base="USD", quote="CNY", on=date.fromisoformat(on), rate=rate, source="PBOC")
    store = make_store("HB-US", "harbour", "USD")
    make_orders(store, 2)
    post_ready(NOW, system())
    return store


def do(what, action, by=FIN, ids=(), **given):
    return doing.do(noun(what), action, by=by, ids=ids, given=given, now=NOW, key=None)


def answer(code, by=FIN, **given):
    (found,) = ask(tool(code), by=by, given=[given], now=NOW)
    assert not found.problems, found.problems
    plain_answer(tool(code), found, by)
    return found


def company(store) -> str:
    return str(store.company_id)


def lines(found, table=0):
    return {str(getattr(r["name"], "value", r["name"])): r["amount"].minor for r in found.tables[table].rows}


def test_the_trial_balance_shows_both_sides_and_every_currency_sums_to_zero(store):
    found = answer("trial_balance", company=company(store), **JUNE)
    (usd, base) = found.tables
    last = usd.rows[-1]
    assert (last["opening"].minor, last["debit"].minor, last["credit"].minor) == (0, 49_20, 49_20)
    assert last["closing"].minor == 0
    assert {r["code"]: r["closing"].minor for r in base.rows} == {
        "1122": 344_40, "2221": -22_40, "6001": -284_00, "6002": -42_60,
    }  # fmt: skip
    assert [str(f.value) for f in found.facts] == ["4", "4.60 CNY"]


def test_profit_and_loss_and_balance_sheet_agree(store):
    result = answer("profit_and_loss", company=company(store), **JUNE)
    assert lines(result)["Net profit"] == 326_60
    sheet = answer("balance_sheet", company=company(store), until="2026-06-30")
    assert lines(sheet) == {
        "1122 Receivable from channels": 344_40,
        "Assets in all": 344_40,
        "2221 VAT payable and marketplace tax clearing": 22_40,
        "Liabilities in all": 22_40,
        "Profit not yet carried over": 326_60,
        "Exchange differences not booked yet": -4_60,
        "Equity in all": 322_00,
        "Liabilities and equity": 344_40,
    }


def test_stores_stand_side_by_side(store):
    found = answer("profit_and_loss", company=company(store), by_store="1", **JUNE)
    row = next(r for r in found.tables[0].rows if str(getattr(r["name"], "value", "")).startswith("6001"))
    assert row["amount"] == row["store0"]
    assert str(found.tables[0].columns[3].label) == "HB-US"


def test_a_missing_rate_makes_a_report_not_whole_and_it_says_so(store):
    FxRate.objects.all().delete()
    found = answer("balance_sheet", company=company(store), until="2026-06-30")
    assert "USD 2026-06-19" in str(found.alerts[0])
    assert not found.tables
    assert "no exchange rate" in str(answer("profit_and_loss", company=company(store), **JUNE).alerts[0])


def test_the_general_ledger_runs_a_balance_and_its_file_holds_all(store):
    given = {"company": company(store), "account": "1122", **JUNE}
    found = answer("general_ledger", **given)
    assert [r["balance"].minor for r in found.tables[0].rows] == [24_60, 49_20]
    file = list(sheet_of(tool("general_ledger"), "postings", by=FIN, given=given, now=NOW))
    assert [str(x) for x in file[1]][4:] == ["24.60", "None", "24.60", "USD"]


@pytest.mark.parametrize("layout", ["kingdee", "yonyou", "xero", "quickbooks"])
@pytest.mark.parametrize("per", ["entry", "day", "month"])
def test_every_layout_balances_and_runs_no_formula(store, layout, per):
    given = {"company": company(store), "layout": layout, "per": per, **JUNE}
    do("entries", "book", company=company(store), on="2026-06-20", event="manual", memo="=HYPERLINK(1)",
       lines=[{"account": "6608", "debit": "5.00", "currency": "CNY"},
              {"account": "1001", "credit": "5.00", "currency": "CNY"}])  # fmt: skip
    head, *body = list(sheet_of(tool("export_books"), "vouchers", by=FIN, given=given, now=NOW))
    assert all(not str(cell).startswith(("=", "@")) for row in body for cell in row if isinstance(cell, str))
    sides = [i for i, c in enumerate(head) if c in ("借方金额", "金额借方", "Debits")]
    others = [i for i, c in enumerate(head) if c in ("贷方金额", "金额贷方", "Credits")]
    signed = [i for i, c in enumerate(head) if c == "*Amount"]
    whole = sum(row[i] or 0 for row in body for i in (*sides, *signed))
    assert whole - sum(row[i] or 0 for row in body for i in others) == 0
    text = "".join(export.csv_lines([head, *body]))
    assert "'=" in text or per != "entry" or layout in ("kingdee", "yonyou"), "there the number goes before"
    assert "-5.00" in text or layout != "xero"


def test_an_entry_by_hand_with_lines_says_every_problem_of_every_line(store):
    with pytest.raises(Refused) as refused:
        do(
            "entries",
            "book",
            company=company(store),
            on="2026-06-20",
            event="manual",
            memo="Rent",
            lines=[
                {"account": "6608", "currency": "CNY"},
                {"account": "nope", "credit": "x", "currency": "C"},
            ],
        )
    assert [p.field for p in refused.value.problems] == ["lines.2.account", "lines.2.credit"]
    with pytest.raises(Refused) as refused:
        do(
            "entries",
            "book",
            company=company(store),
            on="2026-06-20",
            event="manual",
            memo="Rent",
            lines=[{"account": "6608", "currency": "CNY"}],
        )
    assert [(p.field, p.reason) for p in refused.value.problems] == [
        ("lines.1.debit", "either a debit or a credit")
    ]


def test_a_chart_is_added_to_ruled_and_cleaned_up(store):
    do("accounts", "add", code="6601.01", name="Referral fees", name_zh="平台佣金", parent="6601")
    made = Account.objects.get(code="6601.01")
    assert (made.kind, made.standard, made.monetary) == ("expense", "6601", False)
    do("posting_rules", "set", kind="referral_fee", channel="harbour", account="6601.01", since="2026-07-01",
       reason="apart from other fees")  # fmt: skip
    for code in ("posting_rules", "accounts"):
        one = noun(code)
        for row in one.rows(FIN):
            rows.plain_row(one, FIN, row)
            assert rows.allowed_detail(one, FIN, row.pk) is not None
    with pytest.raises(Refused, match="another part of profit"):
        do("posting_rules", "set", kind="principal", account="6601.01", since="2026-07-01", reason="x")
    with pytest.raises(Refused, match="a posting rule books to it"):
        do("accounts", "remove", ids=[made.pk])
    with pytest.raises(Refused, match="documents are booked to it"):
        do("accounts", "retire", ids=[Account.objects.get(code="1122").pk])
    do("accounts", "add", code="6608.01", name="Rent", parent="6608")
    do("accounts", "remove", ids=[Account.objects.get(code="6608.01").pk])
    assert not Account.objects.filter(code="6608.01").exists()


def test_a_month_is_worked_off_and_closed_from_its_page(store):
    do("periods", "months")
    (june,) = Period.objects.all()
    page = rows.allowed_detail(noun("periods"), FIN, june.pk)
    left = [i.code for i in page.tables[0].rows if not i.done]
    assert left == ["revalued"]
    do("periods", "revalue", ids=[june.pk])
    do("periods", "accrue_freight", ids=[june.pk])
    assert "Closed" in str(do("periods", "close", ids=[june.pk]).message)
    page = rows.allowed_detail(noun("periods"), FIN, june.pk)
    assert lines(page)["Net profit"] == 322_00
    kept = answer("profit_and_loss", company=company(store), reported="1", **JUNE)
    assert "reported" in str(kept.alerts[0])
    assert lines(kept)["Net profit"] == 322_00
    assert [r.pk for r in listing.page(noun("periods"), FIN, listing.Wish(state="closed")).rows] == [june.pk]


def test_reports_are_for_those_who_see_the_books_and_the_whole_company(store):
    with pytest.raises(Denied):
        answer("balance_sheet", Actor(2, "wu", WAREHOUSE, None), company=company(store), until="2026-06-30")
    scoped = Actor(8, "feng", FINANCE, frozenset({store.id}))
    (found,) = ask(tool("trial_balance"), by=scoped, given=[{"company": company(store), **JUNE}], now=NOW)
    assert "only some stores" in found.problems[0].reason


@pytest.mark.parametrize("code", ["balance_sheet", "profit_and_loss", "trial_balance"])
def test_a_fresh_page_of_the_books_asks_for_this_month_of_the_first_company(store, code):
    one = tool(code)
    given = fresh_question(one, FIN, date(2026, 7, 9))
    assert set(given) <= {f.name for f in one.fields}
    assert (given["company"], given["until"]) == (str(store.company_id), "2026-07-09")
    (answer,) = ask(one, by=FIN, given=[given], now=NOW)
    assert answer.problems == ()
