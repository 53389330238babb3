"""Which SKU a listing ships, from when on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tradewind.apps.catalog.models import Sku
from tradewind.apps.listings.models import SkuMapping
from tradewind.apps.listings.queries import listings_of
from tradewind.apps.org.operations import acting
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

# A first mapping says what the listing has shipped all along; orders that wait for it lie in the past.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewMapping:
    """One sold unit of the listing ships `qty` units of the SKU. `since` None: always, or from now on."""

    listing_id: int
    sku_id: int
    qty: int = 1
    since: datetime | None = None


def map_skus(*, rows: Sequence[NewMapping], now: datetime, by: Actor) -> int:
    """Map listings to SKUs: the open mapping ends where the new one begins. Returns how many changed.

    A first mapping without `since` holds for the past too; a later one from `now`. The same mapping
    again changes nothing. Refused with every problem: unknown listing or SKU, a quantity below 1, a
    listing twice, a start that is not after the open mapping's.
    """
    ids = [r.listing_id for r in rows]
    with acting(by, "listings.change", kind="listing", ids=ids, now=now) as act:
        open_ones = {m.listing_id: m for m in SkuMapping.objects.filter(listing_id__among=ids, valid_to=None)}
        changed = [r for r in rows if not _same(open_ones.get(r.listing_id), r)]
        problems = _problems(rows, changed, open_ones, now, by)
        if problems:
            raise Refused(problems)
        starts = {r.listing_id: _start(r, open_ones.get(r.listing_id), now) for r in changed}
        closing = [m for key, m in open_ones.items() if key in starts]
        for mapping in closing:
            mapping.valid_to = starts[mapping.listing_id]
        SkuMapping.objects.bulk_update(closing, ["valid_to"], batch_size=500)
        SkuMapping.objects.bulk_create(
            SkuMapping(listing_id=r.listing_id, sku_id=r.sku_id, qty=r.qty, valid_from=starts[r.listing_id])
            for r in changed
        )
        act.note(verb="map", changed=len(changed), closed=len(closing))
        if not changed:
            act.nothing()
    return len(changed)


def _same(mapping: SkuMapping | None, row: NewMapping) -> bool:
    return mapping is not None and (mapping.sku_id, mapping.qty) == (row.sku_id, row.qty)


def _start(row: NewMapping, mapping: SkuMapping | None, now: datetime) -> datetime:
    return row.since or (now if mapping else ALWAYS)


def _problems(
    rows: Sequence[NewMapping],
    changed: Sequence[NewMapping],
    open_ones: dict[int, SkuMapping],
    now: datetime,
    by: Actor,
) -> list[Problem]:
    ids = [r.listing_id for r in rows]
    listings = set(listings_of(by).filter(id__among=ids).values_list("id", flat=True))
    skus = set(Sku.objects.filter(id__among=[r.sku_id for r in rows]).values_list("id", flat=True))
    problems: list[Problem] = []
    for n, row in enumerate(rows, 1):
        if row.listing_id not in listings:
            problems.append(Problem(n, "listing", str(row.listing_id), "there is no such listing"))
        if row.sku_id not in skus:
            problems.append(Problem(n, "sku", str(row.sku_id), "there is no such SKU"))
        if row.qty < 1:
            problems.append(Problem(n, "qty", str(row.qty), "is below 1", "1 or more"))
    if len(set(ids)) != len(ids):
        problems.append(Problem(None, "listing", "", "a listing stands twice", "each one once"))
    for row in changed:
        mapping = open_ones.get(row.listing_id)
        if mapping and _start(row, mapping, now) <= mapping.valid_from:
            problems.append(
                Problem(
                    None, "since", str(row.since or now), "is not after the start of the mapping in force",
                    f"after {mapping.valid_from}",
                )
            )  # fmt: skip
    return problems
