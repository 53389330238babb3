"""Tariffs into the house: a whole file or nothing, a new version from its day, the old ones kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import TariffLine, TariffVersion
from tradewind.apps.markets.states import TARIFF
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings, needed_reason
from tradewind.db.bulk import insert_rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.tabular import COUNTRIES
from tradewind.engine.tariff_files import TariffFile, read_tariff

MARKETS = COUNTRIES | {"EU"}
_LINE = [
    "no", "code", "heading", "indent", "description", "unit", "general", "special", "column2", "additional",
    "notes",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewTariff:
    """What a tariff file is: market (EU for its members), revision, the day it holds from, who published it.

    `currency` is what amounts written with "$" are of. `known_to`: the last day the file is known to hold;
    from the day after duty is missing until a newer version is loaded.
    """

    market: str
    revision: str
    valid_from: date
    currency: str
    source: str
    known_to: date | None = None


@dataclass(frozen=True, slots=True)
class TariffLoad:
    """What a load did: the version, how many lines and codes it has, and rate texts nobody can read."""

    version_id: int
    new: bool
    lines: int
    codes: int
    unread: dict[str, int]


def load_tariff(*, tariff: NewTariff, name: str, content: bytes, now: datetime, by: Actor) -> TariffLoad:
    """Load a tariff file (CSV, JSON, gzip, XLSX). The same file again changes nothing.

    Refused with every problem: rows that cannot be read, a file already loaded as another version, another
    version of the same kind that starts on the same day.
    """
    with acting(by, "markets.change", kind="tariff", now=now) as act:
        found = Findings()
        market = found.one_of("market", tariff.market.strip().upper(), MARKETS)
        revision = found.text("revision", tariff.revision, 80)
        source = found.text("source", tariff.source, 300)
        currency = found.currency("currency", tariff.currency)
        found.days("known_to", tariff.valid_from, tariff.known_to)
        before = _same(found, market, tariff.valid_from, content)
        found.settle()
        if before is not None:
            return TariffLoad(before.pk, False, before.line_count, before.code_count, {})
        file = read_tariff(name, content, market)
        found.problems += file.problems
        _start_free(found, market, file.kind, tariff.valid_from)
        found.settle()
        stored, _new = store_file(name=name, content=content, now=now, by=by)
        unread = file.unread(currency, tariff.valid_from)
        version = TariffVersion.objects.create(
            market=market, kind=file.kind, revision=revision, currency=currency, valid_from=tariff.valid_from,
            known_to=tariff.known_to,
            file=stored, source=source, loaded_at=now, loaded_by=by.name, line_count=len(file.rows),
            code_count=sum(bool(r.code) for r in file.rows), unread_count=sum(unread.values()),
        )  # fmt: skip
        _insert(version.pk, file)
        _chain(market, file.kind)
        act.ids = [version.pk]
        act.note(
            verb="load_tariff", market=market, revision=revision, file=stored.sha256, lines=len(file.rows)
        )
        return TariffLoad(version.pk, True, version.line_count, version.code_count, dict(unread))


def withdraw_tariffs(*, ids: Sequence[int], reason: str, now: datetime, by: Actor) -> list[int]:
    """Take versions out of use that were loaded by mistake; the ones before hold on again."""
    with acting(by, "markets.change", kind="tariff", ids=ids, now=now) as act:
        act.note(verb="withdraw_tariffs", reason=needed_reason(reason))
        moved = move_all(TariffVersion, TARIFF, "withdraw", ids)
        for market, kind in set(TariffVersion.objects.filter(pk__in=moved).values_list("market", "kind")):
            _chain(market, kind)
        return moved


def _same(found: Findings, market: str, valid_from: date, content: bytes) -> TariffVersion | None:
    """The version these bytes are already loaded as; a problem when it is said to start on another day."""
    digest = hashlib.sha256(content).hexdigest()
    version = TariffVersion.objects.filter(market=market, file__sha256=digest, state="loaded").first()
    if version is not None and version.valid_from != valid_from:
        said = _("the file is loaded already, from another day")
        found.add("valid_from", valid_from, said, version.valid_from.isoformat())
    return version


def _start_free(found: Findings, market: str, kind: str, valid_from: date) -> None:
    other = TariffVersion.objects.filter(
        market=market, kind=kind, valid_from=valid_from, state="loaded"
    ).first()
    if other is not None:
        said = _("another version starts on this day: %(version)s") % {"version": other}
        found.add("valid_from", valid_from, said, _("another day, or withdraw that version first"))


def _insert(version_id: int, file: TariffFile) -> None:
    insert_rows(TariffLine, ["version_id", *_LINE], ((version_id, *row) for row in file.rows))


def _chain(market: str, kind: str) -> None:
    """Every version holds until the day before the next one's start, or until it is no longer known to."""
    versions = list(
        TariffVersion.objects.filter(market=market, kind=kind, state="loaded").order_by("valid_from")
    )
    for one, after in pairwise([*versions, None]):
        assert one is not None
        ends = [one.known_to, after.valid_from - timedelta(days=1) if after else None]
        one.valid_to = min((day for day in ends if day is not None), default=None)
    TariffVersion.objects.bulk_update(versions, ["valid_to"])
