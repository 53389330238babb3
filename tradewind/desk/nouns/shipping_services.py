"""Carriers' services at the desk, and quotes for a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewService,
    register_carriers,
    register_services,
)
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    FLAG,
    INT,
    NONE,
    STATE,
    TEXT,
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
    Table,
)
from tradewind.desk.nouns._upstream import carriers, text
from tradewind.engine.access import Actor
from tradewind.engine.rates import Parcel

KINDS = {
    "postal": _("Postal"),
    "express": _("Express"),
    "line": _("Dedicated line"),
    "first_leg": _("First-leg service"),
    "local": _("Local delivery"),
}


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.services(actor).filter(pk=pk).first()
    if row is None:
        return None
    cards = list(queries.rate_cards(actor).filter(service=row).order_by("-valid_from"))
    columns = (
        Column("valid_from", _("From"), DATE),
        Column("valid_to", _("Until"), DATE),
        Column("currency", _("Currency")),
        Column("band_count", _("Bands"), INT),
        Column("source", _("Source"), wide=True),
    )
    return Detail(
        row.name,
        row.code,
        facts=(
            Fact(_("Carrier"), str(row.carrier)),
            Fact(_("Kind"), KINDS.get(row.kind, row.kind)),
            Fact(_("Days promised"), row.promise_days, INT),
            Fact(_("Tracked"), row.tracked, FLAG),
        ),
        tables=(Table(_("Rate cards"), columns, cards, _("No card: parcels cannot be priced.")),),
    )


def _carrier(call: Call) -> Outcome:
    new = NewCarrier(call.values["code"], call.values["name"], text(call, "name_zh"))
    register_carriers(carriers=[new], now=call.now, by=call.by)
    return Outcome(_("The carrier is registered."), 1)


def _service(call: Call) -> Outcome:
    v = call.values
    new = NewService(v["carrier"], v["code"], v["name"], v["kind"], v["promise_days"], bool(v["tracked"]))
    [pk] = register_services(services=[new], now=call.now, by=call.by)
    return Outcome(_("The service is registered."), 1, Ref("services", pk, new.name))


def _quote(call: Call) -> Outcome:
    v = call.values
    call.by.require("logistics.view")
    parcel = Parcel(v["country"], v["weight_g"], v["length_mm"], v["width_mm"], v["height_mm"])
    [offers] = queries.quotes([parcel], v["on"] or call.now.date())
    told = [
        {
            "service": o.service.code,
            "price": o.quote.amount,
            "compare": o.compare,
            "reason": o.reason,
            "chargeable": o.quote.chargeable,
            "explained": o.quote.explain().to_json(),
        }
        for o in offers
    ]
    best = next((o for o in offers if o.quote.amount is not None), None)
    if best is None:
        return Outcome(_("No service takes this parcel."), detail={"offers": told})
    lines = "; ".join(f"{o.service} {o.quote.amount or o.reason}" for o in offers[:8])
    return Outcome(_now("Cheapest first: %(lines)s") % {"lines": lines}, detail={"offers": told})


NOUN = Noun(
    code="services",
    label=_("Shipping services"),
    stage=2,
    place=30,
    icon="truck",
    prefix="svc",
    view="logistics.view",
    rows=queries.services,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("carrier", _("Carrier"), TEXT, lambda row: str(row.carrier), sort="carrier__code"),
        Column("kind", _("Kind"), STATE, sort="kind"),
        Column("promise_days", _("Days promised"), INT, sort="promise_days"),
        Column("tracked", _("Tracked"), FLAG),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains", "carrier__name__icontains"),
    states=tuple((kind, label, "idle") for kind, label in KINDS.items()),
    filters=(Filter("kind", _("Kind"), "kind", _kinds), Filter("carrier", _("Carrier"), "carrier__code",
    carriers)),
    actions=(
        Action("create", _("Register a service"), _service, "logistics.change", NONE, (
            Field("carrier", _("Carrier"), CHOICE, choices=carriers),
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("kind", _("Kind"), CHOICE, choices=_kinds),
            Field("promise_days", _("Days promised"), INT, False),
            Field("tracked", _("Tracked"), FLAG, False, initial="1"),
        ), key="n"),
        Action("carrier", _("Register a carrier"), _carrier, "logistics.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("name_zh", _("Name in Chinese"), required=False),
        )),
        Action("quote", _("Quote a parcel"), _quote, "logistics.view", NONE, (
            Field("country", _("Country"), COUNTRY),
            Field("weight_g", _("Weight in g"), INT),
            Field("length_mm", _("Length in mm"), INT, False),
            Field("width_mm", _("Width in mm"), INT, False),
            Field("height_mm", _("Height in mm"), INT, False),
            Field("on", _("Day"), DATE, False),
        ), key="q"),
    ),
    empty=_("Register a carrier and its services, then import their rate cards."),
    audit_kind="service",
    note=_("The ways goods go: postal, express, dedicated lines, first leg, local delivery."),
)  # fmt: skip
