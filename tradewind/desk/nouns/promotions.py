"""Promotions at the desk: the calendar, and what every stacking leaves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.prices import queries
from tradewind.apps.prices.models import Promotion
from tradewind.apps.prices.operations import (
    NewPromotion,
    cancel_promotions,
    clear_promotions,
    plan_promotions,
    reopen_promotions,
)
from tradewind.apps.prices.stacking import ListingCheck, stack_checks
from tradewind.apps.stores.queries import store_coded
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FLAG,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    PERCENT,
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
from tradewind.desk.nouns._money import money, store_choices
from tradewind.desk.nouns._prices import COST, PROFIT, percent, share, store_codes, store_ref
from tradewind.engine.access import Actor
from tradewind.engine.money import Money
from tradewind.engine.promotions import AMOUNT, BUY_X, PRICE
from tradewind.engine.promotions import PERCENT as SHARE_OFF

KINDS = {
    SHARE_OFF: _("Percent off (coupon, sale)"),
    AMOUNT: _("Amount off (coupon, voucher)"),
    PRICE: _("Deal price (lightning deal, Prime-exclusive)"),
    BUY_X: _("Buy some, get some cheaper"),
}


def _value(row: Promotion) -> str:
    if row.share is not None:
        return f"{percent(row.share):f} %"
    return str(money(row.amount_minor, row.store.currency) or "")


_CHECKS = (
    Column("listing", _("Listing"), LINK, lambda c: Ref("listings", c.listing.pk, c.listing.external_sku)),
    Column("price", _("Price today"), MONEY, lambda c: money(c.listing.price_minor, c.listing.currency)),
    Column("worst", _("Worst stack"), value=lambda c: " + ".join(c.check.worst.codes) if c.check else ""),
    Column("paid", _("Buyer pays"), MONEY, lambda c: _paid(c)),
    Column("profit", _("Profit then"), MONEY, hidden=PROFIT),
    Column("margin", _("Margin then"), PERCENT, lambda c: percent(c.margin), hidden=PROFIT),
    Column("below", _("Stacks below the floor"), INT, lambda c: len(c.below)),
    Column("missing", _("Missing"), wide=True),
)


def _paid(check: ListingCheck) -> Money | None:
    return None if check.check is None else Money(check.check.worst.price, check.listing.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.promotions(actor).filter(pk=pk).first()
    if row is None:
        return None
    checks = stack_checks([row], timezone.now().date())
    below = sum(1 for c in checks if not c.safe)
    alerts: list[Any] = []
    if below:
        alerts.append(_now("%(n)d listings fall below their floor in a stacking.") % {"n": below})
    facts = (
        Fact(_("Store"), store_ref(row), LINK),
        Fact(_("Kind"), str(KINDS[row.kind])),
        Fact(_("Value"), _value(row)),
        Fact(_("From"), row.starts_at, TIME),
        Fact(_("Until"), row.ends_at, TIME),
        Fact(_("Order of taking off"), row.sequence, INT),
        Fact(_("Excludes others of the group"), row.stack_group),
        Fact(_("Does not stack at all"), row.alone, FLAG),
        Fact(_("Fee a unit"), money(row.fee_minor, row.store.currency), MONEY, None, COST),
    )
    table = Table(_("Every stacking, the worst case"), _CHECKS, checks, _("No listing is in it."))
    return Detail(row.code, str(KINDS[row.kind]), row.state, facts, (table,), alerts=tuple(alerts))


def _plan(call: Call) -> Outcome:
    v = call.values
    store = store_coded(v["store"], call.by)
    zone = ZoneInfo(store.zone)
    value = share(v["value"]) if v["kind"] in (SHARE_OFF, BUY_X) else v["value"]
    new = NewPromotion(
        v["code"], store.code, v["kind"], value, _start(v["first"], zone),
        _start(v["last"] + timedelta(days=1), zone), tuple(v["listings"].replace(",", " ").split()),
        v["sequence"] or 0, v["group"] or "", bool(v["alone"]), v["buys"] or 1, v["gets"] or 0,
        v["fee"] or share(None),
    )  # fmt: skip
    pk = plan_promotions(new=[new], now=call.now, by=call.by)[0]
    return Outcome(_("The promotion is planned; look at its stackings."), 1, Ref("promotions", pk, new.code))


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _clear(call: Call) -> Outcome:
    return Outcome(_("Cleared to run."), clear_promotions(ids=call.ids, now=call.now, by=call.by))


def _reopen(call: Call) -> Outcome:
    return Outcome(_("Planned again."), reopen_promotions(ids=call.ids, now=call.now, by=call.by))


def _cancel(call: Call) -> Outcome:
    return Outcome(_("Cancelled."), cancel_promotions(ids=call.ids, now=call.now, by=call.by))


NOUN = Noun(
    code="promotions",
    label=_("Promotion calendar"),
    stage=4,
    place=27,
    icon="calendar-range",
    prefix="prm",
    view="prices.view",
    by_store=True,
    rows=queries.promotions,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("store", _("Store"), LINK, store_ref, sort="store__code"),
        Column("kind", _("Kind"), value=lambda p: str(KINDS[p.kind]), wide=True),
        Column("value", _("Value"), value=_value),
        Column("starts_at", _("From"), TIME, sort="starts_at"),
        Column("ends_at", _("Until"), TIME, sort="ends_at"),
        Column("listing_count", _("Listings"), INT),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-starts_at",
    search=("code__istartswith",),
    state_field="state",
    states=(
        ("planned", _("Planned"), "wait"),
        ("cleared", _("Cleared"), "good"),
        ("cancelled", _("Cancelled"), "idle"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("plan", _("Plan a promotion"), _plan, "prices.change", NONE, (
            Field("code", _("Code")),
            Field("store", _("Store"), CHOICE, choices=store_codes),
            Field("kind", _("Kind"), CHOICE, choices=lambda _actor: list(KINDS.items())),
            Field("value", _("Value"), DECIMAL, help=_("Percent, or an amount in the store's currency")),
            Field("first", _("First day"), DATE),
            Field("last", _("Last day"), DATE),
            Field("listings", _("Channel SKUs"), LONG, help=_("Parted by blanks, commas or lines")),
            Field("sequence", _("Order of taking off"), INT, False, initial="0",
                  help=_("A coupon comes after the sale price: give it a higher number")),
            Field("group", _("Excludes others of the group"), required=False,
                  help=_("Of promotions with the same word a buyer gets one")),
            Field("alone", _("Does not stack at all"), FLAG, False),
            Field("buys", _("Units to buy"), INT, False),
            Field("gets", _("Units to get cheaper"), INT, False),
            Field("fee", _("Fee a unit"), DECIMAL, False),
        ), key="n"),
        Action("clear", _("Clear to run"), _clear, "prices.change", MANY, states=("planned",)),
        Action("reopen", _("Plan again"), _reopen, "prices.change", MANY, states=("cleared",)),
        Action("cancel", _("Cancel"), _cancel, "prices.change", MANY, states=("planned", "cleared"),
               danger=True),
    ),
    empty=_("Plan a promotion: every stacking is worked out before it may run."),
    audit_kind="promotion",
    note=_("What a buyer may catch at once is simulated; a stack below the floor is not cleared."),
)  # fmt: skip
