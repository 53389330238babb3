"""Questions about products and SKUs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.states import ATTRIBUTES, NEEDED
from tradewind.engine.access import Actor


def products(actor: Actor) -> QuerySet[Product]:
    """Every product with its candidate and number of SKUs."""
    actor.require("catalog.view")
    return Product.objects.select_related("candidate").annotate(sku_count=Count("skus"))


def skus(actor: Actor) -> QuerySet[Sku]:
    """Every SKU with its product."""
    actor.require("catalog.view")
    return Sku.objects.select_related("product")


def skus_by_code(codes: Iterable[str], actor: Actor) -> dict[str, Sku]:
    """SKUs by our code; codes that are not known are left out."""
    return {sku.code: sku for sku in skus(actor).filter(code__among=sorted(set(codes)))}


def missing_facts(sku: Sku) -> list[str]:
    """What of a SKU is still unknown and must be known before its product is sold; [] when complete."""
    missing = [name for name in NEEDED if getattr(sku, name) in (None, "")]
    return missing + [name for name in ATTRIBUTES if name not in sku.attributes]


def incomplete_skus(actor: Actor) -> list[tuple[Sku, list[str]]]:
    """SKUs with unknown facts and what they lack, by code."""
    found = [(sku, missing_facts(sku)) for sku in skus(actor).filter(state="active").order_by("code")]
    return [(sku, missing) for sku, missing in found if missing]


def incomplete_count(actor: Actor) -> int:
    """How many SKUs in use lack a fact, without reading them."""
    blank = Q(hs_code="") | Q(origin="")
    for name in ("weight_g", "length_mm", "width_mm", "height_mm"):
        blank |= Q(**{name: None})
    lacking = blank | ~Q(attributes__has_keys=list(ATTRIBUTES))
    return skus(actor).filter(state="active").filter(lacking).count()


def sku_ids(codes: Iterable[str]) -> dict[str, int]:
    """Ids of SKUs by our code; codes that are not known are left out."""
    return dict(Sku.objects.filter(code__among=sorted(set(codes))).values_list("code", "id"))
