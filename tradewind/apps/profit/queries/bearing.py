"""Shared costs laid on the cells of profit, and so on every dimension alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tradewind.apps.org.models import Company
from tradewind.apps.profit.queries.dimensions import COLUMN, Key, Span, month_after, narrowed, words_of
from tradewind.apps.profit.queries.explorer import Group, explore
from tradewind.apps.profit.queries.shared_costs import EVER, SharedCosts, shared_costs
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.cost_sharing import (
    GOODS,
    ORDERS,
    REVENUE,
    UNITS,
    WEIGHT,
    Bearer,
    Rule,
    Shares,
    share_costs,
)

_CELLS = (
    "company_id", "store_id", "sku_id", "listing", "supplier_id", "batch", "month", "stage", "state",
)  # fmt: skip
_BASES = {
    REVENUE: "revenue_minor", UNITS: "units", ORDERS: "order_count", WEIGHT: "weight_g", GOODS: "goods_minor",
}  # fmt: skip


@dataclass(frozen=True)
class Borne:
    """Shared costs of a company over some months: what every cell bears, and what became of each pool."""

    company: Company
    costs: SharedCosts
    cells: tuple[tuple[Any, ...], ...]  # values of _CELLS
    shares: Shares
    unmeasured: int  # lines without a weight, where weight is a basis

    def along(
        self, dimensions: Sequence[str], only: Sequence[tuple[str, str]] = ()
    ) -> dict[tuple[Key, ...], int]:
        """Minor units along dimensions, of the cells with the keys asked for; zeros left out."""
        words = words_of([*dimensions, *(d for d, _code in only)])
        places = [(d, _CELLS.index(COLUMN[d])) for d in dimensions]
        limits = [(d, _CELLS.index(COLUMN[d]), code) for d, code in only]
        found: dict[tuple[Key, ...], int] = {}
        for cell, minor in zip(self.cells, self.shares.minors, strict=True):
            if minor and all(words.key(d, cell[n]).code == code for d, n, code in limits):
                keys = tuple(words.key(d, cell[n]) for d, n in places)
                found[keys] = found.get(keys, 0) + minor
        return found


def borne(
    actor: Actor, company: Company, rule: Rule, since: date | None = None, until: date | None = None
) -> Borne:
    """A company's shared costs over whole months, shared by a rule. Asks for the books and every store."""
    actor.require("profit.view")
    actor.require("ledger.view")
    first = EVER[0] if since is None else since.replace(day=1)
    after = EVER[1] if until is None else month_after(until)
    costs = shared_costs(company.pk, company.base_currency, first, after)
    rows = fetch(
        f"SELECT {', '.join(_CELLS)}, {', '.join(_BASES.values())}, unmeasured_count FROM profit_profitcell "
        "WHERE company_id = %s AND currency = %s AND month >= %s AND month < %s ORDER BY id",
        [company.pk, company.base_currency, first, after],
    )
    size = len(_CELLS)
    bearers = [
        Bearer(
            row[1], _month(row[6]), dict(zip(_BASES, map(int, row[size : size + len(_BASES)]), strict=True))
        )
        for row in rows
    ]
    shares = share_costs(costs.pools, bearers, rule)
    unmeasured = sum(int(row[-1]) for row in rows) if any(p.basis == WEIGHT for p in shares.placed) else 0
    cells = tuple((*row[:6], f"{row[6]}", *row[7:size]) for row in rows)
    return Borne(company, costs, cells, shares, unmeasured)


def _month(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def sees_shared(actor: Actor) -> bool:
    """Whether somebody may see costs of the whole company."""
    return actor.stores is None and actor.can("ledger.view")


def whole_months(span: Span) -> Span:
    """A span grown to whole months: shared costs are a month's."""
    since, until = narrowed(span)
    first = None if since is None else since.replace(day=1)
    last = None if until is None else month_after(until) - timedelta(1)
    return Span(first, last, tuple(pair for pair in span.only if pair[0] not in ("month", "day")))


def explore_with_shared(
    actor: Actor, span: Span, along: Sequence[str], rules: Sequence[tuple[Company, Rule]]
) -> tuple[list[Group], list[Borne]]:
    """Groups of whole months with the shared costs that fall on them, and how those were shared."""
    span = whole_months(span)
    groups = explore(actor, span, along)
    found: list[Borne] = []
    by_key = {(g.keys, g.currency): g for g in groups}
    for one in groups:
        one.shared_minor = 0
    for company, rule in rules:
        laid = borne(actor, company, rule, span.since, span.until)
        found.append(laid)
        for keys, minor in laid.along(along, span.only).items():
            there = by_key.get((keys, company.base_currency))
            if there is not None:
                there.shared_minor = (there.shared_minor or 0) + minor
    return groups, found
