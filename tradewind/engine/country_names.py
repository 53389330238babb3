"""Countries as price lists name them: Chinese and English names, abbreviations, several in one cell."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from tradewind.engine.tabular_values import COUNTRIES

# Names of the trade beside the official ones.
_ALSO = {
    "US": "美国本土 美國 usa united states america 美国大陆",
    "GB": "英国 uk united kingdom great britain england 英國",
    "AE": "阿联酋 阿拉伯联合酋长国 uae", "KR": "韩国 南韩 korea south korea",
    "RU": "俄罗斯 俄罗斯联邦 俄国 russia", "SA": "沙特 沙特阿拉伯 ksa saudi",
    "CZ": "捷克 捷克共和国 czech republic", "TW": "台湾 中国台湾 臺灣", "HK": "香港 中国香港",
    "MO": "澳门 中国澳门", "NL": "荷兰 holland", "NZ": "新西兰 纽西兰", "VN": "越南 viet nam", "LA": "老挝",
    "BA": "波黑 波斯尼亚和黑塞哥维那", "MK": "马其顿 北马其顿", "DO": "多米尼加 多米尼加共和国",
    "TR": "土耳其 turkey", "IE": "爱尔兰 ireland", "DE": "德国 德國", "AU": "澳大利亚 澳洲",
    "MY": "马来西亚 马来", "ID": "印尼 印度尼西亚", "CI": "科特迪瓦", "CD": "刚果(金)", "CG": "刚果(布)",
}  # fmt: skip
_SPLIT = re.compile(r"[/、,，;；|\n]+|\s+(?=[一-鿿])|(?<=[一-鿿])\s+")
_BRACKETS = re.compile(r"[（(]([^）)]*)[）)]")


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("zh_Hans", "en"):
        for code, name in Locale.parse(language).territories.items():
            if code in COUNTRIES:
                names.setdefault(_plain(name), code)
    for code, words in _ALSO.items():
        names |= dict.fromkeys(re.split(r"\s(?=[一-鿿])|(?<=[一-鿿])\s", words), code)
        names |= dict.fromkeys(words.split(), code)
    for code in COUNTRIES:
        names[code.lower()] = code
    names["uk"] = "GB"
    return names


def _plain(text: str) -> str:
    return " ".join(text.strip().lower().split())


def country(text: str) -> str | None:
    """The ISO code of one country as written: 美国, "USA", "美国(US)", "UK 英国"; None when it is none."""
    names = _names()
    plain = _plain(text)
    if plain in names:
        return names[plain]
    inside = _BRACKETS.findall(plain)
    outside = _plain(_BRACKETS.sub(" ", plain))
    found = {names[part] for part in [*inside, outside, *outside.split()] if part in names}
    return found.pop() if len(found) == 1 else None


def countries(text: str) -> list[str] | None:
    """Every country of a cell, "德国/法国、意大利" too; None when any of it is no country."""
    one = country(text)
    if one is not None:
        return [one]
    parts = [part for part in _SPLIT.split(text) if part.strip()]
    found = [country(part) for part in parts]
    if not parts or None in found:
        return None
    return list(dict.fromkeys(code for code in found if code))
