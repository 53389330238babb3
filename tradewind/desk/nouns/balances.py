"""Stock on hand at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stock.models import CostLayer, Move, Reservation
from tradewind.apps.stock.operations import count_stock
from tradewind.apps.stock.operations.counts import REASONS
from tradewind.apps.stock.queries import balances_visible, layers_without_cost
from tradewind.desk.kernel import (
    CHOICE,
    INT,
    LINK,
    MONEY,
    ONE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._goods import COST_STATES, minor, move_kind, warehouse_ids
from tradewind.engine.access import Actor

COUNT_REASONS = {
    "count": _("Stocktake"),
    "damaged": _("Damaged"),
    "lost": _("Lost"),
    "found": _("Found"),
    "sample": _("Sample"),
}
LAYERS = (
    Column("batch", _("Batch"), LINK, lambda x: Ref("layers", x.pk, x.batch)),
    Column("received_at", _("Received at"), TIME),
    Column("left_qty", _("Units left"), INT),
    Column("qty", _("Units in all"), INT),
    Column("goods", _("Goods cost left"), MONEY, lambda x: minor(x.left_goods_minor, x.currency)),
    Column("landed", _("Landed cost left"), MONEY, lambda x: minor(x.left_landed_minor, x.currency)),
    Column("state", _("Cost is"), TEXT, lambda x: COST_STATES.get(x.state, x.state)),
)
MOVES = (
    Column("at", _("At"), TIME),
    Column("kind", _("Movement"), TEXT, move_kind),
    Column("qty", _("On hand"), INT),
    Column("staged_qty", _("In staging"), INT),
    Column("document", _("Document"), TEXT, lambda m: f"{m.source} {m.source_id}", wide=True),
)


def _sku(row: Any) -> Ref:
    return Ref("skus", row.sku_id, row.sku.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = balances_visible(actor).filter(pk=pk).first()
    if row is None:
        return None
    moves = list(Move.objects.filter(balance=row).order_by("-id")[:50])
    layers = list(CostLayer.objects.filter(balance=row, left_qty__gt=0).order_by("received_at", "id")[:200])
    promised = Reservation.objects.filter(balance=row).count()
    return Detail(
        row.sku.code,
        f"{row.warehouse.name} · {row.owner.code}",
        facts=(
            Fact(_("SKU"), _sku(row), LINK),
            Fact(_("Name"), row.sku.name_zh or row.sku.name),
            Fact(_("Warehouse"), row.warehouse.name),
            Fact(_("Stock owner"), str(row.owner)),
            Fact(_("On hand"), row.on_hand, INT),
            Fact(_("Reserved"), row.reserved, INT),
            Fact(_("Free"), row.on_hand - row.reserved, INT),
            Fact(_("Reservations"), promised, INT),
        ),
        tables=(
            Table(_("Cost layers"), LAYERS, layers, _("No units left."), hidden="cost"),
            Table(_("Last 50 movements"), MOVES, moves),
        ),
    )


def _count(call: Call) -> Outcome:
    (pk,) = call.ids
    got = count_stock(
        counted={pk: call.values["qty"]}, reason=call.values["reason"], now=call.now, by=call.by
    )
    difference = got.differences.get(pk, 0)
    text = _now("Counted: difference %(units)d.")
    return Outcome(text % {"units": difference}, len(got.differences))


def _count_reasons(_actor: Actor) -> list[tuple[str, Any]]:
    return [(code, COUNT_REASONS[code]) for code in REASONS]


NOUN = Noun(
    code="balances",
    label=_("Stock"),
    stage=3,
    place=80,
    icon="warehouse",
    prefix="bal",
    view="stock.view",
    rows=balances_visible,
    columns=(
        Column("sku", _("SKU"), LINK, _sku, sort="sku__code"),
        Column("name", _("Name"), TEXT, lambda b: b.sku.name_zh or b.sku.name, wide=True),
        Column("warehouse", _("Warehouse"), TEXT, "warehouse.name", sort="warehouse__code"),
        Column("owner", _("Stock owner"), TEXT, "owner.code"),
        Column("on_hand", _("On hand"), INT, sort="on_hand"),
        Column("reserved", _("Reserved"), INT, sort="reserved"),
        Column("free", _("Free"), INT, sort="free"),
    ),
    detail=_detail,
    order="sku__code",
    search=("sku__code__istartswith", "sku__name__icontains", "sku__name_zh__icontains"),
    filters=(Filter("warehouse", _("Warehouse"), "warehouse_id", warehouse_ids),),
    actions=(
        Action("count", _("Count"), _count, "stock.change", ONE, (
            Field("qty", _("Units found"), INT),
            Field("reason", _("Reason"), CHOICE, choices=_count_reasons, initial="count"),
        ), key="c"),
    ),
    waiting=layers_without_cost,
    empty=_("Stock appears when purchase orders are received."),
    audit_kind="balance",
    title_of=lambda b: b.sku.code,
    note=_("What lies where, and what of it is promised. The number counts batches without a cost."),
)  # fmt: skip
