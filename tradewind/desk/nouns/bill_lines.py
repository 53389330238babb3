"""Lines of bills at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import BillLine
from tradewind.desk.kernel import (
    DATE,
    INT,
    LINK,
    MONEY,
    STATE,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Ref,
    Table,
)
from tradewind.desk.nouns._claims import bill_choices, bill_ref, reason_label, unjudged_label
from tradewind.desk.nouns._money import money
from tradewind.engine.access import Actor

_CHARGES = (
    Column("charge", _("Charge"), value=lambda x: x[0]),
    Column("amount", _("Amount"), MONEY, lambda x: x[1]),
)
_FINDINGS = (
    Column("finding", _("Finding"), LINK, lambda x: Ref("findings", x.pk, str(reason_label(x.reason)))),
    Column("excess", _("Too much"), MONEY, lambda x: money(x.excess_minor, x.currency)),
    Column("source", _("Stands on"), wide=True),
)


def _parcel(row: BillLine) -> Ref | None:
    return None if row.parcel is None else Ref("parcels", row.parcel.pk, row.parcel.tracking_no)


def _money(name: str) -> Any:
    return lambda row: money(getattr(row, f"{name}_minor"), row.bill.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.bill_lines(actor).filter(pk=pk).first()
    if x is None:
        return None
    charges = [(code, money(minor, x.bill.currency)) for code, minor in x.charges.items()]
    found = list(queries.findings(actor).filter(bill_line=x).order_by("id"))
    return Detail(
        f"{x.bill.number}#{x.line_no}",
        x.tracking_no or x.description,
        x.state,
        (
            Fact(_("From bill"), bill_ref(x.bill), LINK),
            Fact(_("Parcel"), _parcel(x), LINK),
            Fact(_("Reference"), x.reference),
            Fact(_("Service"), x.service),
            Fact(_("Shipped on"), x.shipped_on, DATE),
            Fact(_("Country"), x.country),
            Fact(_("Zone"), x.zone),
            Fact(_("Billed weight, g"), x.billed_g, INT),
            Fact(_("Their scale, g"), x.scale_g, INT),
            Fact(_("Their sides, mm"), " x ".join(map(str, x.sides_mm))),
            Fact(_("Charged"), _money("amount")(x), MONEY),
            Fact(_("Should be"), _money("expected")(x), MONEY),
            Fact(_("Stands on"), x.expected_source),
            Fact(_("Agreed"), _money("accepted")(x), MONEY),
            Fact(_("In dispute"), _money("disputed")(x), MONEY),
            Fact(_("Given back"), _money("credited")(x), MONEY),
        ),
        (
            Table(_("Charges"), _CHARGES, charges),
            Table(_("Findings"), _FINDINGS, found, _("Nothing found.")),
        ),
        alerts=tuple(unjudged_label(what, why) for what, why in x.unjudged),
    )  # fmt: skip


NOUN = Noun(
    code="bill_lines",
    label=_("Bill lines"),
    stage=6,
    place=16,
    icon="list",
    prefix="bli",
    view="claims.view",
    by_store=True,
    rows=queries.bill_lines,
    columns=(
        Column("bill", _("From bill"), LINK, lambda x: bill_ref(x.bill)),
        Column("line_no", _("Line"), INT, sort="line_no"),
        Column("tracking_no", _("Tracking number"), sort="tracking_no", wide=True),
        Column("country", _("Country")),
        Column("billed_g", _("Billed weight, g"), INT),
        Column("charged", _("Charged"), MONEY, _money("amount"), sort="amount_minor"),
        Column("expected", _("Should be"), MONEY, _money("expected")),
        Column("disputed", _("In dispute"), MONEY, _money("disputed"), sort="disputed_minor"),
        Column("parcel", _("Parcel"), LINK, _parcel),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-bill_id id",
    search=("tracking_no__iexact", "reference__iexact"),
    state_field="state",
    states=(
        ("new", _("Taken over"), "wait"),
        ("disputed", _("In dispute"), "bad"),
        ("unjudged", _("Not judged"), "wait"),
        ("clean", _("Right"), "good"),
        ("accepted", _("Accepted"), "done"),
        ("credited", _("Given back"), "done"),
    ),
    filters=(Filter("bill", _("From bill"), "bill_id", bill_choices),),
    empty=_("Lines come with bills."),
    note=_("What was charged for each parcel, and what it should have been."),
    title_of=lambda row: f"{row.bill.number}#{row.line_no}",
)  # fmt: skip
