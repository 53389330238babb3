"""A newer version of an order that is here already: what it changes depends on how far the order is.

Before picking the newest content wins and the order is judged anew; from picking on nothing is
rewritten, a hold tells the person who can still act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tradewind.apps.orders.models import Hold, Order, OrderLine
from tradewind.apps.orders.operations.mapping import Mapped, Mappings
from tradewind.apps.orders.operations.rows import HOLD_COLUMNS, LINE_COLUMNS, hold_row, line_row, sealed_buyer
from tradewind.apps.orders.states import BEFORE_PICK
from tradewind.apps.stock.operations import release
from tradewind.db import bulk
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CANCELLED, OPEN, PENDING, SHIPPED, ChannelOrder

_RANK_OF_STATE = {"pending": 0, "elsewhere": 2, "cancelled": 3}
_CONTENT_REASONS = ("unmapped_sku", "two_mappings", "cancel_requested", "out_of_stock", "no_warehouse")


class Known(NamedTuple):
    """An order as it stands here."""

    id: int
    state: str
    updated_at: datetime

    @property
    def version(self) -> tuple[datetime, int]:
        """The newest version taken: open in every state of our own, from new to shipped."""
        return self.updated_at, _RANK_OF_STATE.get(self.state, 1)


Later = tuple[Known, ChannelOrder]
Content = frozenset[tuple[str, str, int, int]]  # line id, listing, quantity, net price


def merge_orders(later: Sequence[Later], mappings: Mappings, *, now: datetime, by: Actor) -> list[int]:
    """Apply newer versions (orders locked) and return the ids touched; a handful of statements in all."""
    contents = _contents(
        [known.id for known, _order in later if known.state not in ("pending", "new", "held")]
    )
    same = [(k, o) for k, o in later if k.state == "ready" and _as_promised(o, contents[k.id])]
    before = [pair for pair in later if pair[0].state in BEFORE_PICK and pair not in same]
    after = [pair for pair in later if pair[0].state not in BEFORE_PICK]
    if same:
        _write_orders(same, {known.id: "ready" for known, _order in same})
    if before:
        _rewrite(before, mappings, now=now, by=by)
    if after:
        _tell(after, contents, now=now)
    return [known.id for known, _order in later]


def _rewrite(pairs: Sequence[Later], mappings: Mappings, *, now: datetime, by: Actor) -> None:
    """Newest content, then the state it leads to; what was promised is given back first."""
    ready = [known.id for known, _order in pairs if known.state == "ready"]
    if ready:
        promised = OrderLine.objects.filter(order_id__among=ready).values_list("id", flat=True)
        release(demand="order_line", demand_ids=list(promised), now=now, by=by)
    resolved = {known.id: _resolve(order, mappings) for known, order in pairs}
    _write_lines(pairs, resolved)
    kept = _close_holds(pairs, resolved, now=now, by=by)
    states = {}
    for known, order in pairs:
        reasons = _reasons(order, resolved[known.id])
        states[known.id] = _state(known, order, waits=bool(reasons) or known.id in kept)
    _write_orders(pairs, states)


def _as_promised(order: ChannelOrder, content: Content) -> bool:
    """Still open with the very lines that are reserved: the promise stands."""
    return order.state == OPEN and not order.cancel_requested and _content(order) == content


def _write_orders(pairs: Sequence[Later], states: dict[int, str]) -> None:
    bulk.update_rows(
        Order,
        [
            "state", "goods_minor", "shipping_minor", "tax_minor", "country", "buyer", "updated_at",
            "ship_by", "by_channel",
        ],
        [
            (
                known.id, states[known.id], sum(x.price.minor - x.discount.minor for x in order.lines),
                order.shipping.minor, sum(x.tax.minor for x in order.lines), order.address.country,
                sealed_buyer(order.address), instant(order.updated_at), instant(order.ship_by),
                order.by_channel,
            )
            for known, order in pairs
        ],
    )  # fmt: skip


def _state(known: Known, order: ChannelOrder, *, waits: bool) -> str:
    if order.state == CANCELLED:
        return "cancelled"
    if order.state == SHIPPED:
        return "elsewhere"
    if order.state == PENDING and known.state == "pending":
        return "pending"
    return "held" if waits else "new"  # a payment once cleared stays cleared


def _resolve(order: ChannelOrder, mappings: Mappings) -> dict[str, Mapped]:
    return {x.external_id: mappings.find(x.external_sku, order.placed_at) for x in order.lines}


def _reasons(order: ChannelOrder, resolved: dict[str, Mapped]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    if order.state not in (OPEN, PENDING):
        return reasons
    for line in order.lines:
        mapped = resolved[line.external_id]
        if mapped.sku_id is None:
            reasons.setdefault(mapped.reason, []).append(line.external_sku)
    if order.cancel_requested:
        reasons["cancel_requested"] = []
    return reasons


def _write_lines(pairs: Sequence[Later], resolved: dict[int, dict[str, Mapped]]) -> None:
    ids = [known.id for known, _order in pairs]
    here: dict[tuple[int, str], int] = {
        (order_id, external_id): pk
        for pk, order_id, external_id in OrderLine.objects.filter(order_id__among=ids).values_list(
            "id", "order_id", "external_id"
        )
    }
    rows = [
        line_row(
            here.pop((known.id, line.external_id), 0), known.id, line, resolved[known.id][line.external_id]
        )
        for known, order in pairs
        for line in order.lines
    ]
    OrderLine.objects.filter(pk__among=list(here.values())).delete()
    columns = [c for c in LINE_COLUMNS if c not in ("id", "order_id", "external_id")]
    bulk.update_rows(OrderLine, columns, [(r[0], *r[3:]) for r in rows if r[0]])
    new = [r for r in rows if not r[0]]
    fresh = bulk.take_ids(OrderLine, len(new))
    bulk.insert_rows(OrderLine, LINE_COLUMNS, [(pk, *r[1:]) for pk, r in zip(fresh, new, strict=True)])


def _close_holds(
    pairs: Sequence[Later], resolved: dict[int, dict[str, Mapped]], *, now: datetime, by: Actor
) -> set[int]:
    """Close the holds that the content explains, open those it calls for; orders that another holds."""
    ids = [known.id for known, _order in pairs]
    over = [known.id for known, order in pairs if order.state not in (OPEN, PENDING)]
    stale = Hold.objects.filter(order_id__among=ids, closed_at=None)
    stale.filter(reason__in=_CONTENT_REASONS).update(closed_at=now, closed_by=by.name)
    if over:
        stale.filter(order_id__among=over).update(closed_at=now, closed_by=by.name)
    bulk.insert_rows(
        Hold,
        HOLD_COLUMNS,
        [
            hold_row(known.id, reason, skus, now)
            for known, order in pairs
            for reason, skus in _reasons(order, resolved[known.id]).items()
        ],
    )
    return set(Hold.objects.filter(order_id__among=ids, closed_at=None).values_list("order_id", flat=True))


def _tell(pairs: Sequence[Later], contents: dict[int, Content], *, now: datetime) -> None:
    """From picking on: remember that the version was seen and open the holds that it calls for."""
    holds = [
        hold_row(known.id, reason, [], now)
        for known, order in pairs
        for reason in _late_reasons(known, order, contents[known.id])
    ]
    bulk.insert_rows_once(Hold, HOLD_COLUMNS, holds, unique=["order_id", "reason"], where="closed_at IS NULL")
    bulk.update_rows(Order, ["updated_at"], [(known.id, instant(order.updated_at)) for known, order in pairs])


def _late_reasons(known: Known, order: ChannelOrder, content: Content) -> list[str]:
    late = "after_pick" if known.state == "picking" else "after_ship"
    if known.state in ("cancelled", "elsewhere"):
        return []
    if order.state == CANCELLED:
        return [f"cancelled_{late}"]
    reasons = ["shipped_outside"] if order.state == SHIPPED and known.state == "picking" else []
    if order.cancel_requested:
        reasons.append("cancel_requested")
    if _content(order) != content:
        reasons.append(f"edited_{late}")
    return reasons


def _content(order: ChannelOrder) -> Content:
    return frozenset(
        (x.external_id, x.external_sku, x.qty, x.price.minor - x.discount.minor) for x in order.lines
    )


def _contents(ids: Iterable[int]) -> dict[int, Content]:
    found: dict[int, set[tuple[str, str, int, int]]] = defaultdict(set)
    rows = OrderLine.objects.filter(order_id__among=list(ids)).values_list(
        "order_id", "external_id", "external_sku", "qty", "price_minor", "discount_minor"
    )
    for order_id, external_id, sku, qty, price, discount in rows:
        found[order_id].add((external_id, sku, qty, price - discount))
    return {pk: frozenset(found[pk]) for pk in ids}
