"""Which SKU a channel's line ships: the mapping in force when the order was placed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from tradewind.db.sql import among_texts, fetch, moment, text_set


class Mapped(NamedTuple):
    """SKU and units a listing unit ships; without a SKU, the reason why there is none."""

    sku_id: int | None
    units_each: int
    reason: str = ""


class Mappings:
    """The mappings of some listings of a store, asked by listing and time."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows: dict[str, list[tuple[Mapped, Any, datetime | None]]] = {}
        for external_sku, sku_id, qty, start, end in rows:
            span = (Mapped(sku_id, qty), moment(start), moment(end))
            self._rows.setdefault(external_sku, []).append(span)

    def find(self, external_sku: str, at: datetime) -> Mapped:
        """The SKU in force at a time. Two at once (a bundle) is said, never guessed."""
        found = [
            mapped
            for mapped, start, end in self._rows.get(external_sku, ())
            if start <= at and (end is None or at < end)
        ]
        if len(found) == 1:
            return found[0]
        return Mapped(None, 1, "two_mappings" if found else "unmapped_sku")


def mappings_of(store_id: int, external_skus: Iterable[str]) -> Mappings:
    """Every mapping of these listings of a store, in one query."""
    return Mappings(
        fetch(
            "SELECT l.external_sku, m.sku_id, m.qty, m.valid_from, m.valid_to FROM listings_listing l "
            "JOIN listings_skumapping m ON m.listing_id = l.id "
            f"WHERE l.store_id = %s AND {among_texts('l.external_sku')}",
            [store_id, text_set(sorted(set(external_skus)))],
        )
    )
