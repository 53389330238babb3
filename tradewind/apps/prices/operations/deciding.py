"""Proposals decided: approved by right, applied through the listings, undone to what stood before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.listings.operations import set_prices
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.prices.models import PriceProposal, ProposalLine
from tradewind.apps.prices.queries import proposals
from tradewind.apps.prices.states import PROPOSAL
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def approve_proposals(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Approve drafts; how many. Whoever made a proposal may approve it only with the right itself."""
    with acting(by, "prices.approve", kind="price_proposal", ids=ids, now=now) as act:
        _in_scope(ids, by)
        move_all(PriceProposal, PROPOSAL, "approve", ids, approved_by=by.name)
        act.note(verb="approve_proposals", proposals=sorted(set(ids)))
    return len(set(ids))


def apply_proposals(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Write the new prices as wanted prices, which the publish step pushes; how many listings.

    Refused, with every listing, where a price is no longer the one the proposal was made from.
    """
    with acting(by, "prices.change", kind="price_proposal", ids=ids, now=now) as act:
        _in_scope(ids, by)
        lines = _lines(ids)
        move_all(PriceProposal, PROPOSAL, "apply", ids, applied_at=now)
        _still(lines, "old_minor")
        changed = set_prices(
            prices={x.listing_id: Money(x.new_minor, x.currency) for x in lines}, now=now, by=by
        )
        act.note(verb="apply_proposals", listings=changed)
    return changed


def undo_proposals(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Put back exactly the prices that stood before; how many listings.

    Refused, with every listing, where somebody changed the price since: nothing is put back then.
    """
    with acting(by, "prices.change", kind="price_proposal", ids=ids, now=now) as act:
        _in_scope(ids, by)
        lines = _lines(ids)
        move_all(PriceProposal, PROPOSAL, "undo", ids)
        _still(lines, "new_minor")
        changed = set_prices(
            prices={x.listing_id: Money(x.old_minor, x.currency) for x in lines}, now=now, by=by
        )
        act.note(verb="undo_proposals", listings=changed)
    return changed


def drop_proposals(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Give proposals up that were not applied; how many."""
    with acting(by, "prices.change", kind="price_proposal", ids=ids, now=now) as act:
        _in_scope(ids, by)
        move_all(PriceProposal, PROPOSAL, "drop", ids)
        act.note(verb="drop_proposals", proposals=sorted(set(ids)))
    return len(set(ids))


def _in_scope(ids: Sequence[int], by: Actor) -> None:
    seen = set(proposals(by).filter(pk__in=list(ids)).values_list("id", flat=True))
    found = Findings()
    for pk in sorted(set(ids) - seen):
        found.add("proposal", pk, _("there is no such row"))
    found.settle()


def _lines(ids: Sequence[int]) -> list[ProposalLine]:
    return list(
        ProposalLine.objects.filter(proposal_id__among=list(ids)).select_related("listing").order_by("id")
    )


def _still(lines: Sequence[ProposalLine], name: str) -> None:
    """Every listing's wanted price must be what the line says it is now."""
    found = Findings()
    for line in lines:
        expected, price = getattr(line, name), line.listing.price_minor
        if price != expected:
            now = "" if price is None else str(Money(price, line.currency))
            found.add(line.listing.external_sku, now, _("the price was changed since"),
                      str(Money(expected, line.currency)))  # fmt: skip
    found.settle()
