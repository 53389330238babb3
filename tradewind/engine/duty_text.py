"""What tariffs write about a rate, read into terms: "6.8¢/kg + 3.2%", "9.6% MIN 1.1 EUR / 100 kg".

What cannot be read whole is not read in part: the rate is then UNKNOWN (or REFERRED, where the text points
to another line) and keeps its words. Exact: fractions stay fractions, amounts are brought to one unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from tradewind.engine.money import EXPONENTS, Number
from tradewind.engine.tariff import KNOWN, REFERRED, UNKNOWN, DutyRate, Share, Specific, Terms

_NUMBER = r"(\d[\d,]*(?:\.\d+)?|\.\d+)"
_PERCENT = re.compile(
    _NUMBER + r"(?: (\d+)/(\d+))? ?(?:%|percent)(?: (?:up)?on (?:the )?(.+)| of (?:the )?(.+))?"
)
_DOLLARS = re.compile(rf"(?:\$ ?{_NUMBER}|{_NUMBER} ?¢) ?(?:/ ?|for )?(.+)")
_EUROPEAN = re.compile(rf"{_NUMBER} ?([A-Z]{{3}}|€|£) ?/ ?(.+)")
_MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUNE": 6, "JUL": 7, "JULY": 7, "AUG": 8,
    "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
}  # fmt: skip
_SEASON = re.compile(r"(.+?) ?\(([^()]+)\)")
_SPAN = re.compile(r"(\d{1,2}) ([A-Z]+) ?- ?(\d{1,2}) ([A-Z]+)")
_PROGRAMME = re.compile(r"\(\s*([A-Z][A-Z0-9+*]{0,2}(?:\s*,\s*[A-Z][A-Z0-9+*]{0,2})*)\s*\)")
_ELSEWHERE = re.compile(r"The (?:duty|rate|rates)\b|No change\b|No additional duty|See\b|A duty\b", re.I)
_ADDED = re.compile(
    r"The duty provided (?:for )?in the applicable subheading(?: ?(?:\+|plus) ?(?:a duty of )?(.+))?", re.I
)

# The units of the books, in one word each; the number divides ("100 kg" -> kg, amount / 100).
_UNITS = {
    "kg": "kg", "g": "g", "t": "t", "tonne": "t", "liter": "l", "hl": "hl", "bbl": "barrel", "each": "item",
    "item": "item", "items": "item", "article": "item", "head": "item", "pr.": "pair", "doz.": "dozen",
    "gross": "gross", "thousand": "thousand", "pack": "pack", "m2": "m2", "m3": "m3", "m": "m", "lin. m": "m",
    "pf. liter": "proof l", "pf.liter": "proof l", "clean kg": "clean kg", "jewel": "jewel",
    "line/gross": "gross line", "% vol/hl": "% vol hl", "kg/tot alc": "kg of alcohol", "m²": "m2", "m³": "m3",
    "kg/gross": "gross kg", "kg/br": "gross kg", "kg/net": "kg", "kg/net drained wt": "kg of drained weight",
    "kg/net dry": "kg of dry matter", "kg eda": "kg of drained weight",
    "kg std qual": "kg of standard quality", "kg/std qual": "kg of standard quality",
    "kg/lactic matter": "kg of lactic matter",
    "kg/dry lactic matter": "kg of lactic matter", "kg mas": "kg of dry matter", "pins": "pin",
    "kg/net/% sacchar.": "% sugar kg", "kg, including weight of container": "kg with container",
    "t, including weight of container": "t with container",
    "kg on contents and container": "kg with container",
    "kg on entire contents of container": "kg of contents",
    "gross of immediate containers": "gross of containers",
}  # fmt: skip
_TO_BASE: dict[str, tuple[str, int]] = {
    "t": ("kg", 1000), "t with container": ("kg with container", 1000), "hl": ("l", 100),
    "% vol hl": ("% vol l", 100), "thousand": ("item", 1000),
}  # fmt: skip


def duty_rate(
    text: str, currency: str, *, code: str = "", source: str = "", on: date | None = None
) -> DutyRate:
    """The rate a tariff's text means on a day; `currency` is what "$" and "¢" are of.

    A seasonal text needs the day. Example: duty_rate("6.4% + 10 EUR/100 kg", "EUR") charges 6.4 % of the
    value and 0.10 EUR a kilogram. Blank or strange text is UNKNOWN, never nothing.
    """
    rate = _read(text, currency, on if "(" in text else None)
    return DutyRate(
        code,
        rate.ad_valorem,
        rate.specific,
        rate.text,
        source,
        rate.shares,
        rate.at_least,
        rate.at_most,
        rate.state,
    )


def special_rates(text: str) -> Iterator[tuple[str, str]]:
    """(programme, text of the rate) of a special column: "Free (A,AU) 2%(JP)" -> A, AU: Free; JP: 2%.

    A rate without programmes in brackets comes under "".
    """
    at = 0
    for found in _PROGRAMME.finditer(text):
        rate = " ".join(text[at : found.start()].split())
        at = found.end()
        for programme in found.group(1).split(","):
            yield programme.strip(), rate
    rest = " ".join(text[at:].split())
    if rest:
        yield "", rest


def _clean(text: str) -> str:
    """One blank between words, no words broken at a line's end, no full stop at the end."""
    words = " ".join(text.replace("\xa0", " ").split())
    words = re.sub(r"(?<=[a-z])- (?=[a-z])", "", words)
    return words if words.endswith(("doz.", "pr.", "sacchar.")) else words.rstrip(".")


def _in_season(text: str, on: date | None) -> str:
    """The part of a seasonal text that holds on the day; all of another text; "" when no season does."""
    parts = [(m.group(1).strip(" ,"), _SPAN.findall(m.group(2))) for m in _SEASON.finditer(text)]
    if not parts or not all(spans for _rate, spans in parts):
        return text
    if on is None or _SEASON.sub("", text).strip(" ,"):
        return ""
    held = {rate for rate, spans in parts if any(_holds(span, on) for span in spans)}
    return held.pop() if len(held) == 1 else ""


def _holds(span: tuple[str, str, str, str], on: date) -> bool:
    if span[1] not in _MONTHS or span[3] not in _MONTHS:
        return False
    first, last = (_MONTHS[span[1]], int(span[0])), (_MONTHS[span[3]], int(span[2]))
    day = (on.month, on.day)
    return first <= day <= last if first <= last else day >= first or day <= last


def _rate(
    terms: Terms, state: str = KNOWN, low: tuple[Terms, ...] = (), high: tuple[Terms, ...] = ()
) -> DutyRate:
    return DutyRate("", terms.ad_valorem, terms.specific, "", "", terms.shares, low, high, state)


@lru_cache(maxsize=50_000)
def _read(text: str, currency: str, on: date | None) -> DutyRate:
    words = " ".join(text.split())
    return replace(_meant(_in_season(_clean(words), on), currency), text=words)


def _meant(text: str, currency: str) -> DutyRate:
    added = _ADDED.fullmatch(text)
    if added:
        terms = _terms(added.group(1), currency) if added.group(1) else Terms()
        return _rate(terms or Terms(), REFERRED if terms else UNKNOWN)
    if _ELSEWHERE.match(text):
        return _rate(Terms(), REFERRED)
    pieces = re.split(r" (MIN|MAX|but not less than|but not more than) ", text)
    sums = [_terms(piece, currency) for piece in pieces[::2]]
    if any(terms is None for terms in sums):
        return _rate(Terms(), UNKNOWN)
    known = [terms for terms in sums if terms is not None]
    limits = list(zip(pieces[1::2], known[1:], strict=True))
    low = tuple(t for word, t in limits if word in ("MIN", "but not less than"))
    high = tuple(t for word, t in limits if word not in ("MIN", "but not less than"))
    return _rate(known[0], KNOWN, low, high)


def _terms(text: str, currency: str) -> Terms | None:
    """The sum a text is; None when any piece of it cannot be read."""
    if text == "Free":
        return Terms()
    ad_valorem: Number = Decimal(0)
    specific: list[Specific] = []
    shares: list[Share] = []
    for piece in re.split(r" ?\+ ?", text):
        term = _term(piece.strip(), currency)
        if term is None:
            return None
        if isinstance(term, Specific):
            specific.append(term)
        elif isinstance(term, Share):
            shares.append(term)
        else:
            ad_valorem = term if ad_valorem == 0 else Fraction(ad_valorem) + Fraction(term)
    return Terms(ad_valorem, tuple(specific), tuple(shares))


def _term(text: str, currency: str) -> Number | Specific | Share | None:
    found = _PERCENT.fullmatch(text)
    if found:
        number, top, bottom, on, of = found.groups()
        rate: Number = _decimal(number) / 100
        if top:
            rate = (Fraction(_decimal(number)) + Fraction(int(top), int(bottom))) / 100
        part = (on or of or "").removeprefix("value of ").removeprefix("the ")
        return Share(rate, part) if part else rate
    found = _DOLLARS.fullmatch(text)
    if found:
        dollars, cents, unit = found.groups()
        return _specific(_decimal(dollars) if dollars else _decimal(cents) / 100, currency, unit)
    found = _EUROPEAN.fullmatch(text)
    if found:
        number, money, unit = found.groups()
        money = {"€": "EUR", "£": "GBP"}.get(money, money)
        return _specific(_decimal(number), money, unit) if money in EXPONENTS else None
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _specific(amount: Decimal, currency: str, text: str) -> Specific | None:
    """An amount for a number of units: 93.10 a "100 kg" -> 0.931 a kg; None for a unit nobody knows."""
    found = re.fullmatch(r"(\d[\d,]*)?\s*(.*)", text)
    if found is None:
        return None
    unit = _unit(found.group(2) or "item")  # "$1.34/1000" is of a thousand items
    if unit is None:
        return None
    base, size = _TO_BASE.get(unit, (unit, 1))
    for_units = _decimal(found.group(1) or "1") * size
    return Specific(amount / for_units, currency, base) if _exact(amount, for_units) else None


def _exact(amount: Decimal, divisor: Decimal) -> bool:
    return divisor > 0 and Fraction(amount / divisor) == Fraction(amount) / Fraction(divisor)


def _unit(text: str) -> str | None:
    unit = re.sub(r" ?/ ?", "/", text.strip()).replace("%vol", "% vol").replace("%sacchar", "% sacchar")
    if unit in _UNITS:
        return _UNITS[unit]
    content = re.fullmatch(r"(kg|pf\. ?liter|m2|m²) ?(?:on|of) (.+?)(?: content)?", unit)
    return f"{_UNITS[content.group(1)]} of {content.group(2)}" if content else None
