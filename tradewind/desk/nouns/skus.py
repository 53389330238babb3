"""SKUs at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog import queries
from tradewind.apps.catalog.models import Product
from tradewind.apps.catalog.operations import (
    NewSku,
    SkuFacts,
    add_skus,
    import_skus,
    resume_skus,
    set_sku_facts,
    stop_skus,
)
from tradewind.apps.catalog.operations.skus import WATT_HOURS, attributes_of
from tradewind.apps.catalog.states import ATTRIBUTES
from tradewind.apps.markets.queries.tariffs import SEVERAL, UNLISTED, code_findings
from tradewind.apps.sourcing.models import Quote
from tradewind.desk.kernel import (
    COUNTRY,
    DATE,
    FILE,
    INT,
    LINK,
    MANY,
    MONEY,
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
from tradewind.desk.nouns._attributes import ATTRIBUTE_WORDS
from tradewind.desk.nouns._upstream import of_code, text
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

FACT_LABELS = {
    "hs_code": _("HS code"),
    "origin": _("Origin"),
    "weight_g": _("Weight in g"),
    "length_mm": _("Length in mm"),
    "width_mm": _("Width in mm"),
    "height_mm": _("Height in mm"),
    "battery": _("Battery"),
    "magnet": _("Magnet"),
    "liquid": _("Liquid"),
    "powder": _("Powder"),
}


def _product(row: Any) -> Ref:
    return Ref("products", row.product_id, row.product.code)


def _said(row: Any) -> str:
    """The attributes as words: those that are there; unknown ones with a question mark."""
    there = [
        f"{yes} Wh" if n == WATT_HOURS else str(FACT_LABELS.get(n) or ATTRIBUTE_WORDS.get(n, n))
        for n, yes in row.attributes.items()
        if yes
    ]
    unknown = [f"{FACT_LABELS[n]}?" for n in ATTRIBUTES if n not in row.attributes]
    return ", ".join([*there, *unknown])


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.skus(actor).filter(pk=pk).first()
    if row is None:
        return None
    missing = queries.missing_facts(row)
    lacks = ", ".join(str(FACT_LABELS.get(m, m)) for m in missing)
    asked = Quote.objects.select_related("supplier").filter(sku=row).order_by("-valid_from", "moq")
    sides = [s for s in (row.length_mm, row.width_mm, row.height_mm) if s is not None]
    return Detail(
        row.code,
        row.name_zh or row.name,
        row.state,
        (
            Fact(_("Product"), _product(row), LINK),
            Fact(_("Name"), row.name),
            Fact(_("HS code"), row.hs_code),
            Fact(_("Origin"), row.origin, COUNTRY),
            Fact(_("Weight in g"), row.weight_g, INT),
            Fact(_("Sides in mm"), " x ".join(str(s) for s in sides)),
            Fact(_("Attributes"), _said(row)),
        ),
        (
            Table(
                _("Suppliers' quotes"),
                (
                    Column("supplier", _("Supplier"), value="supplier.name", wide=True, hidden="supplier"),
                    Column("moq", _("From units"), INT),
                    Column(
                        "price",
                        _("Unit price"),
                        MONEY,
                        lambda q: Money(q.price_minor, q.currency),
                        hidden="cost",
                    ),
                    Column("valid_from", _("From"), DATE),
                ),
                list(asked[:50]),
                _("None."),
                hidden="cost",
            ),
        ),
        alerts=(
            *([_now("Not known yet: %(facts)s") % {"facts": lacks}] if missing else []),
            *_of_tariffs(row),
        ),
    )


def _of_tariffs(row: Any) -> list[str]:
    """Tariffs in force in which the SKU's code has no duty rate, so that landed cost cannot count it."""
    said = {
        UNLISTED: _now("The tariff %(version)s has no code %(hs)s: its duty will be missing."),
        SEVERAL: _now("In the tariff %(version)s several rates stand under %(hs)s: write the code in full."),
    }
    found = code_findings(row.hs_code, timezone.now().date()) if row.hs_code else []
    return [said[finding] % {"version": version, "hs": row.hs_code} for version, finding in found]


def _attributes(call: Call) -> dict[str, bool | str] | None:
    given = text(call, "attributes")
    return attributes_of(given) if given else None


def _facts(call: Call) -> dict[str, Any]:
    names = ("hs_code", "origin", "weight_g", "length_mm", "width_mm", "height_mm")
    return {n: call.values[n] for n in names if call.values.get(n) is not None}


def _add(call: Call) -> Outcome:
    v = call.values
    product = of_code(Product, "product", v["product"])
    new = NewSku(
        product.pk,
        v["code"],
        v["name"],
        text(call, "name_zh"),
        attributes=_attributes(call) or {},
        **_facts(call),
    )
    [pk] = add_skus(skus=[new], now=call.now, by=call.by)
    return Outcome(_("The SKU is added."), 1, Ref("skus", pk, new.code))


def _import(call: Call) -> Outcome:
    file = call.values["file"]
    done = import_skus(name=file.name, content=file.content, now=call.now, by=call.by)
    counts = {"skus": len(done.skus), "products": len(done.products)}
    return Outcome(
        _now("%(skus)s SKUs and %(products)s products made.") % counts, len(done.skus), detail=counts
    )


def _set(call: Call) -> Outcome:
    facts = [SkuFacts(pk, attributes=_attributes(call), **_facts(call)) for pk in call.ids]
    set_sku_facts(facts=facts, now=call.now, by=call.by)
    return Outcome(_("Saved."), len(facts))


def _stop(call: Call) -> Outcome:
    done = stop_skus(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Stopped."), len(done))


def _resume(call: Call) -> Outcome:
    return Outcome(_("Taken up again."), len(resume_skus(ids=call.ids, now=call.now, by=call.by)))


_FACTS: Sequence[Field] = (
    Field("hs_code", _("HS code"), TEXT, False, help=_("6 to 10 digits")),
    Field("origin", _("Origin"), COUNTRY, False),
    Field("weight_g", _("Weight in g"), INT, False, help=_("Of the packed unit")),
    Field("length_mm", _("Length in mm"), INT, False),
    Field("width_mm", _("Width in mm"), INT, False),
    Field("height_mm", _("Height in mm"), INT, False),
    Field("attributes", _("Attributes"), TEXT, False,
          help=_("battery, magnet, liquid, powder: those it has, or none")),
)  # fmt: skip

NOUN = Noun(
    code="skus",
    label=_("SKUs"),
    stage=3,
    place=30,
    icon="barcode",
    prefix="sku",
    view="catalog.view",
    rows=queries.skus,
    columns=(
        Column("code", _("SKU"), sort="code"),
        Column("name", _("Name"), TEXT, lambda row: row.name_zh or row.name, sort="name", wide=True),
        Column("product", _("Product"), LINK, _product, sort="product__code"),
        Column("hs_code", _("HS code"), sort="hs_code"),
        Column("origin", _("Origin"), COUNTRY),
        Column("weight_g", _("Weight in g"), INT, sort="weight_g"),
        Column("attributes", _("Attributes"), TEXT, _said),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains", "name_zh__icontains", "hs_code__istartswith"),
    state_field="state",
    states=(("active", _("Active"), "good"), ("stopped", _("Stopped"), "idle")),
    actions=(
        Action("create", _("New SKU"), _add, "catalog.change", NONE, (
            Field("product", _("Product"), help=_("The product's code")),
            Field("code", _("SKU")),
            Field("name", _("Name")),
            Field("name_zh", _("Name in Chinese"), required=False),
            *_FACTS,
        ), key="n"),
        Action("import", _("Import SKUs"), _import, "catalog.change", NONE, (
            Field("file", _("File"), FILE, help=_(
                "CSV or XLSX: Product, SKU, Name, Name zh, Product Name, Product Name zh, Category, HS Code, "
                "Origin, Weight g, Length mm, Width mm, Height mm, Attributes"
            )),
        )),
        Action("facts", _("State facts"), _set, "catalog.change", MANY, tuple(_FACTS), key="f"),
        Action("stop", _("Stop"), _stop, "catalog.change", MANY, (Field("reason", _("Reason")),),
               states=("active",), danger=True),
        Action("resume", _("Take up again"), _resume, "catalog.change", MANY, states=("stopped",)),
    ),
    waiting=queries.incomplete_count,
    empty=_("Import your SKUs, or add one to a product."),
    audit_kind="sku",
    note=_("The number counts SKUs of which a fact is not known yet."),
)  # fmt: skip
