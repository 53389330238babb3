"""Wanted prices, the life of a listing, and what the channel answered to a publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations.draft import price_problems
from tradewind.apps.listings.queries import listings_of
from tradewind.apps.listings.states import LISTING
from tradewind.apps.org.operations import acting
from tradewind.db import bulk
from tradewind.db.states import move, move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, PushResult, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered to the channel for a listing."""

    listing_id: int
    price_minor: int | None
    quantity: int | None
    ended: bool = False


def set_prices(*, prices: Mapping[int, Money], now: datetime, by: Actor) -> int:
    """Set wanted prices by listing id; returns how many changed. The step publishes them.

    Refused with every problem: unknown listings, other currencies, prices not above zero. A refused
    listing with a new price is given back to the step.
    """
    found = {row.pk: row for row in listings_of(by).filter(id__among=list(prices))}
    problems: list[Problem] = []
    for n, (pk, price) in enumerate(prices.items(), 1):
        if pk not in found:
            problems.append(Problem(n, "listing", str(pk), "there is no such listing"))
        else:
            problems += price_problems(n, price, found[pk].currency)
    if problems:
        raise Refused(problems)
    changed = [(pk, price.minor) for pk, price in prices.items() if found[pk].price_minor != price.minor]
    if not changed:
        return 0
    ids = [pk for pk, _ in changed]
    with acting(by, "listings.change", kind="listing", ids=ids, now=now) as act:
        bulk.update_rows(Listing, ["price_minor"], changed)
        move(Listing, LISTING, "retry", ids, refusal="")
        before = {str(pk): found[pk].price_minor for pk in ids[:200]}
        act.note(verb="price", before=before, after=dict(changed[:200]))
    return len(changed)


def set_shipping_side(*, ids: Sequence[int], by_channel: bool, now: datetime, by: Actor) -> int:
    """Say who ships these listings: we, or the channel out of its own warehouse (FBA and the like).

    Where the channel ships, its count of the stock stands and ours is never published. Returns how
    many changed.
    """
    with acting(by, "listings.change", kind="listing", ids=list(ids), now=now) as act:
        rows = Listing.objects.filter(pk__in=listings_of(by).filter(pk__in=ids).values("pk"))
        act.note(verb="shipping_side", by_channel=by_channel)
        return rows.exclude(by_channel=by_channel).update(by_channel=by_channel)


def end_listings(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take listings off sale: the step shows 0 on the channel. Returns how many."""
    return _move("end", ids, now, by)


def revive_listings(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Put ended listings up again, as drafts that the step publishes. Returns how many."""
    return _move("revive", ids, now, by)


def retry_listings(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Give refused listings back to the step. Returns how many."""
    return _move("retry", ids, now, by)


def record_offers(
    *, offers: Sequence[Offer], results: Sequence[PushResult], now: datetime, by: Actor
) -> tuple[int, int]:
    """Write down what the channel said to each offer; returns (accepted, refused).

    Accepted: what was offered is what is shown. Refused: the channel's words stay on the listing
    until somebody changes it or tries again.
    """
    pairs = list(zip(offers, results, strict=True))
    taken = [(offer, said) for offer, said in pairs if said.ok]
    refusals = [(o.listing_id, refusal(s)) for o, s in pairs if not s.ok]
    if not pairs:
        return 0, 0
    with acting(by, "listings.change", kind="listing", ids=[o.listing_id for o in offers], now=now) as act:
        shown = [(o.listing_id, o.price_minor, o.quantity, o.quantity) for o, _ in taken]
        bulk.update_rows(
            Listing, ["shown_price_minor", "shown_quantity", "quantity"], shown,
            set_sql="shown_price_minor = COALESCE(d.shown_price_minor, t.shown_price_minor), "
            "shown_quantity = COALESCE(d.shown_quantity, t.shown_quantity), "
            "quantity = COALESCE(d.quantity, t.quantity)",
        )  # fmt: skip
        bulk.update_rows(
            Listing, ["external_id"], [(o.listing_id, s.external_id) for o, s in taken if s.external_id]
        )
        alive = [o.listing_id for o, _ in taken if not o.ended]
        move(Listing, LISTING, "publish", alive, refusal="")
        Listing.objects.filter(id__among=[o.listing_id for o, _ in taken]).update(pushed_at=now)
        bulk.update_rows(Listing, ["refusal"], refusals)
        move(Listing, LISTING, "refuse", [pk for pk, _ in refusals])
        act.note(verb="publish", accepted=len(taken), refused=len(refusals))
    return len(taken), len(refusals)


def _move(name: str, ids: Sequence[int], now: datetime, by: Actor) -> int:
    seen = set(listings_of(by).filter(id__among=list(ids)).values_list("id", flat=True))
    unknown = sorted(set(ids) - seen)
    if unknown:
        raise Refused([Problem(None, "listing", str(i), "there is no such listing") for i in unknown])
    with acting(by, "listings.change", kind="listing", ids=ids, now=now) as act:
        moved = move_all(Listing, LISTING, name, ids)
        act.note(verb=name)
        return len(moved)


def refusal(said: PushResult) -> str:
    """The channel's own words for a refusal."""
    return f"{said.code} {said.message}".strip()[:500] or "refused"
