"""Statements of ISO 20022: booked entries, both directions, sums; documents that mean harm are refused."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hostile import check_reader
from tradewind.engine.camt053 import camt053
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money


def entry(amount, way, ref, memo, status="BOOK", currency="EUR", day="2026-06-30"):
    return f"""<Ntry>
<Amt Ccy="{currency}">{amount}</Amt>
<CdtDbtInd>{way}</CdtDbtInd>
<Sts>{status}</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>{ref}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry>"""


def balance(code, amount, day):
    return f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>
<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""


def document(*parts):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
{chr(10).join(parts)}
</Stmt></BkToCstmrStmt></Document>""".encode()


PARTS = (
    balance("OPBD", "100.00", "2026-06-29"),
    balance("CLBD", "345.50", "2026-06-30"),
    entry("250.00", "CRDT", "BK1", "Wise TRANSFER-1"),
    entry("4.50", "DBIT", "BK2", "Charge"),
    entry("99.00", "CRDT", "BK3", "not yet", "PDNG"),
)
GOOD = document(*PARTS)


def test_booked_entries_are_lines_and_pending_ones_are_not():
    (found,) = camt053(GOOD)
    assert (found.account, found.number, found.currency) == ("DE02120300000000202051", "S1", "EUR")
    assert (found.opening, found.closing) == (Money(100_00, "EUR"), Money(345_50, "EUR"))
    assert [(x.on, x.amount.minor, x.reference, x.memo) for x in found.lines] == [
        (date(2026, 6, 30), 250_00, "BK1", "Wise TRANSFER-1 BK1"),
        (date(2026, 6, 30), -4_50, "BK2", "Charge BK2"),
    ]


def test_the_status_of_newer_versions_is_read_in_its_own_element():
    newer = GOOD.replace(b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>")
    assert camt053(newer) == camt053(GOOD)


def test_an_entry_that_is_not_there_is_noticed_by_the_balance():
    with pytest.raises(Refused) as refused:
        camt053(document(*PARTS[:3]))
    assert [(p.field, p.accepted) for p in refused.value.problems] == [("Bal/CLBD", "350.00 EUR")]


def test_every_malformed_file_is_refused_with_its_place():
    assert check_reader(camt053, GOOD, kind="xml", fine=("amount: zero",)) >= 50
