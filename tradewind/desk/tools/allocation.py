"""How bills would lie on goods: the same figures as booking them, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stock.models import CostLayer
from tradewind.apps.stock.queries.bills import Plan, plan_bills
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import INT, LINK, MONEY, Column, Fact, Ref, Table
from tradewind.desk.nouns._cost_sheet import (
    BASIS_NAMES,
    FEES,
    KIND_NAMES,
    TARGET,
    fees_of,
    laid_tables,
    layers_of,
    placed,
)
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

_BATCHES = (
    Column("batch", _("Batch"), LINK),
    Column("sku", _("SKU")),
    Column("qty", _("Units"), INT),
    Column("goods", _("Goods cost"), MONEY),
    Column("before", _("Landed cost before"), MONEY),
    Column("added", _("Added"), MONEY),
    Column("unit", _("Cost a unit after"), MONEY),
)
_BILLS = (
    Column("number", _("Bill")),
    Column("kind", _("Kind")),
    Column("basis", _("Shared by")),
    Column("amount", _("Amount"), MONEY),
    Column("base", _("In the books' currency"), MONEY),
    Column("here", _("On hand"), MONEY),
    Column("sold", _("Sold already"), MONEY),
    Column("lost", _("Lost in counts"), MONEY),
    Column("moving", _("Under way"), MONEY),
)


def run(ask: Ask) -> list[Answer]:
    """One sheet of bills a question."""
    return [_answered(row) for row in ask.rows]


def _answered(row: Mapping[str, Any]) -> Answer:
    try:
        return _answer(plan_bills(layers_of(row), fees_of(row["lines"])))
    except Refused as refused:
        return Answer(problems=tuple(placed(refused.problems)))


def _answer(plan: Plan) -> Answer:
    base = plan.laid[0].base.currency
    sums = {
        "total": Money.total((x.base for x in plan.laid), base),
        "on_hand": Money(sum(x.on_hand for x in plan.laid), base),
        "sold": Money(sum(x.place("order_line") for x in plan.laid), base),
        "lost": Money(sum(x.place("count") for x in plan.laid), base),
        "moving": Money(sum(x.place("leg_line") for x in plan.laid), base),
    }
    orders = len({line for x in plan.laid for noun, line, _m in x.gone if noun == "order_line"})
    tables = [Table(_("Bills"), _BILLS, _bill_rows(plan)), Table(_("Batches"), _BATCHES, _rows(plan, base))]
    for laid in plan.laid:
        title = f"{KIND_NAMES.get(laid.fee.kind, laid.fee.kind)} {laid.fee.number}"
        tables += laid_tables(laid, title)
    return Answer(
        _now("Nothing is booked yet: this is what would be"),
        (
            Fact(_("In all"), sums["total"], MONEY),
            Fact(_("On hand"), sums["on_hand"], MONEY),
            Fact(_("Sold already"), sums["sold"], MONEY),
            Fact(_("Lost in counts"), sums["lost"], MONEY),
            Fact(_("Under way"), sums["moving"], MONEY),
            Fact(_("Sold lines restated"), orders, INT),
        ),
        tuple(tables),
        figures={**sums, "batches": len(plan.layers), "restated": orders},
    )


def _bill_rows(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "number": x.fee.number, "kind": KIND_NAMES.get(x.fee.kind, x.fee.kind),
            "basis": BASIS_NAMES.get(x.fee.key.basis, x.fee.key.basis), "amount": x.fee.amount,
            "base": x.base, "here": Money(x.on_hand, x.base.currency),
            "sold": Money(x.place("order_line"), x.base.currency),
            "lost": Money(x.place("count"), x.base.currency),
            "moving": Money(x.place("leg_line"), x.base.currency),
        }
        for x in plan.laid
    ]  # fmt: skip


def _rows(plan: Plan, base: str) -> list[dict[str, Any]]:
    added: dict[int, int] = {}
    for laid in plan.laid:
        for part in laid.parts:
            added[part.layer_id] = added.get(part.layer_id, 0) + part.minor
    return [_row(layer, added.get(layer.pk, 0), base) for layer in plan.layers]


def _row(layer: CostLayer, added: int, base: str) -> dict[str, Any]:
    unit = None
    if layer.goods_minor is not None:
        whole = Money(layer.goods_minor + layer.landed_minor + added, base)
        unit = Money.rounded(whole.amount / layer.qty, base)
    return {
        "batch": Ref("layers", layer.pk, layer.batch), "sku": layer.balance.sku.code, "qty": layer.qty,
        "goods": None if layer.goods_minor is None else Money(layer.goods_minor, base),
        "before": Money(layer.landed_minor, base), "added": Money(added, base), "unit": unit,
    }  # fmt: skip


TOOL = Tool(
    code="allocation",
    label=_("Allocation preview"),
    stage=3,
    place=94,
    icon="split",
    view="stock.cost",
    fields=TARGET,
    lines=FEES,
    run=run,
    columns=(
        Column("total", _("In all"), MONEY), Column("on_hand", _("On hand"), MONEY),
        Column("sold", _("Sold already"), MONEY), Column("lost", _("Lost in counts"), MONEY),
        Column("moving", _("Under way"), MONEY), Column("batches", _("Batches"), INT),
        Column("restated", _("Sold lines restated"), INT),
    ),
    note=_("What bills would lay on which batch, by a key for each; booking them gives exactly this."),
)  # fmt: skip
