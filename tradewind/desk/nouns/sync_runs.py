"""Sync runs at the desk: how the feeds of the stores went."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stores.queries import runs_of, stores_of
from tradewind.desk.kernel import (
    DECIMAL,
    INT,
    LINK,
    TEXT,
    TIME,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Ref,
    Table,
)
from tradewind.engine.access import Actor


def _rows(actor: Actor) -> QuerySet[Any]:
    return runs_of(actor)


def _store(row: Any) -> Ref:
    return Ref("stores", row.store_id, row.store.name)


def stores(actor: Actor) -> list[tuple[str, str]]:
    """The stores in scope, for filters."""
    return [(str(s.pk), s.name) for s in stores_of(actor).order_by("code")]


def _detail(actor: Actor, pk: int) -> Detail | None:
    run = runs_of(actor).filter(pk=pk).first()
    if run is None:
        return None
    facts: tuple[Fact, ...] = (
        Fact(_("Store"), _store(run), LINK),
        Fact(_("From"), run.started_at, TIME),
        Fact(_("Until"), run.ended_at, TIME),
        Fact(_("Rows"), run.fetched, INT),
        Fact(_("Problems"), run.problems, INT),
    )
    tables: tuple[Table, ...] = ()
    if run.file_id is not None:
        aside = list(run.set_aside.order_by("row_no")[:SHOWN])
        facts += tuple(Fact(name, plain, TEXT) for name, plain in _sums(run.detail))
        tables = (Table(_("Set aside"), ASIDE, aside, _("Nothing was set aside.")),)
    alerts = (run.error,) if run.error else ()
    return Detail(f"{run.store.name} · {run.feed}", facts=facts, tables=tables, alerts=alerts)


SHOWN = 500
ASIDE = (
    Column("row_no", _("Row"), INT),
    Column("reason", _("Reason")),
    Column("reference", _("Document")),
    Column("external_sku", _("SKU")),
    Column("text", _("Text"), wide=True),
    Column("qty", _("Quantity"), INT),
    Column("amount", _("Amount"), DECIMAL),
    Column("currency", _("Currency")),
)


def _sums(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Every count and sum of a file's report, one a line: sold: 360,569 lines, 7,091,524.443."""
    out = []
    for name, value in detail.items():
        if isinstance(value, dict) and "lines" in value:
            out.append((name, f"{value['lines']:,} · {value.get('net', value.get('amount', ''))}"))
        elif not isinstance(value, dict):
            out.append((name, str(value)))
    return out


NOUN = Noun(
    code="sync_runs",
    label=_("Synchronisation"),
    stage=4,
    place=40,
    icon="refresh-cw",
    prefix="syn",
    view="stores.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("store", _("Store"), LINK, _store, sort="store__code"),
        Column("feed", _("Feed"), sort="feed"),
        Column("started_at", _("From"), TIME, sort="started_at"),
        Column("ended_at", _("Until"), TIME, sort="ended_at"),
        Column("fetched", _("Rows"), INT, sort="fetched"),
        Column("problems", _("Problems"), INT, sort="problems"),
        Column("error", _("Error"), wide=True),
    ),
    detail=_detail,
    order="-id",
    search=("feed__istartswith", "error__icontains"),
    filters=(Filter("store", _("Store"), "store_id", stores),),
    empty=_("Nothing has been synchronised yet."),
    title_of="feed",
    note=_("One row a run; quiet runs are folded into one."),
)
