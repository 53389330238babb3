"""CAMT.053: the bank-to-customer statement of ISO 20022. Pure; sums are checked, nothing guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tradewind.engine.account_statement import AccountStatement, Gap, OwnIds
from tradewind.engine.contracts import BankTransaction, Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError
from tradewind.engine.xml_tree import Node, read_xml

MOST_TEXT = 400
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,5})?", re.ASCII)
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"
_WAYS = {"CRDT": 1, "DBIT": -1}


@dataclass(slots=True)
class _Reading:
    problems: list[Problem] = field(default_factory=list)

    def add(self, row: int | None, name: str, value: str, reason: str, accepted: str = "") -> None:
        if len(self.problems) < 1000:
            self.problems.append(Problem(row, name, value[:80], reason, accepted))


@dataclass(frozen=True, slots=True)
class _Part:
    """One Stmt of the file."""

    row: int
    account: str
    number: str
    opening: tuple[date, Money]
    closing: tuple[date, Money]
    lines: tuple[tuple[date, Money, str, str], ...]  # day, amount, reference, memo


def looks_like(data: bytes) -> bool:
    """Whether a file is XML of this message."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def camt053(data: bytes) -> list[AccountStatement[BankTransaction]]:
    """Statements of a file, one for each account and currency, joined in the order of the file.

    Only booked entries count; pending ones are passed over. Refused with every problem, also when the
    entries do not lead from the opening to the closing balance.
    """
    root, reading = read_xml(data), _Reading()
    found = list(root.all("BkToCstmrStmt", "Stmt"))
    if root.name != "Document" or not _SPACE.fullmatch(root.space) or not found:
        reading.add(
            root.row, "Document", root.space, "is not a CAMT.053 statement", "camt.053.001.02 or newer"
        )
        raise Refused(reading.problems)
    parts = [part for one in found if (part := _part(reading, one)) is not None]
    if reading.problems:
        raise Refused(reading.problems)
    joined: dict[tuple[str, str], list[_Part]] = {}
    for part in parts:
        joined.setdefault((part.account, part.opening[1].currency), []).append(part)
    return [_statement(account, code, some) for (account, code), some in joined.items()]


def _part(reading: _Reading, stmt: Node) -> _Part | None:
    account = stmt.said("Acct", "Id", "IBAN") or stmt.said("Acct", "Id", "Othr", "Id")
    if not account:
        reading.add(stmt.row, "Acct/Id", "", "the account is missing", "IBAN, or Othr/Id")
    opening, closing = (_balance(reading, stmt, codes) for codes in (_OPENING, _CLOSING))
    entries = [entry for node in stmt.all("Ntry") if (entry := _entry(reading, node)) is not None]
    if opening is None or closing is None:
        return None
    code = opening[1].currency
    stated = stmt.said("Acct", "Ccy")
    if closing[1].currency != code or (stated and stated != code):
        reading.add(stmt.row, "Ccy", closing[1].currency, "the balances are in different currencies", code)
        return None
    _same_currency(reading, stmt, code, entries)
    if not reading.problems:
        _sums(reading, stmt, opening[1], closing[1], entries)
    number = stmt.said("ElctrncSeqNb") or stmt.said("Id")
    return _Part(stmt.row, account[:80], number[:40], opening, closing, tuple(x[1:] for x in entries))


_Entry = tuple[int, date, Money, str, str]


def _same_currency(reading: _Reading, stmt: Node, code: str, entries: list[_Entry]) -> None:
    for row, _on, amount, _ref, _memo in entries:
        if amount.currency != code:
            reading.add(row, "Ntry/Amt", amount.currency, "the account has another currency", code)


def _sums(reading: _Reading, stmt: Node, opening: Money, closing: Money, entries: list[_Entry]) -> None:
    expected = opening + Money.total((x[2] for x in entries), opening.currency)
    if expected != closing:
        words = "the lines do not lead to the closing balance"
        reading.add(stmt.row, "Bal/CLBD", str(closing), words, str(expected))
    count = stmt.said("TxsSummry", "TtlNtries", "NbOfNtries")
    booked = len(entries)
    if count and count != str(booked) and count != str(len(list(stmt.all("Ntry")))):
        reading.add(stmt.row, "NbOfNtries", count, "is not the number of entries", str(booked))


def _balance(reading: _Reading, stmt: Node, codes: tuple[str, ...]) -> tuple[date, Money] | None:
    by_code: dict[str, list[Node]] = {}
    for node in stmt.all("Bal"):
        by_code.setdefault(node.said("Tp", "CdOrPrtry", "Cd"), []).append(node)
    for code in codes:
        if len(by_code.get(code, ())) > 1:
            reading.add(by_code[code][1].row, f"Bal/{code}", "", "the balance stands twice", "one of each")
        for node in by_code.get(code, ()):
            amount = _amount(reading, node, f"Bal/{code}")
            on = _day(reading, node, ("Dt",))
            return None if amount is None or on is None else (on, amount)
    reading.add(stmt.row, f"Bal/{codes[0]}", "", "the balance is missing", ", ".join(codes))
    return None


def _amount(reading: _Reading, node: Node, name: str) -> Money | None:
    """The signed amount of an element with Amt and CdtDbtInd."""
    amt = node.first("Amt")
    way = _WAYS.get(node.said("CdtDbtInd"))
    if way is None:
        reading.add(node.row, f"{name}/CdtDbtInd", node.said("CdtDbtInd"), "says no direction", "CRDT, DBIT")
    if amt is None:
        reading.add(node.row, f"{name}/Amt", "", "the amount is missing", "123.45")
        return None
    code, text = amt.attributes.get("Ccy", ""), amt.text.strip()
    if code not in EXPONENTS:
        reading.add(amt.row, f"{name}/Amt", code, "is not a currency", "an ISO 4217 code such as USD")
        return None
    try:
        if amt.children or not _AMOUNT.fullmatch(text):
            raise MoneyError(text)
        value = Money.of(text, code)
    except MoneyError:
        reading.add(amt.row, f"{name}/Amt", text, "is not an amount of the currency", "123.45")
        return None
    return value if way == 1 else -value


def _day(reading: _Reading, node: Node, path: tuple[str, ...]) -> date | None:
    text = node.said(*path, "Dt") or node.said(*path, "DtTm")[:10]
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError(text)
        on = date.fromisoformat(text)
        if not 1990 <= on.year <= 2100:
            raise ValueError(text)
    except ValueError:
        reading.add(node.row, "/".join((node.name, *path)), text, "is not a date", "2026-06-30")
        return None
    return on


def _entry(reading: _Reading, node: Node) -> _Entry | None:
    status = node.said("Sts", "Cd") or node.said("Sts")
    if status not in (BOOKED, "PDNG", "INFO"):
        reading.add(node.row, "Ntry/Sts", status, "is not a status", "BOOK, PDNG, INFO")
    amount = _amount(reading, node, "Ntry")  # a pending entry must be readable too: the file may be damaged
    on = _day(reading, node, ("BookgDt",) if node.first("BookgDt") or status == BOOKED else ("ValDt",))
    if amount is None or on is None or status != BOOKED:
        return None
    details = node.first("NtryDtls", "TxDtls") or Node("", node.row, {})
    own = details.said("Refs", "EndToEndId")
    reference = node.said("AcctSvcrRef") or node.said("NtryRef")
    if own and own.upper() != "NOTPROVIDED":
        reference = own
    words = [x.text for x in node.all("NtryDtls", "TxDtls", "RmtInf", "Ustrd")]
    words += [node.said("AddtlNtryInf"), node.said("AcctSvcrRef")]
    memo = " ".join(" ".join(words).split())[:MOST_TEXT]
    return node.row, on, amount, reference[:80], memo


def _statement(account: str, currency: str, parts: list[_Part]) -> AccountStatement[BankTransaction]:
    ids, lines, found = OwnIds(), [], []
    before: Money | None = None
    for part in parts:
        on, opening = part.opening
        if before is not None and before != opening:
            found.append(Gap(part.row, _midnight(on), before, opening))
        before = part.closing[1]
        for day, amount, reference, memo in part.lines:
            pk = ids.of(day.isoformat(), str(amount.minor), reference, memo)
            lines.append(BankTransaction(pk, day, amount, reference, memo))
    days = [x.on for x in lines] or [parts[-1].closing[0]]
    return AccountStatement(
        currency, tuple(lines), _midnight(min(days)), _midnight(max(days)), parts[0].opening[1], before,
        tuple(found), parts[0].number, account,
    )  # fmt: skip


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
