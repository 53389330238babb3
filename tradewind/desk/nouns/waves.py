"""Waves at the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.fulfilment.queries import parcels_visible, waves_visible
from tradewind.desk.kernel import INT, LINK, STATE, TEXT, TIME, Column, Detail, Fact, Filter, Noun, Ref, Table
from tradewind.desk.nouns._goods import warehouse_ids
from tradewind.engine.access import Actor

PARCELS = (
    Column("parcel", _("Parcel"), LINK, lambda p: Ref("parcels", p.pk, p.tracking_no or f"#{p.pk}")),
    Column("order", _("Order"), LINK, lambda p: Ref("orders", p.order_id, p.order.external_id)),
    Column("state", _("State"), STATE),
    Column("weight_g", _("Weight (g)"), INT),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    wave = waves_visible(actor).filter(pk=pk).first()
    if wave is None:
        return None
    parcels = parcels_visible(actor).filter(wave_id=pk).defer("order__buyer", "order__store__credentials")
    return Detail(
        wave.number,
        wave.warehouse.name,
        facts=(
            Fact(_("Warehouse"), wave.warehouse.name),
            Fact(_("At"), wave.made_at, TIME),
            Fact(_("By"), wave.made_by),
        ),
        tables=(Table(_("Parcels"), PARCELS, list(parcels.order_by("id")[:500])),),
    )


NOUN = Noun(
    code="waves",
    label=_("Waves"),
    stage=5,
    place=30,
    icon="layers",
    prefix="wav",
    view="fulfilment.view",
    by_store=True,
    rows=waves_visible,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("warehouse", _("Warehouse"), TEXT, "warehouse.name"),
        Column("size", _("Parcels"), INT),
        Column("made_at", _("At"), TIME, sort="made_at"),
        Column("made_by", _("By"), wide=True),
    ),
    detail=_detail,
    search=("number__istartswith",),
    filters=(Filter("warehouse", _("Warehouse"), "warehouse_id", warehouse_ids),),
    empty=_("Choose ready orders and make a wave."),
    title_of="number",
    note=_("Parcels that are picked together."),
)
