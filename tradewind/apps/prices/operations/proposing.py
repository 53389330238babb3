"""Proposals: the whole catalogue solved for its targets, with the difference for people to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.listings.queries import listings_of
from tradewind.apps.markets.models import Market
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.org.operations.jobs import Running, job
from tradewind.apps.prices.judging import Judged, standing
from tradewind.apps.prices.models import PriceFloor, PriceProposal, ProposalLine
from tradewind.apps.prices.queries import judge_on, offered
from tradewind.apps.prices.states import BELOW, LOWER, PROPOSAL, RAISE, SOLVING
from tradewind.apps.stores.queries import stores_of
from tradewind.db.bulk import chunks, insert_rows
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move_all
from tradewind.engine.access import Actor, system

JOB = "prices.solve"
BATCH = 500
COLUMNS = [
    "proposal_id", "listing_id", "currency", "old_minor", "new_minor", "base_currency", "before_minor",
    "after_minor", "before_margin", "after_margin", "reason",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Which listings: of a store, of a market (codes; both empty: all in scope), under their floor alone."""

    store: str = ""
    market: str = ""
    only_under: bool = False
    note: str = ""


def make_proposal(*, new: NewProposal, now: datetime, by: Actor) -> int:
    """A proposal to be solved by the job; its id. Who has only some stores must name one of them."""
    with acting(by, "prices.change", kind="price_proposal", now=now) as act:
        found = Findings()
        stores = {s.code: s for s in stores_of(by)}
        markets = {m.code: m for m in Market.objects.all()}
        if new.store:
            found.known("store", new.store, stores)
        elif by.stores is not None:
            found.add("store", "", _("name one of your stores"), ", ".join(sorted(stores)))
        if new.market:
            found.known("market", new.market, markets)
        note = found.text("note", new.note, 2000, needed=False)
        found.settle()
        number = numbered("PP", take_numbers("price_proposal", 1)[0])
        made = PriceProposal.objects.create(
            number=number, store=stores.get(new.store), market=markets.get(new.market),
            only_under=new.only_under, note=note, made_by=by.name, made_at=now,
        )  # fmt: skip
        act.ids = [made.pk]
        act.note(verb="make_proposal", number=number, store=new.store, market=new.market)
    return made.pk


def solve_proposal(
    *, proposal_id: int, on: date, now: datetime, by: Actor, report: Callable[[int, int], bool] | None = None
) -> int:
    """Solve every listing of a proposal for its target price; how many lines it got.

    A listing keeps its price, and is counted under the reason, where the policy is already kept, prices may
    not be lowered, something is missing, or no price reaches the target under ceiling and ending.
    """
    proposal = PriceProposal.objects.get(pk=proposal_id)
    if proposal.state != SOLVING:
        return 0
    ids = _listings(proposal)
    judge, lines, skipped = judge_on(on), [], dict[str, int]()
    for n, part in enumerate(chunks(ids, BATCH)):
        for one in offered(on, part):
            line = _line(judge.judge(one))
            if isinstance(line, str):
                skipped[line] = skipped.get(line, 0) + 1
            else:
                lines.append((proposal_id, *line))
        if report is not None and not report(min(len(ids), (n + 1) * BATCH), len(ids)):
            return 0  # cancelled: the proposal stays unsolved and can be dropped
    with acting(by, "prices.change", kind="price_proposal", ids=[proposal_id], now=now) as act:
        move_all(PriceProposal, PROPOSAL, "solved", [proposal_id])
        insert_rows(ProposalLine, COLUMNS, lines)
        PriceProposal.objects.filter(pk=proposal_id).update(looked_at=len(ids), skipped=skipped)
        act.note(verb="solve_proposal", lines=len(lines), looked_at=len(ids), skipped=skipped)
    return len(lines)


def _listings(proposal: PriceProposal) -> list[int]:
    rows = listings_of(system()).exclude(state="ended")
    if proposal.store_id is not None:
        rows = rows.filter(store_id=proposal.store_id)
    if proposal.market_id is not None:
        rows = rows.filter(store__market_id=proposal.market_id)
    if proposal.only_under:
        rows = rows.filter(pk__in=PriceFloor.objects.filter(state__in=BELOW).values("listing_id"))
    return list(rows.order_by("id").values_list("id", flat=True))


def _line(judged: Judged) -> tuple[Any, ...] | str:
    """The line of a listing, or why it has none."""
    one, new = judged.offered, judged.target
    if judged.curve is None or one.wish is None:
        return "missing"
    if one.price_minor is None:
        return "unpriced"
    if new.price is None or new.profit is None:
        return new.reason
    if new.price.minor == one.price_minor:
        return "as_wanted"
    lower = new.price.minor < one.price_minor
    if lower and not one.wish.lowers and new.holds(one.price_minor):
        return "above_target"
    before, margin = standing(judged, one.price_minor)
    assert before is not None, "a judged listing has a curve and every cost"
    return (
        one.listing_id, one.currency, one.price_minor, new.price.minor, one.base_currency, before.minor,
        new.profit.minor, margin and str(margin), new.margin and str(new.margin), LOWER if lower else RAISE,
    )  # fmt: skip


@job(JOB)
def run_solve(args: Mapping[str, Any], running: Running) -> dict[str, Any]:
    """The job behind a new proposal; its answer is the number of lines."""
    lines = solve_proposal(
        proposal_id=args["proposal"], on=running.now.date(), now=running.now, by=system("prices"),
        report=running.progress,
    )  # fmt: skip
    return {"lines": lines}
