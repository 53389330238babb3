"""Rate cards at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import RateBand, Service
from tradewind.apps.logistics.operations import NewRateCard, import_rate_card
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    FLAG,
    INT,
    LINK,
    MONEY,
    NONE,
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
from tradewind.desk.nouns._upstream import currencies, of_code, services, text
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def _service(row: Any) -> Ref:
    return Ref("services", row.service_id, str(row.service))


def _bands(card_id: int, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "zone": b.zone,
            "above": b.above,
            "to": b.to,
            "first_weight": b.first,
            "first": Money(b.first_minor, currency),
            "step_weight": b.step,
            "step": Money(b.step_minor, currency),
            "parcel": Money(b.parcel_minor, currency),
            "minimum": b.minimum,
        }
        for b in RateBand.objects.filter(card_id=card_id).order_by("zone", "above")
    ]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.rate_cards(actor).filter(pk=pk).first()
    if row is None:
        return None
    columns = (
        Column("zone", _("Zone")),
        Column("above", _("Above g"), INT),
        Column("to", _("Up to g"), INT),
        Column("first_weight", _("First weight g"), INT),
        Column("first", _("First weight price"), MONEY),
        Column("step_weight", _("Further weight g"), INT),
        Column("step", _("Further weight price"), MONEY),
        Column("parcel", _("Per parcel"), MONEY),
        Column("minimum", _("Least weight g"), INT),
    )
    return Detail(
        str(row.service),
        str(row.valid_from),
        facts=(
            Fact(_("Shipping service"), _service(row), LINK),
            Fact(_("Currency"), row.currency),
            Fact(_("From"), row.valid_from, DATE),
            Fact(_("Until"), row.valid_to, DATE),
            Fact(_("Volume divisor, cm³/kg"), row.divisor, INT),
            Fact(_("Source"), row.source),
            Fact(_("File"), row.file.name if row.file else ""),
        ),
        tables=(Table(_("Bands"), columns, _bands(row.pk, row.currency)),),
    )


def _import(call: Call) -> Outcome:
    v = call.values
    card = NewRateCard(
        of_code(Service, "service", v["service"]).pk, v["currency"], v["valid_from"], v["valid_to"],
        v["divisor"], text(call, "source"), bool(v["accept_falling"]),
    )  # fmt: skip
    pk = import_rate_card(card=card, name=v["file"].name, content=v["file"].content, now=call.now, by=call.by)
    return Outcome(_("The card is imported."), 1, Ref("rate_cards", pk, v["service"]))


NOUN = Noun(
    code="rate_cards",
    label=_("Rate cards"),
    stage=2,
    place=40,
    icon="receipt-text",
    prefix="rcd",
    view="logistics.view",
    rows=queries.rate_cards,
    columns=(
        Column("service", _("Shipping service"), LINK, _service, sort="service__code", wide=True),
        Column("valid_from", _("From"), DATE, sort="valid_from"),
        Column("valid_to", _("Until"), DATE, sort="valid_to"),
        Column("currency", _("Currency")),
        Column("divisor", _("Volume divisor, cm³/kg"), INT),
        Column("band_count", _("Bands"), INT),
        Column("source", _("Source")),
    ),
    detail=_detail,
    order="-valid_from",
    search=("service__code__istartswith", "service__name__icontains", "source__icontains"),
    filters=(Filter("service", _("Shipping service"), "service__code", services),),
    actions=(
        Action("import", _("Import a rate card"), _import, "logistics.change", NONE, (
            Field("service", _("Shipping service"), CHOICE, choices=services),
            Field("file", _("File"), FILE, help=_(
                "CSV or XLSX: Country, From g, To g, First g, First Price, Step g, Step Price, "
                "Per Parcel, Minimum g"
            )),
            Field("currency", _("Currency"), CHOICE, choices=currencies, initial="CNY"),
            Field("valid_from", _("From"), DATE),
            Field("valid_to", _("Until"), DATE, False),
            Field("divisor", _("Volume divisor, cm³/kg"), INT, False,
            help=_("Empty bills the actual weight only")),
            Field("source", _("Source"), help=_("Who sent it, and when")),
            Field("accept_falling", _("The forwarder confirmed prices that fall at a band's edge"), FLAG,
            False),
        ), key="n"),
    ),
    empty=_("Import the price list your forwarder sent."),
    audit_kind="rate_card",
    title_of=str,
    note=_("Dated price lists; the newest in force counts."),
)  # fmt: skip
