"""Layouts of statements: signs, fees, words, balances; nothing is guessed and every problem has its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import check_reader
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.statement_amounts import moment, number
from tradewind.engine.statement_reading import bank_statements, provider_statements
from tradewind.engine.statement_template import (
    BY_DIRECTION,
    BY_KIND,
    IN_OUT,
    INSIDE,
    StatementTemplate,
    WordRule,
    check,
    rules_of,
    rules_text,
    template_of,
)

KINDS = tuple(
    rules_of("In* = receive\nOut = withdraw\nFee = fee\n-Swap = convert\n+Swap = convert\nBack = return")
)
COLUMNS = {
    "date": ("Date",), "id": ("Id",), "kind": ("Type",), "amount": ("Amount",), "currency": ("Currency",),
    "fee": ("Fee",), "balance": ("Balance",), "other_amount": ("Got",), "other_currency": ("Got in",),
    "rate": ("Rate",), "reference": ("Ref",), "memo": ("Memo",), "status": ("Status",),
}  # fmt: skip
T = StatementTemplate("t", COLUMNS, kinds=KINDS, moved=("Done",), idle=("Pending",))
HEAD = "Date,Id,Type,Amount,Currency,Fee,Balance,Got,Got in,Rate,Ref,Memo,Status\n"
GOOD = HEAD + (
    "2026-07-01,R1,In from Amazon,1000.00,USD,,1000.00,,,,S-1,store,Done\n"
    '2026-07-02,W1,Out,-995.00,USD,5.00,0.00,"7,043.30",CNY,7.0787,,to ICBC,Done\n'
    "2026-07-03,W2,Out,-1.00,USD,,,,,,,,Pending\n"
)


def read(text, template=T, **more):
    return provider_statements(template, "f.csv", text.encode(), **more)


def refused(text, template=T, **more):
    with pytest.raises(Refused) as found:
        read(text, template, **more)
    return [(p.row, p.field, p.reason) for p in found.value.problems]


def test_rows_become_lines_with_the_fee_apart_and_pending_rows_are_passed_over():
    (one,) = read(GOOD)
    assert [(x.external_id, x.kind, x.amount.minor, x.group, x.reference) for x in one.lines] == [
        ("R1", "receive", 1000_00, "", "S-1"),
        ("W1", "withdraw", -995_00, "W1", ""),
        ("W1/fee", "fee", -5_00, "W1", ""),
    ]
    assert one.lines[1].counter == Money(7043_30, "CNY")
    assert one.lines[1].rate == Decimal("7.0787")
    assert (one.opening, one.closing, one.gaps) == (Money(0, "USD"), Money(0, "USD"), ())


def test_a_fee_inside_the_amount_is_parted_from_it_and_the_sum_stays():
    inside = replace(T, fee=INSIDE)
    text = GOOD.replace("-995.00,USD,5.00", "-1000.00,USD,5.00").replace(
        "1000.00,USD,,1000", "990.00,USD,10.00,990"
    )
    text = text.replace("5.00,0.00", "5.00,-10.00")
    (one,) = read(text, inside)
    assert [(x.external_id, x.amount.minor, x.reference) for x in one.lines] == [
        ("R1", 1000_00, "S-1"), ("R1/fee", -10_00, "R1"), ("W1", -995_00, ""), ("W1/fee", -5_00, ""),
    ]  # fmt: skip
    assert one.gaps == ()


def test_a_balance_that_does_not_follow_is_a_gap_at_its_row_whichever_way_the_file_runs():
    rows = [
        "2026-07-01,A,In,10.00,USD,,10.00,,,,,,Done", "2026-07-02,B,In,10.00,USD,,25.00,,,,,,Done",
        "2026-07-03,C,In,10.00,USD,,35.00,,,,,,Done",
    ]  # fmt: skip
    for order, row in ((rows, 3), (rows[::-1], 3)):
        (one,) = read(HEAD + "\n".join(order) + "\n")
        assert [(g.row, str(g.missing)) for g in one.gaps] == [(row, "5.00 USD")]
        assert (one.opening, one.closing) == (Money(0, "USD"), Money(35_00, "USD"))


def test_words_nobody_mapped_are_refused_by_row_and_the_first_rule_that_fits_counts():
    text = GOOD.replace("Out,-995", "Gift,-995").replace(",Pending", ",Maybe")
    assert refused(text) == [
        (3, "Type", "the words of this kind are not mapped"),
        (4, "Status", "the word of the status is not mapped"),
    ]
    paid = (WordRule("*Amazon", "return"), *KINDS)
    for rules, kind in ((paid, "return"), ((*KINDS, paid[0]), "receive")):
        (one,) = read(GOOD, replace(T, kinds=rules))
        assert one.lines[0].kind == kind


def test_unsigned_amounts_get_their_sign_from_the_kind_and_a_conversion_from_its_words():
    rules = tuple(rules_of("In = receive\nOut = withdraw\n-Sell = convert\n+Buy = convert"))
    columns = {k: v for k, v in COLUMNS.items() if k in ("date", "id", "kind", "amount", "currency")}
    t = StatementTemplate("t", columns, kinds=rules, sign=BY_KIND)
    head = "Date,Id,Type,Amount,Currency\n"
    rows = "2026-07-01,1,In,5.00,USD\n2026-07-01,2,Out,4.00,USD\n"
    rows += "2026-07-01,3,Sell,1.00,USD\n2026-07-01,3,Buy,7.00,CNY\n"
    found = read(head + rows, t)
    assert [(s.currency, [x.amount.minor for x in s.lines]) for s in found] == [
        ("CNY", [7_00]), ("USD", [5_00, -4_00, -1_00]),
    ]  # fmt: skip


def test_money_in_and_out_stand_in_columns_and_a_direction_in_words():
    columns = {"date": ("日期",), "money_in": ("收入",), "money_out": ("支出",), "memo": ("摘要",)}
    t = StatementTemplate("bank", columns, sign=IN_OUT, zone="Asia/Shanghai")
    data = '日期,收入,支出,摘要\n20260701,"1,000.00",,货款\n2026/07/02,,12.50,手续费\n'.encode("gb18030")
    (one,) = bank_statements(t, "b.csv", data, currency="CNY")
    assert [(str(x.on), x.amount.minor, x.memo) for x in one.lines] == [
        ("2026-07-01", 1000_00, "货款"), ("2026-07-02", -12_50, "手续费"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="in one row"):
        bank_statements(t, "b.csv", "日期,收入,支出\n20260701,1.00,1.00\n".encode(), currency="CNY")
    both = "日期,收入,支出\n20260701,,1.00\n20260702,,-1.00\n"
    with pytest.raises(Refused, match="with and without"):
        bank_statements(t, "b.csv", both.encode(), currency="CNY")
    columns = {"date": ("日期",), "amount": ("金额",), "direction": ("收支",)}
    t = StatementTemplate("bank", columns, sign=BY_DIRECTION, plus=("收",), minus=("支",))
    data = "日期,金额,收支\n20260701,3.00,收\n20260702,2.00,支\n".encode()
    assert [x.amount.minor for x in bank_statements(t, "b.csv", data, currency="CNY")[0].lines] == [300, -200]


def test_a_template_says_all_its_problems_at_once_and_survives_its_own_data():
    with pytest.raises(Refused) as found:
        template_of({"columns": {"amount": ["A"], "memo": ["a"]}, "kinds": [{"words": "x", "kind": "gift"}],
                     "zone": "Mars/Base", "dates": ["%H"], "style": "1 234"})  # fmt: skip
    assert {p.field for p in found.value.problems} == {"date", "memo", "kinds", "zone", "dates", "style"}
    assert template_of(T.as_data()) == T
    assert check(T) == []
    assert rules_of(rules_text(KINDS)) == list(KINDS)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("$1,234.50", "1,234.56", "1234.50"), ("(25.99)", "1,234.56", "-25.99"), ("--", "1,234.56", None),
        ("-1.234,56 EUR", "1.234,56", "-1234.56"), ("−5.00", "1,234.56", "-5.00"),
        ("3.00-", "1,234.56", "-3.00"),
        ("-¥7", "1,234.56", "-7"), ("USD 1,000", "1,234.56", "1000"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, style, value):
    assert number(text, style) == (None if value is None else Decimal(value))


@pytest.mark.parametrize("text", ["1e400", "NaN", "12,34", "1.2.3", "(-1.00)", "=1+1", "٣.٠٠", "x", "1" * 41])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyError):
        number(text, "1,234.56")


def test_a_time_of_a_zone_is_a_moment_and_one_of_two_readings_is_refused():
    assert moment("2026-07-01 08:00:00", ("%Y-%m-%d %H:%M:%S",), "Asia/Shanghai") == datetime(
        2026, 7, 1, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="two days"):
        moment("02/03/2026", ("%d/%m/%Y", "%m/%d/%Y"), "UTC")


@given(
    st.lists(
        st.tuples(st.sampled_from(["In", "Out", "Fee"]), st.integers(1, 10**9), st.integers(0, 500)),
        min_size=1,
        max_size=12,
    )
)
def test_lines_sum_to_what_the_balances_say_and_a_row_left_out_is_the_gap(rows):
    text, balance, at = [], 0, []
    for n, (kind, minor, fee) in enumerate(rows):
        signed = minor if kind == "In" else -minor
        balance += signed - fee
        at.append(signed - fee)
        text.append(
            f"2026-07-{n + 1:02d},{n},{kind},{Decimal(signed) / 100},USD,{Decimal(fee) / 100},"
            f"{Decimal(balance) / 100},,,,,,Done"
        )
    (one,) = read(HEAD + "\n".join(text) + "\n")
    assert Money.total((x.amount for x in one.lines), "USD") == one.closing - one.opening
    assert one.gaps == ()
    if len(rows) > 2 and at[1]:
        (less,) = read(HEAD + "\n".join(text[:1] + text[2:]) + "\n")
        assert [g.missing.minor for g in less.gaps] == [at[1]]


def test_every_malformed_file_is_refused_with_its_place():
    def take(data):
        return provider_statements(T, "f.csv", data)

    fine = (
        "a column of money nobody knows",
        "a column without a name but with cells",
        "a thousand columns more",
    )
    assert check_reader(take, GOOD.encode(), kind="csv", amount="Amount", day="Date", fine=fine) >= 50
