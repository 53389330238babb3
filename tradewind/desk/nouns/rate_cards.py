"""Rate cards at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import Service
from tradewind.apps.logistics.operations import NewRateCard, import_rate_card
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FILE,
    FLAG,
    INT,
    LINK,
    LONG,
    MANY,
    NONE,
    ONE,
    PERCENT,
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
)
from tradewind.desk.nouns import _rate_forms as forms
from tradewind.desk.nouns._rate_tables import limits, tables
from tradewind.desk.nouns._upstream import currencies, of_code, services, text
from tradewind.engine.access import Actor

STATES = (
    ("draft", _("Draft"), "wait"),
    ("active", _("In force"), "good"),
    ("discarded", _("Discarded"), "done"),
)


def _service(row: Any) -> Ref:
    return Ref("services", row.service_id, str(row.service))


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.rate_cards(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        str(row.service),
        str(row.valid_from),
        row.state,
        facts=(
            Fact(_("Shipping service"), _service(row), LINK),
            Fact(_("Currency"), row.currency),
            Fact(_("From"), row.valid_from, DATE),
            Fact(_("Until"), row.valid_to, DATE),
            Fact(_("Volume divisor, cm³/kg"), row.divisor, INT),
            Fact(_("Weighs as the rulebook says of"), row.weighed_as),
            Fact(_("Does not carry"), limits(row)),
            Fact(_("Source"), row.source),
            Fact(_("File"), row.file.name if row.file else ""),
            Fact(_("Sheet"), row.sheet),
        ),
        tables=tables(row),
        alerts=(_now("This draft prices nothing until somebody confirms it."),)
        if row.state == "draft"
        else (),
    )


def _import(call: Call) -> Outcome:
    v = call.values
    card = NewRateCard(
        of_code(Service, "service", v["service"]).pk, v["currency"], v["valid_from"], v["valid_to"],
        v["divisor"], text(call, "source"), bool(v["accept_falling"]),
    )  # fmt: skip
    pk = import_rate_card(card=card, name=v["file"].name, content=v["file"].content, now=call.now, by=call.by)
    return Outcome(_("The card is imported."), 1, Ref("rate_cards", pk, v["service"]))


_FILE = Field("file", _("File"), FILE, help=_("XLSX, CSV or TSV as the forwarder sent it"))
_SILENT = _("Only where the file does not say it")
_SAID = (
    Field("currency", _("Currency"), CHOICE, False, choices=currencies, help=_SILENT),
    Field("unit", _("Unit of weight"), CHOICE, False, choices=forms.units, help=_SILENT),
    Field("price", _("Prices are"), CHOICE, False, choices=forms.price_kinds, help=_SILENT),
    Field(
        "heaviest_kg",
        _("Heaviest parcel in kg"),
        DECIMAL,
        False,
        help=_("Where the list says 21 kg and more"),
    ),
    Field("first_g", _("First weight in g"), INT, False, help=_SILENT),
    Field("step_g", _("Further weight in g"), INT, False, help=_SILENT),
)
_PERIOD = (Field("valid_from", _("From"), DATE), Field("valid_to", _("Until"), DATE, False))
_DIVISOR = Field(
    "divisor", _("Volume divisor, cm³/kg"), INT, False, help=_("Empty bills the actual weight only")
)
_SOURCE = Field("source", _("Source"), help=_("Who sent it, and when"))
_SERVICE = Field("service", _("Shipping service"), CHOICE, choices=services)
_BOUNDS = (
    Field("weight_g", _("Weight over, g"), INT, False),
    Field("longest_mm", _("Longest side over, mm"), INT, False),
    Field("girth_mm", _("Length and girth over, mm"), INT, False),
)

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
        Column("state", _("State"), STATE),
        Column("valid_from", _("From"), DATE, sort="valid_from"),
        Column("valid_to", _("Until"), DATE, sort="valid_to"),
        Column("currency", _("Currency")),
        Column("divisor", _("Volume divisor, cm³/kg"), INT),
        Column("band_count", _("Bands"), INT),
        Column("slips", _("Likely slips"), INT, lambda row: len(row.findings) or None),
        Column("source", _("Source")),
    ),
    detail=_detail,
    order="-valid_from",
    search=("service__code__istartswith", "service__name__icontains", "source__icontains"),
    state_field="state",
    states=STATES,
    filters=(Filter("service", _("Shipping service"), "service__code", services),),
    actions=(
        Action("draft", _("Read a price list"), forms.draft, "logistics.change", NONE, (
            _SERVICE, _FILE,
            Field("sheet", _("Sheet"), TEXT, False, help=_("Where more than one has prices")),
            *_PERIOD, _DIVISOR,
            Field("weighed_as", _("Weighs as the rulebook says of"), CHOICE, False, choices=forms.weighings),
            _SOURCE, *_SAID,
        ), key="n"),
        Action("check", _("Check a price list"), forms.check, "logistics.change", NONE, (_FILE, *_SAID)),
        Action("import", _("Import a rate card"), _import, "logistics.change", NONE, (
            _SERVICE,
            Field("file", _("File"), FILE, help=_(
                "CSV or XLSX: Country, From g, To g, First g, First Price, Step g, Step Price, "
                "Per Parcel, Minimum g"
            )),
            Field("currency", _("Currency"), CHOICE, choices=currencies, initial="CNY"),
            *_PERIOD, _DIVISOR, _SOURCE,
            Field("accept_falling", _("The forwarder confirmed prices that fall at a band's edge"), FLAG,
            False),
        )),
        Action("confirm", _("Confirm"), forms.confirm, "logistics.change", MANY, (
            Field("reason", _("Reason"), TEXT, False, help=_("Needed where something looks odd")),
        ), ("draft",)),
        Action("discard", _("Discard"), forms.discard, "logistics.change", MANY, (), ("draft",), danger=True),
        Action("surcharge", _("Add a surcharge"), forms.surcharge, "logistics.change", ONE, (
            Field("code", _("Surcharge"), CHOICE, choices=forms.codes),
            Field("name", _("Name"), TEXT, False, help=_("As the forwarder calls it")),
            Field("parcel", _("Per parcel"), DECIMAL, False),
            Field("per_kg", _("Per kg"), DECIMAL, False, help=_("Per 1,000 units of the card")),
            Field("rate", _("Share in percent"), PERCENT, False),
            Field("of", _("Share of"), CHOICE, False, choices=forms.shares, initial="base"),
            Field("least", _("At least"), DECIMAL, False),
            Field("most", _("At most"), DECIMAL, False),
            Field("zone", _("Zone"), TEXT, False),
            Field("attribute", _("Attribute"), CHOICE, False, choices=forms.attributes),
            Field("area", _("Area"), TEXT, False),
            Field("option", _("Only when asked for"), TEXT, False, help="signature"),
            *_BOUNDS,
            Field("valid_from", _("From"), DATE, False), Field("valid_to", _("Until"), DATE, False),
        ), ("draft", "active")),
        Action("end", _("End a surcharge"), forms.end, "logistics.change", ONE, (
            Field("code", _("Surcharge"), CHOICE, choices=forms.codes),
            Field("last", _("Last day"), DATE),
        ), ("draft", "active")),
        Action("area", _("State a remote area"), forms.area, "logistics.change", ONE, (
            Field("name", _("Area"), initial="remote"),
            Field("postcodes", _("Postcodes"), LONG, help=_("A line a country: GB IV KW1-KW9")),
        ), ("draft", "active")),
        Action("limit", _("State limits"), forms.limit, "logistics.change", ONE, (
            Field("zone", _("Zone"), TEXT, False, help=_("Empty: everywhere")),
            *_BOUNDS,
            Field("second_mm", _("Second side over, mm"), INT, False),
            Field("sum_mm", _("Sum of sides over, mm"), INT, False),
        ), ("draft", "active")),
    ),
    waiting=lambda actor: queries.rate_cards(actor).filter(state="draft").count(),
    empty=_("Import the price list your forwarder sent."),
    audit_kind="rate_card",
    title_of=str,
    note=_("Dated price lists; the newest in force counts."),
)  # fmt: skip
