"""What stands in a cell of a forwarder's price list: bands of weight, prices, headers, currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tradewind.engine.tabular_files import Cell

COUNTRY, ZONE, RANGE, FROM, TO = "country", "zone", "range", "from", "to"
PER_KG, PER_PARCEL, FIRST, FURTHER, MINIMUM = "per_kg", "per_parcel", "first", "further", "minimum"
DAYS, LIMIT, PRICE, POSTCODE = "days", "limit", "price", "postcode"

_FOLD = str.maketrans(
    {"（": "(", "）": ")", "＜": "<", "≦": "≤", "＞": ">", "≧": "≥", "～": "-", "~": "-", "—": "-", "–": "-",
     "－": "-", "：": ":", "，": ",", "　": " ", "．": ".", "＋": "+", "【": "[", "】": "]"}
)  # fmt: skip
_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"\s*(kgs|kg|g|公斤|千克|克)?"
_FROM_TO = re.compile(rf"[\[(]?{_NUMBER}{_UNIT}\s*[-,至到]+\s*{_NUMBER}{_UNIT}[\])]?(?:\s*\(?含\)?)?")
_BETWEEN = re.compile(rf"{_NUMBER}{_UNIT}\s*[<≤]=?\s*[a-z重量计费]*\s*[<≤]=?\s*{_NUMBER}{_UNIT}")
_THEN = rf"{_NUMBER}{_UNIT}\s*(?:\(含\))?"
_BELOW = re.compile(rf"(?:[a-z重量]*\s*[<≤]=?\s*{_NUMBER}{_UNIT}|{_THEN}(?:及?以下|以内|内))")
_ABOVE = re.compile(rf"(?:[a-z重量]*\s*[>≥]=?\s*{_NUMBER}{_UNIT}|{_THEN}(?:及?以上|\+))")
_ALONE = re.compile(rf"{_NUMBER}{_UNIT}")
_STEP = re.compile(rf"(?:首重|续重|起重|首|续|每增加?|first|additional)\D{{0,8}}?{_NUMBER}{_UNIT}")
_GRAMS = {"kg": 1000, "kgs": 1000, "公斤": 1000, "千克": 1000, "g": 1, "克": 1}
_PRICE = re.compile(r"[¥$€£]?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?:元|rmb|cny)?(?:/\s*\S+)?")
_NONE = {"", "-", "--", "/", "\\", "无", "n/a", "na", "x", "×", "不接", "暂停", "不派送", "暂停收寄"}

# Words of headers, the narrower first.
_HEADERS: tuple[tuple[str, str], ...] = (
    (DAYS, r"时效|工作日|transit|days|天数"),
    (PER_PARCEL, r"挂号费|处理费|操作费|票费|/票|/件|/个|/包|/piece|/?parcel|registration|handling"),
    (MINIMUM, r"最低计费|最低收费|起收|起重量|minimum"),
    (LIMIT, r"限重|重量限制|最大重量|最高限重|max"),
    (FIRST, r"首重|起重|首\d|first"),
    (FURTHER, r"续重|续\d|每增|续|additional|further|each"),
    (PER_KG, r"/kg|/公斤|/千克|公斤价|公斤运费|每公斤|per kg|/g\b|元/克"),
    (POSTCODE, r"邮编|邮政编码|postcode|zip|postal"),
    (RANGE, r"重量段|重量区间|重量范围|计费重|重量|weight"),
    (FROM, r"大于|起始|^from"),
    (TO, r"小于等于|截止|^to\b"),
    (COUNTRY, r"国家|目的国|目的地|country|destination|派送国"),
    (ZONE, r"分区|区域|zone|^区$"),
    (PRICE, r"运费|价格|单价|资费|price|rate|报价|金额"),
)  # fmt: skip
_HEADER = tuple((role, re.compile(pattern)) for role, pattern in _HEADERS)
_ZONE_NAME = re.compile(r"(?:zone\s*|第)?([0-9一二三四五六七八九十a-z]{1,3})\s*(?:区|$)|zone\s*(\w{1,4})")
_CURRENCIES = (
    ("CNY", r"人民币|rmb|cny|元|¥|￥"), ("USD", r"usd|美元|美金|\$"),
    ("EUR", r"eur|欧元|€"), ("GBP", r"gbp|英镑|£"),
    ("JPY", r"jpy|日元|日币"), ("HKD", r"hkd|港币|港元"), ("CAD", r"cad|加元"), ("AUD", r"aud|澳元"),
)  # fmt: skip


class Span(NamedTuple):
    """A band of weight as written: above (exclusive), to (inclusive, None open), grams of its unit."""

    above: Decimal | None
    to: Decimal | None
    grams: int | None  # of the unit; None when none is written

    @property
    def alone(self) -> bool:
        """Whether only one weight stands there."""
        return self.above is None


@dataclass(frozen=True, slots=True)
class Head:
    """What a header says: its role, and the unit and weight it names."""

    role: str
    grams: int | None = None
    weight_g: int | None = None


def folded(cell: Cell) -> str:
    """A cell as it is read: text, half width, small letters, one blank."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return " ".join(text.translate(_FOLD).lower().split())


def span(cell: Cell) -> Span | None:
    """A band of weight: "0<W≤0.5", "0.1-0.3KG", "≤500g", "21kg以上", "0.5"; None when it is none."""
    if isinstance(cell, date | bool):
        return None
    text = folded(cell)
    if found := _BETWEEN.fullmatch(text) or _FROM_TO.fullmatch(text):
        low, low_unit, high, high_unit = found.groups()
        return Span(Decimal(low), Decimal(high), _grams(high_unit or low_unit))
    for pattern, below in ((_BELOW, True), (_ABOVE, False)):
        if found := pattern.fullmatch(text):
            number, unit = (found[1], found[2]) if found[1] else (found[3], found[4])
            bound = Decimal(number)
            return Span(Decimal(0), bound, _grams(unit)) if below else Span(bound, None, _grams(unit))
    if found := _ALONE.fullmatch(text):
        return Span(None, Decimal(found[1]), _grams(found[2]))
    return None


def _grams(unit: str | None) -> int | None:
    return _GRAMS[unit] if unit else None


def unit_of(text: str) -> int | None:
    """Grams of the unit of weight that a header names: kg 1000, g 1."""
    if re.search(r"kg|公斤|千克", text):
        return 1000
    return 1 if re.search(r"\(g\)|（g）|克|/g\b|\bg\b|\dg", text) else None


def price(cell: Cell) -> Decimal | None:
    """An amount of a cell: 65.5, "¥65.50", "1,234.5元/kg"; None when there is none."""
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, Decimal):
        return cell
    found = _PRICE.fullmatch(folded(cell))
    return Decimal(found[1].replace(",", "")) if found else None


def nothing(cell: Cell) -> bool:
    """Whether a cell says that there is no price."""
    return isinstance(cell, str) and folded(cell) in _NONE


def head(cell: Cell) -> Head | None:
    """What a header cell is about; None when it is no header that is known."""
    if not isinstance(cell, str):
        return None
    text = folded(cell)
    for role, pattern in _HEADER:
        if len(text) <= 40 and pattern.search(text):
            weight = _STEP.search(text)
            grams = unit_of(text)
            of = _grams(weight[2]) or grams if weight else None
            return Head(role, grams, int(Decimal(weight[1]) * of) if weight and of else None)
    return None


def zone(cell: Cell) -> str | None:
    """The name of a zone: "1区", "Zone 3", "A区"."""
    if isinstance(cell, Decimal):
        return None
    found = _ZONE_NAME.fullmatch(folded(cell))
    return (found[1] or found[2]).upper() if found else None


def currencies(texts: list[str]) -> list[str]:
    """Every currency that the texts name."""
    whole = " ".join(folded(text) for text in texts)
    return [code for code, pattern in _CURRENCIES if re.search(pattern, whole)]
