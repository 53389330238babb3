"""Listings at the desk."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.listings.models import Listing, SkuMapping
from tradewind.apps.listings.operations import (
    NewListing,
    NewMapping,
    draft_listings,
    end_listings,
    import_listings,
    map_skus,
    retry_listings,
    revive_listings,
    set_prices,
    set_shipping_side,
)
from tradewind.apps.listings.queries import listings_of, mappings_of, unmapped
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import store_coded, stores_of
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    FILE,
    FLAG,
    INT,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
    TIME,
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
from tradewind.desk.nouns.sync_runs import stores as store_ids
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError


def _rows(actor: Actor) -> QuerySet[Any]:
    open_ones = SkuMapping.objects.filter(listing=OuterRef("pk"), valid_to=None)
    return listings_of(actor).annotate(
        mapped=Exists(open_ones), sku_code=open_ones.order_by("id").values("sku__code")[:1]
    )


def _wanted(row: Listing) -> Money | None:
    return None if row.price_minor is None else Money(row.price_minor, row.currency)


def _shown(row: Listing) -> Money | None:
    return None if row.shown_price_minor is None else Money(row.shown_price_minor, row.currency)


def _store(row: Any) -> Ref:
    return Ref("stores", row.store_id, row.store.name)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = listings_of(actor).filter(pk=pk).first()
    if row is None:
        return None
    mappings = list(mappings_of(actor).filter(listing=row).order_by("-valid_from", "-id"))
    alerts: list[Any] = []
    if all(m.valid_to is not None for m in mappings):
        alerts.append(_("No SKU stands behind this listing."))
    if row.refusal:
        alerts.append(_("The channel refused it: %s") % row.refusal)
    return Detail(
        row.external_sku,
        row.title,
        row.state,
        (
            Fact(_("Store"), _store(row), LINK),
            Fact(_("Channel's id"), row.external_id),
            Fact(_("Wanted price"), _wanted(row), MONEY),
            Fact(_("Shown price"), _shown(row), MONEY),
            Fact(_("Shown quantity"), row.shown_quantity, INT),
            Fact(_("Shipped by"), _("the channel") if row.by_channel else _("us")),
            Fact(_("Last published"), row.pushed_at, TIME),
        ),
        (
            Table(
                _("SKU mappings"),
                (
                    Column("sku", _("SKU"), LINK, lambda m: Ref("skus", m.sku_id, m.sku.code)),
                    Column("qty", _("Units each"), INT),
                    Column("valid_from", _("From"), TIME),
                    Column("valid_to", _("Until"), TIME),
                ),
                mappings,
                _("Not mapped yet: its orders wait."),
            ),
        ),
        alerts=tuple(alerts),
    )


def _codes(actor: Actor) -> list[tuple[str, str]]:
    return [(s.code, s.name) for s in stores_of(actor).order_by("code")]


def _price(text: Any, currency: str) -> Money | None:
    if text is None:
        return None
    try:
        return Money.of(text, currency)
    except MoneyError as exc:
        raise Refused([Problem(None, "price", str(text), str(exc), "e.g. 19.99")]) from None


def _draft(call: Call) -> Outcome:
    values = call.values
    store: Store = store_coded(values["store"], call.by)
    new = NewListing(values["external_sku"], values["title"], _price(values["price"], store.currency))
    made = draft_listings(store_id=store.pk, rows=[new], now=call.now, by=call.by)
    if not made.ids:
        return Outcome(_("This listing is there already."))
    return Outcome(_("The listing is made."), 1, Ref("listings", made.ids[0], new.external_sku))


def _import(call: Call) -> Outcome:
    file = call.values["file"]
    made = import_listings(
        store=call.values["store"], name=file.name, data=file.content, now=call.now, by=call.by
    )
    text = _now("%(made)d listings made, %(known)d known already.")
    return Outcome(text % {"made": len(made.ids), "known": made.known}, len(made.ids))


def _map(call: Call) -> Outcome:
    code = call.values["sku"]
    sku = Sku.objects.filter(code=code).first()
    if sku is None:
        raise Refused([Problem(None, "sku", code, _now("there is no such SKU"), _now("a SKU code"))])
    new = NewMapping(call.ids[0], sku.pk, call.values["qty"] or 1)
    return Outcome(_("Mapped."), map_skus(rows=[new], now=call.now, by=call.by))


def _set_price(call: Call) -> Outcome:
    prices = {}
    for row in listings_of(call.by).filter(id__among=list(call.ids)):
        price = _price(call.values["price"], row.currency)
        if price is not None:
            prices[row.pk] = price
    return Outcome(_("Saved."), set_prices(prices=prices, now=call.now, by=call.by))


def _sides(_actor: Actor) -> list[tuple[str, str]]:
    return [("us", _now("us")), ("channel", _now("the channel"))]


def _side(call: Call) -> Outcome:
    side = call.values["side"] == "channel"
    return Outcome(_("Saved."), set_shipping_side(ids=call.ids, by_channel=side, now=call.now, by=call.by))


def _end(call: Call) -> Outcome:
    return Outcome(_("Ended."), end_listings(ids=call.ids, now=call.now, by=call.by))


def _revive(call: Call) -> Outcome:
    return Outcome(_("Up again."), revive_listings(ids=call.ids, now=call.now, by=call.by))


def _retry(call: Call) -> Outcome:
    return Outcome(_("Will be published again."), retry_listings(ids=call.ids, now=call.now, by=call.by))


_STORE = Field("store", _("Store"), CHOICE, choices=_codes)

NOUN = Noun(
    code="listings",
    label=_("Listings"),
    stage=4,
    place=20,
    icon="tags",
    prefix="lst",
    view="listings.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("external_sku", _("Channel SKU"), sort="external_sku"),
        Column("title", _("Title"), wide=True),
        Column("store", _("Store"), LINK, _store, sort="store__code"),
        Column("sku_code", _("SKU")),
        Column("mapped", _("Mapped"), FLAG),
        Column("wanted", _("Wanted price"), MONEY, _wanted, sort="price_minor"),
        Column("shown", _("Shown price"), MONEY, _shown),
        Column("shown_quantity", _("Shown quantity"), INT, sort="shown_quantity"),
        Column("state", _("State"), STATE),
        Column("pushed_at", _("Last published"), TIME, sort="pushed_at"),
    ),
    detail=_detail,
    order="external_sku",
    search=("external_sku__istartswith", "title__icontains"),
    state_field="state",
    states=(
        ("draft", _("Draft"), "wait"),
        ("live", _("Live"), "good"),
        ("refused", _("Refused"), "bad"),
        ("ended", _("Ended"), "idle"),
    ),
    filters=(
        Filter("store", _("Store"), "store_id", store_ids),
        Filter("mapped", _("Mapped"), "mapped", lambda _actor: [("True", _("Yes")), ("False", _("No"))]),
    ),
    actions=(
        Action("draft", _("New listing"), _draft, "listings.change", NONE, (
            _STORE,
            Field("external_sku", _("Channel SKU")),
            Field("title", _("Title")),
            Field("price", _("Price"), DECIMAL, False),
        ), key="n"),
        Action("import", _("Import listings"), _import, "listings.change", NONE, (
            _STORE,
            Field("file", _("File"), FILE,
                  help=_("CSV or XLSX: external_sku, title, price, sku, units_each")),
        )),
        Action("map", _("Map to a SKU"), _map, "listings.change", ONE, (
            Field("sku", _("SKU")),
            Field("qty", _("Units each"), INT, False, initial="1"),
        ), key="m"),
        Action("price", _("Set price"), _set_price, "listings.change", MANY,
               (Field("price", _("Price"), DECIMAL),), key="p"),
        Action("retry", _("Publish again"), _retry, "listings.change", MANY, states=("refused",)),
        Action("side", _("Set who ships"), _side, "listings.change", MANY,
               (Field("side", _("Shipped by"), CHOICE, choices=_sides),)),
        Action("end", _("End"), _end, "listings.change", MANY, danger=True,
               states=("draft", "live", "refused"), confirm=_("The channel will show 0 units. Go on?")),
        Action("revive", _("Put up again"), _revive, "listings.change", MANY, states=("ended",)),
    ),
    waiting=lambda actor: unmapped(actor).count() + listings_of(actor).filter(state="refused").count(),
    empty=_("Import your listings, or make one."),
    audit_kind="listing",
    title_of="external_sku",
    note=_("What stands for sale where. The number counts listings without a SKU and those refused."),
)  # fmt: skip
