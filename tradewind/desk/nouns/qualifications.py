"""Qualifications at the desk: licences, tax numbers and certificates with their expiry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.models import Company, Qualification
from tradewind.apps.org.operations import (
    NewQualification,
    Renewal,
    register_qualifications,
    renew_qualification,
    store_file,
)
from tradewind.desk import words
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    FILE,
    INT,
    LINK,
    LONG,
    NONE,
    ONE,
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
from tradewind.desk.nouns._upstream import companies, markets, of_code, text
from tradewind.engine.access import Actor


def _today() -> date:
    return timezone.now().date()


def _state(row: Qualification) -> str:
    return queries.expiry(row, _today())


def _company(row: Any) -> Ref:
    return Ref("companies", row.company_id, str(row.company))


def _kinds(_actor: Actor) -> list[tuple[str, str]]:
    kinds = Qualification.objects.order_by("kind").values_list("kind", flat=True).distinct()
    return [(kind, words.paper(kind)) for kind in kinds]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.qualifications(actor).select_related("file").filter(pk=pk).first()
    if row is None:
        return None
    state = _state(row)
    alerts = []
    if state == queries.EXPIRED:
        alerts.append(_now("Expired on %(day)s: what needs it may not be sold.") % {"day": row.expires_on})
    elif state == queries.DUE:
        alerts.append(_now("Runs out on %(day)s: renew it now.") % {"day": row.expires_on})
    return Detail(
        f"{words.paper(row.kind)} {row.number}",
        str(row.company),
        state,
        (
            Fact(_("Company"), _company(row), LINK),
            Fact(_("Market"), row.market, COUNTRY),
            Fact(_("Issued on"), row.issued_on, DATE),
            Fact(_("Valid until"), row.expires_on, DATE),
            Fact(_("Days before to start renewing"), row.lead_days, INT),
            Fact(_("Keeper"), row.keeper),
            Fact(_("File"), row.file.name if row.file else ""),
            Fact(_("Note"), row.note, LONG),
        ),
        alerts=tuple(alerts),
    )


def _file_id(call: Call) -> int | None:
    upload = call.values["file"]
    if upload is None:
        return None
    file, _is_new = store_file(name=upload.name, content=upload.content, now=call.now, by=call.by)
    return file.pk


def _register(call: Call) -> Outcome:
    v = call.values
    with transaction.atomic():  # a refused entry takes its paper back
        new = NewQualification(
            of_code(Company, "company", v["company"]).pk, v["kind"], v["number"], text(call, "market"),
            v["issued_on"], v["expires_on"], 30 if v["lead_days"] is None else v["lead_days"],
            text(call, "keeper"), _file_id(call), text(call, "note"),
        )  # fmt: skip
        [pk] = register_qualifications(qualifications=[new], now=call.now, by=call.by)
    return Outcome(_("Registered."), 1, Ref("qualifications", pk, new.number))


def _renew(call: Call) -> Outcome:
    v = call.values
    with transaction.atomic():
        renewal = Renewal(call.ids[0], v["expires_on"], v["issued_on"], text(call, "number"), _file_id(call))
        renew_qualification(renewal=renewal, reason=v["reason"], now=call.now, by=call.by)
    return Outcome(_("Renewed."), 1)


_FILE = Field("file", _("Paper"), FILE, False)

NOUN = Noun(
    code="qualifications",
    label=_("Qualifications"),
    stage=2,
    place=20,
    icon="badge-check",
    prefix="qua",
    view="org.view",
    rows=queries.qualifications,
    columns=(
        Column("kind", _("Kind"), value=lambda q: words.paper(q.kind), sort="kind"),
        Column("number", _("Number"), sort="number", wide=True),
        Column("company", _("Company"), LINK, _company),
        Column("market", _("Market"), COUNTRY, sort="market"),
        Column("issued_on", _("Issued on"), DATE),
        Column("expires_on", _("Valid until"), DATE, sort="expires_on"),
        Column("expiry", _("State"), STATE, _state),
        Column("keeper", _("Keeper")),
    ),
    detail=_detail,
    order="expires_on",
    search=("number__istartswith", "kind__icontains", "keeper__icontains"),
    states=(
        ("good", _("Valid"), "good"),
        ("due", _("To be renewed"), "wait"),
        ("expired", _("Expired"), "bad"),
    ),
    filters=(
        Filter("market", _("Market"), "market", markets),
        Filter("kind", _("Kind"), "kind", _kinds),
    ),
    actions=(
        Action(
            "register", _("Register a qualification"), _register, "qualifications.change", NONE,
            (
                Field("company", _("Company"), CHOICE, choices=companies),
                Field("kind", _("Kind"), help=_("e.g. vat, eori, weee, trademark, ce")),
                Field("number", _("Number")),
                Field("market", _("Market"), COUNTRY, False, help=_("Empty for the home country")),
                Field("issued_on", _("Issued on"), DATE, False),
                Field("expires_on", _("Valid until"), DATE, False, help=_("Empty when it does not run out")),
                Field("lead_days", _("Days before to start renewing"), INT, False, initial="30"),
                Field("keeper", _("Keeper"), required=False),
                _FILE,
                Field("note", _("Note"), LONG, False),
            ), key="n",
        ),
        Action(
            "renew", _("Renew"), _renew, "qualifications.change", ONE,
            (
                Field("expires_on", _("Valid until"), DATE, False),
                Field("issued_on", _("Issued on"), DATE, False),
                Field("number", _("Number"), required=False, help=_("Empty keeps the number")),
                _FILE,
                Field("reason", _("Reason")),
            ),
        ),
    ),
    waiting=lambda actor: len(queries.qualifications_due(actor, _today())),
    empty=_("Register licences, tax numbers and certificates, each with its expiry."),
    audit_kind="qualification",
    title_of="number",
    note=_("The number counts what has expired or must be renewed now."),
)  # fmt: skip
