"""What promotions do to listings: every stacking against the floor margin, with the true profit after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.apps.listings.models import Listing
from tradewind.apps.prices.judging import Judged
from tradewind.apps.prices.models import Promotion
from tradewind.apps.prices.queries import judge_on, offered
from tradewind.apps.prices.states import CANCELLED
from tradewind.engine.money import Money
from tradewind.engine.pricing import Cost, margin_of
from tradewind.engine.promotions import Promotion as Rule
from tradewind.engine.promotions import Stack, StackCheck, check_stacks


@dataclass(frozen=True, slots=True)
class ListingCheck:
    """A listing under its promotions: the worst stack with its profit, and every stack below the floor."""

    listing: Listing
    check: StackCheck | None
    profit: Money | None
    margin: Decimal | None
    below: tuple[tuple[Stack, Money | None], ...]
    missing: str = ""

    @property
    def safe(self) -> bool:
        """Whether every stack keeps the floor margin, and that is known."""
        return self.check is not None and not self.below


def stack_checks(promotions: Sequence[Promotion], on: date) -> list[ListingCheck]:
    """Every listing of some promotions, with all promotions that run on it at any time; by listing."""
    ids = sorted(set(Promotion.listings.through.objects.filter(
        promotion_id__in=[p.pk for p in promotions]
    ).values_list("listing_id", flat=True)))  # fmt: skip
    of_listing: dict[int, list[Rule]] = {pk: [] for pk in ids}
    links = Promotion.listings.through.objects.filter(listing_id__among=ids)
    running = {p.pk: p for p in Promotion.objects.exclude(state=CANCELLED)}
    for promotion_id, listing_id in links.order_by("id").values_list("promotion_id", "listing_id"):
        if promotion_id in running:
            of_listing[listing_id].append(rule_of(running[promotion_id]))
    judge = judge_on(on)
    listings = Listing.objects.in_bulk(ids)
    return [
        _checked(listings[one.listing_id], judge.judge(one), of_listing[one.listing_id])
        for one in offered(on, ids)
    ]


def rule_of(row: Promotion) -> Rule:
    """A promotion of the calendar as the engine takes it."""
    value = Fraction(row.share) if row.share is not None else Fraction(row.amount_minor or 0)
    return Rule(
        row.code, row.kind, value, row.sequence, row.stack_group, row.alone, False, row.buys, row.gets,
        row.fee_minor, row.starts_at, row.ends_at,
    )  # fmt: skip


def _checked(listing: Listing, judged: Judged, rules: Iterable[Rule]) -> ListingCheck:
    price, wish = judged.offered.price_minor, judged.offered.wish
    if judged.curve is None or price is None or wish is None:
        return ListingCheck(listing, None, None, None, (), judged.reason or "no price")
    floor = wish.floor.value

    def after(stack: Stack) -> tuple[Money | None, Money]:
        """Profit and net price of a unit sold under a stack, its fees among the costs."""
        assert judged.curve is not None, "asked only where the curve is there"
        fee = Cost("promotion_fee", Money(stack.fee, listing.currency), formula="redemption")
        costs = (*judged.costs, fee) if stack.fee else judged.costs
        return judged.curve.explain(max(1, stack.price), costs)[1:]

    def good(stack: Stack) -> bool:
        profit, net = after(stack)
        return profit is not None and stack.price > 0 and profit.minor >= floor * net.minor

    found = check_stacks(price, list(rules), good)
    profit, net = after(found.worst)
    below = {s.codes: (s, after(s)[0]) for _window, s in found.below}
    return ListingCheck(listing, found, profit, margin_of(profit, net), tuple(below.values()))
