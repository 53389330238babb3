"""Tariff files of every layout, good and bad, and the real ones read in place."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date
from decimal import Decimal as D
from functools import lru_cache

import pytest

from tests.shared import shared
from tradewind.engine.contracts import Refused
from tradewind.engine.duty_text import duty_rate, special_rates
from tradewind.engine.tariff import KNOWN, REFERRED, UNKNOWN, Specific
from tradewind.engine.tariff_files import RATES, TEXTS, TariffFile, read_tariff
from tradewind.engine.tariff_schedule import COLUMN_2, Line, Schedule

DAY = date(2026, 5, 1)
US = "data/us_hts/hts_2026_revision_4.csv.gz"
UK = "data/uk_tariff/uk_global_tariff_2021.csv.gz"
CN = "data/uk_tariff/combined_nomenclature_8_2021.csv.gz"


@lru_cache(maxsize=4)
def real(path: str, market: str) -> TariffFile:
    return read_tariff(path, shared(path).read_bytes(), market)


@lru_cache(maxsize=4)
def schedule(path: str, market: str, currency: str) -> Schedule:
    lines = (Line(r.code, r.general, r.special, r.column2) for r in real(path, market).rows if r.code)
    return Schedule(lines, currency=currency, source=path)


def states(texts: list[str], currency: str = "USD", on: date = DAY) -> dict[str, int]:
    return dict(Counter(duty_rate(text, currency, on=on).state for text in texts))


def test_the_us_schedule_is_read_whole() -> None:
    file = real(US, "US")
    rows = file.rows
    assert (file.kind, len(rows), file.problems) == (RATES, 35_733, ())
    assert Counter(len(r.code) for r in rows) == {0: 5926, 4: 961, 6: 2093, 8: 6897, 10: 19_856}
    assert sum(r.code.startswith("99") for r in rows) == 3186
    assert sum(r.code.startswith("0") for r in rows) == 2457
    assert rows[1]._replace(no=0) == (0, "", "0101", 1, "Horses:", "", "", "", "", "", "")
    assert rows[8].code == "0101300000"
    assert rows[8].unit == "No."


def test_every_rate_of_the_us_schedule_is_known_referred_or_counted_as_unknown() -> None:
    rows = real(US, "US").rows
    general = [r.general for r in rows if r.general]
    assert states(general) == {KNOWN: 13_375, REFERRED: 467, UNKNOWN: 34}
    assert states([r.column2 for r in rows if r.column2]) == {KNOWN: 11_474, REFERRED: 1996, UNKNOWN: 39}
    special = [rate for r in rows for _programme, rate in special_rates(r.special)]
    assert states(special) == {KNOWN: 117_124, REFERRED: 2829, UNKNOWN: 3}
    unread = real(US, "US").unread("USD", DAY)
    assert (len(unread), sum(unread.values())) == (9, 34)


def test_every_tariff_line_of_the_us_chapters_of_goods_has_one_rate() -> None:
    us = schedule(US, "US", "USD")
    rates = [us.find(r.code, DAY) for r in real(US, "US").rows if len(r.code) > 6 and r.code < "98"]
    assert Counter(rate.state if rate else None for rate in rates) == {
        KNOWN: 22_749, REFERRED: 294, UNKNOWN: 22,
    }  # fmt: skip


KNOWN_US = [
    ("0101.21.00.10", "0", ""), ("0101.30.00.00", "0.068", ""), ("0201.10.50", "0.264", ""),
    ("0207.14.00", "0", "0.176 kg"), ("0302.11.00", "0", ""), ("0405.10.20", "0", "1.541 kg"),
    ("0409.00.00", "0", "0.019 kg"), ("0601.10.15.00", "0", "0.000896 item"), ("0709.60.20", "0", "0.044 kg"),
    ("0805.10.00", "0", "0.019 kg"), ("0901.21.00", "0", ""), ("0902.10.10", "0.064", ""),
    ("2204.21.50", "0", "0.063 l"), ("2402.20.80", "0.023", "1.05 kg"), ("3304.99.50", "0", ""),
    ("3924.10.40", "0.034", ""), ("3926.90.99", "0.053", ""), ("4202.12.21", "0.20", ""),
    ("4202.92.31", "0.176", ""), ("6109.10.00.12", "0.165", ""), ("6110.20.20", "0.165", ""),
    ("6302.60.00", "0.091", ""), ("6402.99.31", "0.06", ""), ("6404.11.90", "0.20", ""),
    ("6912.00.48", "0.098", ""), ("7013.37.20", "0.225", ""), ("7323.93.00", "0.02", ""),
    ("8205.51.30", "0.037", ""), ("8215.99.26", "0.031", "0.002 item"), ("8509.40.00", "0.042", ""),
    ("8516.60.40", "0", ""), ("8516.79.00", "0.027", ""), ("8517.13.00", "0", ""), ("8518.30.20", "0", ""),
    ("8539.52.00", "0.02", ""), ("8708.99.81", "0.025", ""), ("8712.00.15", "0.11", ""),
    ("9004.10.00", "0.02", ""), ("9403.20.00", "0", ""), ("9405.21.60", "0.06", ""),
    ("9503.00.00.73", "0", ""), ("9608.99.30.00", "0.035", "0.0002 item"), ("9613.80.20", "0.039", ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "share", "specific"), KNOWN_US)
def test_known_rates_of_the_us_schedule(code: str, share: str, specific: str) -> None:
    rate = schedule(US, "US", "USD").find(code, DAY)
    assert rate is not None
    assert (rate.state, rate.code, rate.ad_valorem) == (KNOWN, code.replace(".", ""), D(share))
    amount, _, unit = specific.partition(" ")
    assert rate.specific == ((Specific(D(amount), "USD", unit),) if specific else ())


def test_the_other_columns_of_the_us_schedule() -> None:
    us = schedule(US, "US", "USD")
    column2 = us.find("8517.13.00", DAY, COLUMN_2)
    assert column2 is not None
    assert column2.ad_valorem == D("0.35")
    specials = us.specials("0101.30.00.00", DAY)
    assert sorted(specials) == [
        "A+", "AU", "BH", "CL", "CO", "D", "E", "IL", "JO", "KR", "MA", "OM", "P", "PA", "PE", "S", "SG",
    ]  # fmt: skip
    assert all(rate.free for rate in specials.values())


def test_a_subheading_of_six_digits_with_several_us_rates_names_them() -> None:
    with pytest.raises(Refused) as refused:
        schedule(US, "US", "USD").find("6912.00", DAY)
    accepted = refused.value.problems[0].accepted
    assert accepted.startswith("6912.00.10.00 0.7%; 6912.00.20.00 28%; 6912.00.35 9.8%; 6912.00.39 4.5%")


def test_the_uk_tariff_of_2021_and_the_external_tariff_beside_it() -> None:
    uk, eu = real(UK, "GB"), real(UK, "EU")
    for file in (uk, eu):
        assert (file.kind, len(file.rows), file.problems) == (RATES, 11_830, ())
        assert Counter(len(r.code) for r in file.rows) == {8: 9374, 10: 2456}
    on = date(2021, 1, 1)
    assert states([r.general for r in uk.rows], "GBP", on) == {KNOWN: 11_830}
    assert states([r.general for r in eu.rows], "EUR", on) == {KNOWN: 11_731, UNKNOWN: 99}
    assert Counter(part for r in uk.rows for part in r.notes.split("; ") if part) == {
        "suspension": 1898, "trade_remedy": 87, "cet_until_review": 67, "atq": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "uk", "eu"),
    [
        ("01012990", "0.10", "0.115"), ("39241000", "0.06", "0.065"), ("42021211", "0.08", "0.097"),
        ("61091000", "0.12", "0.12"), ("64029996", "0.16", "0.168"), ("70133791", "0.10", "0.11"),
        ("73239300", "0", "0.032"), ("82119100", "0.08", "0.085"), ("8507600099", "0.02", "0.027"),
        ("85166050", "0.02", "0.027"), ("95030030", "0", "0"), ("96032100", "0.02", "0.037"),
        ("2924297012", "0.06", "0.065"), ("2924297005", "0", "0"), ("2924297099", "0.06", "0.065"),
    ],
)  # fmt: skip
def test_known_rates_of_the_uk_and_the_eu(code: str, uk: str, eu: str) -> None:
    for market, currency, share in (("GB", "GBP", uk), ("EU", "EUR", eu)):
        rate = schedule(UK, market, currency).find(code, date(2021, 1, 1))
        assert rate is not None
        assert (rate.ad_valorem, rate.specific) == (D(share), ())


def test_the_combined_nomenclature_gives_texts_and_no_rates() -> None:
    file = real(CN, "EU")
    assert (file.kind, len(file.rows), file.problems) == (TEXTS, 14_635, ())
    assert sum(len(r.code) == 8 for r in file.rows) == 9494
    assert [(r.code, r.heading, r.indent) for r in file.rows[:6]] == [
        ("", "", 0), ("01", "", 1), ("0101", "0101", 2), ("", "0101", 3), ("01012100", "0101", 4),
        ("010129", "0101", 4),
    ]  # fmt: skip


EXPORT = [
    {"htsno": "9503.00.00", "indent": "0", "description": "Toys", "units": [], "general": "Free",
     "special": "", "other": "70%", "footnotes": None},
    {"htsno": "9503.00.00.73", "indent": "2", "description": "Other", "units": ["No."], "general": "",
     "special": "", "other": "",
     "footnotes": [{"columns": ["general"], "value": "See 9903.88.15. ", "type": "endnote"}]},
]  # fmt: skip


def test_the_json_export_brings_footnotes() -> None:
    for content in (json.dumps(EXPORT).encode(), gzip.compress(json.dumps(EXPORT).encode())):
        file = read_tariff("hts.json.gz", content, "US")
        assert file.problems == ()
        assert [(r.code, r.general, r.unit, r.notes) for r in file.rows] == [
            ("95030000", "Free", "", ""), ("9503000073", "", "No.", "See 9903.88.15."),
        ]  # fmt: skip


def test_every_bad_row_is_named() -> None:
    content = (
        "税号,级别,品名,税率\n0101.2,0,a,5%\n01012100,x,b,5%\n01012100,1,c,6%\n,2,d,7%\n10121,0,e,\n,0,f,\n"
    ).encode()
    file = read_tariff("au.csv", content, "AU")
    assert [(p.row, p.field, p.value) for p in file.problems] == [
        (2, "code", "0101.2"), (2, "code", ""), (3, "indent", "x"), (5, "code", ""), (6, "code", "10121"),
        (4, "code", "01012100"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.csv", b"", "a.csv"), ("a.json", b"{", "file"), ("a.json", b"{}", "file"),
        ("a.json", b"[]", "file"), ("a.csv", b"description\nx\n", "code"),
        ("a.json", gzip.compress(b"[1]", mtime=0)[:-3], "file"),
        ("a.csv", b"commodity,description,cet_duty_rate,ukgt_duty_rate\n1012100,x,1%,2%\n", "market"),
    ],
)  # fmt: skip
def test_what_is_no_tariff_is_said_to_be_none(name: str, content: bytes, field: str) -> None:
    file = read_tariff(name, content, "US")
    assert file.rows == ()
    assert field in [p.field for p in file.problems]
