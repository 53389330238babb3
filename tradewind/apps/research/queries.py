"""Questions about research tables, niches and candidates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Count, QuerySet

from tradewind.apps.research.models import Candidate, GateResult, Niche, ResearchTable, Signal
from tradewind.engine import scoring
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown


def tables(actor: Actor) -> QuerySet[ResearchTable]:
    """Every imported research table, with its market."""
    actor.require("research.view")
    return ResearchTable.objects.select_related("market", "file")


def signals(actor: Actor, table_id: int) -> QuerySet[Signal]:
    """The competing products of a table, as they stood in the file."""
    actor.require("research.view")
    return Signal.objects.filter(table_id=table_id).order_by("row_no")


def candidates(actor: Actor) -> QuerySet[Candidate]:
    """Every candidate, with market and table."""
    actor.require("research.view")
    return Candidate.objects.select_related("market", "table")


def gates(actor: Actor, candidate_id: int) -> list[GateResult]:
    """What the gates said of a candidate, in the order they were judged."""
    actor.require("research.view")
    return list(GateResult.objects.filter(candidate_id=candidate_id).order_by("id"))


def profit(candidate: Candidate) -> Breakdown | None:
    """The tree of the candidate's last profit run."""
    return Breakdown.from_json(candidate.profit) if candidate.profit else None


def score(candidate: Candidate) -> Breakdown | None:
    """The tree of the scan the candidate came from."""
    return Breakdown.from_json(candidate.score) if candidate.score else None


def niches(actor: Actor) -> QuerySet[Niche]:
    """Every scored niche with its table and market."""
    actor.require("research.view")
    return Niche.objects.select_related("table", "table__market")


def niche_sizes(actor: Actor, table_id: int) -> dict[str, int]:
    """How many competing products each niche of a table has."""
    rows = signals(actor, table_id).order_by().values("niche").annotate(n=Count("id"))
    return {row["niche"]: row["n"] for row in rows}


def scan(
    actor: Actor, table_id: int, weights: Mapping[str, Decimal] | None = None
) -> list[scoring.NicheScore]:
    """The niches of a table, best first, each with its metrics and its score as a sum of points.

    The same file and weights give the same ranking. `weights` None takes the house's.
    """
    actor.require("research.view")
    table = ResearchTable.objects.filter(pk=table_id).first()
    if table is None:
        return []
    names = (
        "niche", "external_id", "title", "brand", "seller", "price_minor", "monthly_units",
        "monthly_units_before", "rating", "reviews", "listed_on", "weight_g",
    )  # fmt: skip
    rows = [scoring.SignalRow(*row) for row in signals(actor, table_id).values_list(*names)]
    return scoring.scan(rows, weights, as_of=table.as_of, source=f"research table {table.pk}")


def niche_evidence(niche: scoring.NicheScore | None) -> tuple[int | None, Decimal | None]:
    """Units a month of a niche and how concentrated its sellers are (HHI): what the gates look at."""
    if niche is None:
        return None, None
    units = niche.metrics["demand"].value
    return (None if units is None else int(units)), niche.metrics["hhi_sellers"].value
