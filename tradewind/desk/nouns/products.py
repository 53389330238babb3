"""Products at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog import queries
from tradewind.apps.catalog.operations import (
    NewProduct,
    activate_products,
    create_products,
    stop_products,
)
from tradewind.apps.research.models import Candidate
from tradewind.desk.kernel import (
    CHOICE,
    INT,
    LINK,
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
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import of_code, text
from tradewind.engine.access import Actor


def _candidate(row: Any) -> Ref | None:
    if row.candidate is None:
        return None
    return Ref("candidates", row.candidate_id, row.candidate.code)


def _approved(_actor: Actor) -> list[tuple[str, str]]:
    return [(c.code, f"{c.code} {c}") for c in Candidate.objects.filter(state="approved").order_by("code")]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.products(actor).filter(pk=pk).first()
    if row is None:
        return None
    skus = [
        {"sku": Ref("skus", s.pk, s.code), "name": s.name_zh or s.name, "hs_code": s.hs_code,
        "origin": s.origin,
         "weight_g": s.weight_g, "state": s.state, "missing": ", ".join(queries.missing_facts(s))}
        for s in queries.skus(actor).filter(product=row).order_by("code")
    ]  # fmt: skip
    alerts = (
        (_("Facts are missing: the product cannot be released."),) if any(s["missing"] for s in skus) else ()
    )
    return Detail(
        str(row),
        row.code,
        row.state,
        (
            Fact(_("Name"), row.name),
            Fact(_("Name in Chinese"), row.name_zh),
            Fact(_("Category"), row.category),
            Fact(_("Candidate"), _candidate(row) if actor.can("research.view") else None, LINK),
        ),
        (
            Table(
                _("SKUs"),
                (
                    Column("sku", _("SKU"), LINK),
                    Column("name", _("Name"), wide=True),
                    Column("hs_code", _("HS code")),
                    Column("origin", _("Origin")),
                    Column("weight_g", _("Weight in g"), INT),
                    Column("state", _("State"), STATE),
                    Column("missing", _("Missing")),
                ),
                skus,
                _("No SKU yet."),
            ),
        ),
        alerts=alerts,
    )


def _create(call: Call) -> Outcome:
    v = call.values
    candidate = of_code(Candidate, "candidate", v["candidate"]) if v["candidate"] else None
    new = NewProduct(
        v["code"],
        v["name"],
        text(call, "name_zh"),
        text(call, "category"),
        candidate.pk if candidate else None,
    )
    [pk] = create_products(products=[new], now=call.now, by=call.by)
    return Outcome(_("The product is made. Add its SKUs."), 1, Ref("products", pk, new.code))


def _activate(call: Call) -> Outcome:
    return Outcome(_("Released for sale."), len(activate_products(ids=call.ids, now=call.now, by=call.by)))


def _stop(call: Call) -> Outcome:
    done = stop_products(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Out of the range."), len(done))


NOUN = Noun(
    code="products",
    label=_("Products"),
    stage=3,
    place=20,
    icon="package",
    prefix="prd",
    view="catalog.view",
    rows=queries.products,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), TEXT, str, sort="name", wide=True),
        Column("category", _("Category"), sort="category"),
        Column("sku_count", _("SKUs"), INT),
        Column("candidate", _("Candidate"), TEXT, lambda row: row.candidate.code if row.candidate else ""),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains", "name_zh__icontains"),
    state_field="state",
    states=(("draft", _("Draft"), "wait"), ("active", _("On sale"), "good"), ("stopped", _("Stopped"),
    "idle")),
    actions=(
        Action("create", _("New product"), _create, "catalog.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("name_zh", _("Name in Chinese"), required=False),
            Field("category", _("Category"), required=False),
            Field("candidate", _("From the approved candidate"), CHOICE, False, choices=_approved),
        ), key="n"),
        Action("activate", _("Release for sale"), _activate, "catalog.change", MANY, states=("draft",
        "stopped"),
               key="a"),
        Action("stop", _("Stop"), _stop, "catalog.change", MANY, (Field("reason", _("Reason")),),
               states=("draft", "active"), danger=True),
    ),
    waiting=lambda actor: queries.products(actor).filter(state="draft").count(),
    empty=_("Make a product of an approved candidate, or import SKUs."),
    audit_kind="product",
    note=_("The number counts drafts: a product is released when every fact of its SKUs is known."),
)  # fmt: skip
