"""Questions to settlements: what is explained, what is not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum

from tradewind.apps.orders.models import Order
from tradewind.apps.settlements.models import KindMapping, MatchProposal, SettlementFile, SettlementLine
from tradewind.apps.settlements.states import EXPLAINED, HELD, OPEN, POSTED
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money
from tradewind.engine.settlement_kinds import place

# Settlements whose lines stand in no other file, or rightly do.
ALONE = Q(overlap_count=0) | ~Q(overlap_why="")


@dataclass(frozen=True, slots=True)
class KindRow:
    """Lines of a settlement under one kind ("" is unknown)."""

    kind: str
    lines: int
    amount: Money


@dataclass(frozen=True, slots=True)
class UnknownWords:
    """Words of a channel that nobody has said the meaning of, and what hangs on them."""

    channel: str
    type: str
    amount_type: str
    description: str
    lines: int
    amount: Money


def settlements(actor: Actor) -> QuerySet[SettlementFile]:
    """Settlements of the stores in scope."""
    actor.require("settlements.view")
    rows = SettlementFile.objects.select_related("store")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def lines(actor: Actor) -> QuerySet[SettlementLine]:
    """Lines of the settlements in scope."""
    actor.require("settlements.view")
    rows = SettlementLine.objects.select_related("settlement__store", "order")
    return rows if actor.stores is None else rows.filter(settlement__store_id__in=sorted(actor.stores))


def proposals(actor: Actor) -> QuerySet[MatchProposal]:
    """Orders proposed for lines of the settlements in scope."""
    actor.require("settlements.view")
    rows = MatchProposal.objects.select_related("settlement__store", "line", "order")
    return rows if actor.stores is None else rows.filter(settlement__store_id__in=sorted(actor.stores))


def best_of(rows: QuerySet[MatchProposal]) -> QuerySet[MatchProposal]:
    """Of proposals, the best open one of every group of lines."""
    better = MatchProposal.objects.filter(line_id=OuterRef("line_id"), state=OPEN, rank__lt=OuterRef("rank"))
    return rows.filter(~Exists(better), state=OPEN)


def open_proposals(actor: Actor) -> int:
    """How many groups of lines wait for somebody to choose their order."""
    return proposals(actor).filter(state=OPEN).values("line_id").distinct().count()


def mappings(actor: Actor) -> QuerySet[KindMapping]:
    """What people said lines mean."""
    actor.require("settlements.view")
    return KindMapping.objects.all()


def kinds_of(actor: Actor, settlement: SettlementFile) -> list[KindRow]:
    """A settlement by kind, in the order of the business; unknown lines first."""
    rows = lines(actor).filter(settlement=settlement).values_list("kind")
    sums = rows.annotate(count=Count("id"), minor=Sum("amount_minor")).order_by()
    return [
        KindRow(kind, count, Money(int(minor), settlement.currency))
        for kind, count, minor in sorted(sums, key=lambda row: place(row[0]))
    ]


def explained(actor: Actor, settlement: SettlementFile) -> Breakdown:
    """The total of a settlement as the sum of its kinds; what nobody can explain is a part by itself."""
    source = f"settlement:{settlement.external_id}"
    parts = [
        Breakdown(
            row.kind or "unknown_lines",
            row.amount,
            formula="sum of lines",
            inputs={"lines": str(row.lines)},
            source=source,
        )
        for row in kinds_of(actor, settlement)
    ]
    if settlement.remainder_minor:
        parts.append(Breakdown("remainder", settlement.remainder, formula="total - lines", source=source))
    return Breakdown.of("settlement_total", parts, zero=Money.zero(settlement.currency), source=source)


def unknown_words(actor: Actor, settlement: SettlementFile | None = None) -> list[UnknownWords]:
    """Every combination of words without a meaning, those with most lines first."""
    rows = lines(actor).filter(kind="")
    if settlement is not None:
        rows = rows.filter(settlement=settlement)
    grouped = (
        rows.order_by()
        .values_list(
            "settlement__store__channel", "type", "amount_type", "description", "settlement__currency"
        )
        .annotate(count=Count("id"), minor=Sum("amount_minor"))
        .order_by("-count", "type", "amount_type", "description")
    )
    return [
        UnknownWords(channel, kind, amount, what, count, Money(int(minor), currency))
        for channel, kind, amount, what, currency, count, minor in grouped
    ]


def unknown_kinds(actor: Actor) -> QuerySet[Any]:
    """Words nobody has said the meaning of: the first line of each, with lines, money and since when.

    A channel's words in one currency are one row, whatever the settlement.
    """
    rows = lines(actor).filter(kind="").order_by()
    keys = ("settlement__store__channel", "type", "amount_type", "description", "settlement__currency")
    first = rows.values(*keys).annotate(first=Min("id")).values("first")
    same = rows.filter(**{key: OuterRef(key) for key in keys}).values(*keys)
    return rows.filter(id__in=first).annotate(
        line_total=Subquery(same.annotate(x=Count("id")).values("x")),
        minor_total=Subquery(same.annotate(x=Sum("amount_minor")).values("x")),
        file_total=Subquery(same.annotate(x=Count("settlement_id", distinct=True)).values("x")),
        first_day=Subquery(same.annotate(x=Min("settlement__start_at")).values("x")),
    )


def unknown_kinds_count(actor: Actor) -> int:
    """How many different words wait for somebody to say what they mean."""
    return unknown_kinds(actor).count()


def unmatched_lines(actor: Actor, settlement: SettlementFile) -> QuerySet[SettlementLine]:
    """Lines that name an order not known here."""
    return lines(actor).filter(settlement=settlement, order=None).exclude(order_external_id="")


def with_late_orders(actor: Actor) -> QuerySet[SettlementFile]:
    """Settlements, posted or not, with lines of an order that has come in since."""
    known = Order.objects.filter(
        store_id=OuterRef("settlement__store_id"), external_id=OuterRef("order_external_id")
    )
    late = SettlementLine.objects.filter(Exists(known), settlement=OuterRef("pk"), order=None)
    short = settlements(actor).filter(ALONE, unmatched_count__gt=0)
    return short.filter(Exists(late.exclude(order_external_id="")))


def lacking_orders(actor: Actor, since: datetime) -> QuerySet[SettlementFile]:
    """Settlements of periods that ended since a time, with lines of orders not known here."""
    return settlements(actor).filter(ALONE, unmatched_count__gt=0, end_at__gte=since)


def rebooking(actor: Actor) -> QuerySet[SettlementFile]:
    """Posted settlements whose lines found their orders since: the books have yet to hear of it."""
    return settlements(actor).filter(late_orders=True, state=POSTED).order_by("id")


def held(actor: Actor) -> int:
    """How many settlements wait for somebody to explain them."""
    return settlements(actor).filter(state=HELD).count()


def explained_settlements(actor: Actor) -> QuerySet[SettlementFile]:
    """Settlements that the books and the treasury may take over."""
    return settlements(actor).filter(state=EXPLAINED).order_by("end_at", "id")


def accounted(actor: Actor) -> QuerySet[SettlementFile]:
    """Settlements that are explained, posted or not."""
    return settlements(actor).filter(state__in=(EXPLAINED, POSTED))
