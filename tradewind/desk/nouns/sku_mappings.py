"""SKU mappings at the desk: which SKU a listing ships, from when to when."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.listings.queries import mappings_of
from tradewind.desk.kernel import INT, LINK, TIME, Column, Detail, Fact, Filter, Noun, Ref
from tradewind.desk.nouns.sync_runs import stores as store_ids
from tradewind.engine.access import Actor


def _rows(actor: Actor) -> QuerySet[Any]:
    return mappings_of(actor)


def _listing(row: Any) -> Ref:
    return Ref("listings", row.listing_id, row.listing.external_sku)


def _sku(row: Any) -> Ref:
    return Ref("skus", row.sku_id, row.sku.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = mappings_of(actor).filter(pk=pk).first()
    if row is None:
        return None
    facts = (
        Fact(_("Listing"), _listing(row), LINK),
        Fact(_("SKU"), _sku(row), LINK),
        Fact(_("Units each"), row.qty, INT),
        Fact(_("From"), row.valid_from, TIME),
        Fact(_("Until"), row.valid_to, TIME),
    )
    return Detail(f"{row.listing.external_sku} → {row.sku.code}", row.listing.store.name, facts=facts)


NOUN = Noun(
    code="sku_mappings",
    label=_("SKU mappings"),
    stage=4,
    place=30,
    icon="link",
    prefix="map",
    view="listings.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("listing", _("Listing"), LINK, _listing, sort="listing__external_sku"),
        Column("store", _("Store"), value="listing.store.name", sort="listing__store__code"),
        Column("sku", _("SKU"), LINK, _sku, sort="sku__code"),
        Column("qty", _("Units each"), INT),
        Column("valid_from", _("From"), TIME, sort="valid_from"),
        Column("valid_to", _("Until"), TIME),
    ),
    detail=_detail,
    order="-id",
    search=("listing__external_sku__istartswith", "sku__code__istartswith"),
    filters=(Filter("store", _("Store"), "listing__store_id", store_ids),),
    empty=_("Map a listing to a SKU on the listing's page."),
    title_of=lambda row: f"{row.listing.external_sku} → {row.sku.code}",
    note=_("Dated, so that an old order keeps the SKU it shipped."),
)
