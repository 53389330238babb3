"""Parcels at the desk: pick, pack, ship, and whether the channel knows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.fulfilment.operations import (
    DeliveryScan,
    Shipment,
    import_deliveries,
    pack,
    pick,
    record_deliveries,
    ship,
    take_apart,
)
from tradewind.apps.fulfilment.queries import parcels_visible
from tradewind.apps.logistics.models import Service
from tradewind.apps.orders.models import OrderLine
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    FLAG,
    INT,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
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
from tradewind.desk.nouns._goods import COST_STATES, PARCEL_STATES, minor, time_left, warehouse_ids
from tradewind.desk.nouns.sync_runs import stores as store_ids
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

IN_HOUSE = ("picking", "picked", "packed")


def _rows(actor: Actor) -> QuerySet[Any]:
    return parcels_visible(actor).defer("order__buyer", "order__store__credentials")


def _order(row: Any) -> Ref:
    return Ref("orders", row.order_id, row.order.external_id)


def _freight(row: Any) -> Any:
    return minor(row.freight_minor, row.freight_currency)


def _known(row: Any) -> bool | None:
    return row.pushed_at is not None if row.state == "shipped" else None


def _left(row: Any) -> str:
    return time_left(row.order.ship_by) if row.state in IN_HOUSE else ""


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = _rows(actor).filter(pk=pk).first()
    if row is None:
        return None
    lines = OrderLine.objects.filter(order_id=row.order_id).select_related("sku").order_by("id")
    return Detail(
        row.tracking_no or f"#{row.pk}",
        row.order.external_id,
        row.state,
        (
            Fact(_("Order"), _order(row), LINK),
            Fact(_("Wave"), Ref("waves", row.wave_id, row.wave.number) if row.wave else None, LINK),
            Fact(_("Warehouse"), row.warehouse.name),
            Fact(_("Service"), row.service.name if row.service else ""),
            Fact(_("Tracking number"), row.tracking_no),
            Fact(_("Weight (g)"), row.weight_g, INT),
            Fact(_("Freight"), _freight(row), MONEY),
            Fact(_("Freight is"), COST_STATES.get(row.freight_state, row.freight_state)),
            Fact(_("Freight by"), row.freight_source),
            Fact(_("Shipped"), row.shipped_at, TIME),
            Fact(_("Delivered"), row.delivered_at, TIME),
            Fact(_("Confirmed by the channel"), row.pushed_at, TIME),
            Fact(_("Pushes"), row.push_attempts, INT),
        ),
        (
            Table(
                _("Lines"),
                (
                    Column("sku", _("SKU"), LINK, lambda x: Ref("skus", x.sku_id, x.sku.code)),
                    Column("title", _("Title"), wide=True),
                    Column("units", _("Units"), INT, lambda x: x.qty * x.units_each),
                ),
                list(lines),
            ),
        ),
        alerts=(_now("The channel refused it: %s") % row.push_error,) if row.push_error else (),
    )


def _safely(act: Any) -> Any:
    try:
        return act()
    except WrongState:
        why = _now("some of these parcels are in another state: nothing was changed")
        raise Refused([Problem(None, "state", "", why)]) from None


def _pick(call: Call) -> Outcome:
    done = _safely(lambda: pick(ids=call.ids, now=call.now, by=call.by))
    return Outcome(_now("%(count)d parcels picked.") % {"count": len(done)}, len(done))


def _pack(call: Call) -> Outcome:
    weights = dict.fromkeys(call.ids, call.values["weight_g"])
    done = _safely(lambda: pack(weights=weights, now=call.now, by=call.by))
    return Outcome(_now("%(count)d parcels packed.") % {"count": len(done)}, len(done))


def _shipments(call: Call, tracking: str) -> list[Shipment]:
    code = call.values["service"]
    service = Service.objects.filter(code=code).values_list("id", flat=True).first() if code else None
    return [Shipment(pk, service, tracking) for pk in call.ids]


def _ship(call: Call) -> Outcome:
    done = _safely(lambda: ship(parcels=_shipments(call, ""), now=call.now, by=call.by))
    return Outcome(_now("%(count)d parcels shipped.") % {"count": len(done)}, len(done))


def _ship_one(call: Call) -> Outcome:
    tracking = str(call.values["tracking_no"]).strip()
    done = _safely(lambda: ship(parcels=_shipments(call, tracking), now=call.now, by=call.by))
    return Outcome(_now("%(count)d parcels shipped.") % {"count": len(done)}, len(done))


def _delivered(call: Call) -> Outcome:
    numbers = parcels_visible(call.by).filter(id__among=list(call.ids)).values_list("tracking_no", flat=True)
    scans = [DeliveryScan(number, call.values["on"]) for number in numbers]
    return _scanned(record_deliveries(scans=scans, now=call.now, by=call.by))


def _deliveries(call: Call) -> Outcome:
    file = call.values["file"]
    return _scanned(import_deliveries(name=file.name, data=file.content, now=call.now, by=call.by))


def _scanned(done: Any) -> Outcome:
    words = _now("%(new)d deliveries new, %(corrected)d corrected, %(same)d known before.")
    return Outcome(words % done._asdict(), done.new + done.corrected)


def _apart(call: Call) -> Outcome:
    done = _safely(
        lambda: take_apart(
            ids=call.ids, cancel_orders=False, reason=call.values["reason"], now=call.now, by=call.by
        )
    )
    return Outcome(_now("%(count)d parcels taken apart.") % {"count": len(done)}, len(done))


def _services(_actor: Actor) -> list[tuple[str, str]]:
    kinds = Q(kind="first_leg")
    return [(s.code, s.name) for s in Service.objects.exclude(kinds).order_by("code")]


_SERVICE = Field("service", _("Service"), CHOICE, False, choices=_services)

NOUN = Noun(
    code="parcels",
    label=_("Parcels"),
    stage=5,
    place=40,
    icon="package",
    prefix="prc",
    view="fulfilment.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("tracking_no", _("Tracking number"), sort="tracking_no"),
        Column("order", _("Order"), LINK, _order),
        Column("state", _("State"), STATE),
        Column("store", _("Store"), TEXT, "order.store.name"),
        Column("wave", _("Wave"), TEXT, "wave.number"),
        Column("warehouse", _("Warehouse"), TEXT, "warehouse.name"),
        Column("service", _("Service"), TEXT, "service.name", wide=True),
        Column("weight_g", _("Weight (g)"), INT, sort="weight_g"),
        Column("freight", _("Freight"), MONEY, _freight),
        Column("left", _("Time left"), TEXT, _left),
        Column("shipped_at", _("Shipped"), TIME),
        Column("delivered_at", _("Delivered"), TIME),
        Column("known", _("Channel knows"), FLAG, _known),
    ),
    detail=_detail,
    search=("tracking_no__istartswith", "order__external_id__istartswith"),
    state_field="state",
    states=PARCEL_STATES,
    filters=(
        Filter("store", _("Store"), "order__store_id", store_ids),
        Filter("warehouse", _("Warehouse"), "warehouse_id", warehouse_ids),
    ),
    actions=(
        Action("pick", _("Picked"), _pick, "fulfilment.change", MANY, states=("picking",), key="k"),
        Action("pack", _("Packed"), _pack, "fulfilment.change", MANY,
               (Field("weight_g", _("Weight (g)"), INT, False, help=_("Empty: not weighed")),),
               states=("picked",), key="p"),
        Action("ship", _("Ship with our own numbers"), _ship, "fulfilment.change", MANY, (_SERVICE,),
               states=("packed",), key="s"),
        Action("ship_one", _("Ship with a tracking number"), _ship_one, "fulfilment.change", ONE,
               (_SERVICE, Field("tracking_no", _("Tracking number"))), states=("packed",)),
        Action("delivered", _("Delivered"), _delivered, "fulfilment.change", MANY,
               (Field("on", _("Day of delivery"), DATE),), states=("shipped",), key="d"),
        Action("deliveries", _("Import deliveries"), _deliveries, "fulfilment.change", NONE,
               (Field("file", _("File"), FILE, help=_("Tracking number and day of delivery, CSV or XLSX")),)),
        Action("apart", _("Take apart"), _apart, "fulfilment.change", MANY, (Field("reason", _("Why")),),
               states=IN_HOUSE, danger=True, confirm=_("The goods go back on the shelf. Go on?")),
    ),
    waiting=lambda actor: parcels_visible(actor).filter(state__in=IN_HOUSE).count(),
    empty=_("Make a wave of ready orders first."),
    audit_kind="parcel",
    title_of=lambda p: p.tracking_no or f"#{p.pk}",
    note=_("From the shelf to the carrier. The number counts parcels that are still in the house."),
)  # fmt: skip
