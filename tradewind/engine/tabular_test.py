import csv
import gzip
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.tabular import (
    BOOL,
    COUNTRY,
    CURRENCY,
    DATE,
    DECIMAL,
    INT,
    REFUSE,
    ColumnSpec,
    Row,
    iter_rows,
    read_table,
)

SKU = ColumnSpec("sku", aliases=("SKU编码", "商品编码"), required=True, max_length=12)
QTY = ColumnSpec("qty", INT, aliases=("quantity", "数量"), required=True, minimum=0, maximum=1000)
PRICE = ColumnSpec("price", DECIMAL, aliases=("unit-price", "单价"))
COLUMNS = (SKU, QTY, PRICE)


def read(text, columns=COLUMNS, encoding="utf-8", **kw):
    return read_table("t.csv", text.encode(encoding), columns, **kw)


def said(table):
    return [(p.row, p.field, p.value, p.reason) for p in table.problems]


def cell(kind, text, **kw):
    table = read(f'x;y\n"{text}";1\n', [ColumnSpec("x", kind, **kw), ColumnSpec("y")])
    return table.rows[0].values["x"] if table.rows else table.problems[0].reason


def workbook(*rows):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for i, row in enumerate(rows):
        sheet.write_row(i, 0, row)
    book.close()
    return out.getvalue()


def test_rows_are_read_by_header_name_in_any_order_with_what_is_blank_as_none():
    table = read("单价,商品编码,memo,数量\n12.50,A-1,hello,3\n,B-2,,0\n")
    assert table.problems == ()
    assert table.rows == (
        Row(2, {"sku": "A-1", "qty": 3, "price": Decimal("12.50")}),
        Row(3, {"sku": "B-2", "qty": 0, "price": None}),
    )
    assert table.extra == ("memo",)
    assert table.headers == {"sku": "商品编码", "qty": "数量", "price": "单价"}


@pytest.mark.parametrize("header", ["Unit Price", "UNIT_PRICE", " unit-price ", "unit  price"])
def test_case_spaces_dashes_and_underscores_of_a_header_do_not_matter(header):
    assert read(f"sku,qty,{header}\nA,1,2.50\n").rows[0].values["price"] == Decimal("2.50")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_a_chinese_colleague_saves_in_is_read(encoding):
    table = read("商品编码,数量,单价\n台灯,3,12.5\n", encoding=encoding)
    assert (table.problems, table.rows[0].values["sku"]) == ((), "台灯")


def test_western_accents_are_not_taken_for_chinese():
    table = read("sku,qty\nCafé,3\nNaïve,4\n", encoding="cp1252")
    assert [row.values["sku"] for row in table.rows] == ["Café", "Naïve"]
    assert table.encoding == "cp1252"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter):
    table = read(f'sku{delimiter}qty\n"A{delimiter}B"{delimiter}3\n')
    assert (table.delimiter, table.rows[0].values["sku"]) == (delimiter, f"A{delimiter}B")


def test_a_title_above_the_header_is_passed_over_and_rows_keep_their_number():
    table = read("Monthly report\n\nsku,qty\nA,1\n\nB,x\n")
    assert [row.no for row in table.rows] == [4]
    assert said(table) == [(6, "qty", "x", "is not a whole number")]


def test_every_problem_of_every_row_is_said_and_the_good_rows_are_read():
    table = read(f"sku,qty,price\nA,1,2.50\n,1001,abc\n{'L' * 13},-1,\nB,2.5,1\nC,,5\nD,4\n")
    assert [row.values["sku"] for row in table.rows] == ["A", "D"]
    assert said(table) == [
        (3, "sku", "", "is blank"),
        (3, "qty", "1001", "is out of bounds"),
        (3, "price", "abc", "is not a number"),
        (4, "sku", "L" * 13, "is too long"),
        (4, "qty", "-1", "is out of bounds"),
        (5, "qty", "2.5", "is not a whole number"),
        (6, "qty", "", "is blank"),
    ]
    assert table.problems[1].accepted == "from 0 to 1000"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sku,price\nA,1\n", (1, "qty", "", "the column is missing")),
        ("sku,qty,商品编码\nA,1,B\n", (1, "sku", "商品编码", "the column stands twice")),
        ("sku,qty\nA,1,extra\n", (2, "t.csv", "extra", "more cells than the header")),
        ('sku,qty\n"A,1\n', (2, "t.csv", "unexpected end of data", "the quotes do not close")),
        ("", (None, "t.csv", "", "the file is empty")),
        (" \n \n", (None, "t.csv", "", "the file is empty")),
    ],
)
def test_a_table_of_the_wrong_shape_is_refused_with_the_reason(text, problem):
    table = read(text)
    assert (said(table), table.rows) == ([problem], ())


def test_unknown_columns_are_kept_out_or_refused_as_asked():
    assert read("sku,qty,colour\nA,1,red\n").extra == ("colour",)
    table = read("sku,qty,colour\nA,1,red\n", extra=REFUSE)
    assert (said(table), table.rows) == ([(1, "colour", "", "unknown column")], ())


def test_a_header_claimed_by_two_columns_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="claimed by"):
        read("a\n1\n", [ColumnSpec("a"), ColumnSpec("b", aliases=("A",))])


@pytest.mark.parametrize("wrong", ["\0", "\x07", "\x1b", "\x7f"])
def test_control_characters_are_refused_cell_by_cell(wrong):
    table = read(f"sku,qty\nA{wrong}B,1\nC,2\n")
    assert [row.values["sku"] for row in table.rows] == ["C"]
    assert table.problems[0].reason == "holds a control character"
    assert table.problems[0].accepted == f"printable text, not U+{ord(wrong):04X}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", Decimal("1234.56")),
        ("1,234.56", Decimal("1234.56")),
        ("1.234,56", Decimal("1234.56")),
        ("12,5", Decimal("12.5")),
        ("0.125", Decimal("0.125")),
        ("1,234,567", Decimal(1234567)),
        ("-7", Decimal(-7)),
        ("+.5", Decimal("0.5")),
        ("1,234", "may mean a thousand or a fraction"),
        ("1.234", "may mean a thousand or a fraction"),
        ("12,34,56", "is not a number"),
        ("1e5", "is not a number"),
        ("NaN", "is not a number"),
        ("$5", "is not a number"),
        ("１２", Decimal(12)),
        ("9" * 41, "is too long for a number"),
    ],
)
def test_a_number_without_a_stated_style_is_read_only_where_it_can_mean_one_thing(text, value):
    assert cell(DECIMAL, text) == value


@pytest.mark.parametrize(
    ("style", "text", "value"),
    [
        ("1,234.56", "1,234", Decimal(1234)),
        ("1,234.56", "1.234", Decimal("1.234")),
        ("1.234,56", "1.234", Decimal(1234)),
        ("1.234,56", "1,234", Decimal("1.234")),
        ("1,234.56", "1.234,56", "is not a number"),
        ("1.234,56", "1,234.56", "is not a number"),
    ],
)
def test_a_stated_style_decides(style, text, value):
    assert cell(DECIMAL, text, style=style) == value


@pytest.mark.parametrize(
    ("kind", "text", "kw", "value"),
    [
        (INT, "007", {}, 7),
        (INT, "1,234", {"style": "1,234.56"}, 1234),
        (INT, "1,234", {}, "is not a whole number"),
        (INT, "12.0", {}, "is not a whole number"),
        (INT, "²", {}, "is not a whole number"),
        (INT, "9" * 19, {}, "is not a whole number"),
        (DATE, "2026-06-30", {}, date(2026, 6, 30)),
        (DATE, "2026/6/30", {}, date(2026, 6, 30)),
        (DATE, "2026-02-30", {}, "is not a date"),
        (DATE, "30.06.2026", {"formats": ("%d.%m.%Y",)}, date(2026, 6, 30)),
        (DATE, "05/06/2026", {"formats": ("%d/%m/%Y", "%m/%d/%Y")}, "may mean two days"),
        (DATE, "13/06/2026", {"formats": ("%d/%m/%Y", "%m/%d/%Y")}, date(2026, 6, 13)),
        (CURRENCY, "usd", {}, "USD"),
        (CURRENCY, "US$", {}, "is not a currency"),
        (COUNTRY, "de", {}, "DE"),
        (COUNTRY, "UK", {}, "is not a country"),
        (BOOL, "是", {}, True),
        (BOOL, "No", {}, False),
        (BOOL, "maybe", {}, "is neither yes nor no"),
        ("text", "own", {"choices": frozenset({"own", "platform"})}, "own"),
        ("text", "moon", {"choices": frozenset({"own", "platform"})}, "is not one of the words"),
    ],
)
def test_cells_are_typed_or_refused(kind, text, kw, value):
    assert cell(kind, text, **kw) == value


def test_a_workbook_is_read_with_its_own_types():
    data = workbook(
        ["商品编码", "数量", "单价", "day", "ok"],
        ["A", 3, 12.1, datetime(2026, 6, 30), True],
        [123, 4.0, "12.50", "2026-07-01", 1],
        ["B", 2.5, 1.234, None, "是"],
    )
    table = read_table("t.xlsx", data, [*COLUMNS, ColumnSpec("day", DATE), ColumnSpec("ok", BOOL)])
    assert [tuple(row.values.values()) for row in table.rows] == [
        ("A", 3, Decimal("12.1"), date(2026, 6, 30), True),
        ("123", 4, Decimal("12.50"), date(2026, 7, 1), True),
    ]
    assert said(table) == [(4, "qty", "2.5", "is not a whole number")]


def test_a_damaged_or_false_workbook_is_refused():
    data = workbook(["sku", "qty"], ["A", 1])
    for wrong, words in (
        (data[: len(data) // 2], "damaged or cut short"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old .xls"),
    ):
        (problem,) = read_table("t.xlsx", wrong, COLUMNS).problems
        assert words in problem.reason
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("readme.txt", "hello")
    assert "not a workbook" in read_table("t.xlsx", out.getvalue(), COLUMNS).problems[0].reason


def test_a_zip_bomb_is_refused_before_it_is_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"0" * 20_000_000)
    table = read_table("t.xlsx", out.getvalue(), COLUMNS)
    assert "unpacks to far more" in table.problems[0].reason
    table = read_table("t.csv", gzip.compress(b"0" * 2_000_000), COLUMNS, max_bytes=1_000_000)
    assert table.problems[0].reason == "the file unpacks to too much"


def test_a_gzip_file_is_read_whole_or_not_at_all():
    data = gzip.compress(b"sku,qty\nA,1\n") + gzip.compress(b"B,2\n")
    assert [row.values["sku"] for row in read_table("t.csv.gz", data, COLUMNS).rows] == ["A", "B"]
    cut = read_table("t.csv.gz", data[:-9], COLUMNS)
    assert (cut.rows, cut.problems[0].reason) == ((), "the gzip file is cut short")
    damaged = bytes([*data[:15], data[15] ^ 255, *data[16:]])
    assert read_table("t.csv.gz", damaged, COLUMNS).rows == ()


def test_sizes_and_rows_are_bounded():
    assert read("sku,qty\nA,1\n", max_bytes=5).problems[0].reason == "the file is too large"
    table = read("sku,qty\n" + "A,1\n" * 4, max_rows=3)
    assert (len(table.rows), said(table)) == (3, [(5, "t.csv", "", "too many rows")])
    table = read("sku,qty\n" + ",1\n" * 5000)
    assert (len(table.problems), table.problems[-1].reason) == (
        1001,
        "more problems follow; reading stopped here",
    )


def test_a_file_cut_inside_a_character_or_of_broken_bytes_is_refused():
    whole = "sku,qty\n台灯,1\n台".encode()
    assert "cut in the middle" in read_table("t.csv", whole[:-1], COLUMNS).problems[0].reason
    assert read_table("t.csv", b"sku,qty\n\xff\xff\xff\xff,1\n", COLUMNS).rows == ()


def test_damaged_utf_8_is_not_taken_for_another_encoding():
    data = "sku,qty\n台灯台灯,1\n充电器,2\n".encode()
    at = data.index("充".encode())
    damaged = data[:at] + b"\xff" + data[at + 1 :]
    table = read_table("t.csv", damaged, COLUMNS)
    assert (table.rows, said(table)) == ((), [(3, "t.csv", f"byte {at}", "the text is damaged")])


def test_rows_stream_in_the_order_of_the_file():
    items = list(iter_rows("t.csv", b"sku,qty\nA,1\nB,x\nC,3\n", COLUMNS))
    assert [(type(item).__name__, getattr(item, "no", None) or item.row) for item in items] == [
        ("Row", 2),
        ("Problem", 3),
        ("Row", 4),
    ]


def test_the_shared_settlement_sample_reads_whole():
    columns = [
        ColumnSpec("settlement-id", required=True),
        ColumnSpec("total-amount", DECIMAL),
        ColumnSpec("amount", DECIMAL),
        ColumnSpec("currency", CURRENCY),
    ]
    data = shared("data/marketplace_reports/amazon_settlement_v2_sample.txt").read_bytes()
    table = read_table("sample.txt", data, columns)
    assert (table.problems, len(table.rows), table.delimiter) == ((), 24, "\t")
    lines = sum(row.values["amount"] for row in table.rows if row.values["amount"] is not None)
    assert lines == table.rows[0].values["total-amount"] == Decimal("582.89")


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
ROWS = st.lists(st.tuples(TEXTS, st.integers(0, 1000), st.decimals("-9999", "9999", places=2)), max_size=12)


@given(ROWS, st.sampled_from([",", "\t", ";"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_was_written_is_read_again(rows, delimiter, encoding):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([("sku", "qty", "price"), *rows])
    table = read(out.getvalue(), encoding=encoding)
    assert table.problems == ()
    assert [tuple(row.values.values()) for row in table.rows] == rows


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(data):
    for start in (b"", b"sku,qty\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe"):
        table = read_table("x", start + data, COLUMNS)
        assert table.rows or table.problems or start + data
