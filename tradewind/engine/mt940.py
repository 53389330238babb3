"""MT940: the statement of an account as banks send it over SWIFT. Pure; sums are checked, nothing guessed.

Read after the field formats of the message type (tags 20, 25, 28C, 60, 61, 86, 62): dates YYMMDD, amounts
with a comma, C and D for what the bank owes and is owed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tradewind.engine.account_statement import AccountStatement, Gap, OwnIds
from tradewind.engine.contracts import BankTransaction, Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError

MOST_BYTES, MOST_LINES, MOST_TEXT = 64 * 1024 * 1024, 500_000, 400
_TAG = re.compile(r":(\d\d[A-Z]?):(.*)")
_KNOWN = frozenset(
    {"20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "86", "62F", "62M", "64", "65"}
    | {"13D", "34F", "90C", "90D"}
)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,3})", re.ASCII)
_LINE = re.compile(
    r"(\d{6})(\d{4})?(R?[CD])([A-BE-Z])?(\d{1,15},\d{0,3})([A-Z][A-Z0-9]{3})(.{0,16}?)(?://(.{0,34}))?",
    re.ASCII,
)
_SUBFIELD = re.compile(r"\?\d\d")
_MARKS = {"C": 1, "D": -1, "RC": -1, "RD": 1}


@dataclass(slots=True)
class _Message:
    """One statement message: what its tags said, by row."""

    account: str = ""
    number: str = ""
    opening: tuple[int, date, Money] | None = None
    closing: tuple[int, date, Money] | None = None
    lines: list[tuple[int, date, Money, str, str]] = field(
        default_factory=list
    )  # row, day, amount, ref, memo


@dataclass(slots=True)
class _Reading:
    problems: list[Problem] = field(default_factory=list)
    messages: list[_Message] = field(default_factory=list)

    def add(self, row: int | None, name: str, value: str, reason: str, accepted: str = "") -> None:
        if len(self.problems) < 1000:
            self.problems.append(Problem(row, name, value[:80], reason, accepted))


def looks_like(data: bytes) -> bool:
    """Whether a file begins as MT940 does."""
    head = data[:4000]
    return b":20:" in head and (b":60F:" in data[:20_000] or b":60M:" in data[:20_000] or b":25:" in head)


def mt940(data: bytes) -> list[AccountStatement[BankTransaction]]:
    """Statements of a file, one for each account and currency; several messages are joined in their order.

    Refused with every problem: unreadable tags, dates, amounts, a message whose lines do not lead from its
    opening to its closing balance. A gap between two messages is kept as a Gap, as days may be missing.
    """
    reading = _Reading()
    fields = _fields(_text(data), reading)
    for row, tag, text in fields:
        _take(reading, row, tag, text)
    _finish(reading)
    if not reading.messages and not reading.problems:
        reading.add(None, "file", "", "is not an MT940 statement", ":20: ... :62F:")
    if reading.problems:
        raise Refused(reading.problems)
    return _joined(reading.messages)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Refused([Problem(None, "file", "", "the file is too large", f"{MOST_BYTES:,} bytes")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        bad = re.search("[\x00-\x02\x05-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
        if bad is None:
            return text
        row = text.count("\n", 0, bad.start()) + 1
        raise Refused([Problem(row, "file", "", "holds a control character", "text in UTF-8 or GBK")])
    raise Refused([Problem(None, "file", "", "the text is damaged", "text in UTF-8 or GBK")])


def _fields(text: str, reading: _Reading) -> list[tuple[int, str, str]]:
    """(row, tag, text) with continued lines joined by a line end; envelopes of the network left out."""
    fields: list[tuple[int, str, str]] = []
    for row, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"^\{1:.*\{4:|^\{4:", "", raw.rstrip()).strip("\x01\x03")
        if not line or line in ("-", "-}") or re.fullmatch(r"-?\}?\{5:.*\}", line):
            continue
        found = _TAG.fullmatch(line)
        if found:
            fields.append((row, found[1], found[2]))
        elif fields and fields[-1][1] in ("61", "86", "25", "20"):
            no, tag, so_far = fields[-1]
            if len(so_far) < 4000:
                fields[-1] = (no, tag, f"{so_far}\n{line}")
        else:
            reading.add(row, "tag", line, "stands under no tag", ":61:, :86:")
        if len(fields) > MOST_LINES:
            reading.add(row, "file", "", "too many rows", f"up to {MOST_LINES:,}")
            break
    return fields


def _take(reading: _Reading, row: int, tag: str, text: str) -> None:
    if tag not in _KNOWN:
        reading.add(row, "tag", f":{tag}:", "is no tag of this format", ", ".join(sorted(_KNOWN)))
        return
    if tag == "20":
        _finish(reading)
        reading.messages.append(_Message())
        return
    if not reading.messages:
        reading.add(row, f":{tag}:", text, "stands before the first statement", ":20:")
        return
    message = reading.messages[-1]
    take = _TAKERS.get(tag)
    if take is not None:
        take(reading, message, row, tag, text)


def _account(reading: _Reading, message: _Message, row: int, tag: str, text: str) -> None:
    if message.account:
        reading.add(row, f":{tag}:", text, "the account stands twice", message.account)
    message.account = " ".join(text.split())[:80]


def _number(_reading: _Reading, message: _Message, _row: int, _tag: str, text: str) -> None:
    message.number = text.strip()[:40]


def _balance(reading: _Reading, message: _Message, row: int, tag: str, text: str) -> None:
    name = "opening" if tag.startswith("60") else "closing"
    found = _BALANCE.fullmatch(text.strip())
    on = _day(found[2]) if found else None
    amount = _money(found[4], found[3]) if found else None
    if found is None or on is None or amount is None:
        reading.add(row, f":{tag}:", text, "is not a balance", "C260630EUR1234,56")
        return
    if getattr(message, name) is not None:
        reading.add(row, f":{tag}:", text, "the balance stands twice", "one of each a statement")
    setattr(message, name, (row, on, amount if found[1] == "C" else -amount))


def _line(reading: _Reading, message: _Message, row: int, _tag: str, text: str) -> None:
    head, _end, more = text.partition("\n")
    found = _LINE.fullmatch(head.strip())
    if message.opening is None or message.closing is not None:
        reading.add(row, ":61:", head, "stands outside the balances", ":60F: ... :62F:")
        return
    if found is None:
        reading.add(row, ":61:", head, "is not a line", "2606300630C1234,56NTRFREF//BANKREF")
        return
    on = _booked(found[1], found[2])
    amount = _money(found[5], message.opening[2].currency)
    if on is None:
        reading.add(row, ":61:", found[1] + (found[2] or ""), "is not a date", "YYMMDD")
    if amount is None:
        reading.add(row, ":61:", found[5], "is not an amount of the currency", message.opening[2].currency)
    if on is None or amount is None:
        return
    own, bank = found[7].strip(), (found[8] or "").strip()
    reference = bank if own.upper() in ("", "NONREF") else own
    said = amount if _MARKS[found[3]] > 0 else -amount
    message.lines.append((row, on, said, reference, " ".join(more.split())[:MOST_TEXT]))


def _memo(_reading: _Reading, message: _Message, _row: int, _tag: str, text: str) -> None:
    if not message.lines or message.closing is not None:
        return  # words on the statement as a whole
    row, on, amount, reference, memo = message.lines[-1]
    said = " ".join(_SUBFIELD.sub(" ", text).split())
    message.lines[-1] = (row, on, amount, reference, f"{memo} {said}".strip()[:MOST_TEXT])


_TAKERS: dict[str, Callable[[_Reading, _Message, int, str, str], None]] = {
    **dict.fromkeys(("25", "25P"), _account),
    **dict.fromkeys(("28", "28C"), _number),
    **dict.fromkeys(("60F", "60M", "62F", "62M"), _balance),
    "61": _line,
    "86": _memo,
}


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%y%m%d").date()
    except ValueError:
        return None


def _booked(value: str, entry: str | None) -> date | None:
    """The day of booking: the month and day stand alone, the year is the value date's or its neighbour."""
    of_value = _day(value)
    if of_value is None or entry is None:
        return of_value
    try:
        booked = date(of_value.year, int(entry[:2]), int(entry[2:]))
    except ValueError:
        return None
    if abs((booked - of_value).days) <= 180:
        return booked
    years = 1 if booked < of_value else -1
    return booked.replace(year=booked.year + years) if (booked.month, booked.day) != (2, 29) else None


def _money(text: str, currency: str) -> Money | None:
    if currency not in EXPONENTS:
        return None
    whole, _comma, cents = text.partition(",")
    try:
        return Money.of(f"{whole}.{cents or '0'}", currency)
    except MoneyError:
        return None


def _finish(reading: _Reading) -> None:
    """The message under way must be whole, and its lines lead from balance to balance."""
    if not reading.messages:
        return
    message = reading.messages[-1]
    for tag, there in ((":25:", message.account), (":60F:", message.opening), (":62F:", message.closing)):
        if not there:
            reading.add(None, tag, "", "the tag is missing", ":20: :25: :28C: :60F: :61: :86: :62F:")
    if message.opening is None or message.closing is None:
        return
    row, _on, closing = message.closing
    opening = message.opening[2]
    if closing.currency != opening.currency:
        reading.add(
            row, ":62F:", closing.currency, "another currency than the opening balance", opening.currency
        )
        return
    expected = opening + Money.total((x[2] for x in message.lines), opening.currency)
    if expected != closing and not reading.problems:
        reading.add(row, ":62F:", str(closing), "the lines do not lead to the closing balance", str(expected))


def _joined(messages: list[_Message]) -> list[AccountStatement[BankTransaction]]:
    by_account: dict[tuple[str, str], list[_Message]] = {}
    for message in messages:
        assert message.opening is not None
        by_account.setdefault((message.account, message.opening[2].currency), []).append(message)
    return [_statement(account, code, found) for (account, code), found in by_account.items()]


def _statement(account: str, currency: str, messages: list[_Message]) -> AccountStatement[BankTransaction]:
    ids, lines, found = OwnIds(), [], []
    at: Money | None = None
    for message in messages:
        assert message.opening is not None
        assert message.closing is not None
        row, on, opening = message.opening
        if at is not None and at != opening:
            found.append(Gap(row, _midnight(on), at, opening))
        at = message.closing[2]
        for _row, day, amount, reference, memo in message.lines:
            pk = ids.of(day.isoformat(), str(amount.minor), reference, memo)
            lines.append(BankTransaction(pk, day, amount, reference[:80], memo))
    first, last = messages[0], messages[-1]
    assert first.opening is not None
    assert last.closing is not None
    days = [x.on for x in lines] or [last.closing[1]]
    return AccountStatement(
        currency, tuple(lines), _midnight(min(days)), _midnight(max(days)), first.opening[2], at,
        tuple(found), first.number, account,
    )  # fmt: skip


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
