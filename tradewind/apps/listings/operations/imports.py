"""Listings out of a file: drafted, priced and mapped in one go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.apps.catalog.models import Sku
from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations.draft import Drafted, NewListing, draft_listings
from tradewind.apps.listings.operations.mapping import NewMapping, map_skus
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.stores.queries import store_coded
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.tabular import DECIMAL, INT, ColumnSpec, Row, read_table

COLUMNS = (
    ColumnSpec("external_sku", aliases=("msku", "平台SKU", "店铺SKU"), required=True, max_length=80),
    ColumnSpec("title", aliases=("标题",), required=True),
    ColumnSpec("price", DECIMAL, aliases=("售价", "价格")),
    ColumnSpec("sku", aliases=("SKU", "商品SKU", "系统SKU"), max_length=40),
    ColumnSpec("units_each", INT, aliases=("每份数量", "qty_each"), minimum=1, maximum=10_000),
)


def import_listings(*, store: str, name: str, data: bytes, now: datetime, by: Actor) -> Drafted:
    """Read listings of a store (by code) from CSV or XLSX; a known listing stays as it is.

    Columns: external_sku, title, price, sku, units_each (Chinese headers too). A row with a SKU is
    mapped; one without stays unmapped and visible. Refused whole with every row's problem.
    """
    shop = store_coded(store, by)
    table = read_table(name, data, COLUMNS)
    problems = list(table.problems)
    codes = {str(r.values["sku"]) for r in table.rows if r.values.get("sku")}
    skus: dict[str, int] = dict(Sku.objects.filter(code__among=sorted(codes)).values_list("code", "id"))
    rows = [_new(r, shop.currency, problems) for r in table.rows]
    for r in table.rows:
        code = r.values.get("sku")
        if code and code not in skus:
            problems.append(Problem(r.no, "sku", str(code), "there is no such SKU", "a SKU code, or nothing"))
    if problems:
        raise Refused(problems)
    known = shop.listings.filter(external_sku__among=[r.external_sku for r in rows]).count()
    if known == len(rows):
        return Drafted((), known)
    with acting(by, "listings.change", kind="listing", now=now) as act:
        file, _new_file = store_file(name=name, content=data, now=now, by=by)
        drafted = draft_listings(store_id=shop.pk, rows=rows, now=now, by=by)
        ids: dict[str, int] = dict(
            Listing.objects.filter(pk__in=drafted.ids).values_list("external_sku", "id")
        )
        map_skus(rows=_mappings(table.rows, ids, skus), now=now, by=by)
        act.ids.extend(drafted.ids)
        act.note(verb="import", file=file.sha256, made=len(drafted.ids), known=drafted.known)
    return drafted


def _new(row: Row, currency: str, problems: list[Problem]) -> NewListing:
    price: Any = row.values.get("price")
    money = None
    if price is not None:
        try:
            money = Money.of(price, currency)
        except MoneyError as exc:
            problems.append(Problem(row.no, "price", str(price), str(exc), "e.g. 19.99"))
    return NewListing(str(row.values["external_sku"]), str(row.values["title"]), money, row.no)


def _mappings(rows: tuple[Row, ...], ids: dict[str, int], skus: dict[str, int]) -> list[NewMapping]:
    return [
        NewMapping(ids[r.values["external_sku"]], skus[r.values["sku"]], r.values.get("units_each") or 1)
        for r in rows
        if r.values.get("sku") and r.values["external_sku"] in ids
    ]
