"""Sync runs at the desk: how the feeds of the stores went."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stores.queries import runs_of, stores_of
from tradewind.desk.kernel import INT, LINK, TIME, Column, Detail, Fact, Filter, Noun, Ref
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
    facts = (
        Fact(_("Store"), _store(run), LINK),
        Fact(_("From"), run.started_at, TIME),
        Fact(_("Until"), run.ended_at, TIME),
        Fact(_("Rows"), run.fetched, INT),
        Fact(_("Problems"), run.problems, INT),
    )
    return Detail(f"{run.store.name} · {run.feed}", facts=facts, alerts=(run.error,) if run.error else ())


NOUN = Noun(
    code="sync_runs",
    label=_("Synchronisation"),
    stage=4,
    place=40,
    icon="refresh-cw",
    prefix="syn",
    view="stores.view",
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
