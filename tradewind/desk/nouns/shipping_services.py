"""Carriers' services at the desk, and what goods they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics import queries
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewService,
    ServiceTerms,
    register_carriers,
    register_services,
    set_terms,
)
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FLAG,
    INT,
    LINK,
    LONG,
    MANY,
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
from tradewind.desk.nouns._attributes import ATTRIBUTE_WORDS, VERDICT_WORDS
from tradewind.desk.nouns._upstream import carriers, text
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import MoneyError, parse_decimal
from tradewind.engine.restrictions import Term

KINDS = {
    "postal": _("Postal"),
    "express": _("Express"),
    "line": _("Dedicated line"),
    "first_leg": _("First-leg service"),
    "local": _("Local delivery"),
}


MODES = {"air": _("Air"), "sea": _("Sea"), "rail": _("Rail"), "road": _("Road")}


def _modes(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(MODES.items())


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.services(actor).filter(pk=pk).first()
    if row is None:
        return None
    cards = list(queries.rate_cards(actor).filter(service=row).order_by("-valid_from"))
    columns = (
        Column("card", _("Rate card"), LINK, lambda c: Ref("rate_cards", c.pk, str(c.valid_from))),
        Column("state", _("State"), STATE),
        Column("valid_from", _("From"), DATE),
        Column("valid_to", _("Until"), DATE),
        Column("currency", _("Currency")),
        Column("band_count", _("Bands"), INT),
        Column("source", _("Source"), wide=True),
    )
    terms = (
        Column("attribute", _("Attribute")),
        Column("verdict", _("Verdict")),
        Column("documents", _("Documents"), wide=True),
        Column("labels", _("Labels")),
        Column("most_wh", _("Most Wh"), DECIMAL),
        Column("note", _("Note")),
    )
    return Detail(
        row.name,
        row.code,
        facts=(
            Fact(_("Carrier"), str(row.carrier)),
            Fact(_("Kind"), KINDS.get(row.kind, row.kind)),
            Fact(_("By"), MODES.get(row.mode, row.mode)),
            Fact(_("Days promised"), row.promise_days, INT),
            Fact(_("Tracked"), row.tracked, FLAG),
        ),
        tables=(
            Table(_("Rate cards"), columns, cards, _("No card: parcels cannot be priced.")),
            Table(
                _("What it takes"),
                terms,
                _term_rows(row),
                _("Nothing is stated: battery, liquid and the like are not known."),
            ),
        ),
    )


def _carrier(call: Call) -> Outcome:
    new = NewCarrier(call.values["code"], call.values["name"], text(call, "name_zh"))
    register_carriers(carriers=[new], now=call.now, by=call.by)
    return Outcome(_("The carrier is registered."), 1)


def _service(call: Call) -> Outcome:
    v = call.values
    new = NewService(
        v["carrier"], v["code"], v["name"], v["kind"], v["promise_days"], bool(v["tracked"]),
        text(call, "mode"),
    )  # fmt: skip
    [pk] = register_services(services=[new], now=call.now, by=call.by)
    return Outcome(_("The service is registered."), 1, Ref("services", pk, new.name))


def _terms(call: Call) -> Outcome:
    """Lines of attribute, verdict, documents, labels, watt-hours: what services take."""
    terms = _read_terms(text(call, "terms"))
    done = set_terms(services=[ServiceTerms(pk, terms) for pk in call.ids], now=call.now, by=call.by)
    return Outcome(_now("%(n)s services say what they take.") % {"n": len(done)}, len(done))


def _read_terms(given: str) -> tuple[Term, ...]:
    terms, problems = [], []
    for no, line in enumerate(given.splitlines(), 1):
        if not line.strip():
            continue
        cells = [*(cell.strip() for cell in line.split(",")), "", "", ""]
        documents, labels = (tuple(w.strip() for w in cell.split("+") if w.strip()) for cell in cells[2:4])
        try:
            most = parse_decimal(cells[4]) if cells[4] else None
        except MoneyError as exc:
            problems.append(Problem(no, "terms", cells[4], str(exc), "100"))
            continue
        terms.append(Term(cells[0], cells[1], documents, labels, most))
    if problems:
        raise Refused(problems)
    return tuple(terms)


def _term_rows(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "attribute": ATTRIBUTE_WORDS.get(t.attribute, t.attribute), "verdict": VERDICT_WORDS[t.verdict],
            "documents": ", ".join(t.documents), "labels": ", ".join(t.labels), "most_wh": t.most_wh,
            "note": t.note,
        }
        for t in queries.terms_of(row.terms)
    ]  # fmt: skip


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
            Field("mode", _("By"), CHOICE, False, choices=_modes),
            Field("promise_days", _("Days promised"), INT, False),
            Field("tracked", _("Tracked"), FLAG, False, initial="1"),
        ), key="n"),
        Action("carrier", _("Register a carrier"), _carrier, "logistics.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("name_zh", _("Name in Chinese"), required=False),
        )),
        Action("terms", _("State what it takes"), _terms, "logistics.change", MANY, (
            Field("terms", _("Attributes"), LONG, help=_(
                "A line an attribute: battery_built_in, with_papers, MSDS + UN38.3, battery mark, 100"
            )),
        )),
    ),
    empty=_("Register a carrier and its services, then import their rate cards."),
    audit_kind="service",
    note=_("The ways goods go: postal, express, dedicated lines, first leg, local delivery."),
)  # fmt: skip
