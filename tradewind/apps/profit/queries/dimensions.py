"""By what profit can be looked at: dimensions, the columns they stand on, their words, filters on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.org.models import Company
from tradewind.apps.profit.states import CERTAINTY, STAGES
from tradewind.apps.sourcing.models import Supplier
from tradewind.apps.stores.models import Store
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

NONE = "-"  # the key of units without a SKU, a supplier, a batch
# Dimension -> the column of lines and cells it stands on. Several may stand on one.
COLUMN: Mapping[str, str] = {
    "company": "company_id", "store": "store_id", "market": "store_id", "channel": "store_id",
    "sku": "sku_id", "product": "sku_id", "listing": "listing", "supplier": "supplier_id", "batch": "batch",
    "month": "month", "day": "day", "stage": "stage", "state": "state",
}  # fmt: skip
# An order is of one of each of these: along them orders can be counted, along the others only lines.
OF_ORDER = frozenset({"company", "store", "market", "channel", "month", "day", "stage"})


@dataclass(frozen=True, slots=True)
class Key:
    """A value of a dimension: its key in filters and its words."""

    code: str
    text: str


@dataclass(frozen=True)
class Words:
    """Keys of the values of every dimension that stands on an id, read once a question."""

    of: Mapping[str, Mapping[Any, Key]]

    def key(self, dimension: str, value: Any) -> Key:
        """The key of a column's value along a dimension."""
        if dimension in self.of:
            return self.of[dimension].get(value, Key(NONE, NONE))
        text = f"{value}"[:7] if dimension == "month" else f"{value}" if value else NONE
        return Key(text, text)

    def ids(self, dimension: str, code: str) -> list[Any]:
        """The column's values behind a key."""
        if dimension == "month":
            return [f"{code[:7]}-01"]
        if dimension in ("listing", "batch"):
            return ["" if code == NONE else code]
        if dimension not in self.of:
            return [code]
        found = [value for value, key in self.of[dimension].items() if key.code == code]
        return found + ([0] if code == NONE and not found else [])


def words_of(dimensions: Sequence[str], used: Mapping[str, Sequence[Any]] | None = None) -> Words:
    """Words of some dimensions; `used` names the ids that occur, so that no more are read."""
    of: dict[str, dict[Any, Key]] = {}
    columns = {COLUMN[d] for d in dimensions}
    if "company_id" in columns:
        of["company"] = {c.pk: Key(c.code, str(c)) for c in Company.objects.all()}
    if "store_id" in columns:
        stores = list(Store.objects.select_related("market"))
        of["store"] = {s.pk: Key(s.code, s.name) for s in stores}
        of["market"] = {s.pk: Key(s.market.code, s.market.code) for s in stores}
        of["channel"] = {s.pk: Key(s.channel, s.channel) for s in stores}
    if "sku_id" in columns:
        skus = Sku.objects.select_related("product")
        rows = list(skus if used is None else skus.filter(id__among=_ids(used, "sku_id")))
        of["sku"] = {k.pk: Key(k.code, k.code) for k in rows}
        of["product"] = {k.pk: Key(k.product.code, f"{k.product.code} {k.product}") for k in rows}
    if "supplier_id" in columns:
        suppliers = Supplier.objects.all()
        rows_s = suppliers if used is None else suppliers.filter(id__among=_ids(used, "supplier_id"))
        of["supplier"] = {s.pk: Key(s.code, s.name) for s in rows_s}
    return Words({name: of[name] for name in of if name in dimensions})


def _ids(used: Mapping[str, Sequence[Any]], column: str) -> list[int]:
    return sorted({int(v) for v in used.get(column, ()) if v})


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked: shipped from a day to a day, both included (None: ever), along these dimensions only."""

    since: date | None = None
    until: date | None = None
    only: tuple[tuple[str, str], ...] = ()

    @property
    def filters(self) -> dict[str, str]:
        """The keys asked for, by dimension."""
        return dict(self.only)


def conditions(actor: Actor, span: Span) -> list[tuple[str, list[Any]]]:
    """The filters and the scope, as columns and the values they may have; 0 and "" stand for none.

    Refused with every key that is not known; days and months are no condition but narrow the span.
    """
    found: list[tuple[str, list[Any]]] = []
    if actor.stores is not None:
        found.append(("store_id", sorted(actor.stores)))
    problems: list[Problem] = []
    words = words_of([d for d, _code in span.only if d in ("company", "store", "market", "channel")])
    for dimension, code in span.only:
        values = _values(dimension, code, words)
        if not values:
            problems.append(Problem(None, dimension, code[:80], _("nothing has this key")))
        elif dimension not in ("month", "day"):
            found.append((COLUMN[dimension], values))
    if problems:
        raise Refused(problems)
    return found


def narrowed(span: Span) -> tuple[date | None, date | None]:
    """From and until, narrowed by a month or day that is asked for."""
    since, until = span.since, span.until
    for dimension, code in span.only:
        if dimension in ("month", "day") and (found := _values(dimension, code, Words({}))):
            first = found[0]
            last = first if dimension == "day" else month_after(first) - timedelta(1)
            since, until = max(since or first, first), min(until or last, last)
    return since, until


def month_after(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _values(dimension: str, code: str, words: Words) -> list[Any]:
    """The values of the column behind a key; empty where nobody has it."""
    if dimension in ("sku", "product", "supplier"):
        return _found(dimension, code)
    if dimension in ("month", "day"):
        return _day(f"{code[:7]}-01" if dimension == "month" else code)
    if dimension == "stage":
        return [code] if code in STAGES else []
    if dimension == "state":
        return [code] if code in CERTAINTY else []
    return words.ids(dimension, code)


def _day(text: str) -> list[date]:
    try:
        return [date.fromisoformat(text)]
    except ValueError:
        return []


def _found(dimension: str, code: str) -> list[int]:
    if code == NONE:
        return [0]
    sql = {
        "sku": "SELECT id FROM catalog_sku WHERE code = %s",
        "product": "SELECT k.id FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id "
        "WHERE p.code = %s",
        "supplier": "SELECT id FROM sourcing_supplier WHERE code = %s",
    }[dimension]
    return [row[0] for row in fetch(sql, [code])]
