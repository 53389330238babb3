"""Costs and income of no order: what the books hold of them, and by which rules they are shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.profit.models import AllocationRule
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.cost_sharing import Pool, Rule, Sharing
from tradewind.engine.money import Money

# Income and expense of no order, or of one that has no profit here.
_POSTINGS = """SELECT a.code, p.store_id, p.currency, e."on", sum(p.amount_minor), min(e.id),
  count(DISTINCT e.id)
FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id
WHERE e.company_id = %s AND e.posted AND a.kind IN ('income', 'expense')
  AND (p.order_id IS NULL OR NOT EXISTS (SELECT 1 FROM profit_orderprofit o
    WHERE o.order_id = p.order_id AND o.company_id = e.company_id))
  AND e."on" >= %s AND e."on" < %s
GROUP BY a.code, p.store_id, p.currency, e."on" """
EVER = (date(1900, 1, 1), date(9000, 1, 1))


@dataclass(frozen=True, slots=True)
class SharedCosts:
    """Pools by account, store and month, in base currency; what has no rate is named, never guessed.

    `entries` are the journal entries behind a pool: the first one's id and how many.
    """

    pools: tuple[Pool, ...]
    entries: dict[tuple[str, int | None, date], tuple[int, int]]
    unconverted: tuple[Money, ...]

    @property
    def minor(self) -> int:
        """All of it, signed as it moves profit."""
        return sum(pool.minor for pool in self.pools)


def shared_costs(company_id: int, base: str, since: date = EVER[0], until: date = EVER[1]) -> SharedCosts:
    """What the books hold of no order from a day on, before another; each day at its own rate."""
    rows = [
        (*row[:3], row[3] if isinstance(row[3], date) else date.fromisoformat(row[3]), *row[4:])
        for row in fetch(_POSTINGS, [company_id, since, until])
    ]
    days = [row[3] for row in rows]
    rates = rates_between(min(days), max(days), {base, *(row[2] for row in rows)}) if rows else None
    sums: dict[tuple[str, int | None, date], int] = {}
    entries: dict[tuple[str, int | None, date], tuple[int, int]] = {}
    unconverted = []
    for code, store, currency, on, debit, first, count in rows:
        amount = Money(-int(debit), currency)
        if currency != base:
            rate = rates.find(currency, base, on) if rates else None
            if rate is None:
                unconverted.append(amount)
                continue
            amount = rate.convert(amount)
        key = (code, store, on.replace(day=1))
        sums[key] = sums.get(key, 0) + amount.minor
        known = entries.get(key, (first, 0))
        entries[key] = (min(known[0], first), known[1] + count)
    pools = tuple(Pool(*key, minor) for key, minor in sorted(sums.items(), key=_place) if minor)
    return SharedCosts(pools, entries, tuple(unconverted))


def _place(item: tuple[tuple[str, int | None, date], int]) -> tuple[Any, ...]:
    (code, store, month), _minor = item
    return (month, code, store or 0)


def allocation_rules(actor: Actor) -> QuerySet[AllocationRule]:
    """Every rule, the newest first."""
    actor.require("profit.view")
    return AllocationRule.objects.select_related("company", "store").order_by("-valid_from", "account")


def rules_of(company_id: int) -> Rule:
    """The rule of an account in a month: its own, else that of every account; the newest in force."""
    rows = AllocationRule.objects.filter(company_id=company_id).order_by("-valid_from")
    return in_force([(r.account, r.valid_from, Sharing(r.basis, r.store_id)) for r in rows])


def in_force(rules: Sequence[tuple[str, date, Sharing]]) -> Rule:
    """A function (account, month) -> sharing out of dated rules, the newest first; "" is every account."""

    def find(account: str, month: date) -> Sharing | None:
        for name in (account, ""):
            for code, since, sharing in rules:
                if code == name and since <= month:
                    return sharing
        return None

    return find


def everything_by(basis: str) -> Rule:
    """An alternative: every account by one basis."""
    return lambda _account, _month: Sharing(basis)


def with_one_by(rule: Rule, account: str, basis: str) -> Rule:
    """An alternative: as a rule says, but one account by another basis."""
    return lambda code, month: Sharing(basis) if code == account else rule(code, month)
