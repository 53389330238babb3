"""Warehouses at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.operations import NewWarehouse, register_warehouses
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    NONE,
    STATE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
)
from tradewind.engine.access import Actor

KINDS = {
    "own": _("Own warehouse"),
    "overseas": _("Overseas warehouse"),
    "platform": _("Platform warehouse"),
    "supplier": _("At the supplier"),
}


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.warehouses(actor).filter(pk=pk).first()
    if row is None:
        return None
    facts = (Fact(_("Country"), row.country, COUNTRY), Fact(_("Kind"), KINDS.get(row.kind, row.kind)))
    return Detail(row.name, row.code, facts=facts)


def _create(call: Call) -> Outcome:
    v = call.values
    new = NewWarehouse(v["code"], v["name"], v["country"], v["kind"])
    [pk] = register_warehouses(warehouses=[new], now=call.now, by=call.by)
    return Outcome(_("The warehouse is registered."), 1, Ref("warehouses", pk, new.name))


NOUN = Noun(
    code="warehouses",
    label=_("Warehouses"),
    stage=2,
    place=50,
    icon="warehouse",
    prefix="whs",
    view="logistics.view",
    rows=queries.warehouses,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("country", _("Country"), COUNTRY, sort="country"),
        Column("kind", _("Kind"), STATE, sort="kind"),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    states=tuple((kind, label, "idle") for kind, label in KINDS.items()),
    filters=(Filter("kind", _("Kind"), "kind", _kinds),),
    actions=(
        Action("create", _("Register a warehouse"), _create, "logistics.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("country", _("Country"), COUNTRY, initial="CN"),
            Field("kind", _("Kind"), CHOICE, choices=_kinds, initial="own"),
        ), key="n"),
    ),
    empty=_("Register the places that hold your stock."),
    audit_kind="warehouse",
    title_of="name",
    note=_("Own, overseas and platform warehouses, and goods still at a supplier."),
)  # fmt: skip
