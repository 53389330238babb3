"""Suppliers' bills at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.sourcing import queries
from tradewind.desk.kernel import (
    DATE,
    LINK,
    MONEY,
    TEXT,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Ref,
)
from tradewind.desk.nouns._upstream import suppliers
from tradewind.desk.nouns.purchase_orders import MATCHES
from tradewind.engine.access import Actor
from tradewind.engine.money import Money


def _order(row: Any) -> Ref:
    return Ref("purchase_orders", row.order_id, row.order.number)


def _amount(row: Any) -> Money:
    return Money(row.amount_minor, row.currency)


def _vat(row: Any) -> Money:
    return Money(row.vat_minor, row.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.invoices(actor).filter(pk=pk).first()
    if row is None:
        return None
    match = queries.three_way(actor, [row.order_id])[row.order_id]
    return Detail(
        row.number,
        row.supplier.name if actor.sees("supplier") else "",
        facts=(
            Fact(_("Purchase order"), _order(row), LINK),
            Fact(_("Day"), row.on, DATE),
            Fact(_("Amount without VAT"), _amount(row), MONEY, None, "cost"),
            Fact(_("VAT"), _vat(row), MONEY, None, "cost"),
            Fact(_("Three-way match"), MATCHES[match.state]),
            Fact(_("Invoiced minus received"), match.difference, MONEY, None, "cost"),
        ),
    )


NOUN = Noun(
    code="supplier_invoices",
    label=_("Supplier invoices"),
    stage=3,
    place=70,
    icon="file-text",
    prefix="siv",
    view="sourcing.view",
    rows=queries.invoices,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("supplier", _("Supplier"), TEXT, "supplier.name", hidden="supplier", wide=True),
        Column("order", _("Purchase order"), LINK, _order, sort="order__number"),
        Column("on", _("Day"), DATE, sort="on"),
        Column("amount", _("Amount without VAT"), MONEY, _amount, sort="amount_minor", hidden="cost"),
        Column("vat", _("VAT"), MONEY, _vat, hidden="cost"),
    ),
    detail=_detail,
    order="-on",
    search=("number__istartswith", "order__number__istartswith"),
    filters=(Filter("supplier", _("Supplier"), "supplier__code", suppliers),),
    empty=_("Enter invoices on their purchase orders."),
    audit_kind="supplier_invoice",
    title_of="number",
    note=_("Bills of suppliers, beside what was ordered and what came in."),
)
