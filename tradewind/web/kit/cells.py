"""One value as HTML: alignment, format and tone by its kind. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from django.utils import timezone, translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tradewind.desk import registry
from tradewind.desk.kernel import (
    COUNTRY,
    DATE,
    DECIMAL,
    FLAG,
    INT,
    LINK,
    MONEY,
    PERCENT,
    STATE,
    TIME,
    Aim,
    Ref,
)
from tradewind.engine.money import Money
from tradewind.web import clock
from tradewind.web.kit import words

NOTHING = mark_safe('<span class="nil">—</span>')
RIGHT = frozenset({MONEY, INT, DECIMAL, PERCENT})
Tones = Mapping[str, tuple[Any, str]]


def css(kind: str) -> str:
    """The class of a cell by kind: numbers stand right in tabular figures."""
    return f"k-{kind} num" if kind in RIGHT else f"k-{kind}"


def draw(kind: str, value: Any, tones: Tones | None = None) -> SafeString:
    """A value as safe HTML; None and empty text become a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Aim):
        return format_html(
            '<a class="aim" href="/{}?{}">{}</a>', value.path, urlencode(value.given), draw(kind, value.value)
        )
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, Ref):
        return link(value)
    if kind == STATE:
        return badge(str(value), tones)
    return _BY_KIND.get(kind, _text)(value)


def money(value: Money) -> SafeString:
    """Amount with its currency set small behind it; a loss is red."""
    sign = " neg" if value.minor < 0 else ""
    return format_html(
        '<span class="amount{}">{}</span> <span class="cur">{}</span>',
        sign,
        f"{value.amount:,f}",
        value.currency,
    )


def link(value: Ref) -> SafeString:
    """A value that opens its row; plain text where the noun is not there."""
    url = address(value)
    return format_html('<a href="{}">{}</a>', url, value.text) if url else escape(value.text)


def address(value: Ref) -> str:
    """Where a row's page is; empty when its noun is unknown."""
    found = registry.all_nouns().get(value.noun)
    return f"/{found.code}/{found.public_id(value.id)}/" if found else ""


def document(source: str) -> SafeString:
    """What a figure stands on ("settlement:HS-1#12"), leading to its noun's list where one is known."""
    kind, _sep, rest = source.partition(":")
    noun = next((n for n in registry.all_nouns().values() if n.audit_kind == kind and n.search), None)
    if noun is None or not rest:
        return escape(source)
    query = urlencode({"search": rest.partition("#")[0]})
    return format_html('<a href="/{}/?{}">{}</a>', noun.code, query, source)


def badge(code: str, tones: Tones | None = None) -> SafeString:
    """A state as a small badge, in the noun's own words where it has them."""
    word, tone = (tones or {}).get(code) or words.state(code)
    return format_html('<span class="badge t-{}">{}</span>', tone, word)


def _text(value: Any) -> SafeString:
    return escape(str(value))


def _number(value: Any) -> SafeString:
    if isinstance(value, Decimal):
        plain = f"{value:,f}"
        return _text(plain.rstrip("0").rstrip(".") if "." in plain else plain)
    return _text(f"{value:,}" if isinstance(value, int) else value)


def _percent(value: Any) -> SafeString:
    """At least two decimals, so that the points of a column stand below one another."""
    if not isinstance(value, Decimal | int):
        return _text(value)
    number = Decimal(value).normalize()
    text = f"{number:,f}" if number.as_tuple().exponent < -2 else f"{number:,.2f}"  # type: ignore[operator]  # finite
    sign = " neg" if number < 0 else ""
    return format_html('<span class="amount{}">{}</span><span class="cur">%</span>', sign, text)


def _date(value: Any) -> SafeString:
    return _text(f"{value:%Y-%m-%d}" if isinstance(value, date) else value)


def _time(value: Any) -> SafeString:
    if not isinstance(value, datetime):
        return _date(value)
    local = timezone.localtime(value)
    this_year = local.year == timezone.localtime(clock.now()).year
    text = f"{local:%m-%d %H:%M}" if this_year else f"{local:%Y-%m-%d}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), f"{local:%Y-%m-%d %H:%M:%S %Z}", text
    )


def _flag(value: Any) -> SafeString:
    if not value:
        return NOTHING
    return format_html('<span class="yes" title="{}">✓</span>', _("yes"))


def _country(value: Any) -> SafeString:
    return format_html('<abbr title="{}">{}</abbr>', country(str(value)), value)


def country(code: str) -> str:
    """A country's name in the reader's language; the code itself when unknown."""
    locale = Locale.parse(translation.to_locale(translation.get_language() or "en"))
    return str(locale.territories.get(code, code))


_BY_KIND: dict[str, Callable[[Any], SafeString]] = {
    INT: _number, DECIMAL: _number, PERCENT: _percent, DATE: _date, TIME: _time, FLAG: _flag,
    COUNTRY: _country, LINK: _text, MONEY: _number,
}  # fmt: skip
