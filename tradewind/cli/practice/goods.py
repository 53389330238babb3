"""Buying and moving goods in the practice company: purchase orders, deliveries, first legs, freight bills."""

from __future__ import annotations

from datetime import datetime, timedelta

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Service, Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Quote, Supplier, SupplierInvoice
from tradewind.apps.sourcing.operations import (
    Delivered,
    Delivery,
    NewPurchase,
    NewPurchaseLine,
    NewSupplierInvoice,
    draft_purchase_orders,
    place_purchase_orders,
    receive,
    record_supplier_invoices,
)
from tradewind.apps.stock.models import Balance, FirstLeg, LandedCharge
from tradewind.apps.stock.operations import arrive_leg, charge_leg, depart_leg, pack_leg
from tradewind.cli.practice.plan import ABROAD, COMPANY, HOME, SEA, SEA_FEN_A_KG, Plan, actor
from tradewind.cli.practice.range import ABROAD_SUPPLIER, uncosted
from tradewind.engine.access import OWNER, PURCHASING, WAREHOUSE
from tradewind.engine.money import Money

FIRST, LATER, FIRST_LEG, LATER_LEG = 190, 120, 90, 60  # units of a SKU
LOW_HOME, LOW_ABROAD = 70, 45
AT_SEA = timedelta(days=22)
LATE_BILL = timedelta(days=9)


def places() -> tuple[int, int, int]:
    """Ids of the company, the home warehouse, the one abroad."""
    houses = dict(Warehouse.objects.values_list("code", "id"))
    return Company.objects.get(code=COMPANY).pk, houses[HOME], houses[ABROAD]


def abroad(plan: Plan) -> list[str]:
    """SKU codes that are sold from the warehouse abroad: every second one of the range."""
    return sorted(Sku.objects.values_list("code", flat=True))[1::2]


def forgotten(plan: Plan) -> str:
    """The SKU that nobody reorders for a while, so that it sells out."""
    codes = sorted(Sku.objects.values_list("code", flat=True))
    return plan.dice("forgotten").choice(codes[1:])


def _suppliers_of() -> dict[str, int]:
    """The home supplier of each SKU."""
    rows = Quote.objects.exclude(supplier__code=ABROAD_SUPPLIER).order_by("id")
    return dict(rows.values_list("sku__code", "supplier_id"))


def buy(plan: Plan, wanted: dict[str, int], now: datetime) -> list[int]:
    """Purchase orders for SKU codes and units, one a supplier, placed; once a day at most."""
    if PurchaseOrder.objects.filter(ordered_on=now.date()).exists():
        drafts = PurchaseOrder.objects.filter(ordered_on=now.date(), state="draft")
    else:
        company_id, home, _abroad = places()
        by_supplier: dict[int, list[NewPurchaseLine]] = {}
        skus, supplier_of = dict(Sku.objects.values_list("code", "id")), _suppliers_of()
        for code, qty in sorted(wanted.items()):
            by_supplier.setdefault(supplier_of[code], []).append(NewPurchaseLine(skus[code], qty))
        lead = dict(Quote.objects.values_list("supplier_id", "lead_days"))
        new = [
            NewPurchase(company_id, supplier, home, now.date(), lines,
                        now.date() + timedelta(days=lead[supplier] or 14))
            for supplier, lines in sorted(by_supplier.items())
        ]  # fmt: skip
        ids = draft_purchase_orders(purchases=new, now=now, by=actor(PURCHASING))
        drafts = PurchaseOrder.objects.filter(pk__in=ids)
    ids = list(drafts.order_by("id").values_list("id", flat=True))
    return place_purchase_orders(ids=ids, now=now, by=actor(PURCHASING)) if ids else []


def buy_abroad(plan: Plan, now: datetime) -> None:
    """The one order in a currency without a rate: its goods come in without a cost, and it shows."""
    supplier, by = Supplier.objects.get(code=ABROAD_SUPPLIER), actor(PURCHASING)
    if not PurchaseOrder.objects.filter(supplier=supplier).exists():
        company_id, home, _abroad = places()
        line = NewPurchaseLine(Sku.objects.get(code=uncosted(plan)).pk, 60)
        due = now.date() + timedelta(days=20)
        new = NewPurchase(company_id, supplier.pk, home, now.date(), [line], due)
        draft_purchase_orders(purchases=[new], now=now, by=by)
    drafts = PurchaseOrder.objects.filter(supplier=supplier, state="draft").values_list("id", flat=True)
    if drafts:
        place_purchase_orders(ids=list(drafts), now=now, by=by)


def take_deliveries(plan: Plan, now: datetime, *, all_open: bool = False) -> None:
    """Receive what is due today, a few pieces broken, and book the supplier's bill; one bill never comes."""
    due = PurchaseOrder.objects.filter(state="placed").order_by("id")
    if not all_open:
        due = due.filter(due_on__lte=now.date())
    orders = list(due)
    deliveries = []
    for order in orders:
        lines = []
        for line in PurchaseLine.objects.filter(order=order).order_by("id").select_related("sku"):
            bad = plan.dice("bad", order.number, line.sku.code).choice((0,) * 9 + (1,))
            lines.append(Delivered(line.sku_id, line.qty - bad, bad))
        deliveries.append(Delivery(order.pk, f"DN-{order.number}", lines))
    if deliveries:
        receive(deliveries=deliveries, now=now, by=actor(WAREHOUSE))
    _bills(now)


def _bills(now: datetime) -> None:
    billed = SupplierInvoice.objects.values_list("order_id", flat=True)
    open_ones = PurchaseOrder.objects.filter(state="received").exclude(pk__in=billed).order_by("id")
    unbilled = PurchaseOrder.objects.order_by("id").values_list("id", flat=True)[1:2]
    new = []
    for order in open_ones.exclude(pk__in=list(unbilled)):
        lines = order.lines.prefetch_related("receipts")
        good = sum(r.good_qty * line.price_minor for line in lines for r in line.receipts.all())
        vat = Money(good, order.currency).times(13).minor // 100
        new.append(
            NewSupplierInvoice(
                order.pk, f"FP-{order.number}", now.date(), Money(good, order.currency),
                Money(vat, order.currency),
            )
        )  # fmt: skip
    if new:
        record_supplier_invoices(invoices=new, now=now, by=actor(PURCHASING))


def reorder(plan: Plan, day: int, now: datetime) -> None:
    """Buy what runs low at home; the forgotten SKU only in the last third of the time."""
    company_id, home, _abroad = places()
    free = {
        code: on_hand - reserved
        for code, on_hand, reserved in Balance.objects.filter(
            warehouse_id=home, owner_id=company_id
        ).values_list("sku__code", "on_hand", "reserved")
    }
    coming: dict[str, int] = {}
    open_lines = PurchaseLine.objects.filter(order__state__in=["draft", "placed"])
    for code, qty in open_lines.values_list("sku__code", "qty"):
        coming[code] = coming.get(code, 0) + qty
    asleep = forgotten(plan) if day < plan.days * 2 // 3 else ""
    wanted = {
        code: LATER
        for code, units in free.items()
        if units + coming.get(code, 0) < LOW_HOME and code != asleep
    }
    if wanted:
        buy(plan, wanted, now)


def send_abroad(units: dict[str, int], now: datetime) -> None:
    """Pack a first leg to the warehouse abroad and let it leave."""
    by = actor(WAREHOUSE)
    company_id, home, away = places()
    packed = FirstLeg.objects.filter(state="packed").order_by("id").first()
    if packed is None:
        skus = dict(Sku.objects.values_list("code", "id"))
        service = Service.objects.get(code=SEA)
        packed = pack_leg(
            owner_id=company_id, origin_id=home, destination_id=away, service_id=service.pk,
            lines={skus[code]: qty for code, qty in sorted(units.items())}, now=now, by=by,
        )  # fmt: skip
    depart_leg(leg_id=packed.pk, now=now, by=by)


def refill_abroad(plan: Plan, now: datetime) -> None:
    """Send what runs low abroad, when nothing is at sea and there is enough at home."""
    if FirstLeg.objects.filter(state="departed").exists():
        return
    company_id, home, away = places()
    free: dict[tuple[int, str], int] = {}
    rows = Balance.objects.filter(owner_id=company_id)
    for place, code, on_hand, reserved in rows.values_list(
        "warehouse_id", "sku__code", "on_hand", "reserved"
    ):
        free[place, code] = on_hand - reserved
    units = {
        code: min(LATER_LEG, free[home, code] - 30)
        for code in abroad(plan)
        if free.get((away, code), 0) < LOW_ABROAD and free.get((home, code), 0) > 50
    }
    if units or FirstLeg.objects.filter(state="packed").exists():
        send_abroad(units, now)


def land(plan: Plan, now: datetime, *, after: timedelta = AT_SEA) -> None:
    """First legs arrive; duty is billed at once, the freight of every second leg nine days later."""
    for leg in FirstLeg.objects.filter(state="departed", departed_at__lte=now - after).order_by("id"):
        arrive_leg(leg_id=leg.pk, now=now, by=actor(WAREHOUSE))
    for leg in FirstLeg.objects.filter(state="arrived").order_by("id"):
        late = LATE_BILL if leg.pk % 2 == 0 else timedelta()
        _charge(leg, "duty", "value", timedelta(), now)
        _charge(leg, "freight", "weight", late, now)


def _charge(leg: FirstLeg, kind: str, basis: str, wait: timedelta, now: datetime) -> None:
    assert leg.arrived_at is not None
    if leg.arrived_at + wait > now or LandedCharge.objects.filter(leg=leg, kind=kind).exists():
        return
    lines = list(leg.lines.select_related("sku"))
    grams = sum(line.qty * (line.sku.weight_g or 0) for line in lines)
    fen = grams * SEA_FEN_A_KG // 1000 if kind == "freight" else sum(line.qty for line in lines) * 62
    creditor = "迅飞海运 Xunfei Sea" if kind == "freight" else "LA Customs Brokers"
    charge_leg(
        leg_id=leg.pk, kind=kind, basis=basis, number=f"{kind[:2].upper()}-{leg.number}", creditor=creditor,
        on=now.date(), amount=Money(fen, "CNY"), now=now, by=actor(OWNER),
    )  # fmt: skip
