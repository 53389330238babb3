"""The opportunity scan at the desk: niches of research tables, best first."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tradewind.apps.research import queries
from tradewind.apps.research.models import Candidate, ResearchTable
from tradewind.apps.research.operations import propose_candidates
from tradewind.desk.kernel import (
    DECIMAL,
    INT,
    LINK,
    MANY,
    MONEY,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import market_ids
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money


def _table(row: Any) -> Ref:
    return Ref("research_tables", row.table_id, row.table.name)


def _tables(_actor: Actor) -> list[tuple[str, str]]:
    return [(str(t.pk), t.name) for t in ResearchTable.objects.order_by("-id")[:200]]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.niches(actor).filter(pk=pk).first()
    if row is None:
        return None
    score = Breakdown.from_json(row.score)
    metrics = [
        {"code": code, "value": m["value"], "rows": m["rows"], "of": m["of"], "formula": m["formula"]}
        for code, m in row.metrics.items()
    ]
    signals = queries.signals(actor, row.table_id).filter(niche=row.name)
    candidates = Candidate.objects.filter(table_id=row.table_id, niche=row.name).order_by("id")

    def price(s: Any) -> Money | None:
        return None if s.price_minor is None else Money(s.price_minor, row.table.currency)

    return Detail(
        row.name,
        f"{row.table.market} {row.table.name}",
        facts=(
            Fact(_("Points"), row.points, DECIMAL),
            Fact(_("Place"), row.rank, INT),
            Fact(_("Table"), _table(row), LINK),
            Fact(_("Products"), row.products, INT),
            Fact(_("Units a month"), row.monthly_units, INT),
        ),
        tables=(
            Table(
                _("Measured"),
                (
                    Column("code", _("Metric")),
                    Column("value", _("Value"), DECIMAL),
                    Column("rows", _("Rows used"), INT),
                    Column("of", _("Of"), INT),
                    Column("formula", _("How"), wide=True),
                ),
                metrics,
            ),
            Table(
                _("Competing products"),
                (
                    Column("title", _("Title"), wide=True),
                    Column("brand", _("Brand")),
                    Column("seller", _("Seller")),
                    Column("price", _("Price"), MONEY, price),
                    Column("monthly_units", _("Units a month"), INT),
                    Column("rating", _("Rating"), DECIMAL),
                    Column("reviews", _("Reviews"), INT),
                ),
                list(signals[:100]),
            ),
            Table(
                _("Candidates"),
                (
                    Column("code", _("Code"), LINK, lambda c: Ref("candidates", c.pk, c.code)),
                    Column("name", _("Name"), wide=True),
                ),
                list(candidates),
                _("None yet."),
            ),
        ),
        breakdowns=((_("Score"), score, ""),),
    )


def _propose(call: Call) -> Outcome:
    chosen: dict[int, list[str]] = {}
    for row in queries.niches(call.by).filter(id__among=list(call.ids)).order_by("table_id", "rank"):
        chosen.setdefault(row.table_id, []).append(row.name)
    made: list[int] = []
    with transaction.atomic():  # niches of several tables: all of them or none
        for table_id, names in chosen.items():
            made += propose_candidates(table_id=table_id, niches=names, now=call.now, by=call.by)
    goto = Ref("candidates", made[0], "") if len(made) == 1 else None
    return Outcome(_("Candidates are made."), len(made), goto)


NOUN = Noun(
    code="niches",
    label=_("Opportunities"),
    stage=1,
    place=60,
    icon="radar",
    prefix="nch",
    view="research.view",
    rows=queries.niches,
    columns=(
        Column("name", _("Niche"), sort="name", wide=True),
        Column("table", _("Table"), LINK, _table, sort="table__name"),
        Column("market", _("Market"), value="table.market.code", sort="table__market__code"),
        Column("rank", _("Place"), INT, sort="rank"),
        Column("points", _("Points"), DECIMAL, sort="points"),
        Column("products", _("Products"), INT, sort="products"),
        Column("monthly_units", _("Units a month"), INT, sort="monthly_units"),
    ),
    detail=_detail,
    order="-points",
    search=("name__icontains",),
    filters=(
        Filter("table", _("Table"), "table_id", _tables),
        Filter("market", _("Market"), "table__market_id", market_ids),
    ),
    actions=(Action("propose", _("Make candidates"), _propose, "research.change", MANY, key="c"),),
    empty=_("Import a research table: its niches are scored and ranked here."),
    title_of="name",
    note=_("Every score opens into its points; the weights are the table's and can be changed there."),
)  # fmt: skip
