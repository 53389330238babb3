"""Profit and the books: every difference under its name, and nothing left that nobody explains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.models import Order
from tradewind.apps.org.models import Company
from tradewind.apps.profit.identity import Identity, profit_vs_ledger
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, INT, LINK, MONEY, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns._money import company_codes
from tradewind.desk.nouns._profit import PROFIT
from tradewind.engine.access import Actor, Denied
from tradewind.engine.breakdown import Breakdown


def run(ask: Ask) -> list[Answer]:
    """Every company's identity."""
    return [_answer(row, ask.by) for row in ask.rows]


def _answer(row: Mapping[str, Any], by: Actor) -> Answer:
    if by.stores is not None:
        raise Denied(by, "ledger.view")
    company = Company.objects.filter(code=row["company"]).get()
    one = profit_vs_ledger(by, company.pk)
    wrong = Order.objects.in_bulk([order for order, _money in one.wrong])
    rows = [
        {"order": Ref("orders", order, wrong[order].external_id), "amount": amount}
        for order, amount in one.wrong
        if order in wrong
    ]
    columns = (Column("order", _("Order"), LINK), Column("amount", _("Unexplained"), MONEY))
    return Answer(
        str(company),
        (
            Fact(_("Orders"), one.order_count, INT),
            Fact(_("Orders and shared costs"), one.orders + one.unallocated, MONEY, hidden=PROFIT),
            Fact(_("Profit in the books"), one.ledger, MONEY, hidden=PROFIT),
            Fact(_("Unexplained"), one.unexplained, MONEY, hidden=PROFIT),
        ),
        (
            Table(
                _("Orders that nobody explains"), columns, rows, _("None: every cent has its name."), PROFIT
            ),
        ),
        ((_("From orders to the books"), _tree(one), PROFIT),),
        tuple(
            _now("No rate for %(amount)s: left out of both sides.") % {"amount": x} for x in one.unconverted
        ),
        {
            "orders": one.orders,
            "unallocated": one.unallocated,
            "ledger": one.ledger,
            "unexplained": one.unexplained,
        },
    )


def _tree(one: Identity) -> Breakdown:
    """Orders less what the books do not hold yet, with what is of no order: the books."""
    steps = (
        ("profit_of_orders", one.orders),
        ("not_booked_yet", -one.not_booked),
        ("paid_beyond_the_sale", -one.receivable),
        ("rounding", -one.rounding),
        ("costs_of_no_order", one.unallocated),
        ("unexplained", one.unexplained),
    )
    always = ("profit_of_orders", "costs_of_no_order", "unexplained")
    parts = [Breakdown(name, amount) for name, amount in steps if amount or name in always]
    return Breakdown.of("profit_in_the_books", parts)


TOOL = Tool(
    code="profit_identity",
    label=_("Profit and books"),
    stage=6,
    place=45,
    icon="check-check",
    view="ledger.view",
    fields=(Field("company", _("Company"), CHOICE, choices=company_codes),),
    run=run,
    columns=(
        Column("orders", _("Profit of orders"), MONEY, hidden=PROFIT),
        Column("unallocated", _("Costs of no order"), MONEY, hidden=PROFIT),
        Column("ledger", _("Profit in the books"), MONEY, hidden=PROFIT),
        Column("unexplained", _("Unexplained"), MONEY, hidden=PROFIT),
    ),
    note=_(
        "All orders and what is of no order together are the profit of the books, or the difference is named."
    ),
)
