"""Costs of no order: what the books hold, how the rules share them, and how another basis would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.org.models import Company
from tradewind.apps.profit.queries.bearing import Borne, borne, sees_shared
from tradewind.apps.profit.queries.shared_costs import everything_by, rules_of, with_one_by
from tradewind.apps.stores.models import Store
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, MONEY, Aim, Column, Fact, Field, Table
from tradewind.desk.nouns._money import company_codes
from tradewind.desk.nouns._profit import (
    BASES,
    DIMENSIONS,
    PROFIT,
    WHYS,
    account_choices,
    account_name,
    basis_choices,
    key_text,
)
from tradewind.engine.access import Actor, Denied
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.cost_sharing import Placed
from tradewind.engine.money import Money

SHOWN = 300


def run(ask: Ask) -> list[Answer]:
    """Every question's pools and shares, as the rules say and as the alternative would."""
    return [_answer(row, ask.by) for row in ask.rows]


def _answer(row: Mapping[str, Any], by: Actor) -> Answer:
    if not sees_shared(by):
        raise Denied(by, "ledger.view")
    company = Company.objects.filter(code=row["company"]).get()
    since, until = row["since"], row["until"]
    if since and until and since > until:
        raise Refused([Problem(None, "until", str(until), _now("is before the first day"))])
    rules = rules_of(company.pk)
    now = borne(by, company, rules, since, until)
    other = None
    if row["basis"]:
        account = row["account"]
        wanted = with_one_by(rules, account, row["basis"]) if account else everything_by(row["basis"])
        other = borne(by, company, wanted, since, until)
    dimension = row["by"] or "store"
    return Answer(
        "",
        _facts(now, other),
        (_along(now, other, dimension), _pools(now, other)),
        alerts=_alerts(now, other),
        figures=_figures(now, other),
    )


def _sum(one: Borne, what: str) -> Money:
    return Money(sum(getattr(p, what) for p in one.shares.placed), one.company.base_currency)


def _facts(now: Borne, other: Borne | None) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Costs of no order"), Money(now.costs.minor, now.company.base_currency), MONEY, hidden=PROFIT),
        Fact(_("Shared by the rules"), _sum(now, "shared_minor"), MONEY, hidden=PROFIT),
        Fact(_("Left unallocated"), _sum(now, "left_minor"), MONEY, hidden=PROFIT),
    ]
    if other is not None:
        facts += [
            Fact(_("Shared by the alternative"), _sum(other, "shared_minor"), MONEY, hidden=PROFIT),
            Fact(_("Left by the alternative"), _sum(other, "left_minor"), MONEY, hidden=PROFIT),
        ]
    return tuple(facts)


def _figures(now: Borne, other: Borne | None) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "source": Money(now.costs.minor, now.company.base_currency),
        "shared": _sum(now, "shared_minor"),
        "left": _sum(now, "left_minor"),
    }
    return figures | ({} if other is None else {"alternative": _sum(other, "shared_minor")})


def _alerts(now: Borne, other: Borne | None) -> tuple[str, ...]:
    out = [_now("No rate for %(amount)s of shared costs.") % {"amount": x} for x in now.costs.unconverted]
    unmeasured = max(now.unmeasured, other.unmeasured if other else 0)
    if unmeasured:
        out.append(_now("%(n)d lines have no weight and bear nothing by weight.") % {"n": unmeasured})
    return tuple(out)


def _along(now: Borne, other: Borne | None, dimension: str) -> Table:
    """Shares along a dimension: the largest first, side by side with the alternative."""
    currency = now.company.base_currency
    first, second = now.along((dimension,)), other.along((dimension,)) if other else {}
    keys = sorted({*first, *second}, key=lambda k: (-abs(first.get(k, 0)) - abs(second.get(k, 0)), k[0].code))
    rows = []
    for key in keys[:SHOWN]:
        a, b = first.get(key, 0), second.get(key, 0)
        rows.append(
            {
                "key": key_text(dimension, key[0].text), "now": Money(a, currency),
                "other": Money(b, currency), "difference": Money(b - a, currency),
            }
        )  # fmt: skip
    columns = [Column("key", DIMENSIONS[dimension], wide=True), Column("now", _("By the rules"), MONEY)]
    if other is not None:
        columns.append(Column("other", _("By the alternative"), MONEY))
        columns.append(Column("difference", _("Difference"), MONEY))
    return Table(_("Who bears it"), tuple(columns), rows, _("Nothing is shared."), PROFIT)


def _pools(now: Borne, other: Borne | None) -> Table:
    """Every pool with what became of it, and the journal entries behind it."""
    accounts = {a.code: account_name(a) for a in Account.objects.all()}
    stores = {s.pk: s.name for s in Store.objects.all()}
    others = {p.pool: p for p in other.shares.placed} if other else {}
    rows = [
        _pool(p, others.get(p.pool), now, accounts, stores)
        for p in sorted(now.shares.placed, key=lambda p: (p.pool.month, p.pool.account, p.pool.store_id or 0))
    ]
    columns = [
        Column("month", _("Month")),
        Column("account", _("Ledger account"), wide=True),
        Column("store", _("Store")),
        Column("amount", _("Amount"), MONEY),
        Column("entries", _("Entries"), INT),
        Column("basis", _("Rule")),
        Column("left", _("Left unallocated"), MONEY),
    ]
    if other is not None:
        columns += [Column("basis2", _("Alternative")), Column("left2", _("Left by the alternative"), MONEY)]
    return Table(_("What is shared"), tuple(columns), rows, _("The books hold nothing of no order."), PROFIT)


def _pool(
    one: Placed, other: Placed | None, now: Borne, accounts: Mapping[str, str], stores: Mapping[int, str]
) -> dict[str, Any]:
    pool, currency = one.pool, now.company.base_currency
    _first, count = now.costs.entries[pool.account, pool.store_id, pool.month]
    given = {
        "company": str(now.company.pk), "account": pool.account, "since": pool.month.isoformat(),
        "until": _last(pool.month).isoformat(),
    }  # fmt: skip
    row = {
        "month": f"{pool.month:%Y-%m}",
        "account": accounts.get(pool.account, pool.account),
        "store": stores.get(pool.store_id or 0, ""),
        "amount": Aim(Money(pool.minor, currency), "tools/general_ledger/", given),
        "entries": count,
        "basis": _became(one),
        "left": Money(one.left_minor, currency),
    }
    if other is not None:
        row |= {"basis2": _became(other), "left2": Money(other.left_minor, currency)}
    return row


def _became(one: Placed) -> str:
    basis = str(BASES.get(one.basis, ""))
    why = str(WHYS[one.why])
    return f"{basis} · {why}" if basis and why else basis or why


def _last(month: date) -> date:
    return (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def _dimensions(_actor: Actor) -> list[tuple[str, Any]]:
    return [(code, label) for code, label in DIMENSIONS.items() if code != "day"]


TOOL = Tool(
    code="shared_costs",
    label=_("Shared costs"),
    stage=6,
    place=44,
    icon="scale",
    view="ledger.view",
    fields=(
        Field("company", _("Company"), CHOICE, choices=company_codes),
        Field("since", _("From month"), DATE, required=False),
        Field("until", _("Until month"), DATE, required=False),
        Field("by", _("Shown by"), CHOICE, required=False, choices=_dimensions, initial="store"),
        Field("basis", _("Alternative"), CHOICE, required=False, choices=basis_choices,
              help=_("Beside the rules in force: nothing is saved")),
        Field("account", _("Alternative for"), CHOICE, required=False, choices=account_choices,
              help=_("Empty: every account")),
    ),
    run=run,
    wide=True,
    columns=(
        Column("source", _("Costs of no order"), MONEY, hidden=PROFIT),
        Column("shared", _("Shared by the rules"), MONEY, hidden=PROFIT),
        Column("left", _("Left unallocated"), MONEY, hidden=PROFIT),
        Column("alternative", _("Shared by the alternative"), MONEY, hidden=PROFIT),
    ),
    note=_("Ads, rent, storage and the like, month by month. What no rule shares stays visible as residual."),
)  # fmt: skip
