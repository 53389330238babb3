"""Public numbers of countries out of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import Indicator
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings, plain_decimal
from tradewind.db.bulk import insert_rows, update_rows
from tradewind.engine.access import Actor
from tradewind.engine.money import MoneyError, parse_decimal, quantize
from tradewind.engine.tabular import COUNTRY, INT, TEXT, ColumnSpec, read_table

PLACES = 6
COLUMNS = (
    ColumnSpec("country", COUNTRY, ("iso2", "country", "国家代码", "国家"), required=True),
    ColumnSpec("name", TEXT, ("indicator", "指标"), required=True, max_length=60),
    ColumnSpec("year", INT, ("year", "年份", "年"), required=True, minimum=1900, maximum=2200),
    ColumnSpec("value", TEXT, ("value", "数值", "值"), required=True, max_length=60),  # 1.5E-07 occurs
)
Key = tuple[str, str, int]


def _value(found: Findings, text: str) -> Decimal:
    """A number as statistics write it, rounded to what is stored: "-9.17E-07" is -0.000001."""
    try:
        return quantize(parse_decimal(text), PLACES)
    except MoneyError:
        found.add("value", text, _("not a number"), "12.34, 1.5E-07")
        return Decimal(0)


@dataclass(frozen=True, slots=True)
class IndicatorImport:
    """How many numbers were new, the same as before, and revised by the source."""

    new: int
    same: int
    revised: int


def _read(found: Findings, name: str, content: bytes) -> dict[Key, Decimal]:
    table = read_table(name, content, COLUMNS)
    found.problems += table.problems
    out: dict[Key, Decimal] = {}
    for row in table.rows:
        v = row.values
        key = (v["country"], v["name"], v["year"])
        found.at(row.no)
        value = _value(found, v["value"])
        if key in out and out[key] != value:
            found.add("value", v["value"], _("contradicts an earlier row of this file"), str(out[key]))
        if abs(value) >= Decimal(10) ** 22:
            found.add("value", v["value"], _("too large"))
        out[key] = value
    if not out and not found.problems:
        found.at(None).add("file", name, _("the file has no rows"))
    return out


def import_indicators(*, name: str, content: bytes, source: str, now: datetime, by: Actor) -> IndicatorImport:
    """Take over a table iso2, indicator, year, value (CSV, gzip or XLSX). All of it or nothing.

    A number the source has revised replaces the old one; how it was stands in the audit.
    """
    with acting(by, "markets.change", kind="indicator", now=now) as act:
        found = Findings()
        said = found.text("source", source, 200)
        wanted = _read(found, name, content)
        found.settle()
        file, _is_new = store_file(name=name, content=content, now=now, by=by)
        held = {
            (r[1], r[2], r[3]): (r[0], r[4])
            for r in Indicator.objects.filter(country__among=sorted({k[0] for k in wanted})).values_list(
                "id", "country", "name", "year", "value"
            )
        }
        new = [(*k, str(v), said) for k, v in wanted.items() if k not in held]
        revised = [(k, held[k], v) for k, v in wanted.items() if k in held and held[k][1] != v]
        insert_rows(Indicator, ["country", "name", "year", "value", "source"], new)
        update_rows(Indicator, ["value", "source"], [(old[0], str(v), said) for _k, old, v in revised])
        act.ids = [old[0] for _k, old, _v in revised]
        act.note(
            verb="import_indicators", file=file.sha256, new=len(new), revised=len(revised),
            before=[[*k, plain_decimal(old[1])] for k, old, _v in revised[:200]],
        )  # fmt: skip
        return IndicatorImport(len(new), len(wanted) - len(new) - len(revised), len(revised))
