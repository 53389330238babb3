"""The scores of a table's niches, kept under stated weights."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, plain_decimal
from tradewind.apps.research import queries
from tradewind.apps.research.models import Niche, ResearchTable
from tradewind.engine.access import Actor
from tradewind.engine.scales import points_of
from tradewind.engine.scoring import DEFAULT_WEIGHTS


def score_niches(
    *, table_id: int, weights: Mapping[str, Decimal] | None = None, now: datetime, by: Actor
) -> int:
    """Score a table's niches again under other weights (None: the house's); how many there are.

    Refused for a weight of no known metric, below zero, or all zero.
    """
    with acting(by, "research.change", kind="research_table", ids=[table_id], now=now) as act:
        found = Findings()
        table = ResearchTable.objects.filter(pk=table_id).first()
        if table is None:
            found.add("table", table_id, _("there is no such row"))
            found.settle()
        assert table is not None
        before = table.weights
        count = put_scores(table, weights, by)
        act.note(verb="score_niches", before=before, after=table.weights)
        return count


def put_scores(table: ResearchTable, weights: Mapping[str, Decimal] | None, by: Actor) -> int:
    """Replace the stored scores of a table; inside an act."""
    used = DEFAULT_WEIGHTS if weights is None else weights
    scores = queries.scan(by, table.pk, used)
    table.weights = {code: plain_decimal(weight) for code, weight in used.items()}
    table.save(update_fields=["weights"])
    Niche.objects.filter(table=table).delete()
    Niche.objects.bulk_create(
        [
            Niche(
                table=table, name=s.niche, rank=s.rank, points=points_of(s.score), products=s.products,
                monthly_units=queries.niche_evidence(s)[0], score=s.score.to_json(),
                metrics={
                    m.code: {
                        "value": None if m.value is None else plain_decimal(m.value),
                        "rows": m.rows, "of": m.of, "formula": m.formula,
                    }
                    for m in s.metrics.values()
                },
            )
            for s in scores
        ],
        batch_size=500,
    )  # fmt: skip
    return len(scores)
