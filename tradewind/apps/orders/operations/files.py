"""Order files into orders: the file is kept first, then read whole or not at all, and only once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradewind.apps.listings.models import SkuMapping
from tradewind.apps.listings.operations import NewListing, draft_listings
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.orders.operations import retail
from tradewind.apps.orders.operations.mapping import Mappings
from tradewind.apps.org.models import StoredFile
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.stores.models import SetAside, Store, SyncRun
from tradewind.apps.stores.queries import store_coded
from tradewind.connectors.channels.online_retail import files as layout_file
from tradewind.db import bulk
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

LAYOUTS = {"online-retail": layout_file.LAYOUT}


@dataclass(frozen=True, slots=True)
class OrdersImport:
    """What a file held; `again` when it had been read before and nothing was done. `report` is JSON data."""

    run_id: int
    again: bool
    report: Mapping[str, Any]


def import_orders(
    *, store: str, layout: str, name: str, data: bytes, now: datetime, by: Actor
) -> OrdersImport:
    """Take over a file of order lines of a store (by code); layout: online-retail.

    Everything or nothing, in one transaction: Refused with every problem of the file. The report says
    lines, invoices and exact net of the whole file and of every class of lines; invoices that the
    store has already are passed over and counted. The same file again changes nothing.
    """
    by.require("orders.change")
    shop = store_coded(store, by)
    _check(shop, layout)
    feed = f"file:{LAYOUTS[layout]}"
    with acting(by, "orders.change", kind="order", now=now) as act:
        file, _new = store_file(name=name, content=data, now=now, by=by)
        earlier = SyncRun.objects.filter(store=shop, feed=feed, file=file).first()
        if earlier is not None:
            act.nothing()
        else:
            run = SyncRun.objects.create(store=shop, feed=feed, started_at=now, ended_at=now, file=file)
            report = _read(shop, run, file, data, now, by)
            act.note(verb="import_orders", store=shop.code, **report)
    if earlier is not None:
        return OrdersImport(earlier.pk, True, earlier.detail)
    return OrdersImport(run.pk, False, report)


def _check(shop: Store, layout: str) -> None:
    problems = []
    if layout not in LAYOUTS:
        problems.append(Problem(None, "layout", layout[:40], "there is no such layout", ", ".join(LAYOUTS)))
    if shop.currency != layout_file.CURRENCY:
        problems.append(
            Problem(None, "store", shop.code, f"sells in {shop.currency}", f"a {layout_file.CURRENCY} store")
        )
    if problems:
        raise Refused(problems)


def _read(
    shop: Store, run: SyncRun, file: StoredFile, data: bytes, now: datetime, by: Actor
) -> dict[str, Any]:
    mappings = SkuMapping.objects.filter(listing__store=shop).values_list(
        "listing__external_sku", "sku_id", "qty", "valid_from", "valid_to"
    )
    orders = Order.objects.filter(store=shop).values_list("external_id", flat=True)
    aside = SetAside.objects.filter(run__store=shop).values_list("reference", flat=True)
    reading = retail.Reading(frozenset([*orders, *aside]), Mappings(mappings))
    for batch in layout_file.parse(data):
        bulk.insert_rows(OrderLine, retail.LINE_COLUMNS, retail.read_batch(reading, batch))
    made = retail.finish(reading, shop.pk, run)
    new = [NewListing(code, title) for code, title in reading.titles.items()]
    draft_listings(store_id=shop.pk, rows=new, now=now, by=by)
    report = _report(reading, made, file)
    left = report["set_aside"]["lines"]
    run.fetched, run.problems, run.detail = report["lines"], left, report
    run.save(update_fields=["fetched", "problems", "detail"])
    return report


def _report(reading: retail.Reading, orders: int, file: StoredFile) -> dict[str, Any]:
    """Counts and exact sums as JSON data; amounts as plain text in GBP."""
    tallies = reading.tallies
    aside = {k: t for k, t in tallies.items() if k not in ("sold", "credited", "postage", "known")}
    taken = [t for k, t in tallies.items() if k in ("sold", "credited", "postage")]
    total = sum(t.net_milli for t in tallies.values())
    return {
        "file": file.sha256,
        "lines": sum(t.lines for t in tallies.values()),
        "invoices": len(reading.every),
        "skus": len(reading.codes),
        "net": _pounds(total),
        "currency": layout_file.CURRENCY,
        "orders": orders,
        **{k: _said(tallies.get(k, retail.Tally())) for k in ("sold", "credited", "postage", "known")},
        "set_aside": {
            "lines": sum(t.lines for t in aside.values()),
            "net": _pounds(sum(t.net_milli for t in aside.values())),
            "by_reason": {k: _said(t) for k, t in sorted(aside.items())},
        },
        "duplicates_kept": reading.duplicates,
        "rounding": {
            "lines": sum(t.rounded_lines for t in taken),
            "amount": _pounds(sum(t.rounding_milli for t in taken)),
        },
        "no_country": {text: n for text, n in sorted(reading.nowhere.items()) if n},
    }


def _said(tally: retail.Tally) -> dict[str, Any]:
    return {"lines": tally.lines, "net": _pounds(tally.net_milli)}


def _pounds(milli: int) -> str:
    return f"{Decimal(milli).scaleb(-3):f}"
