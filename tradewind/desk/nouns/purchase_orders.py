"""Purchase orders at the desk: drafted, placed, received, invoiced, matched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing import queries
from tradewind.apps.sourcing.models import Supplier
from tradewind.apps.sourcing.operations import (
    Delivered,
    Delivery,
    NewPurchase,
    NewPurchaseLine,
    NewSupplierInvoice,
    cancel_purchase_orders,
    close_purchase_orders,
    draft_purchase_orders,
    place_purchase_orders,
    receive,
    record_supplier_invoices,
)
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
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
from tradewind.desk.nouns._upstream import (
    companies,
    money,
    of_code,
    skus_of,
    suppliers,
    table_of,
    text,
    warehouses,
    whole,
)
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

LINES = (
    Column("sku", _("SKU"), LINK, lambda ln: Ref("skus", ln.sku_id, ln.sku.code)),
    Column("name", _("Name"), TEXT, lambda ln: ln.sku.name_zh or ln.sku.name, wide=True),
    Column("qty", _("Ordered"), INT),
    Column("received_qty", _("Received"), INT),
    Column(
        "price", _("Unit price"), MONEY, lambda ln: Money(ln.price_minor, ln.order.currency), hidden="cost"
    ),
    Column(
        "worth",
        _("Amount"),
        MONEY,
        lambda ln: Money(ln.price_minor, ln.order.currency) * ln.qty,
        hidden="cost",
    ),
)
RECEIPTS = (
    Column("number", _("Number"), LINK, lambda r: Ref("receipts", r.pk, r.number)),
    Column("received_at", _("At"), TIME),
    Column("good", _("Good units"), INT),
    Column("bad", _("Defective units"), INT),
    Column("received_by", _("By")),
)
INVOICES = (
    Column("number", _("Number"), LINK, lambda i: Ref("supplier_invoices", i.pk, i.number)),
    Column("on", _("Day"), DATE),
    Column("amount", _("Amount without VAT"), MONEY, lambda i: Money(i.amount_minor, i.currency)),
    Column("vat", _("VAT"), MONEY, lambda i: Money(i.vat_minor, i.currency)),
)
MATCHES = {
    queries.MATCHED: _("Order, goods and invoice agree"),
    queries.NOT_RECEIVED: _("No goods and no invoice yet"),
    queries.NOT_INVOICED: _("Goods came, the invoice is missing"),
    queries.OVER_INVOICED: _("More is invoiced than came in"),
    queries.UNDER_INVOICED: _("Less is invoiced than came in"),
}


def _supplier(row: Any) -> Ref:
    return Ref("suppliers", row.supplier_id, row.supplier.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.purchase_orders(actor).filter(pk=pk).first()
    if row is None:
        return None
    match = queries.three_way(actor, [pk])[pk]
    alerts: tuple[str, ...] = ()
    if match.state == queries.OVER_INVOICED and actor.sees("cost"):
        alerts = (_now("Invoiced %(amount)s more than came in.") % {"amount": match.difference},)
    return Detail(
        row.number,
        str(row.supplier) if actor.sees("supplier") else row.supplier.code,
        row.state,
        (
            Fact(_("Supplier"), _supplier(row), LINK),
            Fact(_("Company"), Ref("companies", row.company_id, str(row.company)), LINK),
            Fact(_("Goods go to"), Ref("warehouses", row.warehouse_id, row.warehouse.name), LINK),
            Fact(_("Ordered on"), row.ordered_on, DATE),
            Fact(_("Due on"), row.due_on, DATE),
            Fact(_("Three-way match"), MATCHES[match.state]),
            Fact(_("Ordered, at order price"), match.ordered, MONEY, None, "cost"),
            Fact(_("Good units received, at order price"), match.received, MONEY, None, "cost"),
            Fact(_("Invoiced without VAT"), match.invoiced, MONEY, None, "cost"),
            Fact(_("Invoiced minus received"), match.difference, MONEY, None, "cost"),
            Fact(_("Made by"), row.created_by),
        ),
        (
            Table(_("Lines"), LINES, list(queries.purchase_lines(actor, pk))),
            Table(_("Receipts"), RECEIPTS, list(queries.receipts(actor).filter(order=row).order_by("id")),
                  _("Nothing came in yet.")),
            Table(_("Invoices"), INVOICES, list(queries.invoices(actor).filter(order=row).order_by("id")),
                  _("None yet."), "cost"),
        ),
        alerts=alerts,
    )  # fmt: skip


def _draft(call: Call) -> Outcome:
    """Lines `SKU units [price]`; without a price the supplier's quote in force is taken."""
    v = call.values
    supplier = of_code(Supplier, "supplier", v["supplier"])
    rows = table_of("lines", v["lines"], 3, "TW-K01 200 11.80")
    problems: list[Problem] = []
    known = skus_of(problems, rows)
    lines = []
    for no, (code, qty, *rest) in rows:
        units = whole(problems, no, "lines", qty)
        price = None
        try:
            price = money("price", rest[0], supplier.currency) if rest else None
        except Refused as exc:
            problems += [Problem(no, p.field, p.value, p.reason, p.accepted) for p in exc.problems]
        lines.append(NewPurchaseLine(known.get(code, 0), units, price))
    if problems:
        raise Refused(problems)
    new = NewPurchase(
        of_code(Company, "company", v["company"]).pk, supplier.pk,
        of_code(Warehouse, "warehouse", v["warehouse"]).pk, v["ordered_on"] or call.now.date(), lines,
        v["due_on"],
    )  # fmt: skip
    [pk] = draft_purchase_orders(purchases=[new], now=call.now, by=call.by)
    return Outcome(_("The order is drafted. Place it when it is right."), 1, Ref("purchase_orders", pk, ""))


def _receive(call: Call) -> Outcome:
    """Lines `SKU good [defective]`; no lines at all takes in everything that is still open."""
    given = text(call, "lines")
    order_id = call.ids[0]
    delivered = _named(given) if given else _everything(call.by, order_id)
    [pk] = receive(deliveries=[Delivery(order_id, call.values["note"], delivered)], now=call.now, by=call.by)
    units = sum(d.good_qty + d.bad_qty for d in delivered)
    return Outcome(
        _now("%(n)s units received.") % {"n": units}, units, Ref("receipts", pk, call.values["note"])
    )


def _named(given: str) -> list[Delivered]:
    rows = table_of("lines", given, 3, "TW-K01 198 2")
    problems: list[Problem] = []
    known = skus_of(problems, rows)
    out = []
    for no, (code, good, *rest) in rows:
        bad = whole(problems, no, "lines", rest[0]) if rest else 0
        out.append(Delivered(known.get(code, 0), whole(problems, no, "lines", good), bad))
    if problems:
        raise Refused(problems)
    return out


def _everything(actor: Actor, order_id: int) -> list[Delivered]:
    lines = queries.purchase_lines(actor, order_id)
    return [Delivered(ln.sku_id, ln.qty - ln.received_qty) for ln in lines if ln.qty > ln.received_qty]


def _invoice(call: Call) -> Outcome:
    v = call.values
    currency = queries.purchase_orders(call.by).get(pk=call.ids[0]).currency
    amount = money("amount", v["amount"], currency)
    assert amount is not None
    new = NewSupplierInvoice(call.ids[0], v["number"], v["on"], amount, money("vat", v["vat"], currency))
    record_supplier_invoices(invoices=[new], now=call.now, by=call.by)
    match = queries.three_way(call.by, call.ids)[call.ids[0]]
    said = _now("The invoice is kept. %(match)s.") % {"match": MATCHES[match.state]}
    return Outcome(said, 1, detail={"match": match.state, "difference": match.difference})


def _place(call: Call) -> Outcome:
    return Outcome(_("Placed."), len(place_purchase_orders(ids=call.ids, now=call.now, by=call.by)))


def _with_reason(verb: Callable[..., list[int]], said: Any) -> Callable[[Call], Outcome]:
    def run(call: Call) -> Outcome:
        return Outcome(said, len(verb(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)))

    return run


def _waiting(actor: Actor) -> int:
    return queries.purchase_orders(actor).filter(state__in=("draft", "placed", "part_received")).count()


_REASON = (Field("reason", _("Reason")),)

NOUN = Noun(
    code="purchase_orders",
    label=_("Purchase orders"),
    stage=3,
    place=50,
    icon="clipboard-list",
    prefix="po",
    view="sourcing.view",
    rows=queries.purchase_orders,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("supplier", _("Supplier"), LINK, _supplier, sort="supplier__code"),
        Column("supplier_name", _("Name"), TEXT, "supplier.name", hidden="supplier", wide=True),
        Column("warehouse", _("Goods go to"), TEXT, "warehouse.name"),
        Column("currency", _("Currency")),
        Column("ordered_on", _("Ordered on"), DATE, sort="ordered_on"),
        Column("due_on", _("Due on"), DATE, sort="due_on"),
        Column("state", _("State"), STATE),
        Column("created_by", _("Made by")),
    ),
    detail=_detail,
    order="-id",
    search=("number__istartswith", "supplier__code__istartswith"),
    state_field="state",
    states=(
        ("draft", _("Draft"), "wait"),
        ("placed", _("Placed"), "wait"),
        ("part_received", _("Partly received"), "wait"),
        ("received", _("Received"), "good"),
        ("closed", _("Closed"), "done"),
        ("cancelled", _("Cancelled"), "idle"),
    ),
    filters=(
        Filter("supplier", _("Supplier"), "supplier__code", suppliers),
        Filter("warehouse", _("Goods go to"), "warehouse__code", warehouses),
    ),
    actions=(
        Action("create", _("New purchase order"), _draft, "sourcing.change", NONE, (
            Field("company", _("Company"), CHOICE, choices=companies),
            Field("supplier", _("Supplier"), CHOICE, choices=suppliers),
            Field("warehouse", _("Goods go to"), CHOICE, choices=warehouses),
            Field("ordered_on", _("Ordered on"), DATE, False, help=_("Empty is today")),
            Field("due_on", _("Due on"), DATE, False),
            Field("lines", _("Lines"), LONG,
                  help=_("One a line: SKU, units, price without VAT (empty takes the quote in force)")),
        ), key="n"),
        Action("place", _("Place"), _place, "sourcing.change", MANY, states=("draft",), key="p"),
        Action("receive", _("Receive"), _receive, "sourcing.receive", ONE, (
            Field("note", _("Delivery note"), help=_("Its number: the same note is received once")),
            Field("lines", _("Lines"), LONG, False,
                  help=_("One a line: SKU, good units, defective units. Empty takes in all that is open")),
        ), states=("placed", "part_received"), key="r"),
        Action("invoice", _("Enter the invoice"), _invoice, "sourcing.change", ONE, (
            Field("number", _("Number")),
            Field("on", _("Day"), DATE),
            Field("amount", _("Amount without VAT"), DECIMAL),
            Field("vat", _("VAT"), DECIMAL, False),
        ), states=("placed", "part_received", "received", "closed"), key="i"),
        Action("close", _("Close"), _with_reason(close_purchase_orders, _("Closed.")), "sourcing.change",
        MANY,
               _REASON, states=("placed", "part_received", "received"), danger=True),
        Action("cancel", _("Cancel the order"), _with_reason(cancel_purchase_orders, _("Cancelled.")),
               "sourcing.change", MANY, _REASON, states=("draft", "placed"), danger=True),
    ),
    waiting=_waiting,
    empty=_("Draft your first order to a supplier."),
    audit_kind="purchase_order",
    title_of="number",
    note=_("The number counts drafts and orders whose goods have not all come in."),
)  # fmt: skip
