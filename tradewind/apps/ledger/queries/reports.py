"""Reports of the books: trial balance, profit and loss, balance sheet, and what a closed month said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.ledger.models import Account, Statement
from tradewind.apps.ledger.queries.books import next_month, trial_balance
from tradewind.apps.ledger.queries.translated import rates_of, sums, translated
from tradewind.apps.org.models import Company
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.statements import AccountValue, ReportLine, balance_sheet, profit_and_loss

TRIAL_BALANCE, PROFIT_AND_LOSS, BALANCE_SHEET = "trial_balance", "profit_and_loss", "balance_sheet"


@dataclass(frozen=True, slots=True)
class Report:
    """Lines in base currency. `missing`: (currency, day) without a rate; then the lines are not whole.

    `by_store`: of profit and loss, store (None: of none) -> its lines. `kept`: as a closed month said it.
    """

    base: str
    lines: Sequence[ReportLine]
    missing: Sequence[tuple[str, date]] = ()
    by_store: Mapping[int | None, Sequence[ReportLine]] = field(default_factory=dict)
    kept: bool = False


def whole(actor: Actor) -> None:
    """Refused for an actor with a store scope: a part of the books is no report of the company."""
    actor.require("ledger.view")
    if actor.stores is not None:
        why = _("this report is of the whole company; your account sees only some stores")
        raise Refused([Problem(None, "company", "", why)])


def balance_sheet_on(actor: Actor, company_id: int, until: date) -> Report:
    """Assets, liabilities and equity at the end of a day, in base currency."""
    whole(actor)
    found = translated(actor, company_id, until)
    return Report(
        found.base, balance_sheet(_valued(found.values), found.left), found.missing, kept=False
    )  # fmt: skip


def profit_and_loss_of(
    actor: Actor, company_id: int, since: date, until: date, *, by_store: bool = False
) -> Report:
    """Income and expense of a span of days (both included), each day at its own rate.

    An actor with a store scope gets the lines of those stores only. What cannot be converted is left out
    and named in `missing`.
    """
    actor.require("ledger.view")
    base = Company.objects.get(pk=company_id).base_currency
    rows = sums(company_id, until, since=since, by_store=True)
    kinds = dict(Account.objects.values_list("code", "kind"))
    rows = [r for r in rows if kinds[r.account] in (chart.INCOME, chart.EXPENSE)]
    if actor.stores is not None:
        rows = [r for r in rows if r.store_id in actor.stores]
    values, missing = _converted(rows, base, until)
    everything: dict[str, int] = {}
    parts: dict[int | None, dict[str, int]] = {}
    for (store, code), minor in values.items():
        everything[code] = everything.get(code, 0) + minor
        parts.setdefault(store, {})[code] = minor
    stores = {
        store: profit_and_loss(_valued(mine))
        for store, mine in sorted(parts.items(), key=lambda x: (x[0] is None, x[0] or 0))
    }
    return Report(base, profit_and_loss(_valued(everything)), missing, stores if by_store else {})


def _converted(
    rows: Sequence[Any], base: str, until: date
) -> tuple[dict[tuple[int | None, str], int], list[tuple[str, date]]]:
    """(store, account) -> base minor units: a day's sum of all stores rounded once, then shared out.

    So the stores always sum to the company, to the cent.
    """
    rates, missing = rates_of(rows, base, until), set()
    days: dict[tuple[str, str, date], dict[int | None, int]] = {}
    for r in rows:
        of = days.setdefault((r.account, r.currency, r.on), {})
        of[r.store_id] = of.get(r.store_id, 0) + r.minor
    out: dict[tuple[int | None, str], int] = {}
    for (code, currency, on), stores in days.items():
        rate = rates.find(currency, base, on)
        if rate is None:
            missing.add((currency, on))
            continue
        parts = {store: rate.minor(minor) for store, minor in stores.items()}
        largest = max(parts, key=lambda s: abs(parts[s]))
        parts[largest] += rate.minor(sum(stores.values())) - sum(parts.values())
        for store, minor in parts.items():
            out[store, code] = out.get((store, code), 0) + minor
    return out, sorted(missing)


def _valued(values: Mapping[str, int]) -> list[AccountValue]:
    accounts = {a.code: a for a in Account.objects.all()}
    return [
        AccountValue(code, a.name, a.name_zh, a.kind, a.standard, minor)
        for code, minor in values.items()
        for a in (accounts[code],)
    ]


def as_text(company_id: int, month: date, actor: Actor) -> dict[str, str]:
    """What a month reports, as canonical JSON by report: the words of which it will be kept."""
    whole(actor)
    last = next_month(month) - timedelta(days=1)
    names = {a.code: (a.name, a.name_zh) for a in Account.objects.all()}
    head = {"company": Company.objects.get(pk=company_id).code, "month": f"{month:%Y-%m}"}
    balances = [
        {"currency": currency, "code": code, "names": names[code], "minor": minor}
        for currency, codes in sorted(trial_balance(actor, company_id, last).items())
        for code, minor in sorted(codes.items())
    ]
    reports = {
        PROFIT_AND_LOSS: profit_and_loss_of(actor, company_id, month, last),
        BALANCE_SHEET: balance_sheet_on(actor, company_id, last),
    }
    out = {TRIAL_BALANCE: _canonical({**head, "rows": balances})}
    for code, found in reports.items():
        lines = [asdict(line) for line in found.lines]
        missing = [[currency, on.isoformat()] for currency, on in found.missing]
        out[code] = _canonical({**head, "base": found.base, "lines": lines, "missing": missing})
    return out


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def kept_report(actor: Actor, company_id: int, month: date, code: str) -> Report | None:
    """Profit and loss or balance sheet as a closed month reported it; None where nothing was kept."""
    whole(actor)
    text = (
        Statement.objects.filter(period__company_id=company_id, period__month=month, code=code)
        .values_list("content", flat=True)
        .first()
    )
    if text is None:
        return None
    data = json.loads(text)
    lines = [ReportLine(**line) for line in data["lines"]]
    missing = [(currency, date.fromisoformat(on)) for currency, on in data["missing"]]
    return Report(data["base"], lines, missing, kept=True)
