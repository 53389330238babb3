"""Questions to cash: what is owed, what came, what lies where, and what got lost on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from tradewind.apps.markets.models import FxRate
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
    Payout,
    Withdrawal,
)
from tradewind.apps.treasury.states import EXPECTED, RECEIVED
from tradewind.engine.access import Actor
from tradewind.engine.match import Expected, Proposal, Received, match
from tradewind.engine.money import Money

Sides = dict[tuple[int, str], tuple[list[Expected], list[Received]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that has no other side yet, and for how many days."""

    noun: str  # payouts, collection_lines, bank_lines, conversions
    id: int
    text: str
    amount: Money
    on: date | None
    age_days: int | None


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
    return Conversion.objects.select_related("collection", "bank_line")


def withdrawals(actor: Actor) -> QuerySet[Withdrawal]:
    """Every withdrawal that was asked for."""
    actor.require("treasury.view")
    return Withdrawal.objects.select_related("account", "bank")


def collection_balances(actor: Actor) -> dict[int, Money]:
    """Account id -> what lies there by its lines."""
    sums = dict(
        collection_lines(actor).order_by().values_list("account_id").annotate(minor=Sum("amount_minor"))
    )
    return {a.pk: Money(int(sums.get(a.pk, 0)), a.currency) for a in collection_accounts(actor)}


def bank_balances(actor: Actor) -> dict[int, Money]:
    """Account id -> what lies there by its lines."""
    sums = dict(bank_lines(actor).order_by().values_list("account_id").annotate(minor=Sum("amount_minor")))
    return {a.pk: Money(int(sums.get(a.pk, 0)), a.currency) for a in bank_accounts(actor)}


def open_sides(actor: Actor) -> Sides:
    """(company, currency) -> expected payouts and open receipts."""
    sides: Sides = defaultdict(lambda: ([], []))
    for p in payouts(actor).filter(state=EXPECTED).order_by("id"):
        expected = Expected(p.pk, p.amount, p.expected_on, p.settlement.external_id)
        sides[p.store.company_id, p.currency][0].append(expected)
    for line in collection_lines(actor).filter(kind="receive", matched=False).order_by("id"):
        received = Received(line.pk, line.amount, line.at.date(), line.reference)
        sides[line.account.company_id, line.account.currency][1].append(received)
    return sides


def proposals(actor: Actor, line_id: int | None = None) -> list[Proposal]:
    """Possible links for a person to decide, best first; of one receipt, or of all."""
    found: list[Proposal] = []
    for expected, received in open_sides(actor).values():
        found += match(expected, received).proposals
    return [p for p in found if line_id is None or p.received_id == line_id]


def unmatched(actor: Actor, on: date) -> list[Waiting]:
    """Everything without its other side, oldest first: payouts, receipts, withdrawals, bank lines."""
    found = [
        Waiting("payouts", p.pk, p.settlement.external_id, p.amount, p.expected_on, _age(p.expected_on, on))
        for p in payouts(actor).filter(state=EXPECTED)
    ]
    receipts = collection_lines(actor).filter(kind="receive", matched=False)
    found += [
        Waiting(
            "collection_lines",
            x.pk,
            x.reference or x.external_id,
            x.amount,
            x.at.date(),
            _age(x.at.date(), on),
        )
        for x in receipts
    ]
    found += [
        Waiting("conversions", c.pk, c.group, c.bought, c.at.date(), _age(c.at.date(), on))
        for c in conversions(actor).exclude(state="arrived")
    ]
    found += [
        Waiting("bank_lines", b.pk, b.reference or b.external_id, b.amount, b.on, _age(b.on, on))
        for b in bank_lines(actor).filter(conversion=None)
    ]
    return sorted(found, key=lambda w: (-(w.age_days if w.age_days is not None else -1), w.noun, w.id))


def _age(since: date | None, on: date) -> int | None:
    return None if since is None else (on - since).days


def waiting_payouts(actor: Actor) -> int:
    """Payouts that have not come."""
    return payouts(actor).filter(state=EXPECTED).count()


def received_on(account_id: int) -> list[tuple[int, Any, int]]:
    """(line id, at, minor units) of the receipts of a collection account."""
    rows = CollectionLine.objects.filter(account_id=account_id, kind="receive")
    return list(rows.values_list("id", "at", "amount_minor"))


def paid_by(receipt: CollectionLine) -> list[Payout]:
    """The payouts that a receipt paid, by id."""
    return list(Payout.objects.filter(receipt=receipt, state=RECEIVED).order_by("id"))


def newest_rate_of(source: str) -> date | None:
    """The day of the newest rate of a source; None before any came in."""
    return FxRate.objects.filter(source=source).order_by("-on").values_list("on", flat=True).first()
