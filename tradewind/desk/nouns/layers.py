"""Cost layers at the desk: batches and what is left of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.models import OrderLine
from tradewind.apps.stock.models import CostLayer, LayerUse
from tradewind.apps.stock.operations import choose_batch, value_found, withdraw_costs
from tradewind.apps.stock.queries import layers_visible, layers_without_cost
from tradewind.desk.kernel import (
    DECIMAL,
    INT,
    LINK,
    LONG,
    MANY,
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
from tradewind.desk.nouns._cost_sheet import FEES
from tradewind.desk.nouns._goods import COST_STATES, minor, warehouse_ids
from tradewind.desk.nouns.goods_bills import lay
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError

_OPEN = ("new", "held", "ready", "picking")


def _balance(row: Any) -> Ref:
    return Ref("balances", row.balance_id, row.balance.sku.code)


def _unit(row: Any) -> Money | None:
    """Goods and landed cost of one unit received, rounded; None while the goods cost is missing."""
    if row.goods_minor is None:
        return None
    return Money((2 * (row.goods_minor + row.landed_minor) + row.qty) // (2 * row.qty), row.currency)


def _state(row: Any) -> Any:
    return COST_STATES.get(row.state, row.state)


def _parent(row: Any) -> Ref | None:
    return Ref("layers", row.parent_id, f"#{row.parent_id}") if row.parent_id else None


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = layers_visible(actor).filter(pk=pk).first()
    if row is None:
        return None
    currency = row.currency
    uses = list(LayerUse.objects.filter(layer=row).order_by("-id")[:100])
    return Detail(
        row.batch,
        row.balance.sku.code,
        facts=(
            Fact(_("SKU"), _balance(row), LINK),
            Fact(_("Warehouse"), row.balance.warehouse.name),
            Fact(_("Received at"), row.received_at, TIME),
            Fact(_("Units received"), row.qty, INT),
            Fact(_("Units left"), row.left_qty, INT),
            Fact(_("Goods cost"), minor(row.goods_minor, currency), MONEY),
            Fact(_("Landed cost"), minor(row.landed_minor, currency), MONEY),
            Fact(_("Cost a unit"), _unit(row), MONEY),
            Fact(_("Goods cost left"), minor(row.left_goods_minor, currency), MONEY),
            Fact(_("Landed cost left"), minor(row.left_landed_minor, currency), MONEY),
            Fact(_("Cost is"), _state(row)),
            Fact(_("Taken from"), _parent(row), LINK),
        ),
        tables=(
            Table(
                _("Last 100 uses"),
                (
                    Column("at", _("At"), TIME),
                    Column("document", _("Document"), TEXT, lambda u: f"{u.source} {u.source_id}", wide=True),
                    Column("qty", _("Units"), INT),
                    Column("goods", _("Goods cost"), MONEY, lambda u: minor(u.goods_minor, currency)),
                    Column("landed", _("Landed cost"), MONEY, lambda u: minor(u.landed_minor, currency)),
                ),
                uses,
                _("Nothing was taken yet."),
            ),
        ),
    )  # fmt: skip


def _charge(call: Call) -> Outcome:
    return lay(call, list(call.ids))


def _keep(call: Call) -> Outcome:
    layer = layers_visible(call.by).get(pk=call.ids[0])
    lines = OrderLine.objects.filter(
        order__external_id=call.values["order"].strip(), sku_id=layer.balance.sku_id, order__state__in=_OPEN
    )
    ids = list(lines.values_list("id", flat=True))
    if not ids:
        why = _now("no open order of this number asks for these goods")
        raise Refused([Problem(None, "order", call.values["order"], why)])
    done = choose_batch(demand="order_line", demand_ids=ids, batch=layer.batch, now=call.now, by=call.by)
    return Outcome(_("The order is taken from this batch."), done)


def _withdraw(call: Call) -> Outcome:
    done = withdraw_costs(layer_ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Their cost is missing now; bought goods are priced again."), len(done))


def _value(call: Call) -> Outcome:
    """The cost is asked in the owner's base currency, in which the layer is kept."""
    currency = CostLayer.objects.filter(pk__in=call.ids).values_list("currency", flat=True).first()
    if currency is None:
        raise Refused([Problem(None, "layer", str(call.ids[0]), _now("there is no such layer"))])
    try:
        cost = Money.of(call.values["unit_cost"], currency)
    except MoneyError as exc:
        raise Refused([Problem(None, "unit_cost", str(call.values["unit_cost"]), str(exc))]) from None
    priced = value_found(layer_ids=call.ids, unit_cost=cost, now=call.now, by=call.by)
    return Outcome(_now("The found goods have a cost now."), len(priced))


NOUN = Noun(
    code="layers",
    label=_("Cost layers"),
    stage=3,
    place=84,
    icon="coins",
    prefix="lay",
    view="stock.cost",
    rows=layers_visible,
    columns=(
        Column("batch", _("Batch"), sort="batch"),
        Column("sku", _("SKU"), LINK, _balance),
        Column("warehouse", _("Warehouse"), TEXT, "balance.warehouse.name", wide=True),
        Column("received_at", _("Received at"), TIME, sort="received_at"),
        Column("left_qty", _("Units left"), INT, sort="left_qty"),
        Column("qty", _("Units in all"), INT),
        Column("unit", _("Cost a unit"), MONEY, _unit),
        Column("goods", _("Goods cost left"), MONEY, lambda x: minor(x.left_goods_minor, x.currency)),
        Column("landed", _("Landed cost left"), MONEY, lambda x: minor(x.left_landed_minor, x.currency)),
        Column("state", _("Cost is"), TEXT, _state),
    ),
    detail=_detail,
    order="-received_at",
    search=("batch__istartswith", "balance__sku__code__istartswith"),
    filters=(
        Filter("cost", _("Cost is"), "state", lambda _actor: list(COST_STATES.items())),
        Filter("warehouse", _("Warehouse"), "balance__warehouse_id", warehouse_ids),
    ),
    actions=(
        Action("value", _("Value found goods"), _value, "stock.cost", ONE, (
            Field("unit_cost", _("Cost a unit"), DECIMAL, help=_("In the base currency of the stock owner")),
        )),
        Action("charge", _("Enter bills"), _charge, "stock.cost", MANY, lines=FEES),
        Action("keep", _("Keep for an order"), _keep, "stock.change", ONE, (
            Field("order", _("Order"), help=_("Only where the owner costs by chosen batches")),
        )),
        Action("withdraw", _("Cost is wrong"), _withdraw, "stock.cost", MANY, (
            Field("reason", _("Reason"), LONG),
        ), danger=True),
    ),
    waiting=layers_without_cost,
    empty=_("Stock appears when purchase orders are received."),
    audit_kind="layer",
    title_of="batch",
    note=_("What every batch cost and what is left of it; a cost that is not known is missing, never zero."),
)  # fmt: skip
