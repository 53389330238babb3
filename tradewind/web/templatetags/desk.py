"""Template tags of the desk: an icon, a value, a state, a word."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.utils.safestring import SafeString, mark_safe

from tradewind.desk import words as shared
from tradewind.desk.registry import all_nouns
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money, quantize
from tradewind.web.kit import cells, words
from tradewind.web.kit import waterfall as geometry

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon; a plain circle when the package has none of this name."""
    try:
        drawn = lucide._render_icon(name, size, aria_hidden="true")
    except lucide.IconDoesNotExist:
        drawn = lucide._render_icon("circle", size, aria_hidden="true")
    return mark_safe(drawn)  # noqa: S308  from the package, name is ours


@register.filter
def readable(code: str) -> str:
    """A code as translated words."""
    return shared.readable(code)


@register.filter
def verb(code: str) -> str:
    """What was done, in words."""
    return shared.verb(code)


@register.filter
def given(key: str) -> str:
    """The name of an input of a breakdown."""
    return words.given(key)


@register.filter
def formula(text: str) -> str:
    """A formula in the reader's words."""
    return words.formula(text)


@register.filter
def tidy(value: str) -> str:
    """A decimal without idle zeros."""
    return words.tidy(str(value))


@register.filter
def role(code: str) -> str:
    """A role as translated words."""
    return shared.role(code)


@register.filter
def source(code: str) -> str:
    """The face over which something was done."""
    return shared.source(code)


@register.filter
def badge(code: str) -> SafeString:
    """A state as a badge."""
    return cells.badge(code)


@register.filter
def moment(value: Any) -> SafeString:
    """A time or date, short."""
    return cells.draw("time", value)


@register.filter
def amount(value: Any) -> SafeString:
    """Money or a number."""
    return cells.draw("money" if isinstance(value, Money) else "decimal", value)


@register.filter
def count(value: int) -> str:
    """A number of rows, grouped by thousands."""
    return f"{value:,}"


@register.filter
def whole(value: Any) -> str:
    """Money in whole units without its currency, for large figures."""
    return f"{quantize(value.amount, 0):,f}" if isinstance(value, Money) else "—"


@register.filter
def digits(value: Any) -> str:
    """Money or a number as plain text, for SVG."""
    if value is None:
        return "—"
    return f"{value.amount:,f}" if isinstance(value, Money) else str(value)


@register.filter
def documents(source: str) -> SafeString:
    """The document behind a figure, as a link to where it is found: "settlement:HS-1#12"."""
    return cells.document(source)


@register.filter
def waterfall(tree: Breakdown) -> geometry.Waterfall:
    """The waterfall of a breakdown."""
    return geometry.waterfall(tree)


@register.filter
def branches(tree: Breakdown) -> list[tuple[int, Breakdown]]:
    """The nodes of a breakdown with their depth (at most 6 are told apart), parents first."""
    return [(min(depth, 6), node) for depth, node in tree.walk()]


@register.filter
def noun_label(code: str) -> str:
    """The name of a noun; the code when there is none."""
    found = all_nouns().get(code)
    return str(found.label) if found else code
