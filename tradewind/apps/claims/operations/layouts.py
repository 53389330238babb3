"""How creditors write their bills, and what was agreed with them, as people say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.claims.models import BillLayout
from tradewind.apps.claims.states import KINDS
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import Actor
from tradewind.engine.bill_file import CAPTIONS, GRAMS, MILLIMETRES, BillFormat
from tradewind.engine.bill_pricing import Tolerance

STYLES = ("", "1,234.56", "1.234,56")


@dataclass(frozen=True, slots=True)
class LayoutInput:
    """A layout as a person gives it; see models.BillLayout."""

    code: str
    name: str
    creditor: str
    kind: str
    captions: Mapping[str, str] = field(default_factory=dict)
    charges: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    weight_unit: str = "kg"
    length_unit: str = "cm"
    date_format: str = ""
    number_style: str = ""
    tolerance_g: int = 0
    tolerance_rate: Decimal = Decimal(0)
    size_tolerance_rate: Decimal = Decimal(0)
    tolerance_minor: int = 0
    dispute_days: int | None = None


def save_layout(given: LayoutInput, *, now: datetime, by: Actor) -> BillLayout:
    """Keep a layout under its code, replacing an older one; bills taken over stay as they are.

    Refused with every problem: unknown fields or units, a charge without a code, shares above one.
    """
    values = _checked(given)
    with acting(by, "claims.change", kind="bill_layout", now=now) as act:
        row, made = BillLayout.objects.update_or_create(code=given.code.strip(), defaults=values)
        act.ids.append(row.pk)
        act.note(verb="save_layout", code=row.code, made=made)
    return row


def _checked(given: LayoutInput) -> dict[str, object]:
    found = Findings()
    found.code("code", given.code)
    values: dict[str, object] = {
        "name": found.text("name", given.name, 80),
        "creditor": found.text("creditor", given.creditor, 120),
        "kind": found.one_of("kind", given.kind, KINDS),
        "currency": found.currency("currency", given.currency) if given.currency else "",
        "weight_unit": found.one_of("weight_unit", given.weight_unit, GRAMS),
        "length_unit": found.one_of("length_unit", given.length_unit, MILLIMETRES),
        "number_style": found.one_of("number_style", given.number_style, STYLES),
        "date_format": found.text("date_format", given.date_format, 40, needed=False),
        "tolerance_g": found.whole("tolerance_g", given.tolerance_g),
        "tolerance_minor": found.whole("tolerance_minor", given.tolerance_minor),
        "dispute_days": found.whole("dispute_days", given.dispute_days, most=3650, needed=False),
        "captions": dict(given.captions), "charges": dict(given.charges), "words": dict(given.words),
    }  # fmt: skip
    for name in given.captions:
        found.one_of("captions", name, CAPTIONS)
    for code in (*given.charges.values(), *given.words.values()):
        found.code("charges", code)
    for name in ("tolerance_rate", "size_tolerance_rate"):
        values[name] = getattr(given, name)
        if not 0 <= getattr(given, name) <= 1:
            found.add(name, getattr(given, name), _("not a share"), _("from 0 to 1: 2 % is 0.02"))
    found.settle()
    return values


def format_of(layout: BillLayout | None) -> BillFormat:
    """A layout as the engine reads files by; without one the usual headers count."""
    if layout is None:
        return BillFormat()
    return BillFormat(
        layout.captions, layout.charges, layout.words, layout.weight_unit, layout.length_unit,
        layout.date_format, layout.number_style,
    )  # fmt: skip


def tolerance_of(layout: BillLayout | None) -> Tolerance:
    """What was agreed to be let pass; without a layout nothing."""
    if layout is None:
        return Tolerance()
    return Tolerance(
        layout.tolerance_g, layout.tolerance_rate, layout.size_tolerance_rate, layout.tolerance_minor
    )
