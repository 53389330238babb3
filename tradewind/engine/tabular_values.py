"""Cells to values: what a column accepts, and in words why a cell is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tradewind.engine.money import EXPONENTS
from tradewind.engine.tabular_files import Cell, control_character
from tradewind.engine.tabular_spec import BOOL, COUNTRY, CURRENCY, DATE, DECIMAL, INT, TEXT, ColumnSpec

# ISO 3166-1 alpha-2, officially assigned.
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV "
    "BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES "
    "ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE "
    "IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY "
    "MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU "
    "NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM "
    "SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE "
    "VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_COUNTRIES.split())
_BOOLS = {
    word: truth
    for words, truth in (("true yes y 1 是 有", True), ("false no n 0 否 无", False))
    for word in words.split()
}
_D = "[0-9０-９]"  # digits of other scripts are refused: nobody means them in a sum
_STYLES = {
    "1,234.56": (re.compile(rf"[+-]?({_D}{{1,3}}(,{_D}{{3}})+|{_D}+)(\.{_D}+)?|[+-]?\.{_D}+"), ",", "."),
    "1.234,56": (re.compile(rf"[+-]?({_D}{{1,3}}(\.{_D}{{3}})+|{_D}+)(,{_D}+)?"), ".", ","),
}
_AMBIGUOUS = re.compile(rf"[+-]?[1-9]{_D}{{0,2}}[.,]{_D}{{3}}")
_CACHE = 50_000


class Bad(ValueError):
    """A cell that is refused: reason and what would be accepted."""

    def __init__(self, reason: str, accepted: str) -> None:
        super().__init__(reason)
        self.reason, self.accepted = reason, accepted


def converter(spec: ColumnSpec, clean: bool) -> Callable[[Cell], Any]:
    """The function that turns a cell (stripped, never blank) into the column's value, or raises Bad.

    `clean`: the file is known to hold no control character. Values of text cells are remembered:
    days, currencies and prices repeat.
    """
    check = _checker(spec, clean)
    if spec.kind == TEXT and clean and not spec.choices:
        longest = spec.max_length
        return lambda cell: cell if type(cell) is str and len(cell) <= longest else check(cell)
    return _remembering(check)


def _checker(spec: ColumnSpec, clean: bool) -> Callable[[Cell], Any]:
    read = _READERS[spec.kind]

    def check(cell: Cell) -> Any:
        if not clean and isinstance(cell, str):
            _no_control(cell)
        value = read(spec, cell)
        if spec.choices and value not in spec.choices:
            raise Bad("is not one of the words", ", ".join(sorted(spec.choices)))
        _within(spec, value)
        return value

    return check


def _remembering(check: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """The same for text cells seen before; True, 1 and Decimal(1) are one key, so others are not kept."""
    cache: dict[str, Any] = {}

    def convert(cell: Cell) -> Any:
        if type(cell) is not str:
            return check(cell)
        value = cache.get(cell)
        if value is None:
            value = check(cell)
            if len(cache) < _CACHE:
                cache[cell] = value
        return value

    return convert


def _no_control(cell: str) -> None:
    found = control_character(cell)
    if found:
        raise Bad("holds a control character", f"printable text, not {found}")


def _within(spec: ColumnSpec, value: Any) -> None:
    low, high = spec.minimum, spec.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        words = [f"from {low}" if low is not None else "", f"to {high}" if high is not None else ""]
        raise Bad("is out of bounds", " ".join(word for word in words if word))


def _text(spec: ColumnSpec, cell: Cell) -> str:
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if len(text) > spec.max_length:
        raise Bad("is too long", f"up to {spec.max_length} characters")
    return text


def _decimal(spec: ColumnSpec, cell: Cell) -> Decimal:
    if isinstance(cell, Decimal):
        return cell
    if not isinstance(cell, str):
        raise Bad("is not a number", "a number")
    text = cell
    if len(text) > 40:
        raise Bad("is too long for a number", "up to 40 characters")
    accepted = f"a number written {spec.style}" if spec.style else "a number such as 1234.56"
    for style in (spec.style,) if spec.style else _STYLES:
        pattern, group, point = _STYLES[style]
        if pattern.fullmatch(text):
            if not spec.style and _AMBIGUOUS.fullmatch(text):
                raise Bad("may mean a thousand or a fraction", "the column's number style, stated")
            return _number(text.replace(group, "").replace(point, "."), accepted)
    raise Bad("is not a number", accepted)


def _number(text: str, accepted: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Bad("is not a number", accepted) from None


def _int(spec: ColumnSpec, cell: Cell) -> int:
    if isinstance(cell, str) and not spec.style:
        digits = cell[1:] if cell[:1] in "+-" else cell
        if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
            raise Bad("is not a whole number", "a whole number such as 12")
        return int(cell)
    value = _decimal(spec, cell)
    if value != value.to_integral_value() or abs(value.adjusted()) > 18:
        raise Bad("is not a whole number", "a whole number such as 12")
    return int(value)


def _date(spec: ColumnSpec, cell: Cell) -> date:
    if isinstance(cell, date):
        return cell
    accepted = ", ".join(spec.formats)
    if not isinstance(cell, str):
        raise Bad("is not a date", accepted)
    found = set()
    for pattern in spec.formats:
        try:
            found.add(datetime.strptime(cell, pattern).date())
        except ValueError:
            continue
    if len(found) > 1:
        raise Bad("may mean two days", "one date format, stated")
    if not found:
        raise Bad("is not a date", accepted)
    return found.pop()


def _currency(spec: ColumnSpec, cell: Cell) -> str:
    code = str(cell).upper()
    if code not in EXPONENTS:
        raise Bad("is not a currency", "an ISO 4217 code such as USD")
    return code


def _country(spec: ColumnSpec, cell: Cell) -> str:
    code = str(cell).upper()
    if code not in COUNTRIES:
        raise Bad("is not a country", "GB" if code == "UK" else "an ISO 3166 code such as US")
    return code


def _bool(spec: ColumnSpec, cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    try:
        return _BOOLS[str(cell).lower()]
    except KeyError:
        raise Bad("is neither yes nor no", "yes, no, true, false, 1, 0, 是, 否") from None


_READERS: dict[str, Callable[[ColumnSpec, Cell], Any]] = {
    TEXT: _text,
    INT: _int,
    DECIMAL: _decimal,
    DATE: _date,
    CURRENCY: _currency,
    COUNTRY: _country,
    BOOL: _bool,
}
