"""Stock movements at the desk: facts that nobody can change."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.stock.queries import moves_visible
from tradewind.desk.kernel import INT, LINK, TEXT, TIME, Column, Detail, Fact, Filter, Noun, Ref
from tradewind.desk.nouns._goods import KINDS, move_kind, warehouse_ids
from tradewind.engine.access import Actor


def _balance(row: Any) -> Ref:
    return Ref("balances", row.balance_id, row.balance.sku.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = moves_visible(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        f"#{row.pk}",
        str(move_kind(row)),
        facts=(
            Fact(_("SKU"), _balance(row), LINK),
            Fact(_("Warehouse"), row.balance.warehouse.name),
            Fact(_("Movement"), move_kind(row)),
            Fact(_("On hand"), row.qty, INT),
            Fact(_("In staging"), row.staged_qty, INT),
            Fact(_("Document"), f"{row.source} {row.source_id}"),
            Fact(_("At"), row.at, TIME),
        ),
    )


NOUN = Noun(
    code="moves",
    label=_("Stock movements"),
    stage=3,
    place=82,
    icon="arrow-left-right",
    prefix="mov",
    view="stock.view",
    rows=moves_visible,
    columns=(
        Column("at", _("At"), TIME),
        Column("kind", _("Movement"), TEXT, move_kind),
        Column("sku", _("SKU"), LINK, _balance),
        Column("warehouse", _("Warehouse"), TEXT, "balance.warehouse.name"),
        Column("qty", _("On hand"), INT),
        Column("staged_qty", _("In staging"), INT),
        Column("document", _("Document"), TEXT, lambda m: f"{m.source} {m.source_id}", wide=True),
    ),
    detail=_detail,
    search=("balance__sku__code__istartswith",),
    filters=(
        Filter("kind", _("Movement"), "kind", lambda _actor: list(KINDS.items())),
        Filter("warehouse", _("Warehouse"), "balance__warehouse_id", warehouse_ids),
    ),
    empty=_("Nothing has moved yet."),
    title_of=lambda m: f"#{m.pk}",
    note=_("Every change of stock; on hand is their sum. The database refuses to change one."),
)
