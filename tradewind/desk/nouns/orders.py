"""Orders at the desk: the screen that is open all day."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations import make_wave
from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations import (
    cancel_orders,
    hold_orders,
    release_holds,
    remap_lines,
    reserve_orders,
)
from tradewind.apps.orders.queries import orders_visible
from tradewind.apps.stock.models import Move
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
    COUNTRY,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    STATE,
    TEXT,
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
from tradewind.desk.nouns._goods import ORDER_STATES, move_kind, reason, time_left, total
from tradewind.desk.nouns._order_files import IMPORT
from tradewind.desk.nouns._order_profit import order_profit, profit_money
from tradewind.desk.nouns.sync_runs import stores as store_ids
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

OPEN_STATES = ("new", "held", "ready", "picking")


def _rows(actor: Actor) -> QuerySet[Order]:
    """Orders without buyer and credentials (neither is shown in a list, both would be decrypted)."""
    return (
        orders_visible(actor)
        .select_related("store", "profit")
        .defer("buyer", "store__credentials")
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("sku").order_by("id")),
            Prefetch("holds", Hold.objects.filter(closed_at=None).order_by("id"), to_attr="open_holds"),
        )
    )


def _skus(order: Order) -> str:
    return ", ".join(
        f"{line.sku.code if line.sku else line.external_sku} × {line.qty * line.units_each}"
        for line in order.lines.all()
    )


def _units(order: Order) -> int:
    return sum(line.qty * line.units_each for line in order.lines.all())


def _holds(order: Any) -> str:
    return ", ".join(str(reason(h.reason)) for h in order.open_holds)


def _left(order: Order) -> str:
    return time_left(order.ship_by) if order.state in OPEN_STATES else ""


LINES = (
    Column("sku", _("SKU"), LINK, lambda x: Ref("skus", x.sku_id, x.sku.code) if x.sku else None),
    Column("external_sku", _("Channel SKU")),
    Column("title", _("Title"), wide=True),
    Column("qty", _("Quantity"), INT),
    Column("units", _("Units"), INT, lambda x: x.qty * x.units_each),
    Column("amount", _("Amount"), MONEY, lambda x: Money(x.price_minor - x.discount_minor, x.order.currency)),
    Column("tax", _("Tax"), MONEY, lambda x: Money(x.tax_minor, x.order.currency)),
)
HOLDS = (
    Column("reason", _("Reason"), TEXT, lambda h: reason(h.reason)),
    Column("detail", _("Details"), wide=True),
    Column("role", _("For")),
    Column("opened_at", _("Since"), TIME),
    Column("closed_at", _("Hold ended"), TIME),
    Column("closed_by", _("By")),
)
PARCELS = (
    Column("parcel", _("Parcel"), LINK, lambda p: Ref("parcels", p.pk, p.tracking_no or f"#{p.pk}")),
    Column("state", _("State"), STATE),
    Column("service", _("Service"), TEXT, "service.name"),
    Column("weight_g", _("Weight (g)"), INT),
    Column("shipped_at", _("Shipped"), TIME),
    Column("pushed_at", _("Confirmed by the channel"), TIME),
)
MOVES = (
    Column("at", _("At"), TIME),
    Column("kind", _("Movement"), TEXT, move_kind),
    Column("sku", _("SKU"), TEXT, "balance.sku.code"),
    Column("warehouse", _("Warehouse"), TEXT, "balance.warehouse.name"),
    Column("qty", _("On hand"), INT),
    Column("staged_qty", _("In staging"), INT),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    order = _rows(actor).filter(pk=pk).first()
    if order is None:
        return None
    lines = list(order.lines.all())
    for line in lines:
        line.order = order
    moves = Move.objects.filter(source="order_line", source_id__among=[x.pk for x in lines])
    found: Any = order
    alerts = tuple(
        _now("On hold: %(reason)s") % {"reason": f"{reason(h.reason)} {h.detail}".strip()}
        for h in found.open_holds
    )
    return Detail(
        order.external_id,
        order.store.name,
        order.state,
        (
            Fact(_("Store"), Ref("stores", order.store_id, order.store.name), LINK),
            Fact(_("Placed at"), order.placed_at, TIME),
            Fact(_("Latest shipping"), order.ship_by, TIME),
            Fact(_("Time left"), _left(order)),
            Fact(_("Shipped"), order.shipped_at, TIME),
            Fact(_("Goods"), Money(order.goods_minor, order.currency), MONEY),
            Fact(_("Shipping paid"), Money(order.shipping_minor, order.currency), MONEY),
            Fact(_("Tax"), Money(order.tax_minor, order.currency), MONEY),
            Fact(_("Total"), total(order), MONEY),
            Fact(_("Country"), order.country, COUNTRY),
            *_buyer(actor, pk),
        ),
        (
            Table(_("Lines"), LINES, lines),
            Table(_("Holds"), HOLDS, list(order.holds.order_by("-id")), _("Nothing holds this order.")),
            Table(
                _("Parcels"), PARCELS, list(Parcel.objects.filter(order=order).select_related("service")),
                _("Not in a wave yet."),
            ),
            Table(
                _("Stock movements"), MOVES,
                list(moves.select_related("balance__sku", "balance__warehouse").order_by("id")),
                _("Nothing has moved yet."),
            ),
        ),
        breakdowns=order_profit(actor, order),
        alerts=alerts,
    )  # fmt: skip


def _buyer(actor: Actor, pk: int) -> tuple[Fact, ...]:
    """The buyer's address, decrypted only for those who may see it."""
    if not actor.sees("buyer"):
        return ()
    sealed: Any = Order.objects.values_list("buyer", flat=True).get(pk=pk)
    known: dict[str, Any] = sealed or {}
    names = ("name", "phone", "email", "line1", "line2", "city", "region", "postcode", "country")
    return (Fact(_("Buyer"), ", ".join(str(known[n]) for n in names if known.get(n)), hidden="buyer"),)


def _wrong(caught: WrongState) -> Refused:
    return Refused(
        [Problem(None, "state", "", _now("some of these orders are in another state: nothing was changed"))]
    )


def _reserve(call: Call) -> Outcome:
    got = reserve_orders(ids=call.ids, now=call.now, by=call.by)
    text = _now("%(ready)d reserved, %(short)d short of goods.")
    return Outcome(text % {"ready": len(got.ready), "short": len(got.short)}, len(got.ready))


def _wave(call: Call) -> Outcome:
    try:
        made = make_wave(ids=call.ids, now=call.now, by=call.by)
    except WrongState as caught:
        raise _wrong(caught) from None
    return Outcome(_now("%(count)d parcels to pick.") % {"count": len(made)}, len(made))


def _hold(call: Call) -> Outcome:
    try:
        held = hold_orders(ids=call.ids, detail=call.values["detail"] or "", now=call.now, by=call.by)
    except WrongState as caught:
        raise _wrong(caught) from None
    return Outcome(_now("%(count)d orders on hold.") % {"count": len(held)}, len(held))


def _release(call: Call) -> Outcome:
    freed = release_holds(ids=call.ids, now=call.now, by=call.by)
    return Outcome(_now("%(count)d orders go on.") % {"count": len(freed)}, len(freed))


def _cancel(call: Call) -> Outcome:
    try:
        gone = cancel_orders(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    except WrongState as caught:
        raise _wrong(caught) from None
    return Outcome(_now("%(count)d orders cancelled.") % {"count": len(gone)}, len(gone))


def _remap(call: Call) -> Outcome:
    freed = remap_lines(now=call.now, by=call.by)
    return Outcome(_now("%(count)d orders go on.") % {"count": len(freed)}, len(freed))


NOUN = Noun(
    code="orders",
    label=_("Orders"),
    stage=5,
    place=10,
    icon="shopping-cart",
    prefix="ord",
    view="orders.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("number", _("Order"), value="external_id", sort="external_id"),
        Column("state", _("State"), STATE),
        Column("store", _("Store"), LINK, lambda o: Ref("stores", o.store_id, o.store.name)),
        Column("country", _("Country"), COUNTRY, sort="country"),
        Column("skus", _("SKUs"), TEXT, _skus, wide=True),
        Column("units", _("Units"), INT, _units),
        Column("amount", _("Amount"), MONEY, total),
        Column("profit", _("Profit"), MONEY, profit_money, hidden="profit"),
        Column("holds", _("On hold for"), TEXT, _holds),
        Column("left", _("Time left"), TEXT, _left),
        Column("ship_by", _("Latest shipping"), TIME, sort="ship_by"),
        Column("placed_at", _("Placed at"), TIME, sort="placed_at"),
    ),
    detail=_detail,
    order="-placed_at",
    search=("external_id__istartswith",),
    state_field="state",
    states=ORDER_STATES,
    filters=(
        Filter("store", _("Store"), "store_id", store_ids),
    ),
    actions=(
        Action("reserve", _("Reserve"), _reserve, "orders.reserve", MANY, states=("new",), key="r"),
        Action("wave", _("Make a wave"), _wave, "fulfilment.change", MANY, states=("ready",), key="w"),
        Action("hold", _("Hold"), _hold, "orders.change", MANY,
               (Field("detail", _("Why"), LONG, False),), states=("pending", "new", "held", "ready")),
        Action("release", _("Release"), _release, "orders.change", MANY,
               states=("held", "shipped", "picking")),
        Action("remap", _("Look for new mappings"), _remap, "orders.change", NONE),
        Action("cancel", _("Cancel"), _cancel, "orders.change", MANY, (Field("reason", _("Why")),),
               states=("pending", "new", "held", "ready"), danger=True,
               confirm=_("Reserved goods will be free again. Go on?")),
        IMPORT,
    ),
    waiting=lambda actor: orders_visible(actor).filter(state__in=("new", "held", "ready")).count(),
    empty=_("Connect a store, or import orders from a file."),
    audit_kind="order",
    title_of="external_id",
    note=_("Every channel's orders. Held ones say why; the number counts those that wait for the house."),
)  # fmt: skip
