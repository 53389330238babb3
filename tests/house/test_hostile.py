"""The kit of malformed files is itself sound: enough kinds, every one different from the good file."""

from __future__ import annotations

import csv
import io

import pytest

from tests.hostile import check_reader, malformed
from tests.hostile_books import book_of
from tradewind.engine.contracts import Problem, Refused

ROWS = [
    ["Id", "Day", "Word", "Amount"],
    ["1", "2026-06-01", "fee", "12.34"],
    ["2", "2026-06-02", "sale", "5.00"],
]
CSV = "\n".join(",".join(r) for r in ROWS).encode() + b"\n"
CAMT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Ntry>
<Amt Ccy="USD">12.34</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-06-01</Dt></BookgDt>
</Ntry></Stmt></BkToCstmrStmt></Document>
"""
MT940 = b""":20:START
:25:BANK/123
:28C:1/1
:60F:C260601USD100,00
:61:2606020602C12,34NTRFREF//B1
:86:Payer
:62F:C260602USD112,34
"""


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        ("csv", CSV),
        ("tsv", CSV.replace(b",", b"\t")),
        ("xlsx", book_of(ROWS)),
        ("xml", CAMT),
        ("mt940", MT940),
    ],
    ids=["csv", "tsv", "xlsx", "xml", "mt940"],
)
def test_every_kind_of_file_is_spoilt_in_at_least_fifty_ways(kind, good) -> None:
    found = malformed(good, kind=kind)
    assert len(found) >= 50
    assert [name for name, data in found if data == good] == []


def read(data: bytes) -> list[list[str]]:
    """A careless reader: it takes what csv takes."""
    try:
        return list(csv.reader(io.StringIO(data.decode())))
    except (UnicodeDecodeError, csv.Error):
        raise Refused([Problem(None, "file", "", "no text")]) from None


def test_a_careless_reader_is_found_out() -> None:
    with pytest.raises(AssertionError, match="amount: exponent too large: taken"):
        check_reader(read, CSV, kind="csv")
