"""Exchange rates at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import FxRate
from tradewind.apps.markets.operations import import_fx, record_fx
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
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
from tradewind.desk.nouns._upstream import currencies
from tradewind.engine.access import Actor
from tradewind.engine.contracts import FxQuote


def _sources(_actor: Actor) -> list[tuple[str, str]]:
    found = FxRate.objects.order_by("source").values_list("source", flat=True).distinct()
    return [(source, source) for source in found]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.fx_rates(actor).filter(pk=pk).first()
    if row is None:
        return None
    same = queries.fx_rates(actor).filter(base=row.base, quote=row.quote, on__lte=row.on)
    columns = (
        Column("on", _("Day"), DATE),
        Column("rate", _("Rate"), DECIMAL),
        Column("source", _("Source")),
    )
    return Detail(
        f"{row.base}/{row.quote}",
        str(row.on),
        facts=(Fact(_("Rate"), row.rate, DECIMAL), Fact(_("Source"), row.source)),
        tables=(Table(_("Days before"), columns, list(same.order_by("-on", "source")[:30])),),
    )


def _import(call: Call) -> Outcome:
    file = call.values["file"]
    done = import_fx(
        name=file.name, content=file.content, source=call.values["source"], now=call.now, by=call.by
    )
    said = _now("%(new)s new rates, %(same)s there already.") % {"new": done.new, "same": done.same}
    if done.left_out:
        said += " " + _now("Left out, no active currency: %(codes)s.") % {"codes": ", ".join(done.left_out)}
    detail: dict[str, Any] = {"new": done.new, "same": done.same, "left_out": list(done.left_out)}
    return Outcome(said, done.new, detail=detail)


def _record(call: Call) -> Outcome:
    v = call.values
    quote = FxQuote(v["base"], v["quote"], v["on"], v["rate"], v["source"])
    done = record_fx(quotes=[quote], now=call.now, by=call.by)
    return Outcome(_("The rate is stored.") if done.new else _("It is there already."), done.new)


_SOURCE = Field("source", _("Source"), help=_("A code without blanks, e.g. ECB"))

NOUN = Noun(
    code="fx_rates",
    label=_("Exchange rates"),
    stage=1,
    place=30,
    icon="arrow-left-right",
    prefix="fxr",
    view="markets.view",
    rows=queries.fx_rates,
    columns=(
        Column("on", _("Day"), DATE, sort="on"),
        Column("base", _("Currency"), sort="base"),
        Column("quote", _("In"), sort="quote"),
        Column("rate", _("Rate"), DECIMAL, sort="rate"),
        Column("source", _("Source"), wide=True),
    ),
    detail=_detail,
    order="-on",
    search=("base__iexact", "quote__iexact"),
    filters=(
        Filter("base", _("Currency"), "base", currencies),
        Filter("quote", _("In"), "quote", currencies),
        Filter("source", _("Source"), "source", _sources),
    ),
    actions=(
        Action("import", _("Import rates"), _import, "markets.change", NONE, (
            Field("file", _("File"), FILE,
                  help=_("The central bank's history as it is, or a table base, quote, on, rate")),
            _SOURCE,
        ), key="n"),
        Action("record", _("Enter a rate"), _record, "markets.change", NONE, (
            Field("base", _("Currency"), CHOICE, choices=currencies),
            Field("quote", _("In"), CHOICE, choices=currencies),
            Field("on", _("Day"), DATE),
            Field("rate", _("Rate"), DECIMAL),
            _SOURCE,
        )),
    ),
    empty=_("Import a central bank's rates: without a rate amounts stay unconverted, never guessed."),
    audit_kind="fx_rate",
    title_of=str,
    note=_("Units of the second currency for one of the first. A stored rate never changes."),
)  # fmt: skip
