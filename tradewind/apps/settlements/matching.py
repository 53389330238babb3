"""Which order, and which line of it, a settlement line is of: by the channel's own keys only."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.apps.orders.models import Order, OrderLine

NOTHING: tuple[int | None, int | None] = (None, None)


class OrderKeys:
    """The orders of a store with these ids of the channel, read once; asked line by line.

    A line is matched by its own id, else by the SKU where the order has one line of it only.
    """

    def __init__(self, store_id: int, external_ids: Iterable[str]) -> None:
        orders = Order.objects.filter(store_id=store_id, external_id__among=sorted(set(external_ids)))
        self._orders = dict(orders.values_list("external_id", "id"))
        rows = OrderLine.objects.filter(order_id__among=sorted(self._orders.values()))
        self._lines: dict[tuple[int, str], int] = {}
        self._skus: dict[tuple[int, str], int | None] = {}
        for pk, order_id, external_id, sku in rows.values_list(
            "id", "order_id", "external_id", "external_sku"
        ).iterator(5000):
            self._lines[order_id, external_id] = pk
            self._skus[order_id, sku] = None if (order_id, sku) in self._skus else pk

    def find(self, order: str, sku: str, line: str) -> tuple[int | None, int | None]:
        """(order id, order line id); None where the keys say nothing or not enough."""
        order_id = self._orders.get(order) if order else None
        if order_id is None:
            return NOTHING
        found = self._lines.get((order_id, line)) if line else None
        if found is None and sku:
            found = self._skus.get((order_id, sku))
        return order_id, found
