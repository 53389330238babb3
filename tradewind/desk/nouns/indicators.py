"""Public numbers of countries at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import Indicator
from tradewind.apps.markets.operations import import_indicators
from tradewind.desk.kernel import (
    COUNTRY,
    DECIMAL,
    FILE,
    NONE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Table,
)
from tradewind.engine.access import Actor


def _names(_actor: Actor) -> list[tuple[str, str]]:
    names = Indicator.objects.order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names]


_YEARS = (Column("year", _("Year")), Column("value", _("Value"), DECIMAL), Column("source", _("Source")))


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.indicators(actor).filter(pk=pk).first()
    if row is None:
        return None
    series = queries.indicators(actor).filter(country=row.country, name=row.name).order_by("-year")
    return Detail(
        f"{row.country} {row.name}",
        str(row.year),
        facts=(
            Fact(_("Country"), row.country, COUNTRY),
            Fact(_("Value"), row.value, DECIMAL),
            Fact(_("Source"), row.source),
        ),
        tables=(Table(_("Years"), _YEARS, list(series)),),
    )


def _import(call: Call) -> Outcome:
    file = call.values["file"]
    done = import_indicators(
        name=file.name, content=file.content, source=call.values["source"], now=call.now, by=call.by
    )
    said = _now("%(new)s new, %(revised)s revised, %(same)s as before.")
    counts = {"new": done.new, "revised": done.revised, "same": done.same}
    return Outcome(said % counts, done.new + done.revised, detail=counts)


NOUN = Noun(
    code="indicators",
    label=_("Public numbers"),
    stage=1,
    place=20,
    icon="chart-column",
    prefix="ind",
    view="markets.view",
    rows=queries.indicators,
    columns=(
        Column("country", _("Country"), COUNTRY, sort="country"),
        Column("name", _("Indicator"), sort="name", wide=True),
        Column("year", _("Year"), sort="year"),
        Column("value", _("Value"), DECIMAL, sort="value"),
        Column("source", _("Source")),
    ),
    detail=_detail,
    order="-id",
    search=("country__iexact", "name__icontains"),
    filters=(Filter("name", _("Indicator"), "name", _names),),
    actions=(
        Action("import", _("Import public numbers"), _import, "markets.change", NONE, (
            Field("file", _("File"), FILE, help=_("CSV, gzip or XLSX: iso2, indicator, year, value")),
            Field("source", _("Source"), help=_("Who published it")),
        ), key="n"),
    ),
    empty=_("Import a table of public numbers: population, income, internet use ..."),
    audit_kind="indicator",
    title_of=str,
    note=_("What is publicly known of countries, by year and with its source."),
)  # fmt: skip
