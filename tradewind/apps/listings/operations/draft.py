"""New listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.apps.listings.models import Listing
from tradewind.apps.org.operations import acting
from tradewind.apps.stores.queries import stores_of
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class NewListing:
    """An offer to be made; `row` is its place in the file it came from."""

    external_sku: str
    title: str
    price: Money | None = None
    row: int | None = None
    by_channel: bool = False


@dataclass(frozen=True, slots=True)
class Drafted:
    """Ids of the listings made, and how many were there already and stayed as they are."""

    ids: tuple[int, ...]
    known: int


def draft_listings(*, store_id: int, rows: Sequence[NewListing], now: datetime, by: Actor) -> Drafted:
    """Make listings of a store, by external SKU; one that is there already is passed over.

    Refused with every problem: empty or doubled external SKUs, no title, a price in another
    currency than the store's or not above zero.
    """
    store = stores_of(by).filter(pk=store_id).first()
    if store is None:
        raise Refused([Problem(None, "store", str(store_id), "there is no such store")])
    problems = _problems(rows, store.currency)
    if problems:
        raise Refused(problems)
    with acting(by, "listings.change", kind="listing", now=now) as act:
        wanted = {r.external_sku: r for r in rows}
        there = set(
            Listing.objects.filter(store=store, external_sku__among=list(wanted)).values_list(
                "external_sku", flat=True
            )
        )
        new = [r for key, r in wanted.items() if key not in there]
        made = Listing.objects.bulk_create(
            Listing(
                store=store,
                external_sku=r.external_sku,
                title=r.title[:400],
                currency=store.currency,
                price_minor=None if r.price is None else r.price.minor,
                by_channel=r.by_channel,
            )
            for r in new
        )
        act.ids.extend(m.pk for m in made)
        act.note(verb="draft", store=store.code, made=len(made), known=len(there))
        if not made:
            act.nothing()
    return Drafted(tuple(m.pk for m in made), len(there))


def _problems(rows: Sequence[NewListing], currency: str) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for n, row in enumerate(rows, 1):
        at = row.row if row.row is not None else n
        if not row.external_sku or len(row.external_sku) > 80:
            problems.append(
                Problem(
                    at, "external_sku", row.external_sku[:40], "is empty or too long", "1 to 80 characters"
                )
            )
        elif row.external_sku in seen:
            problems.append(Problem(at, "external_sku", row.external_sku, "stands twice", "each one once"))
        seen.add(row.external_sku)
        if not row.title.strip():
            problems.append(Problem(at, "title", "", "is empty", "the title that buyers see"))
        problems += price_problems(at, row.price, currency) if row.price is not None else []
    return problems


def price_problems(row: int | None, price: Money, currency: str) -> list[Problem]:
    """What is wrong with a price of a store that sells in a currency."""
    if price.currency != currency:
        return [Problem(row, "price", str(price), "is in another currency than the store's", currency)]
    if price.minor <= 0:
        return [Problem(row, "price", str(price), "is not above zero", "above zero")]
    return []
