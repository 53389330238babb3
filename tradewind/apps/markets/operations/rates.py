"""Exchange rates into the house: from a file or from a source's quotes. A rate once stored never changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import FxRate
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings, plain_decimal
from tradewind.db.bulk import insert_rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import PLACES
from tradewind.engine.money import EXPONENTS, MoneyError, parse_decimal, quantize
from tradewind.engine.tabular import CURRENCY, DATE, DECIMAL, TEXT, ColumnSpec, Row, Table, read_table

SIMPLE = (
    ColumnSpec("base", CURRENCY, ("base", "from", "原币", "基础货币"), required=True),
    ColumnSpec("quote", CURRENCY, ("quote", "to", "目标币", "报价货币"), required=True),
    ColumnSpec("on", DATE, ("on", "date", "日期"), required=True),
    ColumnSpec("rate", DECIMAL, ("rate", "汇率"), required=True, style="1,234.56"),
)
# The European Central Bank's history file: a row a day, a column a currency, units per euro.
WIDE = (
    ColumnSpec("on", DATE, ("Date",), required=True),
    *(ColumnSpec(code, TEXT, (code,), max_length=40) for code in sorted(EXPONENTS)),
)
UNQUOTED = ("", "N/A", "-", "--")
Key = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True)
class FxImport:
    """How many rates were new, how many already there; columns of the file that are no active currency."""

    new: int
    same: int
    left_out: tuple[str, ...] = ()


def import_fx(*, name: str, content: bytes, source: str, now: datetime, by: Actor) -> FxImport:
    """Take over rates from a file: the ECB's wide table, or base, quote, on, rate. All of it or nothing.

    Refused: a rate that differs from the one stored for the same source, pair and day.
    """
    with acting(by, "markets.change", kind="fx_rate", now=now) as act:
        found = Findings()
        said = found.code("source", source)
        quotes, left_out = _read(found, name, content, said)
        file, _is_new = store_file(name=name, content=content, now=now, by=by)
        done = _record(found, quotes)
        act.note(verb="import_fx", file=file.sha256, source=said, new=done.new, same=done.same)
        return FxImport(done.new, done.same, left_out)


def record_fx(*, quotes: Sequence[FxQuote], now: datetime, by: Actor) -> FxImport:
    """Store quotes of named sources; the same quote twice is once, a different one is refused."""
    with acting(by, "markets.change", kind="fx_rate", now=now) as act:
        done = _record(Findings(), [(None if len(quotes) == 1 else n, q) for n, q in enumerate(quotes, 1)])
        act.note(verb="record_fx", sources=sorted({q.source for q in quotes}), new=done.new, same=done.same)
        return done


def _read(
    found: Findings, name: str, content: bytes, source: str
) -> tuple[list[tuple[int | None, FxQuote]], tuple[str, ...]]:
    table = read_table(name, content, SIMPLE)
    if {"base", "quote"} <= table.headers.keys():
        found.problems += table.problems
        quotes = [(r.no, FxQuote(**r.values, source=source)) for r in table.rows]
        return _some(found, name, quotes), ()
    wide = read_table(name, content, WIDE)
    if "on" not in wide.headers or len(wide.headers) < 2:
        found.problems += table.problems  # neither layout: the simple one's problems say what is wanted
        return [], ()
    found.problems += wide.problems
    return _some(found, name, list(_wide_quotes(found, wide, source))), tuple(e for e in wide.extra if e)


def _some(found: Findings, name: str, quotes: list[tuple[int, FxQuote]]) -> list[tuple[int | None, FxQuote]]:
    if not quotes and not found.problems:
        found.at(None).add("file", name, _("the file has no rows"))
    return list(quotes)


def _wide_quotes(found: Findings, table: Table, source: str) -> Iterable[tuple[int, FxQuote]]:
    for row in table.rows:
        for code, text in row.values.items():
            if code == "on" or (text or "") in UNQUOTED:
                continue
            rate = _rate(found, row, code, text)
            if rate is not None:
                yield row.no, FxQuote("EUR", code, row.values["on"], rate, source)


def _rate(found: Findings, row: Row, code: str, text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except MoneyError:
        found.at(row.no).add(code, text, _("not a number"), _("a rate above zero, or N/A"))
        return None


def _record(found: Findings, quotes: Sequence[tuple[int | None, FxQuote]]) -> FxImport:
    wanted: dict[Key, Decimal] = {}
    where: dict[Key, int | None] = {}
    for row, q in quotes:
        found.at(row)
        rate = _checked(found, q)
        key = (q.base, q.quote, q.source, q.on)
        if wanted.setdefault(key, rate) != rate:
            found.add(
                "rate", plain_decimal(q.rate), _("contradicts an earlier row"), plain_decimal(wanted[key])
            )
        where.setdefault(key, row)
    held = _held(wanted)
    for key, old in held.items():
        if wanted[key] != old:
            found.at(where[key]).add(
                "rate", plain_decimal(wanted[key]),
                _("another rate of this source and day is stored; facts are not edited"), plain_decimal(old),
            )  # fmt: skip
    found.settle()
    new = [(*k[:3], k[3].isoformat(), str(rate)) for k, rate in wanted.items() if k not in held]
    insert_rows(FxRate, ["base", "quote", "source", "on", "rate"], new)
    return FxImport(len(new), len(wanted) - len(new))


def _checked(found: Findings, q: FxQuote) -> Decimal:
    found.currency("base", q.base)
    found.currency("quote", q.quote)
    found.code("source", q.source)
    if q.base == q.quote:
        found.add("quote", q.quote, _("the same currency twice"))
    rate = quantize(q.rate, PLACES)
    if not 0 < rate < Decimal(10) ** 14:
        found.add("rate", q.rate, _("not a rate"), _("above zero"))
    return rate


def _held(wanted: dict[Key, Decimal]) -> dict[Key, Decimal]:
    if not wanted:
        return {}
    days = [k[3] for k in wanted]
    stored = FxRate.objects.filter(
        source__in=sorted({k[2] for k in wanted}), on__gte=min(days), on__lte=max(days)
    ).values_list("base", "quote", "source", "on", "rate")
    return {(r[0], r[1], r[2], r[3]): r[4] for r in stored.iterator() if (r[0], r[1], r[2], r[3]) in wanted}
