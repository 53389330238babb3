"""Our parcels behind the lines of a bill, as the engine compares them: a handful of statements a bill."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tradewind.apps.claims.models import Bill, BillLine
from tradewind.apps.claims.states import ACCEPTED, AUDITED, CLOSED, CREDITED
from tradewind.apps.fulfilment.operations.freight import Box, boxes_of
from tradewind.apps.logistics.models import Service
from tradewind.apps.logistics.queries import cards_in_force
from tradewind.apps.orders.models import Order
from tradewind.db.sql import among, among_texts, fetch, id_set, moment, text_set
from tradewind.engine.bill_audit import Key, charge_key
from tradewind.engine.bill_pricing import (
    NO_CARD,
    NOT_SHIPPED,
    OTHER_COMPANY,
    OTHER_CURRENCY,
    UNKNOWN_PARCEL,
    Ours,
)
from tradewind.engine.rates import NO_WEIGHT, Card, Parcel

_FOUND = (
    "SELECT p.id, p.tracking_no, o.external_id, p.state, p.shipped_at, p.service_id, o.id, s.company_id, "
    "s.id FROM fulfilment_parcel p JOIN orders_order o ON o.id = p.order_id "
    "JOIN stores_store s ON s.id = o.store_id WHERE "
)


@dataclass(frozen=True, slots=True)
class Behind:
    """A parcel behind bill lines."""

    id: int
    tracking_no: str
    order_number: str
    state: str
    shipped_on: date | None
    service_id: int | None
    order_id: int
    company_id: int
    store_id: int


def parcels_behind(lines: Sequence[BillLine], company_id: int) -> dict[int, Behind]:
    """Line id -> the parcel it names: by tracking number, else by an order that has one parcel.

    A number of another company's parcel is found too; the last live parcel of a number counts.
    """
    numbers = {line.tracking_no for line in lines if line.tracking_no}
    numbered = _behind(f"NOT (p.tracking_no = '') AND {among_texts('p.tracking_no')}", numbers)
    by_number = {b.tracking_no: b for b in numbered}
    left = {x.reference for x in lines if x.reference and x.tracking_no not in by_number}
    by_order: dict[str, list[Behind]] = {}
    for found in _behind(f"p.void_no = 0 AND {among_texts('o.external_id')}", left):
        if found.company_id == company_id:
            by_order.setdefault(found.order_number, []).append(found)
    out = {}
    for line in lines:
        parcel = by_number.get(line.tracking_no) if line.tracking_no else None
        if parcel is None and len(by_order.get(line.reference, ())) == 1:
            parcel = by_order[line.reference][0]
        if parcel is not None:
            out[line.pk] = parcel
    return out


def _behind(where: str, texts: Iterable[str]) -> list[Behind]:
    wanted = sorted(texts)
    if not wanted:
        return []
    rows = fetch(f"{_FOUND}{where} ORDER BY p.void_no DESC, p.id", [text_set(wanted)])
    return [
        Behind(pk, number, order, state, _day(at), service, order_id, company, store)
        for pk, number, order, state, at, service, order_id, company, store in rows
    ]


def _day(at: Any) -> date | None:
    found = moment(at)
    return found.astimezone(UTC).date() if isinstance(found, datetime) else None


def parcel_key(line: BillLine, behind: Mapping[int, Behind]) -> str:
    """What tells parcels apart in a bill: ours where one is known, else what the creditor calls it."""
    parcel = behind.get(line.pk)
    return f"parcel:{parcel.id}" if parcel else line.tracking_no or line.reference


def ours_of(bill: Bill, lines: Sequence[BillLine], behind: Mapping[int, Behind]) -> dict[str, Ours]:
    """What is known of every parcel a bill names, by its key."""
    parcels = {b.id: b for b in behind.values()}
    shipped = {pk: b for pk, b in parcels.items() if b.state == "shipped" and b.company_id == bill.company_id}
    boxes = boxes_of(sorted(shipped)) if shipped else {}
    asked = {line.service for line in lines if line.service}
    cards = _Cards({b.service_id for b in shipped.values()}, asked, {b.shipped_on for b in shipped.values()})
    postcodes = _postcodes(shipped, boxes, cards)
    named = {parcel_key(line, behind): line for line in lines}
    out: dict[str, Ours] = {}
    for key, line in named.items():
        parcel = behind.get(line.pk)
        if parcel is None:
            out[key] = Ours(refused=UNKNOWN_PARCEL)
        elif parcel.company_id != bill.company_id:
            out[key] = Ours(refused=OTHER_COMPANY)
        elif parcel.state != "shipped":
            out[key] = Ours(refused=NOT_SHIPPED)
        else:
            box = boxes.get(parcel.id)
            out[key] = _priced(bill, line, parcel, box, cards, postcodes.get(parcel.order_id, ""))
    return out


def _priced(
    bill: Bill, line: BillLine, parcel: Behind, box: Box | None, cards: _Cards, postcode: str
) -> Ours:
    card = cards.of(parcel.service_id, parcel.shipped_on)
    if card is None:
        return Ours(unjudged=NO_CARD)
    if card.currency != bill.currency:
        return Ours(unjudged=OTHER_CURRENCY)
    weight = box.weight_g if box else None
    if box is None or (weight is None and line.billed_g is None):
        return Ours(unjudged=NO_WEIGHT)
    own = Parcel(box.country, weight or line.billed_g or 1, *box.sides, postcode=postcode, goods=box.goods)
    named = cards.named(line.service, parcel.service_id, parcel.shipped_on)
    return Ours(own, card, box.weighed and bool(weight), box.units == 1, billed_card=named)


class _Cards:
    """The cards of some services on some days, each day's read once."""

    def __init__(self, services: Iterable[int | None], names: set[str], days: Iterable[date | None]) -> None:
        rows = Service.objects.all().values_list("id", "code", "name")
        ids = {pk for pk in services if pk}
        self.ids: dict[str, int] = {}
        codes = []
        for pk, code, name in rows:
            if pk in ids or {code, name} & names:
                codes.append(code)
                self.ids |= {code: pk, name: pk}
        self.cards: dict[tuple[int, date], Card] = {}
        for day in sorted(d for d in set(days) if d is not None):
            for priced in cards_in_force(day, codes=codes) if codes else ():
                self.cards[priced.service.pk, day] = priced.card

    def of(self, service_id: int | None, day: date | None) -> Card | None:
        """The card of a service on a day."""
        return self.cards.get((service_id, day)) if service_id and day else None

    def named(self, name: str, service_id: int | None, day: date | None) -> Card | None:
        """The card of the service a bill names, where that is another than ours."""
        other = self.ids.get(name)
        return None if other is None or other == service_id else self.of(other, day)


def _postcodes(shipped: Mapping[int, Behind], boxes: Mapping[int, Box], cards: _Cards) -> dict[int, str]:
    """Order -> postcode, opened only where a card asks for it."""
    wanted = []
    for pk, parcel in shipped.items():
        card, box = cards.of(parcel.service_id, parcel.shipped_on), boxes.get(pk)
        if card is not None and box is not None and _asks_postcode(card, box.country):
            wanted.append(parcel.order_id)
    orders = Order.objects.filter(pk__among=sorted(set(wanted))).only("buyer")
    found = {order.pk: order.buyer for order in orders} if wanted else {}
    return {pk: str((buyer or {}).get("postcode", "")) for pk, buyer in found.items()}


def _asks_postcode(card: Card, country: str) -> bool:
    return card.by_area(country) or (not card.blocked and card.view(country) is None)


def charged_before(bill: Bill, behind: Mapping[int, Behind], lines: Sequence[BillLine]) -> dict[Key, str]:
    """What earlier bills of the creditor charged for these parcels: by parcel and code, and where."""
    before = Bill.objects.filter(company_id=bill.company_id, creditor=bill.creditor).exclude(pk=bill.pk)
    earlier = [
        pk for pk, state, on in before.values_list("id", "state", "on")
        if state in (ACCEPTED, CLOSED) or (state == AUDITED and (on, pk) < (bill.on, bill.pk))
    ]  # fmt: skip
    if not earlier:
        return {}
    ids = {b.id for b in behind.values()}
    numbers = {line.tracking_no for line in lines if line.tracking_no}
    rows = fetch(
        "SELECT b.number, l.line_no, l.parcel_id, l.tracking_no, l.charges FROM claims_billline l "
        f"JOIN claims_bill b ON b.id = l.bill_id WHERE {among('l.bill_id')} AND l.state <> %s AND "
        f"(({among('l.parcel_id')}) OR (NOT (l.tracking_no = '') AND {among_texts('l.tracking_no')}))",
        [id_set(earlier), CREDITED, id_set(sorted(ids)), text_set(sorted(numbers))],
    )
    found: dict[Key, str] = {}
    for number, line_no, parcel_id, tracking, charges in rows:
        key = f"parcel:{parcel_id}" if parcel_id else tracking
        for code in _codes(charges):
            found[charge_key(key, code)] = f"{number}#{line_no}"
    return found


def _codes(charges: Any) -> Iterable[str]:
    found: dict[str, int] = json.loads(charges) if isinstance(charges, str) else charges
    return found
