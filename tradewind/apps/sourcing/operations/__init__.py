"""Verbs from a supplier's quote to goods received and invoiced."""

from tradewind.apps.sourcing.operations.invoices import NewSupplierInvoice, record_supplier_invoices
from tradewind.apps.sourcing.operations.orders import (
    NewPurchase,
    NewPurchaseLine,
    cancel_purchase_orders,
    close_purchase_orders,
    draft_purchase_orders,
    place_purchase_orders,
)
from tradewind.apps.sourcing.operations.receiving import Delivered, Delivery, receive
from tradewind.apps.sourcing.operations.suppliers import (
    NewQuote,
    NewSupplier,
    PaymentTerms,
    record_quotes,
    register_suppliers,
    resume_suppliers,
    set_payment_terms,
    stop_suppliers,
)

__all__ = [
    "Delivered",
    "Delivery",
    "NewPurchase",
    "NewPurchaseLine",
    "NewQuote",
    "NewSupplier",
    "NewSupplierInvoice",
    "PaymentTerms",
    "cancel_purchase_orders",
    "close_purchase_orders",
    "draft_purchase_orders",
    "place_purchase_orders",
    "receive",
    "record_quotes",
    "record_supplier_invoices",
    "register_suppliers",
    "resume_suppliers",
    "set_payment_terms",
    "stop_suppliers",
]
