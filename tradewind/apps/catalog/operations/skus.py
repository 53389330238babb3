"""SKUs and the facts known of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.queries import missing_facts
from tradewind.apps.catalog.states import ATTRIBUTES, SKU
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor

HS_CODE = re.compile(r"\d{6,10}")
SIDES = ("length_mm", "width_mm", "height_mm")
WATT_HOURS = "battery_wh"  # the one attribute that is a figure, as text
_WATT_HOURS = re.compile(r"\d{1,4}(\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class NewSku:
    """A SKU of a product. Weight and sides are of the packed unit; None is not measured yet.

    `attributes`: name -> yes or no; what is not named is not known.
    """

    product_id: int
    code: str
    name: str
    name_zh: str = ""
    hs_code: str = ""
    origin: str = ""
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    attributes: Mapping[str, bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """Facts to set of a SKU; what is None stays as it is."""

    id: int
    hs_code: str | None = None
    origin: str | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    attributes: Mapping[str, bool | str] | None = None


def attributes_of(text: str) -> dict[str, bool | str]:
    """ "battery, textile" or "none" says yes to those named and no to the others that must be stated.

    A battery's watt-hours stand beside it: "battery_built_in, battery_wh=7.4".
    Example: attributes_of("magnet") == {"battery": False, "magnet": True, "liquid": False, "powder": False}.
    """
    words = [w.strip().lower() for w in text.split(",") if w.strip() and w.strip().lower() != "none"]
    given = [w.partition("=") for w in words]
    named = {name.strip() for name, equals, _value in given if not equals}
    if any(name.startswith("battery_") for name in named):
        named.add("battery")
    values = {name.strip(): value.strip() for name, equals, value in given if equals}
    return {**dict.fromkeys(ATTRIBUTES, False), **dict.fromkeys(sorted(named), True), **values}


def _hs_code(found: Findings, value: str) -> str:
    clean = value.strip().replace(".", "").replace(" ", "")
    if clean and not HS_CODE.fullmatch(clean):
        found.add("hs_code", value, _("not an HS code"), _("6 to 10 digits"))
    return clean


def _attributes(found: Findings, given: Mapping[str, bool | str]) -> dict[str, bool | str]:
    for name, value in given.items():
        found.code("attributes", name)
        if name == WATT_HOURS and isinstance(value, str) and _WATT_HOURS.fullmatch(value):
            continue
        if type(value) is not bool:
            found.add("attributes", f"{name}: {value}", _("yes or no is needed"))
    return dict(given)


def sku_row(found: Findings, one: NewSku) -> Sku:
    """A NewSku as an unsaved row; what is wrong goes into the findings."""
    return Sku(
        product_id=one.product_id,
        code=found.code("code", one.code),
        name=found.text("name", one.name, 160),
        name_zh=found.text("name_zh", one.name_zh, 160, needed=False),
        hs_code=_hs_code(found, one.hs_code),
        origin=found.country("origin", one.origin, needed=False),
        weight_g=found.whole("weight_g", one.weight_g, least=1, needed=False),
        length_mm=found.whole("length_mm", one.length_mm, least=1, needed=False),
        width_mm=found.whole("width_mm", one.width_mm, least=1, needed=False),
        height_mm=found.whole("height_mm", one.height_mm, least=1, needed=False),
        attributes=_attributes(found, one.attributes),
    )


def _complete_where_on_sale(found: Findings, sku: Sku, product_state: str | None) -> None:
    """A product on sale never has a SKU with unknown facts."""
    if product_state == "active":
        for fact in missing_facts(sku):
            found.add(fact, "", _("is needed: the product is on sale"))


def add_skus(*, skus: Sequence[NewSku], now: datetime, by: Actor) -> list[int]:
    """Add SKUs to products; their ids in order."""
    with acting(by, "catalog.change", kind="sku", now=now) as act:
        found = Findings()
        states = dict(
            Product.objects.filter(id__among=sorted({s.product_id for s in skus})).values_list("id", "state")
        )
        made = []
        for row, one in rows(skus):
            found.at(row).known("product", one.product_id, states)
            sku = sku_row(found, one)
            _complete_where_on_sale(found, sku, states.get(one.product_id))
            made.append(sku)
        insert_skus(found, made)
        act.ids = [s.pk for s in made]
        act.note(verb="add_skus", codes=[s.code for s in made[:500]])
        return act.ids


def insert_skus(found: Findings, made: list[Sku]) -> None:
    """Insert checked rows, unless a code is taken or anything else was found."""
    codes = [s.code for s in made]
    found.fresh("code", codes, set(Sku.objects.filter(code__among=codes).values_list("code", flat=True)))
    found.settle()
    Sku.objects.bulk_create(made, batch_size=1000)


def set_sku_facts(*, facts: Sequence[SkuFacts], now: datetime, by: Actor) -> None:
    """State HS code, origin, weight, sides, attributes of SKUs; what stood before is in the audit."""
    with acting(by, "catalog.change", kind="sku", ids=[f.id for f in facts], now=now) as act:
        found = Findings()
        held = Sku.objects.select_related("product").in_bulk([f.id for f in facts])
        before = {}
        for row, one in rows(facts):
            found.at(row).known("id", one.id, held)
            if one.id in held:
                before[one.id] = _apply(found, held[one.id], one)
        found.settle()
        Sku.objects.bulk_update(
            held.values(), ["hs_code", "origin", "weight_g", *SIDES, "attributes"], batch_size=500
        )
        act.note(verb="set_sku_facts", before=dict(list(before.items())[:200]))


def _apply(found: Findings, sku: Sku, one: SkuFacts) -> dict[str, object]:
    """Put the stated facts on the row; returns what stood there."""
    given = {
        n: getattr(one, n) for n in ("hs_code", "origin", "weight_g", *SIDES) if getattr(one, n) is not None
    }
    before: dict[str, object] = {n: getattr(sku, n) for n in given}
    if "hs_code" in given:
        sku.hs_code = _hs_code(found, given.pop("hs_code"))
    if "origin" in given:
        sku.origin = found.country("origin", given.pop("origin"))
    for name, value in given.items():
        setattr(sku, name, found.whole(name, value, least=1))
    if one.attributes is not None:
        before["attributes"] = sku.attributes
        sku.attributes = {**sku.attributes, **_attributes(found, one.attributes)}
    _complete_where_on_sale(found, sku, sku.product.state)
    return before


def set_hs_codes(*, codes: Mapping[int, tuple[str, str]], now: datetime, by: Actor) -> None:
    """State (HS code, country of origin) of SKUs by id."""
    set_sku_facts(
        facts=[SkuFacts(pk, hs_code=hs, origin=origin) for pk, (hs, origin) in codes.items()], now=now, by=by
    )


def stop_skus(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Stop SKUs, with a reason. WrongState when one is stopped already."""
    with acting(by, "catalog.change", kind="sku", ids=ids, now=now) as act:
        act.note(verb="stop_skus", reason=needed_reason(reason))
        return move_all(Sku, SKU, "stop", ids)


def resume_skus(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Take stopped SKUs up again."""
    with acting(by, "catalog.change", kind="sku", ids=ids, now=now) as act:
        act.note(verb="resume_skus")
        return move_all(Sku, SKU, "resume", ids)
