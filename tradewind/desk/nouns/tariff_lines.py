"""Lines of the tariffs in use, to look through and to search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import TariffVersion
from tradewind.desk.kernel import LINK, Column, Detail, Fact, Filter, Noun, Ref, Table
from tradewind.engine.access import Actor
from tradewind.engine.tariff_schedule import dotted


def _versions(_actor: Actor) -> Sequence[tuple[str, str]]:
    rows = TariffVersion.objects.filter(state="loaded").order_by("market", "-valid_from")
    return [(str(row.pk), str(row)) for row in rows]


def _chapters(_actor: Actor) -> Sequence[tuple[str, str]]:
    return [(f"{n:02}", f"{n:02}") for n in range(1, 100)]


def _code(row: Any) -> str:
    return dotted(row.code)


def _version(row: Any) -> Ref:
    return Ref("tariffs", row.version_id, str(row.version))


LINEAGE = (
    Column("code", _("Tariff code"), value=lambda row: dotted(row.code) if row.code else ""),
    Column("description", _("Description"), wide=True),
    Column("general", _("General rate")),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.tariff_lines(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        dotted(row.code),
        row.description,
        facts=(
            Fact(_("Tariff"), _version(row), LINK),
            Fact(_("General rate"), row.general),
            Fact(_("Special rates"), row.special),
            Fact(_("Column 2"), row.column2),
            Fact(_("Additional duty of the quota"), row.additional),
            Fact(_("Unit"), row.unit),
            Fact(_("Notes of the tariff"), row.notes),
        ),
        tables=(Table(_("Where it stands"), LINEAGE, queries.lineage(row.version_id, row.code)),),
    )


NOUN = Noun(
    code="tariff_lines",
    label=_("Tariff lines"),
    stage=1,
    place=51,
    icon="list-tree",
    prefix="tfl",
    view="markets.view",
    rows=queries.tariff_lines,
    columns=(
        Column("code", _("Tariff code"), value=_code, sort="code"),
        Column("description", _("Description"), wide=True),
        Column("general", _("General rate")),
        Column("special", _("Special rates")),
        Column("unit", _("Unit")),
        Column("tariff", _("Tariff"), LINK, _version, sort="version"),
    ),
    detail=_detail,
    order="id",
    search=("code__dotless", "description__icontains"),
    filters=(
        Filter("version", _("Tariff"), "version_id", _versions),
        Filter("chapter", _("Chapter"), "heading__startswith", _chapters),
    ),
    empty=_("Load the official tariff of a market: without it duty is missing, never nothing."),
    title_of=_code,
    note=_("Search by code or by words. A blank rate is that of the line above."),
)
