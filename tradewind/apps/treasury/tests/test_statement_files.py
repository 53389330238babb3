"""Statement files of providers and banks: every format, own layouts, balances that break, hostile files."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from tests.facts import facts_hash
from tests.hostile import check_importer
from tests.trade import make_company
from tradewind.apps.ledger.models import Entry
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import (
    BankLine,
    CollectionLine,
    Conversion,
    Statement,
)
from tradewind.apps.treasury.operations import (
    forget_layouts,
    import_bank_statement,
    import_statement,
    link_arrival,
    link_return,
    open_bank_account,
    open_collection_account,
    record_bank_lines,
    record_collection_lines,
    record_exchange,
    save_bank_layout,
    save_collection_layout,
)
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied, system
from tradewind.engine.camt053_test import GOOD as CAMT
from tradewind.engine.contracts import RETURN, WITHDRAW, BankTransaction, ProviderTransaction, Refused
from tradewind.engine.money import Money
from tradewind.engine.mt940_test import GOOD as SWIFT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
HEAD = "Date,Id,Type,Amount,Currency,Balance\n"
GOOD = HEAD + (
    "2026-07-01,A1,In,100.00,USD,100.00\n2026-07-02,A2,In,20.50,USD,120.50\n2026-07-03,A3,Out,-50.00,USD,70.50\n"
)
LAYOUT = {
    "columns": {"date": "Date", "id": "Id", "kind": "Type", "amount": "Amount", "currency": "Currency",
                "balance": "Balance"},
    "kinds": [{"words": "In", "kind": "receive"}, {"words": "Out", "kind": "withdraw"}],
}  # fmt: skip
WHO = {"now": NOW, "by": FIN}


def collection(code="X-USD", currency="USD", provider="statement_files"):
    make_company()
    return open_collection_account(
        company="GZ", provider=provider, code=code, name=code, currency=currency, **WHO
    )


def bank(code="ICBC", currency="CNY"):
    make_company()
    return open_bank_account(company="GZ", code=code, name=code, currency=currency, **WHO)


def state(account, data=GOOD, keep=True, layout=LAYOUT, by=FIN):
    return save_collection_layout(
        account_ids=[account.pk], layout=layout, name="f.csv", data=data.encode(), keep=keep, now=NOW, by=by
    )


def take(account, text=GOOD):
    return import_statement(account_id=account.pk, name="f.csv", data=text.encode(), **WHO)


def test_an_own_layout_is_tried_without_a_trace_and_kept_only_with_a_file_it_reads():
    account = collection()
    with pytest.raises(Refused, match="state it at the account"):
        take(account)
    before = facts_hash()
    found = state(account, keep=False)
    assert [(k.kind, k.lines, str(k.amount)) for k in found.kinds] == [
        ("receive", 2, "120.50 USD"), ("withdraw", 1, "-50.00 USD"),
    ]  # fmt: skip
    assert found.stated
    for wrong in ({**LAYOUT, "kinds": []}, {**LAYOUT, "columns": {"date": "Day"}}):
        with pytest.raises(Refused):
            state(account, layout=wrong)
    with pytest.raises(Refused, match="not mapped"):
        state(account, GOOD.replace("Out", "Gone"))
    with pytest.raises(Denied):
        state(account, by=Actor(2, "bob", OPERATIONS, None))
    assert facts_hash() == before
    state(account)
    assert take(account).new == 3
    assert forget_layouts(account_ids=[account.pk], **WHO) == 1


def test_a_row_taken_out_of_a_file_is_found_with_its_amount_and_goes_when_it_comes():
    account = collection()
    state(account)
    rows = GOOD.splitlines(keepends=True)
    less = "".join(rows[:2] + rows[3:])
    taken = take(account, less)
    assert taken.gaps == 1
    (gap,) = queries.statement_gaps(FIN)
    assert (str(gap.missing), gap.row, gap.before) == ("20.50 USD", 3, None)
    take(account)
    assert queries.statement_gaps(FIN) == []


def test_a_file_of_two_currencies_feeds_both_accounts_and_one_without_an_account_is_refused():
    dollars = collection()
    state(dollars)
    both = GOOD + "2026-07-04,E1,In,9.00,EUR,9.00\n"
    before = facts_hash()
    with pytest.raises(Refused, match="open an account for it"):
        take(dollars, both)
    assert facts_hash() == before
    euros = collection("X-EUR", "EUR")
    assert take(dollars, both).new == 4
    assert CollectionLine.objects.filter(account=euros).get().amount == Money(9_00, "EUR")


def test_a_line_that_says_otherwise_than_the_one_there_is_refused():
    account = collection()
    state(account)
    take(account)
    before = facts_hash()
    with pytest.raises(Refused, match="with another amount"):
        take(account, HEAD + "2026-07-01,A1,In,100.01,USD,100.01\n")
    assert facts_hash() == before


def test_every_malformed_file_of_a_provider_is_refused_and_changes_nothing():
    account = collection()
    state(account)
    fine = (
        "a column of money nobody knows",
        "a column without a name but with cells",
        "a thousand columns more",
    )
    count = check_importer(
        lambda data: import_statement(account_id=account.pk, name="f.csv", data=data, **WHO),
        GOOD.encode(), kind="csv", amount="Amount", day="Date", fine=fine,
    )  # fmt: skip
    assert count >= 50


@pytest.mark.parametrize(
    ("good", "kind", "currency"), [(SWIFT, "mt940", "CNY"), (CAMT, "xml", "EUR")], ids=["mt940", "camt"]
)
def test_every_malformed_file_of_a_bank_is_refused_and_changes_nothing(good, kind, currency):
    account = bank(currency=currency)
    count = check_importer(
        lambda data: import_bank_statement(account_id=account.pk, name="s", data=data, **WHO), good, kind=kind
    )
    assert count >= 50


def test_banks_speak_mt940_camt_tables_with_two_columns_and_workbooks():
    yuan, euros = bank(), bank("DB", "EUR")
    taken = import_bank_statement(account_id=yuan.pk, name="s.sta", data=SWIFT, **WHO)
    assert (taken.layout, taken.new) == ("mt940", 3)
    assert import_bank_statement(account_id=euros.pk, name="s.xml", data=CAMT, **WHO).layout == "camt053"
    yuan.refresh_from_db()
    assert yuan.number == "ICBKCNBJ/6222000012345"
    other = SWIFT.replace(b"6222000012345", b"6222000099999")
    with pytest.raises(Refused, match="no statement of this account"):
        import_bank_statement(account_id=yuan.pk, name="s.sta", data=other, **WHO)
    table = "交易日期,收入金额,支出金额,余额,摘要\n"
    table += '20260705,"1,000.00",,"9,027.80",货款\n20260706,,27.80,"9,000.00",手续费\n'
    taken = import_bank_statement(account_id=yuan.pk, name="t.csv", data=table.encode("gb18030"), **WHO)
    assert (taken.layout, taken.new, taken.gaps) == ("table", 2, 0)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["工商银行明细"])
    sheet.write_row(2, 0, ["交易日期", "金额", "余额", "摘要"])
    sheet.write_row(3, 0, ["20260707", -0.1, 8999.9, "=HYPERLINK(1)"])
    book.close()
    taken = import_bank_statement(account_id=yuan.pk, name="t.xlsx", data=out.getvalue(), **WHO)
    assert taken.new == 1
    assert BankLine.objects.latest("id").amount == Money(-10, "CNY")
    assert queries.statement_gaps(FIN) == []
    assert {p.code: (str(p.balance), p.state) for p in queries.cash_now()} == {
        "ICBC": ("8,999.90 CNY", "actual"), "DB": ("345.50 EUR", "actual"),
    }  # fmt: skip


def test_a_bank_layout_of_ones_own_reads_what_the_usual_ones_do_not():
    account = bank()
    data = b"Buchung;Betrag\n31.07.2026;-1.234,56\n"
    layout = {"columns": {"date": "Buchung", "amount": "Betrag"}, "dates": "%d.%m.%Y", "style": "1.234,56"}
    with pytest.raises(Refused):
        import_bank_statement(account_id=account.pk, name="b.csv", data=data, **WHO)
    ids = [account.pk]
    save_bank_layout(account_ids=ids, layout=layout, name="b.csv", data=data, keep=True, **WHO)
    assert import_bank_statement(account_id=account.pk, name="b.csv", data=data, **WHO).new == 1
    assert BankLine.objects.get().amount == Money(-1234_56, "CNY")


def test_an_account_without_a_balance_says_how_little_is_known():
    account = collection()
    assert [(p.balance, p.state) for p in queries.cash_now()] == [(None, "missing")]
    at = datetime(2026, 7, 1, tzinfo=UTC)
    line = ProviderTransaction("R1", "receive", Money(5_00, "USD"), at)
    record_collection_lines(account_id=account.pk, lines=[line], **WHO)
    assert [(str(p.balance), p.state) for p in queries.cash_now(account.company_id)] == [
        ("5.00 USD", "estimated")
    ]


def gone(account, group="W1", minor=-400_00):
    at = datetime(2026, 7, 5, tzinfo=UTC)
    line = ProviderTransaction(group, WITHDRAW, Money(minor, "USD"), at, "", group)
    record_collection_lines(account_id=account.pk, lines=[line], **WHO)
    return Conversion.objects.get(group=group)


def test_where_no_statement_names_what_was_bought_the_bank_line_a_person_links_is_it():
    account, yuan = collection(), bank()
    one = gone(account)
    came = BankTransaction("B1", date(2026, 7, 7), Money(2_832_00, "CNY"))
    record_bank_lines(account_id=yuan.pk, lines=[came], **WHO)
    assert one.state == "underway", "another currency is never matched by itself"
    line = BankLine.objects.get()
    with pytest.raises(Refused, match="reason"):
        link_arrival(conversion_id=one.pk, bank_line_id=line.pk, reason=" ", **WHO)
    link_arrival(conversion_id=one.pk, bank_line_id=line.pk, reason="bank advice", **WHO)
    one.refresh_from_db()
    assert (one.state, one.bought, one.how) == ("arrived", Money(2_832_00, "CNY"), "bank advice")
    with pytest.raises(Refused, match="no such open bank line"):
        link_arrival(conversion_id=one.pk, bank_line_id=line.pk, reason="again", **WHO)


def test_two_withdrawals_of_one_amount_are_left_to_a_person():
    account, dollars = collection(), bank("B-USD", "USD")
    gone(account, "W1")
    gone(account, "W2")
    came = BankTransaction("B1", date(2026, 7, 7), Money(400_00, "USD"))
    record_bank_lines(account_id=dollars.pk, lines=[came], **WHO)
    assert set(Conversion.objects.values_list("state", flat=True)) == {"underway"}


def test_a_return_nobody_can_tell_waits_for_a_person_and_is_booked_with_what_it_cost():
    account = collection()
    one = gone(account)
    at = datetime(2026, 7, 9, tzinfo=UTC)
    back = ProviderTransaction("R", RETURN, Money(390_00, "USD"), at)
    record_collection_lines(account_id=account.pk, lines=[back], **WHO)
    line = CollectionLine.objects.get(kind=RETURN)
    assert [x.pk for x in queries.open_lines(FIN)] == [line.pk]
    link_return(line_id=line.pk, conversion_id=one.pk, reason="same number on the advice", **WHO)
    assert Conversion.objects.get().state == "returned"
    post_ready(NOW, system())
    entry = Entry.objects.get(event="withdrawal_returned")
    assert set(entry.postings.values_list("account__code", "amount_minor")) == {
        ("1012", 390_00), ("6604", 10_00), ("1013", -400_00),
    }  # fmt: skip
    assert post_ready(NOW, system()).done == 0


def test_two_bank_lines_of_one_reference_are_a_conversion_at_the_bank_and_others_wait_for_a_person():
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 7, 6), rate="7.2", source="ECB")
    dollars, yuan = bank("B-USD", "USD"), bank()
    day = date(2026, 7, 6)
    out = [
        BankTransaction("O1", day, Money(-100_00, "USD"), "JH77"),
        BankTransaction("O2", day, Money(-50_00, "USD")),
    ]
    into = [
        BankTransaction("I1", day, Money(715_00, "CNY"), "JH77"),
        BankTransaction("I2", day, Money(357_00, "CNY")),
    ]
    record_bank_lines(account_id=dollars.pk, lines=out, **WHO)
    record_bank_lines(account_id=yuan.pk, lines=into, **WHO)
    one = Conversion.objects.get()
    assert (one.kind, one.sold, one.bought, one.reference_rate) == (
        "bank", Money(100_00, "USD"), Money(715_00, "CNY"), Decimal("7.2"),
    )  # fmt: skip
    lines = {x.external_id: x.pk for x in BankLine.objects.all()}
    with pytest.raises(Refused, match="one currency"):
        record_exchange(sold_line_id=lines["O2"], bought_line_id=_dollar_in(dollars), reason="x", **WHO)
    record_exchange(sold_line_id=lines["O2"], bought_line_id=lines["I2"], reason="slip 12", **WHO)
    post_ready(NOW, system())
    moved = Entry.objects.filter(event="conversion").order_by("id").first()
    assert set(moved.postings.values_list("account__code", "amount_minor", "currency")) == {
        ("1001", 715_00, "CNY"), ("6606", 5_00, "CNY"), ("1900", -720_00, "CNY"), ("1900", 100_00, "USD"),
        ("1013", -100_00, "USD"),
    }  # fmt: skip
    assert Statement.objects.count() == 0


def _dollar_in(account):
    line = BankTransaction("I3", date(2026, 7, 6), Money(1_00, "USD"))
    record_bank_lines(account_id=account.pk, lines=[line], **WHO)
    return BankLine.objects.get(external_id="I3").pk
