from dataclasses import replace
from datetime import date
from decimal import Decimal

from tradewind.engine.book_exports import LAYOUTS, JournalLine, average, counted, rounding_line
from tradewind.engine.money import Money

ON = date(2026, 10, 31)
RATE = Decimal("7.1")
SALE = JournalLine("7", ON, "O-1", "1122", "Receivable", Money(1000, "USD"), Money(7100, "CNY"), RATE)
BACK = JournalLine("7", ON, "O-1", "6001", "Sales", Money(-1000, "USD"), Money(-7100, "CNY"), RATE)


def row(layout: str, line: JournalLine):
    return dict(zip(LAYOUTS[layout].captions, LAYOUTS[layout].row(line, "Tax Exempt"), strict=True))


def test_kingdee_has_both_sides_the_currency_and_its_rate():
    assert row("kingdee", SALE) == {
        "日期": "2026-10-31", "凭证字": "记", "凭证号": 7, "附单据数": 0, "摘要": "O-1",
        "科目代码": "1122", "科目名称": "Receivable", "币别": "USD", "汇率": Decimal("7.1"),
        "原币金额": Decimal("10.00"),
        "借方金额": Decimal("71.00"), "贷方金额": None,
    }  # fmt: skip


def test_yonyou_names_foreign_money_only_where_there_is_some():
    assert row("yonyou", BACK)["金额贷方"] == Decimal("71.00")
    assert row("yonyou", BACK)["外币"] == Decimal("10.00")
    home = JournalLine("1", ON, "m", "6608", "Rent", Money(5, "CNY"), Money(5, "CNY"))
    assert (row("yonyou", home)["外币"], row("yonyou", home)["汇率"]) == (None, None)


def test_xero_signs_one_amount_and_groups_by_narration():
    assert row("xero", BACK) == {
        "*Narration": "7 O-1", "*Date": "31/10/2026", "Description": "O-1", "*AccountCode": "6001",
        "*TaxRate": "Tax Exempt", "*Amount": Decimal("-71.00"),
        "TrackingName1": None, "TrackingOption1": None,
    }  # fmt: skip


def test_quickbooks_takes_account_names_and_american_days():
    assert row("quickbooks", SALE) == {
        "Journal No.": "7", "Journal Date": "10/31/2026", "Account Name": "Receivable",
        "Description": "O-1", "Debits": Decimal("71.00"), "Credits": None,
    }  # fmt: skip


def test_what_rounding_leaves_over_is_a_line_of_its_own():
    line = rounding_line(SALE, Money(-1, "CNY"), "Rounding")
    assert (line.code, line.base, line.rate) == ("6699", Money(-1, "CNY"), None)


def test_the_rate_of_a_line_is_what_it_came_to():
    assert average(Money(1000, "USD"), Money(7100, "CNY")) == Decimal("7.1")
    assert average(Money(1000, "JPY"), Money(4712, "CNY")) == Decimal("0.04712")
    assert average(Money(0, "USD"), Money(1, "CNY")) == 1


def test_vouchers_are_numbered_from_one_in_every_month_and_keep_their_name_in_the_memo():
    october = [replace(SALE, number="JE-7"), replace(BACK, number="JE-7"), replace(SALE, number="JE-9")]
    found = counted([*october, replace(SALE, number="JE-12", on=date(2026, 11, 2))])
    assert [(x.number, x.memo) for x in found] == [
        ("1", "JE-7 O-1"), ("1", "JE-7 O-1"), ("2", "JE-9 O-1"), ("1", "JE-12 O-1"),
    ]  # fmt: skip
