"""Carton sizes at the desk."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import Box
from tradewind.apps.logistics.operations.boxes import NewBox, drop_boxes, register_boxes
from tradewind.desk.kernel import (
    DECIMAL,
    INT,
    MANY,
    MONEY,
    NONE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
)
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, quantize


def _cost(row: Box) -> Money | None:
    return None if row.cost_minor is None else Money(row.cost_minor, row.currency)


def inner(row: Box) -> str:
    """The inner sides as people write them: 300 x 220 x 180."""
    return f"{row.length_mm} × {row.width_mm} × {row.height_mm}"


def _litres(row: Box) -> Decimal:
    return quantize(Fraction(row.length_mm * row.width_mm * row.height_mm, 1_000_000), 1)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.boxes(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        row.name,
        row.code,
        facts=(
            Fact(_("Inner sides in mm"), inner(row)),
            Fact(_("Litres"), _litres(row), DECIMAL),
            Fact(_("Empty weight in g"), row.tare_g, INT),
            Fact(_("Greatest gross weight in g"), row.most_g, INT),
            Fact(_("Cost of one"), _cost(row), MONEY, hidden="cost"),
        ),
    )


def _create(call: Call) -> Outcome:
    v = call.values
    new = NewBox(
        v["code"],
        v["name"],
        v["length_mm"],
        v["width_mm"],
        v["height_mm"],
        v["tare_g"] or 0,
        v["most_g"],
        v["cost"],
    )
    [pk] = register_boxes(boxes=[new], now=call.now, by=call.by)
    return Outcome(_("The carton size is registered."), 1, Ref("boxes", pk, new.name))


def _drop(call: Call) -> Outcome:
    return Outcome(_("The carton sizes are dropped."), drop_boxes(ids=call.ids, now=call.now, by=call.by))


NOUN = Noun(
    code="boxes",
    label=_("Carton sizes"),
    stage=2,
    place=55,
    icon="package",
    prefix="box",
    view="logistics.view",
    rows=queries.boxes,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("inner", _("Inner sides in mm"), value=inner),
        Column("litres", _("Litres"), DECIMAL, _litres),
        Column("tare_g", _("Empty weight in g"), INT, sort="tare_g"),
        Column("most_g", _("Greatest gross weight in g"), INT, sort="most_g"),
        Column("cost", _("Cost of one"), MONEY, _cost, hidden="cost"),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    actions=(
        Action("create", _("Register a carton size"), _create, "logistics.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("length_mm", _("Inner length in mm"), INT),
            Field("width_mm", _("Inner width in mm"), INT),
            Field("height_mm", _("Inner height in mm"), INT),
            Field("tare_g", _("Empty weight in g"), INT, False),
            Field("most_g", _("Greatest gross weight in g"), INT, False),
            Field("cost", _("Cost of one"), MONEY, False),
        ), key="n"),
        Action("drop", _("Drop"), _drop, "logistics.change", MANY, danger=True),
    ),
    empty=_("Register the cartons, bags and containers you pack in."),
    audit_kind="box",
    title_of="name",
    note=_("Cartons, bags and containers with their inner sides; the packing tool chooses among them."),
)  # fmt: skip
