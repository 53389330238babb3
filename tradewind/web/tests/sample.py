"""A noun for tests only, over real orders: the kit is proved without any noun of the house."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.apps.markets.models import Market
from tradewind.apps.orders.models import Order, OrderLine
from tradewind.apps.org.models import Company
from tradewind.apps.stores.models import Store
from tradewind.desk.kernel import (
    COUNTRY,
    DECIMAL,
    FILE,
    INT,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
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
)  # fmt: skip
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
XSS = '<script>alert("x")</script><img src=x onerror=alert(1)>'
CALLS: list[Call] = []

TREE = Breakdown.of(
    "profit",
    [
        Breakdown("revenue", Money(5361, "USD"), source="order:1"),
        Breakdown("referral_fee", Money(-804, "USD"), formula="15 % of 53.61", inputs={"rate": "0.15"}),
        Breakdown.missing("cogs", "no cost of the batch"),
    ],
)


def _rows(actor: Any) -> Any:
    rows = Order.objects.select_related("store")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def _detail(actor: Any, pk: int) -> Detail | None:
    order = _rows(actor).filter(pk=pk).first()
    if order is None:
        return None
    lines = list(order.lines.order_by("id"))
    return Detail(
        order.external_id,
        order.store.name,
        order.state,
        (
            Fact("Country", order.country, COUNTRY),
            Fact("Profit", TREE.amount, MONEY, TREE, "profit"),
            Fact("Cost", Money(111, "CNY"), MONEY, hidden="cost"),
        ),
        (
            Table(
                "Lines",
                (Column("external_sku", "SKU"), Column("title", "Title"), Column("qty", "Qty", INT)),
                lines,
            ),
        ),
        (("Profit of the order", TREE, "profit"),),
        ("Look twice",),
    )


def _record(call: Call) -> Outcome:
    CALLS.append(call)
    return Outcome("Confirmed", len(call.ids))


def _refuse(call: Call) -> Outcome:
    raise Refused(
        [Problem(3, "qty", "-1", "must be above zero", "1 and more"), Problem(None, "", "", "all wrong")]
    )


def _make(call: Call) -> Outcome:
    CALLS.append(call)
    return Outcome("Made", 1, Ref("samples", Order.objects.latest("id").pk, "new"))


NOUN = Noun(
    code="samples", label="Samples", stage=5, place=1, icon="package", prefix="smp", view="orders.view",
    rows=_rows, detail=_detail, order="-placed_at", search=("external_id__istartswith",), state_field="state",
    by_store=True,
    columns=(
        Column("external_id", "Number", sort="external_id"),
        Column("state", "State", STATE),
        Column("store", "Store", LINK, lambda o: Ref("stores", o.store_id, o.store.name)),
        Column("title", "Goods", value=lambda o: f"Camping lamp foldable {o.pk}", wide=True),
        Column("total", "Total", MONEY, lambda o: Money(o.goods_minor, o.currency), sort="goods_minor"),
        Column("cost", "Cost", MONEY, lambda o: Money(321, "CNY"), hidden="cost"),
        Column("country", "Country", COUNTRY),
        Column("placed_at", "Placed", TIME, sort="placed_at"),
    ),
    states=(("new", "New", "wait"), ("shipped", "Shipped", "good"), ("held", "Held", "bad")),
    filters=(Filter("store", "Store", "store__code", lambda a: [("s1", "Store 1"), ("s2", "Store 2")]),),
    actions=(
        Action("confirm", "Confirm", _record, "orders.change", MANY, key="c"),
        Action("drop", "Drop", _record, "orders.change", MANY, danger=True, confirm="Really?"),
        Action("price", "Price", _refuse, "orders.change", ONE, (
            Field("qty", "Quantity", INT), Field("rate", "Rate", DECIMAL),
            Field("note", "Note", required=False), Field("paper", "Paper", FILE, required=False),
        )),
        Action("make", "New sample", _make, "orders.change", NONE, (
            Field("name", "Name"), Field("color", "Color", choices=lambda a: [("r", "Red"), ("b", "Blue")]),
            Field("paper", "Paper", FILE, required=False),
        )),
    ),
    waiting=lambda actor: _rows(actor).filter(state="new").count(),
    empty="Import orders to begin.", audit_kind="order", title_of="external_id", note="A list for tests.",
)  # fmt: skip


def company() -> Company:
    return Company.objects.create(code="c1", name="Practice Ltd", country="CN", base_currency="CNY")


def stores() -> list[Store]:
    """Two stores with ids 1 and 2: Bob looks after the first."""
    owner = company()
    market = Market.objects.create(
        code="US", name="United States", name_zh="美国", currency="USD", zone="UTC"
    )
    return [
        Store.objects.create(
            id=n, code=f"s{n}", name=f"Store {n}", company=owner, channel="harbour", market=market,
            currency="USD", zone="UTC",
        )
        for n in (1, 2)
    ]  # fmt: skip


def orders(count: int = 60) -> list[Order]:
    """Orders of both stores in turn, newest last; every third is shipped."""
    owners = stores()
    made = [
        Order(
            store=owners[n % 2], external_id=f"A-{n:05d}", state="shipped" if n % 3 == 0 else "new",
            currency="USD", goods_minor=1000 + n * 7 * (-1 if n % 10 == 9 else 1), shipping_minor=0,
            tax_minor=0, country="US", placed_at=NOW - timedelta(hours=n), updated_at=NOW,
        )
        for n in range(count)
    ]  # fmt: skip
    Order.objects.bulk_create(made)
    found = list(Order.objects.order_by("id"))
    OrderLine.objects.bulk_create(
        OrderLine(order=o, external_id="1", external_sku="L-1", title=XSS, qty=1, price_minor=o.goods_minor)
        for o in found
    )
    return found
