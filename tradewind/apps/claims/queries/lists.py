"""The rows people look at: bills, their lines, what was found, what is asked back."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from tradewind.apps.claims.models import Bill, BillLayout, BillLine, Claim, FeeAudit, Finding
from tradewind.engine.access import Actor


def layouts(actor: Actor) -> QuerySet[BillLayout]:
    """How creditors write their bills."""
    actor.require("claims.view")
    return BillLayout.objects.all()


def bills(actor: Actor) -> QuerySet[Bill]:
    """Bills; those of a store only within the actor's scope."""
    actor.require("claims.view")
    return _scoped(Bill.objects.select_related("company", "store", "layout"), actor)


def bill_lines(actor: Actor) -> QuerySet[BillLine]:
    """Lines of the bills in scope; a line of a parcel only where its order's store is in scope."""
    actor.require("claims.view")
    rows = BillLine.objects.select_related("bill", "parcel__order")
    if actor.stores is None:
        return rows
    mine = sorted(actor.stores)
    of_store = Q(bill__store=None) | Q(bill__store_id__in=mine)
    return rows.filter(of_store).filter(Q(parcel=None) | Q(parcel__order__store_id__in=mine))


def findings(actor: Actor) -> QuerySet[Finding]:
    """What was charged wrong, within the actor's scope; what a later look no longer found is left out."""
    actor.require("claims.view")
    rows = Finding.objects.select_related(
        "store", "order", "sku", "bill_line__bill", "claim", "settlement_line"
    )
    return _scoped(rows.exclude(state="gone"), actor)


def claims(actor: Actor) -> QuerySet[Claim]:
    """Claims within the actor's scope."""
    actor.require("claims.view")
    return _scoped(Claim.objects.select_related("company", "store", "bill"), actor)


def fee_audits(actor: Actor) -> QuerySet[FeeAudit]:
    """Looks at the fees of the stores in scope."""
    actor.require("claims.view")
    rows = FeeAudit.objects.select_related("store")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def _scoped(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    if actor.stores is None:
        return rows
    return rows.filter(Q(store=None) | Q(store_id__in=sorted(actor.stores)))
