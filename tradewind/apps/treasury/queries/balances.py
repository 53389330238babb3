"""Where the money lies: balances as statements state them, what is expected, how much of it with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Max, Sum

from tradewind.apps.markets.queries import rates_for
from tradewind.apps.org.models import Company
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
    Payout,
    Statement,
)
from tradewind.apps.treasury.queries.accounts import (
    bank_accounts,
    bank_lines,
    collection_accounts,
    collection_lines,
)
from tradewind.apps.treasury.states import EXPECTED, FAILED, UNDERWAY
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class CashPlace:
    """An account and what lies there.

    state: actual (a statement states the balance, later lines are added), estimated (the sum of the
    lines read so far: what was there before them is not known), missing (nothing was read: no balance).
    """

    noun: str  # collection_accounts, bank_accounts
    id: int
    company_id: int
    code: str
    name: str
    provider: str
    currency: str
    balance: Money | None
    on: date | None  # the day of the newest line or statement
    state: str


@dataclass(frozen=True, slots=True)
class ExpectedPayout:
    """Money a channel owes: on which day if that is known (state missing where not)."""

    payout_id: int
    store_id: int
    company_id: int
    text: str
    amount: Money
    on: date | None
    state: str  # of the day: estimated, missing
    failed: bool  # its last transfer failed and it is not sent again yet


def cash_now(company_id: int | None = None) -> list[CashPlace]:
    """Every open account of a company (or of all) with its balance, day and certainty."""
    collections = CollectionAccount.objects.filter(state="open")
    banks = BankAccount.objects.all()
    if company_id is not None:
        collections = collections.filter(company_id=company_id)
        banks = banks.filter(company_id=company_id)
    return [
        *_places("collection_accounts", collections.order_by("code")),
        *_places("bank_accounts", banks.order_by("code")),
    ]


def _places(noun: str, accounts: Iterable[CollectionAccount | BankAccount]) -> list[CashPlace]:
    listed = list(accounts)
    anchors = _anchors(noun, [a.pk for a in listed])
    sums = _sums(noun, [a.pk for a in listed], anchors)
    found = []
    for a in listed:
        minor, newest = sums.get(a.pk, (None, None))
        anchor = anchors.get(a.pk)
        state = ACTUAL if anchor else MISSING if minor is None else ESTIMATED
        balance = None if state == MISSING else Money((minor or 0) + (anchor[1] if anchor else 0), a.currency)
        days = [d for d in (newest, anchor[0].date() if anchor else None) if d is not None]
        found.append(
            CashPlace(
                noun, a.pk, a.company_id, a.code, a.name, a.provider, a.currency, balance,
                max(days, default=None), state,
            )
        )  # fmt: skip
    return found


def _anchors(noun: str, ids: list[int]) -> dict[int, tuple[datetime, int]]:
    """Account id -> until when, and which balance, its newest statement with a balance states."""
    side = "collection_id" if noun == "collection_accounts" else "bank_id"
    rows = Statement.objects.filter(closing_minor__isnull=False, **{f"{side}__in": ids})
    newest: dict[int, tuple[datetime, int]] = {}
    for account, until, closing in rows.order_by("until", "id").values_list(side, "until", "closing_minor"):
        newest[account] = (until, closing)
    return newest


def _sums(
    noun: str, ids: list[int], anchors: dict[int, tuple[datetime, int]]
) -> dict[int, tuple[int | None, date | None]]:
    """Account id -> sum of its lines after the anchor (all of them without one), and its newest day."""
    found: dict[int, tuple[int | None, date | None]] = {}
    for pk in ids:
        until = anchors[pk][0] if pk in anchors else None
        if noun == "collection_accounts":
            lines = CollectionLine.objects.filter(account_id=pk)
            after = lines.filter(at__gt=until) if until else lines
            newest = lines.aggregate(at=Max("at"))["at"]
            day = newest.date() if newest else None
        else:
            rows = BankLine.objects.filter(account_id=pk)
            day = rows.aggregate(on=Max("on"))["on"]
            after = rows.filter(on__gt=until.date()) if until else rows  # type: ignore[assignment]
        found[pk] = (after.aggregate(minor=Sum("amount_minor"))["minor"], day)
    return found


def expected(company_id: int | None = None) -> list[ExpectedPayout]:
    """Payouts that are to come, failed ones too, by day; those without a day last."""
    rows = Payout.objects.filter(state__in=(EXPECTED, FAILED)).select_related("settlement", "store")
    if company_id is not None:
        rows = rows.filter(store__company_id=company_id)
    return [
        ExpectedPayout(
            p.pk, p.store_id, p.store.company_id, p.settlement.external_id, p.amount,
            None if p.state == FAILED else p.expected_on,
            MISSING if p.state == FAILED or p.expected_on is None else ESTIMATED, p.state == FAILED,
        )
        for p in sorted(rows, key=lambda p: (p.expected_on is None, p.expected_on or date.max, p.pk))
    ]  # fmt: skip


def collection_balances(actor: Actor) -> dict[int, Money]:
    """Account id -> the sum of its lines."""
    sums = dict(
        collection_lines(actor).order_by().values_list("account_id").annotate(minor=Sum("amount_minor"))
    )
    return {a.pk: Money(int(sums.get(a.pk, 0)), a.currency) for a in collection_accounts(actor)}


def bank_balances(actor: Actor) -> dict[int, Money]:
    """Account id -> the sum of its lines."""
    sums = dict(bank_lines(actor).order_by().values_list("account_id").annotate(minor=Sum("amount_minor")))
    return {a.pk: Money(int(sums.get(a.pk, 0)), a.currency) for a in bank_accounts(actor)}


@dataclass(frozen=True, slots=True)
class Exposure:
    """What lies with a provider or is under way from it, in the company's base currency.

    `share` of all cash of the company; None where a rate or a balance is not known, and `unknown` says
    of which accounts.
    """

    company_id: int
    provider: str
    held: Money | None
    underway: Money | None
    share: Fraction | None
    unknown: tuple[str, ...]


def exposures(company_id: int, on: date) -> list[Exposure]:
    """Per provider (banks together as ""): how much lies there, and its share of the company's cash."""
    base = Company.objects.get(pk=company_id).base_currency
    held: dict[str, list[tuple[str, Money | None]]] = defaultdict(list)
    moving: dict[str, list[tuple[str, Money | None]]] = defaultdict(list)
    for place in cash_now(company_id):
        provider = place.provider if place.noun == "collection_accounts" else ""
        held[provider].append((place.code, place.balance))
    waits = Conversion.objects.filter(state=UNDERWAY, collection__company_id=company_id)
    for c in waits.select_related("collection"):
        assert c.collection is not None
        moving[c.collection.provider].append((c.group, c.bought))
    amounts = [m for found in (*held.values(), *moving.values()) for _code, m in found if m is not None]
    rates = rates_for({(m.currency, base) for m in amounts}, on)

    def based(found: list[tuple[str, Money | None]]) -> tuple[Money | None, tuple[str, ...]]:
        total, unknown = Money.zero(base), []
        for code, amount in found:
            rate = rates.get((amount.currency, base)) if amount is not None else None
            if amount is None or rate is None:
                unknown.append(code)
            else:
                total = total + rate.convert(amount)
        return (None if unknown and not total else total), tuple(unknown)

    rows = {p: (based(held.get(p, [])), based(moving.get(p, []))) for p in sorted({*held, *moving})}
    whole = sum((m.minor for sides in rows.values() for m, _u in sides if m is not None), 0)
    return [
        Exposure(
            company_id, provider, lies, moves, _share(lies, moves, whole), (*unknown, *more),
        )
        for provider, ((lies, unknown), (moves, more)) in rows.items()
    ]  # fmt: skip


def _share(lies: Money | None, moves: Money | None, whole: int) -> Fraction | None:
    if whole <= 0 or (lies is None and moves is None):
        return None
    return Fraction(max(0, (lies.minor if lies else 0) + (moves.minor if moves else 0)), whole)
