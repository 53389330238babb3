"""Order lines of the Online Retail layout, exact to the thousandth of a pound."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.shared import shared
from tradewind.connectors.channels.online_retail import files
from tradewind.engine.contracts import Refused

HEADER = ",".join(files.COLUMNS)


def lines(*rows: str) -> list[files.RetailLine]:
    data = "\n".join([HEADER, *rows]).encode()
    return [line for batch in files.parse(data) for line in batch]


def one(row: str) -> files.RetailLine:
    (line,) = lines(row)
    return line


def refusal(data: bytes) -> list[tuple[int | None, str]]:
    with pytest.raises(Refused) as caught:
        list(files.parse(data))
    return [(p.row, p.field) for p in caught.value.problems]


def test_the_whole_real_file_is_read_exactly() -> None:
    data = shared("data/online_retail/online_retail_2010-12_to_2011-09.csv.gz").read_bytes()
    kinds: Counter[str] = Counter()
    net = rounded = rounding = rows = cancels = duplicates = empty = 0
    invoices, codes = set(), set()
    for batch in files.parse(data):
        for line in batch:
            rows += 1
            net += line.net_milli
            rounded += line.net_minor
            rounding += line.rounding_milli
            kinds[line.kind] += 1
            cancels += line.cancels
            duplicates += line.duplicate
            empty += not line.country
            invoices.add(line.invoice)
            codes.add(line.code)
    assert (rows, len(invoices), len(codes)) == (370_931, 18_786, 3_887)
    assert Decimal(net).scaleb(-3) == Decimal("6781619.004")
    assert (rounded, rounding) == (678_161_900, -4)
    assert cancels == 6_652
    assert duplicates == 2_848
    assert empty == 575 + 393 + 61  # Channel Islands, Unspecified, European Community
    assert kinds == {
        files.SALE: 360_570,
        files.CANCELLATION: 6_214,
        files.PSEUDO: 2_197,
        files.ADJUSTMENT: 1_026,
        files.ZERO_PRICE: 924,
    }


def test_a_sale_carries_london_time_as_utc() -> None:
    winter = one("536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom")
    summer = one("551000,85123A,HEART,6,2011-07-01 08:26:00,2.55,17850,EIRE")
    assert winter.at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert summer.at == datetime(2011, 7, 1, 7, 26, tzinfo=UTC)
    assert (winter.kind, winter.country, summer.country) == (files.SALE, "GB", "IE")
    assert (winter.net_milli, winter.net, winter.net_minor) == (15300, Decimal("15.300"), 1530)


def test_three_decimals_are_kept_and_their_rounding_shown() -> None:
    line = one("550193,PADS,PADS,15,2011-04-15 09:27:00,0.001,13952,United Kingdom")
    assert (line.kind, line.net_milli, line.net_minor, line.rounding_milli) == (files.SALE, 15, 2, 5)
    back = one("C550193,PADS,PADS,-15,2011-04-15 09:27:00,0.001,13952,United Kingdom")
    assert (back.net_minor, back.rounding_milli) == (-2, -5)


@pytest.mark.parametrize(
    ("invoice", "code", "qty", "price", "kind"),
    [
        ("536365", "POST", "1", "18.0", files.PSEUDO),
        ("536365", "gift_0001_20", "1", "17.02", files.PSEUDO),
        ("536365", "m", "1", "2.55", files.PSEUDO),
        ("C536379", "D", "-1", "27.5", files.PSEUDO),
        ("536365", "BANK CHARGES", "1", "15.0", files.PSEUDO),
        ("C536365", "22423", "-1", "12.75", files.CANCELLATION),
        ("A563185", "B", "1", "11062.06", files.ADJUSTMENT),
        ("A563186", "B", "1", "-11062.06", files.ADJUSTMENT),
        ("536365", "22423", "-10", "0.0", files.ADJUSTMENT),
        ("536365", "22423", "10", "0.0", files.ZERO_PRICE),
        ("536365", "DCGS0069", "1", "15.79", files.SALE),
    ],
)
def test_lines_are_classified(invoice: str, code: str, qty: str, price: str, kind: str) -> None:
    line = one(f"{invoice},{code},x,{qty},2010-12-01 08:26:00,{price},,United Kingdom")
    assert line.kind == kind
    assert line.cancels == invoice.startswith("C")


def test_countries_that_are_none_stay_empty_and_keep_their_text() -> None:
    for text in ("Channel Islands", "European Community", "Unspecified", "Atlantis"):
        line = one(f"536365,22423,x,1,2010-12-01 08:26:00,1.0,,{text}")
        assert (line.country, line.country_text) == ("", text)
    assert one("536365,22423,x,1,2010-12-01 08:26:00,1.0,,RSA").country == "ZA"
    assert one("536365,22423,x,1,2010-12-01 08:26:00,1.0,,USA").country == "US"


def test_an_equal_line_is_flagged_from_the_second_on() -> None:
    row = "536365,22423,x,1,2010-12-01 08:26:00,1.0,17850,EIRE"
    assert [line.duplicate for line in lines(row, row.replace(",1,", ",2,"), row, row)] == [
        False,
        False,
        True,
        True,
    ]


def test_columns_may_stand_in_any_order_and_the_file_may_be_gzip() -> None:
    data = f"Country,{HEADER.removesuffix(',Country')}\nEIRE,536365,22423,x,1,2010-12-01 08:26:00,1.0,17850\n"
    ((line,),) = files.parse(gzip.compress(data.encode()))
    assert (line.row, line.invoice, line.country, line.customer) == (2, "536365", "IE", "17850")


def test_wrong_cells_are_named_by_row_and_column() -> None:
    good = "536365,22423,x,1,2010-12-01 08:26:00,1.0,17850,EIRE"
    bad = "X1,,x,1.5,01/12/2010,free,17850,EIRE"
    short = "536365,22423"
    assert refusal("\n".join([HEADER, good, bad, short]).encode()) == [
        (3, "InvoiceNo"),
        (3, "Quantity"),
        (3, "InvoiceDate"),
        (3, "UnitPrice"),
        (4, "row"),
    ]
    assert refusal(f"{HEADER}\n536365,,x,1,2010-12-01 08:26:00,1.0,17850,EIRE".encode()) == [(2, "StockCode")]


def test_an_hour_that_the_clock_change_left_out_is_no_time() -> None:
    row = "536365,22423,x,1,2011-03-27 01:30:00,1.0,17850,EIRE"
    assert refusal(f"{HEADER}\n{row}".encode()) == [(2, "InvoiceDate")]


def test_no_batch_follows_a_problem() -> None:
    good = "536365,22423,x,1,2010-12-01 08:26:00,1.0,17850,EIRE"
    data = "\n".join(
        [HEADER, good, good, "bad,1,x,1,2010-12-01 08:26:00,1.0,,EIRE", good, good, good]
    ).encode()
    batches = files.parse(data, size=2)
    assert len(next(batches)) == 2
    with pytest.raises(Refused):
        next(batches)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"InvoiceNo,StockCode\n1,2\n",
        f"{HEADER},Extra\n".encode(),
        gzip.compress(HEADER.encode(), mtime=0)[:-6],
        b"\x1f\x8bnonsense",
        "InvoiceNo,产品".encode("gbk"),
    ],
    ids=["empty", "few-columns", "extra-column", "cut-gzip", "broken-gzip", "gbk"],
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    assert refusal(data)
