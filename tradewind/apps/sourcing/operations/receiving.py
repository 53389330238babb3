"""Goods that arrive on purchase orders: once a delivery note, never more than was ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.sourcing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine
from tradewind.apps.sourcing.states import OPEN, PURCHASE_ORDER
from tradewind.db.bulk import update_rows
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move
from tradewind.engine.access import Actor


@dataclass(frozen=True, slots=True)
class Delivered:
    """Units of a SKU in a delivery, good and defective apart; both use up what was ordered."""

    sku_id: int
    good_qty: int
    bad_qty: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery on an order. `key` is the delivery note's number at this supplier's."""

    order_id: int
    key: str
    lines: Sequence[Delivered]


_Lines = Mapping[tuple[int, int], PurchaseLine]


def receive(*, deliveries: Sequence[Delivery], now: datetime, by: Actor) -> list[int]:
    """Take deliveries in; the receipts' ids in order. The stock app pulls them from here.

    The same delivery note with the same content again is the receipt there already is; with other
    content it is refused. Refused too: more than is still open, a SKU not ordered, an order not placed.
    """
    ids = [d.order_id for d in deliveries]
    with acting(by, "sourcing.receive", kind="purchase_order", ids=ids, now=now) as act:
        found = Findings()
        orders = PurchaseOrder.objects.in_bulk(ids)
        lines = {(ln.order_id, ln.sku_id): ln for ln in PurchaseLine.objects.filter(order_id__among=ids)}
        keys = [_key(found.at(row), d) for row, d in rows(deliveries)]
        there = _there(keys)
        fresh: dict[str, Delivery] = {}
        for (row, one), key in zip(rows(deliveries), keys, strict=True):
            _check(found.at(row), one, orders, lines)
            if key in there or key in fresh:
                _same(found, one, key, there, fresh)
            else:
                fresh[key] = one
        found.at(None).settle()
        if not fresh:
            act.nothing()
            return [there[k][0] for k in keys]
        made = _insert(fresh, lines, now, by)
        _use_up(fresh, lines, orders)
        act.note(verb="receive", receipts=[r.number for r in made.values()])
        return [made[k].pk if k in made else there[k][0] for k in keys]


def _key(found: Findings, one: Delivery) -> str:
    return f"{one.order_id}:{found.text('key', one.key, 60)}"


_Content = list[tuple[int, int, int]]  # SKU, good, bad


def _there(keys: Sequence[str]) -> dict[str, tuple[int, _Content]]:
    """Receipts of these delivery notes with what they hold."""
    found = dict(Receipt.objects.filter(key__among=list(keys)).values_list("key", "id"))
    content: dict[int, _Content] = {pk: [] for pk in found.values()}
    for row in ReceiptLine.objects.filter(receipt_id__among=list(content)).values_list(
        "receipt_id", "line__sku_id", "good_qty", "bad_qty"
    ):
        content[row[0]].append((row[1], row[2], row[3]))
    return {key: (pk, sorted(content[pk])) for key, pk in found.items()}


def _content(one: Delivery) -> _Content:
    return sorted((d.sku_id, d.good_qty, d.bad_qty) for d in one.lines)


def _same(
    found: Findings,
    one: Delivery,
    key: str,
    there: Mapping[str, tuple[int, _Content]],
    fresh: Mapping[str, Delivery],
) -> None:
    before = there[key][1] if key in there else _content(fresh[key])
    if before != _content(one):
        found.add("key", one.key, _("this delivery note was received with other content"))


def _check(found: Findings, one: Delivery, orders: Mapping[int, PurchaseOrder], lines: _Lines) -> None:
    order = orders.get(one.order_id)
    if order is None:
        found.add("order", one.order_id, _("there is no such row"))
        return
    if not one.lines:
        found.add("lines", "", _("a delivery has lines"))
    seen: set[int] = set()
    for line in one.lines:
        if (one.order_id, line.sku_id) not in lines:
            found.add("sku", line.sku_id, _("was not ordered on %(number)s") % {"number": order.number})
        if line.sku_id in seen:
            found.add("sku", line.sku_id, _("stands twice in this delivery"))
        seen.add(line.sku_id)
        good, bad = found.whole("good_qty", line.good_qty), found.whole("bad_qty", line.bad_qty)
        if good == 0 and bad == 0:
            found.add("good_qty", 0, _("nothing came in"), _("1 or more"))


def _insert(fresh: Mapping[str, Delivery], lines: _Lines, now: datetime, by: Actor) -> dict[str, Receipt]:
    numbers = take_numbers("receipt", len(fresh))
    made = {
        key: Receipt(
            number=numbered("RC", n), order_id=one.order_id, received_at=now, received_by=by.name, key=key
        )
        for (key, one), n in zip(fresh.items(), numbers, strict=True)
    }
    Receipt.objects.bulk_create(made.values())
    ReceiptLine.objects.bulk_create(
        [
            ReceiptLine(
                receipt=made[key], line=lines[one.order_id, d.sku_id], good_qty=d.good_qty, bad_qty=d.bad_qty
            )
            for key, one in fresh.items()
            for d in one.lines
        ],
        batch_size=2000,
    )
    return made


def _use_up(fresh: Mapping[str, Delivery], lines: _Lines, orders: Mapping[int, PurchaseOrder]) -> None:
    """Raise what was received by one conditional update; over-receipt or a state too early refuses all."""
    units: dict[int, int] = {}
    for one in fresh.values():
        for d in one.lines:
            line = lines[one.order_id, d.sku_id]
            units[line.pk] = units.get(line.pk, 0) + d.good_qty + d.bad_qty
    changed = update_rows(
        PurchaseLine, ["received_qty"], sorted(units.items()),
        set_sql="received_qty = t.received_qty + d.received_qty",
        where="t.received_qty + d.received_qty <= t.qty",
    )  # fmt: skip
    touched = sorted({one.order_id for one in fresh.values()})
    if changed != len(units):
        _over(units, lines, orders)
    still_open = set(
        PurchaseLine.objects.filter(order_id__among=touched, received_qty__lt=F("qty")).values_list(
            "order_id", flat=True
        )
    )
    moved = move(PurchaseOrder, PURCHASE_ORDER, "receive_part", [o for o in touched if o in still_open])
    moved += move(PurchaseOrder, PURCHASE_ORDER, "receive_all", [o for o in touched if o not in still_open])
    _not_open(set(touched) - set(moved), orders)


def _over(units: Mapping[int, int], lines: _Lines, orders: Mapping[int, PurchaseOrder]) -> None:
    """Say which lines are over, by what was open when the delivery was read."""
    found = Findings()
    for line in lines.values():
        left = line.qty - line.received_qty
        if units.get(line.pk, 0) > left:
            found.add(
                "good_qty",
                units[line.pk],
                _("more than is still open of SKU %(sku)s on %(number)s")
                % {"sku": line.sku_id, "number": orders[line.order_id].number},
                _("at most %(n)s") % {"n": left},
            )
    if not found.problems:
        found.add("good_qty", "", _("somebody else received at the same moment"), _("try again"))
    found.settle()


def _not_open(late: set[int], orders: Mapping[int, PurchaseOrder]) -> None:
    found = Findings()
    for pk in sorted(late):
        found.add("order", orders[pk].number, _("the order does not wait for goods"), ", ".join(OPEN))
    found.settle()
