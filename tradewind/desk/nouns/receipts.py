"""Deliveries that came in, at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.sourcing import queries
from tradewind.apps.stock.queries.bills import target_layers
from tradewind.desk.kernel import (
    INT,
    LINK,
    ONE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._cost_sheet import FEES
from tradewind.desk.nouns._upstream import warehouses
from tradewind.desk.nouns.goods_bills import lay
from tradewind.engine.access import Actor

LINES = (
    Column("sku", _("SKU"), LINK, lambda ln: Ref("skus", ln.line.sku_id, ln.line.sku.code)),
    Column("name", _("Name"), TEXT, lambda ln: ln.line.sku.name_zh or ln.line.sku.name, wide=True),
    Column("good_qty", _("Good units"), INT),
    Column("bad_qty", _("Defective units"), INT),
)


def _order(row: Any) -> Ref:
    return Ref("purchase_orders", row.order_id, row.order.number)


def _note(row: Any) -> str:
    return str(row.key).partition(":")[2]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.receipts(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        row.number,
        _note(row),
        facts=(
            Fact(_("Purchase order"), _order(row), LINK),
            Fact(_("Delivery note"), _note(row)),
            Fact(_("Warehouse"), row.order.warehouse.name),
            Fact(_("At"), row.received_at, TIME),
            Fact(_("By"), row.received_by),
        ),
        tables=(Table(_("Lines"), LINES, list(queries.receipt_lines(actor, pk))),),
    )


def _charge(call: Call) -> Outcome:
    receipt = queries.receipts(call.by).get(pk=call.ids[0])
    return lay(call, target_layers(receipts=[receipt.number]), receipt.number)


NOUN = Noun(
    code="receipts",
    label=_("Receipts"),
    stage=3,
    place=60,
    icon="package-check",
    prefix="rcp",
    view="sourcing.view",
    rows=queries.receipts,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("order", _("Purchase order"), LINK, _order, sort="order__number"),
        Column("supplier", _("Supplier"), TEXT, "order.supplier.name", hidden="supplier", wide=True),
        Column("note", _("Delivery note"), TEXT, _note),
        Column("warehouse", _("Warehouse"), TEXT, "order.warehouse.name"),
        Column("good", _("Good units"), INT),
        Column("bad", _("Defective units"), INT),
        Column("received_at", _("At"), TIME, sort="received_at"),
        Column("received_by", _("By")),
    ),
    detail=_detail,
    order="-received_at",
    search=("number__istartswith", "order__number__istartswith", "key__icontains"),
    filters=(Filter("warehouse", _("Warehouse"), "order__warehouse__code", warehouses),),
    actions=(Action("charge", _("Enter bills"), _charge, "stock.cost", ONE, lines=FEES),),
    empty=_("Receive goods on a purchase order; stock takes them over from here."),
    title_of="number",
    note=_("What came in, by delivery note; stock and cost take it over from here."),
)
