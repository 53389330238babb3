"""The form in which people state how a provider or bank writes its statement files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury.operations.layouts import Preview
from tradewind.desk.kernel import CHOICE, FILE, FLAG, LONG, Field, Outcome
from tradewind.engine.access import Actor
from tradewind.engine.statement_template import (
    APART,
    BY_DIRECTION,
    BY_KIND,
    COLUMNS,
    IN_OUT,
    INSIDE,
    SIGNED,
    STYLES,
    rules_of,
)

KINDS = {
    "receive": _("Receipt of money"), "fee": _("Fee"), "withdraw": _("Withdrawal"),
    "convert": _("Conversion"), "return": _("Withdrawal came back"), "pay": _("Payment to others"),
    "in": _("Money in"), "out": _("Money out"),
}  # fmt: skip
_SIGNS = {
    SIGNED: _("One column, minus for money out"),
    IN_OUT: _("Two columns, in and out"),
    BY_DIRECTION: _("One column, another says in or out"),
    BY_KIND: _("One column, the kind says in or out"),
}
_FEES = {APART: _("Besides the amount"), INSIDE: _("Inside the amount")}
_ZONES = (
    "Asia/Shanghai", "UTC", "America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin",
    "Asia/Tokyo", "Asia/Singapore", "Australia/Sydney",
)  # fmt: skip
_TOKENS = (
    ("YYYY", "%Y"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)
_CAPTIONS = {
    "date": _("Column of the day"), "time": _("Column of the time"), "id": _("Column of the number"),
    "kind": _("Column of the kind"), "status": _("Column of the status"),
    "direction": _("Column of in or out"), "amount": _("Column of the amount"),
    "money_in": _("Column of money in"), "money_out": _("Column of money out"), "fee": _("Column of the fee"),
    "currency": _("Column of the currency"), "balance": _("Column of the balance"),
    "reference": _("Column of the payer's reference"), "group": _("Column that ties a fee to its withdrawal"),
    "other_amount": _("Column of the amount bought"), "other_currency": _("Column of the currency bought"),
    "rate": _("Column of the rate"), "memo": _("Column of the words"),
}  # fmt: skip


def _of(words: Mapping[str, Any]) -> Any:
    return lambda _actor: list(words.items())


def _zones(_actor: Actor) -> list[tuple[str, str]]:
    return [(zone, zone) for zone in _ZONES]


def _styles(_actor: Actor) -> list[tuple[str, str]]:
    return [(style, style) for style in STYLES]


def layout_fields(*, kinds: bool) -> tuple[Field, ...]:
    """Fields of the form; with the words of kinds for providers, without them for banks."""
    several = _("As the file writes it; several with | between, the first that is there counts")
    left_out = set() if kinds else {"kind", "fee", "group", "other_amount", "other_currency", "rate"}
    captions = tuple(
        Field(name, _CAPTIONS[name], required=name == "date", help=several if name == "date" else "")
        for name in COLUMNS
        if name not in left_out
    )
    words: tuple[Field, ...] = ()
    if kinds:
        words = (
            Field("kinds", _("What the words of the kind mean"), LONG, help=_(
                "A line each, e.g. Payment from* = receive. Kinds: receive, fee, withdraw, convert, return, "
                "pay. With + or - before the words only for money in or out. The first line that fits counts."
            )),
            Field("fee_is", _("The fee stands"), CHOICE, choices=_of(_FEES), initial=APART),
        )  # fmt: skip
    return (
        Field("file", _("File"), FILE, help=_("A real statement: the layout is proved on it")),
        *captions,
        Field("sign", _("Amounts are written"), CHOICE, choices=_of(_SIGNS), initial=SIGNED),
        Field("plus", _("Words for money in"), required=False),
        Field("minus", _("Words for money out"), required=False),
        *words,
        Field("moved", _("Status of rows that count"), required=False),
        Field("idle", _("Status of rows that do not count"), required=False),
        Field("dates", _("Days are written"), initial="YYYY-MM-DD|YYYY-MM-DD HH:mm:ss", help=_(
            "Several with | between, e.g. DD/MM/YYYY|DD/MM/YYYY HH:mm"
        )),
        Field("style", _("Numbers are written"), CHOICE, choices=_styles, initial=STYLES[0]),
        Field("zone", _("Time zone of the file"), CHOICE, choices=_zones, initial=_ZONES[0]),
        Field("keep", _("Keep the layout, do not only try it"), FLAG, required=False),
    )  # fmt: skip


def layout_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values as a layout."""
    data: dict[str, Any] = {
        name: values[name]
        for name in ("sign", "style", "zone", "moved", "idle", "plus", "minus")
        if values.get(name)
    }
    data["columns"] = {name: values[name] for name in COLUMNS if values.get(name)}
    data["dates"] = _date_styles(values["dates"])
    if values.get("fee_is"):
        data["fee"] = values["fee_is"]
    if values.get("kinds"):
        data["kinds"] = rules_of(values["kinds"])
    return data


def _date_styles(text: str) -> str:
    if "%" in text:
        return text
    for token, code in _TOKENS:
        text = text.replace(token, code)
    return text


def preview_words(found: Preview, *, kept: bool) -> Outcome:
    """What a layout read, in words."""
    parts = [
        _now("%(kind)s: %(n)d lines, %(amount)s")
        % {"kind": KINDS.get(k.kind, k.kind), "n": k.lines, "amount": k.amount}
        for k in found.kinds
    ]
    if found.gaps:
        parts.append(_now("the balances do not follow in %(n)d places") % {"n": found.gaps})
    elif found.stated:
        parts.append(_now("every balance follows"))
    first = _now("The layout is kept.") if kept else _now("Only tried, nothing is kept.")
    detail = {"lines": found.lines, "gaps": found.gaps, "stated": found.stated}
    return Outcome(f"{first} {'; '.join(parts)}", int(kept), detail=detail)
