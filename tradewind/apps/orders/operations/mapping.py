"""Which SKU a channel's line ships: the mapping in force when the order was placed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tradewind.apps.listings.models import SkuMapping


class Mapped(NamedTuple):
    """SKU and units a listing unit ships; without a SKU, the reason why there is none."""

    sku_id: int | None
    units_each: int
    reason: str = ""


class Mappings:
    """The mappings of some listings of a store, asked by listing and time."""

    def __init__(self, rows: Iterable[tuple[str, int, int, datetime, datetime | None]]) -> None:
        self._rows: dict[str, list[tuple[int, int, datetime, datetime | None]]] = {}
        for external_sku, sku_id, qty, since, until in rows:
            self._rows.setdefault(external_sku, []).append((sku_id, qty, since, until))

    def find(self, external_sku: str, at: datetime) -> Mapped:
        """The SKU in force at a time. Two at once (a bundle) is said, never guessed."""
        found = [
            (sku, qty)
            for sku, qty, start, end in self._rows.get(external_sku, ())
            if start <= at and (end is None or at < end)
        ]
        if len(found) == 1:
            return Mapped(*found[0])
        return Mapped(None, 1, "two_mappings" if found else "unmapped_sku")


def mappings_of(store_id: int, external_skus: Iterable[str]) -> Mappings:
    """Every mapping of these listings of a store, in one query."""
    return Mappings(
        SkuMapping.objects.filter(
            listing__store_id=store_id, listing__external_sku__among=sorted(set(external_skus))
        ).values_list("listing__external_sku", "sku_id", "qty", "valid_from", "valid_to")
    )
