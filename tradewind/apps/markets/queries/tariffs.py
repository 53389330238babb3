"""Questions about tariffs: the rate of a code on a day, what a version holds, what changed between two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Count, QuerySet

from tradewind.apps.markets.models import TariffLine, TariffVersion
from tradewind.apps.markets.queries.rules import rulebook
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Refused
from tradewind.engine.rulebook import NoRule, Rulebook
from tradewind.engine.tariff import DutyRate
from tradewind.engine.tariff_files import RATES, TEXTS
from tradewind.engine.tariff_schedule import GENERAL, Line, Schedule, dotted


def tariff_versions(actor: Actor) -> QuerySet[TariffVersion]:
    """Every version loaded, withdrawn ones too."""
    actor.require("markets.view")
    return TariffVersion.objects.select_related("file")


class Tariffs:
    """Tariffs ready to be asked: `tariffs(market, hs, origin, on)` is the rate, or None.

    None: no tariff of the market is loaded for the day, or it has no such code. Refused when the code is
    none or has several rates. A market of a group (DE) has the group's tariff (EU). A version is read once.
    """

    def __init__(self, versions: Iterable[TariffVersion], book: Rulebook) -> None:
        self._versions: dict[tuple[str, str], list[TariffVersion]] = {}
        for version in versions:
            self._versions.setdefault((version.market, version.kind), []).append(version)
        self.book = book
        self._columns: dict[tuple[str, str, date], str] = {}
        self._schedules: dict[tuple[str, date, str], Schedule | None] = {}

    def __call__(self, market: str, hs: str, origin: str, on: date) -> DutyRate | None:
        schedule = self.schedule(market, on)
        return None if schedule is None else schedule.find(hs, on, self.column(market, origin, on))

    def version(self, market: str, on: date, kind: str = RATES) -> TariffVersion | None:
        """The version in force for a market, or for the group it belongs to."""
        for holder in (market, self.book.group_of(market, on)):
            for version in self._versions.get((holder or "", kind), ()):
                if version.valid_from <= on and (version.valid_to is None or on <= version.valid_to):
                    return version
        return None

    def schedule(self, market: str, on: date, kind: str = RATES) -> Schedule | None:
        """The tariff of a market on a day, ready to be asked; None when none is loaded."""
        question = (market, on, kind)
        if question not in self._schedules:
            version = self.version(market, on, kind)
            self._schedules[question] = None if version is None else schedule_of(version)
        return self._schedules[question]

    def column(self, market: str, origin: str, on: date) -> str:
        """The column an origin has: general, or column 2 where normal relations are denied."""
        question = (market, origin, on)
        if question not in self._columns:
            try:
                rule = self.book.find("tariff_column", on, market=market, origin=origin)
                self._columns[question] = rule.text("column")
            except NoRule:
                self._columns[question] = GENERAL
        return self._columns[question]

    def programmes(self, market: str, origin: str, on: date) -> tuple[tuple[str, ...], str]:
        """Symbols of the special column an origin may be claimed under, and the programme's name."""
        try:
            rule = self.book.find("tariff_programme", on, market=market, origin=origin)
        except NoRule:
            return (), ""
        return rule.values["programmes"], rule.text("name")

    def measures(self, market: str, hs: str, on: date) -> frozenset[str] | None:
        """Headings of chapter 99 the code's footnotes name; None when the loaded file does not say."""
        schedule = self.schedule(market, on)
        return None if schedule is None else schedule.measures(hs)

    def has(self, market: str, hs: str, on: date) -> bool | None:
        """Whether a market's tariff (with rates, else the nomenclature) knows a code; None: not loaded."""
        schedule = self.schedule(market, on) or self.schedule(market, on, TEXTS)
        if schedule is None:
            return None
        try:
            return schedule.has(hs)
        except Refused:
            return False


def tariffs_on(day: date) -> Tariffs:
    """The tariffs in force on a day, as landed costs ask them. One query; lines are read when needed."""
    rows = TariffVersion.objects.filter(state="loaded", valid_from__lte=day).exclude(valid_to__lt=day)
    return Tariffs(rows.select_related("file"), rulebook())


def all_tariffs() -> Tariffs:
    """The tariffs of every day."""
    return Tariffs(TariffVersion.objects.filter(state="loaded").select_related("file"), rulebook())


def schedule_of(version: TariffVersion) -> Schedule:
    """A version ready to be asked. Kept in memory: its lines never change."""
    return _schedule(version.pk, version.file.sha256, version.currency, str(version))


@lru_cache(maxsize=12)
def _schedule(version_id: int, _sha256: str, currency: str, source: str) -> Schedule:
    rows = TariffLine.objects.filter(version_id=version_id).exclude(code="")
    lines = rows.values_list("code", "general", "special", "column2", "notes").iterator(chunk_size=5000)
    return Schedule((Line(*row) for row in lines), currency=currency, source=source)


UNLISTED, SEVERAL = "unlisted", "several"


def code_findings(hs: str, on: date) -> list[tuple[TariffVersion, str]]:
    """What is wrong with a code in each tariff in force: UNLISTED, or SEVERAL rates under it. Two queries."""
    in_force = TariffVersion.objects.filter(state="loaded", valid_from__lte=on).exclude(valid_to__lt=on)
    lines: dict[int, list[Line]] = {version.pk: [] for version in in_force}
    rows = TariffLine.objects.filter(version__in=list(lines), heading=hs[:4]).exclude(code="")
    for pk, *line in rows.values_list("version_id", "code", "general", "special", "column2", "notes"):
        lines[pk].append(Line(*line))
    found = [(version, _finding(version, lines[version.pk], hs, on)) for version in in_force]
    return [(version, finding) for version, finding in found if finding]


def _finding(version: TariffVersion, lines: list[Line], hs: str, on: date) -> str:
    schedule = Schedule(lines, currency=version.currency, source=str(version))
    try:
        if not schedule.has(hs):
            return UNLISTED
        if version.kind == RATES:
            schedule.find(hs, on)
    except Refused:
        return SEVERAL
    return ""


def lineage(version_id: int, code: str) -> list[TariffLine]:
    """The line of a code and the titles above it, from the heading down; [] for a code that is not listed.

    "Other" means something only under its parents, which often have no code. A longer code than the tariff
    lists stands under the line it inherits from.
    """
    return lineages(version_id, [code])[code]


def lineages(version_id: int, codes: Iterable[str]) -> dict[str, list[TariffLine]]:
    """The lineage of many codes of a version, in one query."""
    wanted = set(codes)
    rows = TariffLine.objects.filter(version_id=version_id, heading__among=sorted({c[:4] for c in wanted}))
    by_heading: dict[str, list[TariffLine]] = {}
    for row in rows.order_by("no"):
        by_heading.setdefault(row.heading, []).append(row)
    return {code: _lineage(by_heading.get(code[:4], []), code) for code in wanted}


def _lineage(rows: list[TariffLine], code: str) -> list[TariffLine]:
    at = next((i for i, row in enumerate(rows) if row.code == code), None)
    if at is None:
        return _lineage(rows, code[:-2]) if len(code) > 6 else []
    found = [rows[at]]
    for row in reversed(rows[:at]):
        if row.indent < found[-1].indent:
            found.append(row)
    return found[::-1]


def naming(version_id: int, code: str) -> list[TariffLine]:
    """Lines of chapter 99 whose own text names a code of eight digits (temporary reductions and the like)."""
    rows = TariffLine.objects.filter(version_id=version_id, code__startswith="99")
    return list(rows.filter(description__contains=dotted(code[:8])).order_by("no")) if len(code) >= 8 else []


def tariff_lines(actor: Actor) -> QuerySet[TariffLine]:
    """Every coded line of the versions in use."""
    actor.require("markets.view")
    return TariffLine.objects.filter(version__state="loaded").exclude(code="").select_related("version")


def chapter_99(version_id: int, measures: Iterable[str]) -> list[TariffLine]:
    """The lines of headings of chapter 99."""
    codes = [measure.replace(".", "") for measure in measures]
    return list(TariffLine.objects.filter(version_id=version_id, code__in=codes).order_by("no"))


@dataclass(frozen=True, slots=True)
class Chapter:
    """How much of a version stands in a chapter."""

    chapter: str
    lines: int
    headings: int


def chapters(version_id: int) -> list[Chapter]:
    """The chapters of a version with their lines and headings."""
    rows = (
        TariffLine.objects.filter(version_id=version_id)
        .exclude(heading="")
        .values("heading")
        .annotate(n=Count("id"))
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["heading"][:2], []).append(row["n"])
    return [Chapter(chapter, sum(counts), len(counts)) for chapter, counts in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class RateChange:
    """A code that came, went, or has another rate in the newer of two versions."""

    code: str
    change: str  # came, went, changed
    before: str
    after: str


def rate_changes(old: TariffVersion, new: TariffVersion) -> list[RateChange]:
    """General rates that differ between two versions, by code; two queries whatever their size."""
    held = [
        dict(
            TariffLine.objects.filter(version=version)
            .exclude(code="")
            .exclude(general="")
            .values_list("code", "general")
        )
        for version in (old, new)
    ]
    before, after = held
    return [
        RateChange(
            code,
            "came" if code not in before else "went" if code not in after else "changed",
            before.get(code, ""),
            after.get(code, ""),
        )
        for code in sorted(before.keys() | after.keys())
        if before.get(code) != after.get(code)
    ]
