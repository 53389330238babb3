"""Bill files: what is read, and what refuses them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hostile import check_reader
from tradewind.engine.bill_file import BillFormat, read_bill
from tradewind.engine.contracts import Refused

WIDE = BillFormat(
    captions={"tracking_no": "运单号", "billed_weight": "计费重(KG)"},
    charges={"运费": "freight", "燃油费": "fuel", "偏远费": "remote"},
)
# Bills have many columns nobody needs, and days where they like; a column left out is named in `unread`.
FINE = {
    "a column of money nobody knows", "a column without a name but with cells", "a thousand columns more",
    "the column of the day missing", "an overlong NUL",
}  # fmt: skip
CHINESE = """云途物流 2026年10月账单
客户,TW-001
运单号,发货日期,国家代码,计费重(KG),尺寸,运费,燃油费,偏远费,合计金额
YT001,2026-10-01,US,0.325,30*20*10,45.00,4.50,,49.50
YT002,2026/10/02,GB,1.2,,60.00,6.00,20.00,86.00
合计,,,,,,,,135.50
"""
GOOD = """tracking_no,shipped_on,country,chargeable weight,service,total
AA1,2026-10-01,US,0.5,Line A,12.34
AA2,2026-10-02,DE,0.7,Line A,56.70
AA3,2026-10-03,FR,0.9,Line A,7.00
"""


def test_charges_come_from_the_columns_a_layout_names() -> None:
    bill = read_bill("b.csv", CHINESE.encode("gbk"), WIDE, "CNY")
    assert bill.currency == "CNY"
    assert bill.stated == 13550
    assert [dict(line.charges) for line in bill.lines] == [
        {"freight": 4500, "fuel": 450}, {"freight": 6000, "fuel": 600, "remote": 2000},
    ]  # fmt: skip
    first = bill.lines[0].values
    assert (first["tracking_no"], first["billed_g"], first["sides_mm"]) == ("YT001", 325, (300, 200, 100))
    assert (first["shipped_on"], first["country"]) == (date(2026, 10, 1), "US")
    assert bill.lines[0].no == 4


def test_charges_of_one_column_are_told_apart_by_their_word() -> None:
    layout = BillFormat(words={"运费": "freight", "燃油附加费": "fuel"})
    text = "运单号,费用类型,金额,币种\nA1,运费,10.00,CNY\nA1,燃油附加费,1.00,CNY\n"
    bill = read_bill("b.csv", text.encode(), layout)
    assert [dict(line.charges) for line in bill.lines] == [{"freight": 1000}, {"fuel": 100}]


def test_a_plain_file_needs_no_layout() -> None:
    bill = read_bill("b.csv", GOOD.encode(), BillFormat(), "USD")
    assert [(line.values["tracking_no"], line.amount) for line in bill.lines] == [
        ("AA1", 1234), ("AA2", 5670), ("AA3", 700),
    ]  # fmt: skip
    assert bill.unread == ()


def test_weights_are_read_in_the_unit_of_the_layout() -> None:
    text = "tracking,weight,total\nA1,1.5,9.00\n"
    units = {unit: read_bill("b.csv", text.encode(), BillFormat(weight_unit=unit), "USD") for unit in
             ("g", "kg", "lb", "oz")}  # fmt: skip
    grams = {unit: bill.lines[0].values["scale_g"] for unit, bill in units.items()}
    assert grams == {"g": 2, "kg": 1500, "lb": 680, "oz": 43}


def test_headers_nobody_asked_for_are_named() -> None:
    bill = read_bill("b.csv", b"tracking,total,handling\nA1,9.00,1.00\n", BillFormat(), "USD")
    assert bill.unread == ("handling",)


def refused(text: str, layout: BillFormat = WIDE, currency: str = "CNY") -> list[tuple[int | None, str, str]]:
    with pytest.raises(Refused) as caught:
        read_bill("b.csv", text.encode(), layout, currency)
    return [(p.row, p.field, p.reason) for p in caught.value.problems]


def test_every_problem_is_said_at_once() -> None:
    text = CHINESE.replace("49.50", "49.51").replace("30*20*10", "30*20").replace("45.00", "45.0011")
    assert refused(text) == [
        (4, "运费", "45.0011 has more decimals than CNY allows"),
        (4, "sides", "is not three sides"),
    ]


def test_a_row_whose_charges_are_another_sum_and_a_wrong_total_are_refused() -> None:
    assert refused(CHINESE.replace("49.50", "49.51")) == [
        (4, "total", "the charges of the row are another sum")
    ]
    assert refused(CHINESE.replace("135.50", "135.51")) == [(None, "total", "is not the sum of the lines")]


def test_an_unknown_charge_two_currencies_and_none_are_refused() -> None:
    layout = BillFormat(words={"运费": "freight"})
    text = "运单号,费用类型,金额,币种\nA1,运费,10.00,CNY\nA1,神秘费,1.00,USD\n"
    assert refused(text, layout, "") == [
        (3, "currency", "a bill has one currency"),
        (3, "charge", "the layout does not say what this charge is"),
    ]
    assert refused("tracking,total\nA1,1.00\n", BillFormat(), "") == [
        (None, "currency", "nothing says the currency")
    ]


def test_a_file_without_any_amount_is_refused() -> None:
    assert refused("tracking,weight\nA1,1\n", BillFormat()) == [(1, "amount", "the column is missing")]


def test_malformed_files_are_refused_with_their_place() -> None:
    check_reader(
        lambda data: read_bill("b.csv", data, BillFormat(), "USD"), GOOD.encode(), kind="csv", fine=FINE
    )
