"""Rows of cash that an actor may see."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from tradewind.apps.markets.models import FxRate
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
    Payout,
    Statement,
    Withdrawal,
)
from tradewind.apps.treasury.states import RECEIVED
from tradewind.engine.access import Actor


def payouts(actor: Actor) -> QuerySet[Payout]:
    """Payouts of the stores in scope."""
    actor.require("treasury.view")
    rows = Payout.objects.select_related("settlement", "store", "receipt__account")
    return rows if actor.stores is None else rows.filter(store_id__in=sorted(actor.stores))


def collection_accounts(actor: Actor) -> QuerySet[CollectionAccount]:
    """Every collection account; they belong to companies, not to stores."""
    actor.require("treasury.view")
    return CollectionAccount.objects.select_related("company")


def bank_accounts(actor: Actor) -> QuerySet[BankAccount]:
    """Every bank account."""
    actor.require("treasury.view")
    return BankAccount.objects.select_related("company")


def collection_lines(actor: Actor) -> QuerySet[CollectionLine]:
    """Every statement line of collection accounts."""
    actor.require("treasury.view")
    return CollectionLine.objects.select_related("account")


def bank_lines(actor: Actor) -> QuerySet[BankLine]:
    """Every statement line of bank accounts."""
    actor.require("treasury.view")
    return BankLine.objects.select_related("account")


def conversions(actor: Actor) -> QuerySet[Conversion]:
    """Every withdrawal that was put together, arrived or not."""
    actor.require("treasury.view")
    return Conversion.objects.select_related(
        "collection", "bank_line__account", "sold_line__account", "landed__account", "returned"
    )


def withdrawals(actor: Actor) -> QuerySet[Withdrawal]:
    """Every withdrawal that was asked for."""
    actor.require("treasury.view")
    return Withdrawal.objects.select_related("account", "bank")


def statements(actor: Actor) -> QuerySet[Statement]:
    """Every statement file that was taken over."""
    actor.require("treasury.view")
    return Statement.objects.select_related("collection", "bank", "file")


def paid_by(receipt: CollectionLine) -> list[Payout]:
    """The payouts that a receipt paid, by id."""
    return list(Payout.objects.filter(receipt=receipt, state=RECEIVED).order_by("id"))


def newest_rate_of(source: str) -> date | None:
    """The day of the newest rate of a source; None before any came in."""
    return FxRate.objects.filter(source=source).order_by("-on").values_list("on", flat=True).first()
