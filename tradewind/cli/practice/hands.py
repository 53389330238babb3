"""The people of the practice company at work: the warehouse twice a day, the office beside it."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.fulfilment.operations.packing import pack, pick
from tradewind.apps.fulfilment.operations.shipping import Shipment, ship
from tradewind.apps.fulfilment.operations.waves import make_wave
from tradewind.apps.fulfilment.push import push_tracking
from tradewind.apps.listings.step import publish
from tradewind.apps.logistics.models import Service
from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations import release_holds
from tradewind.apps.treasury import queries as cash
from tradewind.apps.treasury.models import Withdrawal
from tradewind.apps.treasury.operations import withdraw
from tradewind.cli.practice.plan import ABROAD, LINE, TAIL, Plan, actor
from tradewind.engine.access import FINANCE, WAREHOUSE, system
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

STRIKE = range(40, 45)  # days on which nothing leaves for Japan: its orders get late
SMALLEST = 20_000  # minor units worth withdrawing


def work(plan: Plan, day: int, now: datetime) -> None:
    """Wave, pick, pack and ship everything that may leave; tell the channels, and what is left to sell."""
    by = actor(WAREHOUSE)
    _addresses(now)
    ready = Order.objects.filter(state="ready").exclude(holds__closed_at=None, holds__isnull=False)
    if day in STRIKE:
        ready = ready.exclude(store__market__code="JP")
    make_wave(ids=list(ready.order_by("placed_at", "id").values_list("id", flat=True)), now=now, by=by)
    picking = _parcels("picking")
    if picking:
        pick(ids=picking, now=now, by=by)
    picked = _parcels("picked")
    if picked:
        pack(weights=_weights(plan, picked), now=now, by=by)
    _ship(now)
    push_tracking(now, system("practice"))
    publish(now, system("practice"))


def _addresses(now: datetime) -> None:
    """The buyer moved while the parcel was packed: the label is printed with the new address."""
    ids = Hold.objects.filter(reason="edited_after_pick", closed_at=None).values_list("order_id", flat=True)
    if ids:
        release_holds(ids=list(ids), reasons=["edited_after_pick"], now=now, by=actor(WAREHOUSE))


def _parcels(state: str) -> list[int]:
    return list(Parcel.objects.filter(state=state).order_by("id").values_list("id", flat=True))


def _weights(plan: Plan, ids: list[int]) -> dict[int, int | None]:
    """What the scale says: the units and some packing; it is out of order for one parcel in forty."""
    grams: dict[int, int] = {}
    numbers: dict[int, str] = {}
    rows = OrderLine.objects.filter(order__parcels__in=ids).values_list(
        "order__parcels__id", "order__external_id", "qty", "units_each", "sku__weight_g"
    )
    for pk, number, qty, each, weight in rows:
        numbers[pk] = number
        grams[pk] = grams.get(pk, 0) + qty * each * (weight or 0)
    out: dict[int, int | None] = {}
    for pk in ids:
        dice = plan.dice("scale", numbers[pk])
        out[pk] = None if dice.random() < 0.025 else grams[pk] + dice.randint(20, 90)
    return out


def _ship(now: datetime) -> None:
    services = dict(Service.objects.values_list("code", "id"))
    packed = Parcel.objects.filter(state="packed").exclude(
        order__holds__closed_at=None, order__holds__isnull=False
    )
    rows = packed.order_by("id").values_list("id", "warehouse__code")
    shipments = [Shipment(pk, services[TAIL if house == ABROAD else LINE]) for pk, house in rows]
    if shipments:
        ship(parcels=shipments, now=now, by=actor(WAREHOUSE))


def bring_home(now: datetime) -> None:
    """Withdraw what lies on the collection accounts to the bank, converted (结汇); once a week."""
    by = actor(FINANCE)
    bank = cash.bank_accounts(by).order_by("id")[0]
    balances = cash.collection_balances(by)
    for account in cash.collection_accounts(by).filter(state="open").order_by("id"):
        held = balances.get(account.pk, Money.zero(account.currency))
        key = f"W-{account.code}-{now:%y%m%d}"
        if held.minor < SMALLEST or Withdrawal.objects.filter(key=key).exists():
            continue
        try:
            withdraw(account_id=account.pk, bank_id=bank.pk, amount=held, key=key, now=now, by=by)
        except Refused as refused:
            print(f"  {account.code}: {refused}")
