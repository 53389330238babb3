"""Price floors at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.prices import queries
from tradewind.apps.prices.models import PriceFloor
from tradewind.apps.prices.operations import recompute_floors
from tradewind.desk.kernel import (
    LINK,
    MANY,
    MONEY,
    PERCENT,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import money, store_choices
from tradewind.desk.nouns._prices import COST, PROFIT, listing_ref, percent, reason_of, tree_of
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def _store(row: PriceFloor) -> Ref:
    return Ref("stores", row.listing.store_id, row.listing.store.name)


def _price(row: PriceFloor) -> Money | None:
    return money(row.price_minor, row.currency)


def _target(row: PriceFloor) -> Money | None:
    return money(row.target_minor, row.currency)


def _profit(row: PriceFloor) -> Money | None:
    return money(row.profit_minor, row.base_currency)


def _policy(row: PriceFloor) -> Ref | None:
    return None if row.policy is None else Ref("price_policies", row.policy.pk, row.policy.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.floors(actor).filter(pk=pk).first()
    if row is None:
        return None
    good = [
        {"low": Money(low, row.currency), "high": None if high is None else Money(high, row.currency)}
        for low, high in row.intervals
    ]
    columns = (Column("low", _("At least"), MONEY), Column("high", _("At most"), MONEY))
    tree = tree_of(row.breakdown)
    facts = (
        Fact(_("Store"), _store(row), LINK),
        Fact(_("Listing"), listing_ref(row), LINK),
        Fact(_("Policy"), _policy(row), LINK),
        Fact(_("Wanted price"), _price(row), MONEY),
        Fact(_("Floor"), row.floor, MONEY, None, PROFIT),
        Fact(_("Target price"), _target(row), MONEY, None, PROFIT),
        Fact(_("Profit a unit"), _profit(row), MONEY, tree if actor.sees(COST) else None, PROFIT),
        Fact(_("Margin"), percent(row.margin), PERCENT, None, PROFIT),
        Fact(_("Computed at"), row.computed_at, TIME),
    )
    return Detail(
        row.listing.external_sku,
        row.listing.title,
        row.state,
        facts,
        (Table(_("Prices that keep the floor margin"), columns, good, _("There are none."), PROFIT),),
        ((_("A unit at the wanted price"), tree, COST),) if tree is not None else (),
        tuple(_alerts(row)),
    )


def _alerts(row: PriceFloor) -> list[Any]:
    found: list[Any] = [reason_of(row.reason)] if row.reason else []
    if row.state == "under":
        found.append(_("It is sold below its floor."))
    if row.state == "dead":
        found.append(_("Its price lies between two good ranges: a jump of the fees eats the margin."))
    return found


def _again(call: Call) -> Outcome:
    ids = list(queries.floors(call.by).filter(pk__in=call.ids).values_list("listing_id", flat=True))
    done = recompute_floors(on=call.now.date(), now=call.now, by=call.by, listing_ids=ids)
    return Outcome(_now("%(n)d floors changed.") % {"n": done.changed}, done.changed)


NOUN = Noun(
    code="price_floors",
    label=_("Price floors"),
    stage=4,
    place=25,
    icon="arrow-down-to-line",
    prefix="pfl",
    view="prices.view",
    by_store=True,
    rows=queries.floors,
    columns=(
        Column("external_sku", _("Channel SKU"), value="listing.external_sku", sort="listing__external_sku"),
        Column("title", _("Title"), value="listing.title", wide=True),
        Column("store", _("Store"), LINK, _store, sort="listing__store__code"),
        Column("price", _("Wanted price"), MONEY, _price, sort="price_minor"),
        Column("floor", _("Floor"), MONEY, sort="floor_minor", hidden=PROFIT),
        Column("target", _("Target price"), MONEY, _target, hidden=PROFIT),
        Column("profit", _("Profit a unit"), MONEY, _profit, sort="profit_minor", hidden=PROFIT),
        Column("margin", _("Margin"), PERCENT, lambda f: percent(f.margin), sort="margin", hidden=PROFIT),
        Column("state", _("State"), STATE),
        Column("policy", _("Policy"), LINK, _policy),
        Column("reason", _("Why"), value=lambda f: reason_of(f.reason)),
    ),
    detail=_detail,
    order="margin",
    search=("listing__external_sku__istartswith", "listing__title__icontains"),
    state_field="state",
    states=(
        ("under", _("Under the floor"), "bad"),
        ("dead", _("In a dead zone"), "bad"),
        ("infeasible", _("No price is enough"), "bad"),
        ("missing", _("Missing"), "wait"),
        ("unpriced", _("Without a price"), "idle"),
        ("good", _("Good"), "good"),
    ),
    filters=(Filter("store", _("Store"), "listing__store_id", store_choices),),
    actions=(Action("again", _("Compute again"), _again, "prices.change", MANY),),
    waiting=lambda actor: queries.under_floor(actor).count(),
    empty=_("Floors are computed as soon as a price policy covers the listings."),
    audit_kind="price_floor",
    title_of="listing.external_sku",
    note=_("The lowest price that keeps the floor margin, moving with every cost. Counted: those under it."),
)  # fmt: skip
