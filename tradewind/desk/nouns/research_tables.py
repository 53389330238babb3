"""Imported market-research tables at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets.models import Market
from tradewind.apps.research import queries
from tradewind.apps.research.operations import NewTable, import_research_table, score_niches
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FILE,
    INT,
    LINK,
    LONG,
    MONEY,
    NONE,
    ONE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import currencies, markets, of_code, table_of
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError, parse_decimal
from tradewind.engine.scoring import DEFAULT_WEIGHTS, NICHE_SCALES


def _market(row: Any) -> Ref:
    return Ref("markets", row.market_id, str(row.market))


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.tables(actor).filter(pk=pk).first()
    if row is None:
        return None
    niches = list(queries.niches(actor).filter(table=row).order_by("rank"))
    signals = list(queries.signals(actor, row.pk)[:300])

    def price(s: Any) -> Money | None:
        return None if s.price_minor is None else Money(s.price_minor, row.currency)

    weights = [{"code": code, "weight": weight} for code, weight in sorted(row.weights.items())]
    return Detail(
        row.name,
        row.source,
        facts=(
            Fact(_("Market"), _market(row), LINK),
            Fact(_("As of"), row.as_of, DATE),
            Fact(_("Currency"), row.currency),
            Fact(_("Rows"), row.row_count, INT),
            Fact(_("File"), row.file.name),
            Fact(_("Imported"), row.imported_at, TIME),
        ),
        tables=(
            Table(
                _("Niches, best first"),
                (
                    Column("rank", _("Place"), INT),
                    Column("name", _("Niche"), LINK, lambda n: Ref("niches", n.pk, n.name), wide=True),
                    Column("points", _("Points"), DECIMAL),
                    Column("products", _("Products"), INT),
                    Column("monthly_units", _("Units a month"), INT),
                ),
                niches,
            ),
            Table(
                _("Weights of the score"),
                (Column("code", _("Metric")), Column("weight", _("Weight"))),
                weights,
            ),
            Table(
                _("Competing products (the first 300)"),
                (
                    Column("row_no", _("Row"), INT),
                    Column("niche", _("Niche")),
                    Column("title", _("Title"), wide=True),
                    Column("brand", _("Brand")),
                    Column("price", _("Price"), MONEY, price),
                    Column("monthly_units", _("Units a month"), INT),
                    Column("rating", _("Rating"), DECIMAL),
                    Column("reviews", _("Reviews"), INT),
                ),
                signals,
            ),
        ),
    )


def _import(call: Call) -> Outcome:
    v = call.values
    table = NewTable(
        of_code(Market, "market", v["market"]).pk, v["name"], v["source"], v["as_of"], v["currency"]
    )
    pk = import_research_table(
        table=table, name=v["file"].name, content=v["file"].content, now=call.now, by=call.by
    )
    return Outcome(_("Imported and scored."), 1, Ref("research_tables", pk, v["name"]))


def _weigh(call: Call) -> Outcome:
    given = call.values["weights"] or ""
    weights, problems = {}, []
    for no, (code, text, *_rest) in table_of("weights", given.replace("=", " "), 2, "demand 20"):
        try:
            weights[code] = parse_decimal(text)
        except MoneyError as exc:
            problems.append(Problem(no, "weights", text, str(exc), "20"))
    if problems:
        raise Refused(problems)
    count = score_niches(table_id=call.ids[0], weights=weights or None, now=call.now, by=call.by)
    return Outcome(_("Scored again."), count)


_HOUSE = "\n".join(f"{code} {weight}" for code, weight in DEFAULT_WEIGHTS.items())

NOUN = Noun(
    code="research_tables",
    label=_("Research tables"),
    stage=1,
    place=50,
    icon="table",
    prefix="rtb",
    view="research.view",
    rows=queries.tables,
    columns=(
        Column("name", _("Name"), sort="name", wide=True),
        Column("market", _("Market"), LINK, _market, sort="market__code"),
        Column("as_of", _("As of"), DATE, sort="as_of"),
        Column("row_count", _("Rows"), INT, sort="row_count"),
        Column("source", _("Source")),
        Column("imported_at", _("Imported"), TIME, sort="imported_at"),
    ),
    detail=_detail,
    order="-imported_at",
    search=("name__icontains", "source__icontains"),
    filters=(Filter("market", _("Market"), "market__code", markets),),
    actions=(
        Action("import", _("Import a research table"), _import, "research.change", NONE, (
            Field("file", _("File"), FILE, help=_(
                "CSV or XLSX: Niche, ASIN, Title, Brand, Seller, Price, Monthly Units, Units Last Year, "
                "Rating, Reviews, Listed On, Weight g"
            )),
            Field("market", _("Market"), CHOICE, choices=markets),
            Field("name", _("Name")),
            Field("source", _("Source"), help=_("The tool or person it comes from")),
            Field("as_of", _("As of"), DATE),
            Field("currency", _("Currency"), CHOICE, choices=currencies),
        ), key="n"),
        Action("weigh", _("Score with other weights"), _weigh, "research.change", ONE, (
            Field("weights", _("Weights"), LONG, False, initial=_HOUSE,
                  help=_("One a line: metric and weight. Metrics: %(codes)s")
                  % {"codes": ", ".join(NICHE_SCALES)}),
        )),
    ),
    empty=_("Import the export of your research tool: competing products of a market by niche."),
    audit_kind="research_table",
    title_of="name",
    note=_("Competing products as the source stated them, never changed."),
)  # fmt: skip
