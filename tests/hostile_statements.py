"""Malformed bank statements: XML (CAMT.053) and MT940."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.hostile_cells import BAD_DAYS, BAD_NUMBERS, BAD_TEXTS

Bad = tuple[str, bytes]
_AMOUNT = re.compile(rb">(\d+[.,]\d{2})<")
_DAY = re.compile(rb">(\d{4}-\d{2}-\d{2})<")
_CURRENCY = re.compile(rb'Ccy="[A-Z]{3}"')
_ROOT = re.compile(rb"<(Document|[A-Za-z:]+)[^>?!]*>")


def _escaped(cell: str) -> bytes:
    return (
        cell.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("\x07", "&#7;")
        .replace("\x1b", "&#27;")
        .encode()
    )


def xml_files(good: bytes) -> list[Bad]:
    """Malformed XML of a good statement; it must hold an amount with two decimals and a day in an element."""
    amounts = list(_AMOUNT.finditer(good))
    assert amounts, "no element with an amount in the good file"
    last = amounts[-1]
    day = _DAY.search(good)
    found = [(f"amount: {n}", _put(good, last, cell)) for n, cell in BAD_NUMBERS.items()]
    if day:
        found += [(f"day: {n}", _put(good, day, cell)) for n, cell in BAD_DAYS.items()]
    found += [("amount: cut into pieces", good[: last.start(1)] + b"1<x/>2" + good[last.end(1) :])]
    found += [(f"amount: {n}", _put(good, last, cell)) for n, cell in BAD_TEXTS.items()]
    return [*found, *_currencies(good), *_documents(good)]


def _put(good: bytes, where: re.Match[bytes], cell: str) -> bytes:
    return good[: where.start(1)] + _escaped(cell) + good[where.end(1) :]


def _currencies(good: bytes) -> list[Bad]:
    if not _CURRENCY.search(good):
        return []
    return [
        ("a currency nobody has", _CURRENCY.sub(b'Ccy="ZZZ"', good)),
        ("an amount without currency", _CURRENCY.sub(b"", good)),
        ("a currency of one amount differs", _CURRENCY.sub(b'Ccy="XOF"', good, count=1)),
    ]


def _documents(good: bytes) -> list[Bad]:
    """Damage to the document itself, and documents that mean harm."""
    body = re.sub(rb"<\?xml[^>]*\?>", b"", good).strip()
    root = _ROOT.search(body)
    assert root
    name = root[1]
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    entity = re.sub(rb">(\d+\.\d{2})<", b">&c;<", body, count=1)
    return [
        ("cut in the middle", good[: len(good) // 2]),
        ("without its last tag", good.rstrip()[: -len(name) - 3]),
        ("a tag that never closes", body.replace(b"</", b"<", 1)),
        ("tags that cross", body + b"</" + name + b">"),
        ("two roots", body + body),
        ("another root", body.replace(b"<" + name, b"<Other", 1).replace(b"</" + name + b">", b"</Other>")),
        ("another namespace", re.sub(rb'xmlns="[^"]*"', b'xmlns="urn:nobody"', body)),
        ("entities upon entities", laughs + entity),
        ("an entity from outside", outside + entity.replace(b"&c;", b"&a;")),
        ("an entity nobody declared", entity.replace(b"&c;", b"&nobody;")),
        ("an encoding that is a lie", b'<?xml version="1.0" encoding="UTF-16"?>' + body),
        ("an encoding nobody knows", b'<?xml version="1.0" encoding="X-NOBODY"?>' + body),
        ("bytes that are no UTF-8", body.replace(b"</", b"\xff\xfe</", 1)),
        ("a hundred thousand levels", b"<a>" * 100_000 + b"</a>" * 100_000),
        ("an empty root", b"<" + name + b"/>"),
        ("no amount at all", _AMOUNT.sub(b"><", good)),
        ("no day at all", _DAY.sub(b"><", good)),
    ]


def mt940_files(good: bytes) -> list[Bad]:
    """Malformed MT940 of a good statement with :20: :25: :60F: :61: :62F:."""
    text = good.decode()
    assert all(tag in text for tag in (":20:", ":25:", ":60F:", ":61:", ":62F:")), "tags are missing"
    return [*_tags(text), *_lines(text), *_balances(text), *_texts(text)]


def _sub(pattern: str, put: str | Callable[[re.Match[str]], str], text: str, count: int = 1) -> bytes:
    return re.sub(pattern, put, text, count=count, flags=re.M).encode()


def _tags(text: str) -> list[Bad]:
    found = [(f"no {tag}", _sub(rf"^:{tag}:.*\n", "", text, 0)) for tag in ("25", "60F", "62F")]
    return [
        *found,
        ("the account twice with another number", _sub(r"^(:25:)(.*)$", r"\1\2\n\1OTHER/999", text)),
        ("the opening balance twice", _sub(r"^(:60F:.*)$", r"\1\n\1", text)),
        ("the closing balance twice", _sub(r"^(:62F:.*)$", r"\1\n\1", text)),
        ("a tag nobody knows", _sub(r"^:61:", ":99Z:", text)),
        ("a tag without its colon", _sub(r"^:61:", ":61", text)),
        ("a line before every tag", b"12,34 hello\n" + text.encode()),
        ("the balances swapped", _sub(":6([02])F:", lambda m: f":6{2 - int(m[1])}F:", text, 0)),
    ]


_OTHER = {"C": "D", "D": "C"}
_LINE = r"^:61:(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d+,\d*)"


def _lines(text: str) -> list[Bad]:
    def with_amount(cell: str) -> bytes:
        return _sub(_LINE, lambda m: m[0][: -len(m[5])] + cell, text)

    def with_day(cell: str) -> bytes:
        return _sub(r"^:61:\d{6}", ":61:" + cell, text)

    amounts = {n: c.replace("\x00", "") for n, c in BAD_NUMBERS.items() if n not in {"too many decimals"}}
    amounts |= {
        "a point for the comma": "12.34",
        "no comma": "1234",
        "three decimals": "12,345",
        "minus": "-12,34",
    }
    days = {
        "month thirteen": "261345", "thirtieth of february": "260230", "a word": "JUN030",
        "too short": "2606", "too long": "20260630", "zeros": "000000", "blank": "      ",
    }  # fmt: skip
    marks = {"no mark": "", "a mark nobody knows": "X", "both marks": "CD"}

    def with_mark(mark: str) -> bytes:
        return _sub(_LINE, lambda m: f":61:{m[1]}{m[2] or ''}{mark}{m[5]}", text)

    return [
        *((f"amount: {n}", with_amount(c)) for n, c in amounts.items()),
        *((f"day: {n}", with_day(c)) for n, c in days.items()),
        *((f"amount: {n}", with_mark(c)) for n, c in marks.items()),
        ("a line of nothing", _sub(r"^:61:.*$", ":61:", text)),
        ("a line deleted", _sub(r"^:61:.*\n", "", text)),
    ]


def _balances(text: str) -> list[Bad]:
    def closing(put: Callable[[re.Match[str]], str]) -> bytes:
        return _sub(r"^:62F:([CD])(\d{6})([A-Z]{3})(\d+,\d*)", put, text)

    return [
        ("a closing balance a cent off", closing(lambda m: f":62F:{m[1]}{m[2]}{m[3]}{_cent(m[4])}")),
        ("a closing balance of another currency", closing(lambda m: f":62F:{m[1]}{m[2]}XOF{m[4]}")),
        ("a closing balance of no currency", closing(lambda m: f":62F:{m[1]}{m[2]}{m[4]}")),
        ("a currency nobody has", _sub(r"^(:6[02]F:[CD]\d{6})[A-Z]{3}", r"\1ZZZ", text, 0)),
        ("a closing balance with the other mark", closing(lambda m: f":62F:{_OTHER[m[1]]}{m[0][6:]}")),
        ("a closing balance of no day", closing(lambda m: f":62F:{m[1]}991399{m[3]}{m[4]}")),
        ("an opening balance that is a word", _sub(r"^:60F:.*$", ":60F:nothing", text)),
    ]  # fmt: skip


def _cent(amount: str) -> str:
    whole, _comma, cents = amount.partition(",")
    minor = int(whole + cents.ljust(2, "0")) + 1
    return f"{minor // 100},{minor % 100:02d}"


def _texts(text: str) -> list[Bad]:
    return [
        ("cut in the middle of a line", text[: text.index(":61:") + 12].encode()),
        ("no closing at all", text[: text.index(":62F:")].encode()),
        ("a line without end", text.replace(":61:", ":61:" + "x" * 2_000_000, 1).encode()),
        ("bytes that are no UTF-8", text.encode().replace(b":61:", b":61:\xff\xfe\x81", 1)),
    ]
