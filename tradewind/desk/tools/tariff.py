"""What a tariff charges: market, tariff code, origin, day -> the rate, where it stands, what comes on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import TariffLine, TariffVersion
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import COUNTRY, DATE, LINK, PERCENT, TEXT, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns.tariff_lines import LINEAGE
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import quantize
from tradewind.engine.rule_rows import RuleGap
from tradewind.engine.tariff import KNOWN, REFERRED, UNKNOWN, DutyRate
from tradewind.engine.tariff_schedule import COLUMN_2, dotted, plain_code

STATES = {
    KNOWN: _("Known"),
    REFERRED: _("Points to another line's rate"),
    UNKNOWN: _("Cannot be read: a person must judge its words"),
}
OLD = timedelta(days=366)  # every tariff we know of is published anew each year
COLUMNS = {"general": _("General"), COLUMN_2: _("Column 2")}


@dataclass(frozen=True, slots=True)
class _Question:
    market: str
    hs: str
    origin: str
    on: date


@dataclass(frozen=True, slots=True)
class _Found:
    """An answered question: the version, the rate, the lines from the heading down."""

    asked: _Question
    version: TariffVersion
    rate: DutyRate
    above: Sequence[TariffLine]


def _run(ask: Ask) -> list[Answer]:
    tariffs = queries.all_tariffs()
    asked = [
        _Question(r["market"].strip().upper(), r["hs"], r["origin"], r["on"] or ask.now.date())
        for r in ask.rows
    ]
    answers: dict[int, Answer] = {}
    held: dict[int, tuple[_Question, TariffVersion, DutyRate]] = {}
    for at, question in enumerate(asked):
        try:
            held[at] = _rate(tariffs, question)
        except Refused as refused:
            answers[at] = Answer(
                title=question.hs,
                problems=tuple(
                    replace(p, reason=_now(p.reason), accepted=_now(p.accepted) if p.accepted else "")
                    for p in refused.problems
                ),
            )
    titles = _titles(held.values())
    for at, (question, version, rate) in held.items():
        found = _Found(question, version, rate, titles[version.pk][rate.code])
        answers[at] = _answer(tariffs, found, whole=len(asked) == 1)
    return [answers[at] for at in range(len(asked))]


def _rate(tariffs: queries.Tariffs, asked: _Question) -> tuple[_Question, TariffVersion, DutyRate]:
    version = tariffs.version(asked.market, asked.on)
    if version is None:
        reason = _now("no tariff with rates of this market is loaded for the day")
        raise Refused([Problem(None, "market", asked.market, reason, _now("load one under Tariffs"))])
    rate = tariffs(asked.market, asked.hs, asked.origin, asked.on)
    if rate is None:
        raise Refused(
            [Problem(None, "hs", asked.hs, _now("the tariff has no such code"), _near(tariffs, asked))]
        )
    return asked, version, rate


def _near(tariffs: queries.Tariffs, asked: _Question) -> str:
    """Codes that do exist under the first digits, for a person to choose from."""
    schedule = tariffs.schedule(asked.market, asked.on)
    code = plain_code(asked.hs)
    for size in (8, 6):
        rates = schedule.candidates(code[:size], asked.on) if schedule and size < len(code) else []
        if rates:
            return "; ".join(f"{dotted(rate.code)} {rate.text}" for rate in rates[:20])
    return ""


def _titles(held: Any) -> dict[int, dict[str, list[TariffLine]]]:
    """The lineage of every code asked, one query a version."""
    codes: dict[int, set[str]] = {}
    for _asked, version, rate in held:
        codes.setdefault(version.pk, set()).add(rate.code)
    return {pk: queries.lineages(pk, wanted) for pk, wanted in codes.items()}


def _answer(tariffs: queries.Tariffs, found: _Found, *, whole: bool) -> Answer:
    rate, asked = found.rate, found.asked
    column = tariffs.column(asked.market, asked.origin, asked.on)
    path = " > ".join(row.description for row in found.above)
    figures: dict[str, Any] = {
        "market": asked.market, "hs": dotted(rate.code), "origin": asked.origin, "on": asked.on,
        "column": str(COLUMNS[column]), "rate": rate.text, "state": rate.state,
        "reading": str(STATES[rate.state]),
        "percent": _percent(rate) if rate.state == KNOWN else None,
        "needs": ", ".join(rate.needs()), "tariff": rate.source, "description": path,
    }  # fmt: skip
    facts = [
        Fact(_("Duty rate"), rate.text or _("none stated")),
        Fact(_("Reading"), STATES[rate.state]),
        Fact(_("Column"), COLUMNS[column]),
        Fact(_("Description"), path),
        Fact(_("Tariff"), Ref("tariffs", found.version.pk, str(found.version)), LINK),
    ]
    if rate.state == KNOWN and not rate.needs():
        facts.insert(1, Fact(_("Of the value"), _percent(rate), PERCENT))
    if rate.needs():
        facts.append(Fact(_("Needs to be known"), ", ".join(rate.needs())))
    tables = _tables(tariffs, found) if whole else ()
    return Answer(
        f"{asked.market} {dotted(rate.code)}", tuple(facts), tables, (), _alerts(tariffs, found), figures
    )


def _percent(rate: DutyRate) -> Decimal:
    """The share of the value in percent, as screens show it."""
    return quantize(Fraction(rate.ad_valorem) * 100, 8).normalize()


def _tables(tariffs: queries.Tariffs, found: _Found) -> tuple[Table, ...]:
    asked = found.asked
    tables = [Table(_("Where it stands"), LINEAGE, found.above)]
    columns: tuple[Column, ...]
    special = _specials(tariffs, asked)
    if special:
        columns = (
            Column("programme", _("Programme")),
            Column("rate", _("Duty rate")),
            Column("claim", _("Origin")),
        )
        tables.append(Table(_("Special rates, with proof of origin"), columns, special))
    tables += _chapter_99(tariffs, found)
    layers, regimes = _layers(tariffs, asked, regime=False), _layers(tariffs, asked, regime=True)
    if layers or regimes:
        columns = (
            Column("layer", _("Layer")), Column("rate", _("Duty rate")),
            Column("scope", _("Falls on"), wide=True), Column("valid_from", _("From"), DATE),
            Column("valid_to", _("Until"), DATE), Column("source", _("Source")),
        )  # fmt: skip
        titles = (
            _("Additional duties by the rulebook"),
            _("Regimes of small consignments, instead of it all"),
        )
        found_rows = zip(titles, (layers, regimes), strict=True)
        tables += [Table(title, columns, rows) for title, rows in found_rows if rows]
    return tuple(tables)


def _specials(tariffs: queries.Tariffs, asked: _Question) -> list[dict[str, Any]]:
    schedule = tariffs.schedule(asked.market, asked.on)
    mine, name = tariffs.programmes(asked.market, asked.origin, asked.on)
    rates = schedule.specials(asked.hs, asked.on) if schedule else {}
    return [
        {
            "programme": programme,
            "rate": rate.text,
            "claim": f"{asked.origin}: {name}" if programme in mine else "",
        }
        for programme, rate in rates.items()
    ]


def _chapter_99(tariffs: queries.Tariffs, found: _Found) -> list[Table]:
    """Provisions the footnotes name, and those whose own words name the code."""
    asked, pk = found.asked, found.version.pk
    measures = tariffs.measures(asked.market, asked.hs, asked.on)
    noted = queries.chapter_99(pk, measures or ())
    named = queries.naming(pk, found.rate.code)
    titles = ((_("Chapter 99: named by the footnotes"), noted), (_("Chapter 99: names this code"), named))
    return [Table(title, LINEAGE, rows) for title, rows in titles if rows]


def _layers(tariffs: queries.Tariffs, asked: _Question, *, regime: bool) -> list[Mapping[str, Any]]:
    """Rows of kind duty: those that come on top of the tariff, or those that stand alone in its place."""
    try:
        rows = tariffs.book.each("duty", "layer", asked.on, market=asked.market, origin=asked.origin)
    except RuleGap:
        return []
    return [
        {
            "layer": rule.keys["layer"], "rate": rule.said.get("rate", ""), "scope": rule.text("scope"),
            "valid_from": rule.valid_from, "valid_to": rule.valid_to, "source": rule.source,
        }
        for rule in rows
        if (rule.values.get("stacking") == "regime") is regime
    ]  # fmt: skip


def _alerts(tariffs: queries.Tariffs, found: _Found) -> tuple[Any, ...]:
    asked, alerts = found.asked, []
    if found.rate.state == UNKNOWN:
        alerts.append(_now("The rate cannot be read: %(text)s") % {"text": found.rate.text or "-"})
    if asked.market == "US" and tariffs.measures(asked.market, asked.hs, asked.on) is None:
        alerts.append(
            _now("The loaded file has no footnotes: which lists of chapter 99 name this code is not known.")
        )
    if found.version.valid_from < asked.on - OLD:
        said = _now("This tariff is of %(day)s: look for a newer one.")
        alerts.append(said % {"day": found.version.valid_from})
    try:
        tariffs.book.each("duty", "layer", asked.on, market=asked.market, origin=asked.origin)
    except RuleGap as gap:
        alerts.append(str(gap))
    return tuple(alerts)


TOOL = Tool(
    code="tariff",
    label=_("Duty rate of a code"),
    stage=1,
    place=52,
    icon="percent",
    view="markets.view",
    fields=(
        Field("market", _("Market"), TEXT, help=_("Two letters, e.g. US; EU for its member states")),
        Field("hs", _("HS code"), TEXT, help=_("6, 8 or 10 digits, with or without dots")),
        Field("origin", _("Country of origin"), COUNTRY, initial="CN"),
        Field("on", _("On the day"), DATE, False, help=_("Today when left out")),
    ),
    run=_run,
    columns=(
        Column("market", _("Market")), Column("hs", _("HS code")), Column("origin", _("Country of origin")),
        Column("on", _("On the day"), DATE), Column("column", _("Column")), Column("rate", _("Duty rate")),
        Column("percent", _("Of the value"), PERCENT), Column("reading", _("Reading")),
        Column("needs", _("Needs to be known")), Column("tariff", _("Tariff")),
        Column("description", _("Description"), wide=True),
    ),
    note=_("The official rate of the loaded tariff. Rates that cannot be read are never taken as nothing."),
    example={"market": "US", "hs": "3924.10.40", "origin": "CN"},
)  # fmt: skip
