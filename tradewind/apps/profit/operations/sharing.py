"""Rules by which costs of no order are shared: set from a month on, superseded by newer ones, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.profit.models import AllocationRule
from tradewind.apps.stores.models import Store
from tradewind.db.bulk import insert_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.cost_sharing import BASES

COLUMNS = ["company_id", "account", "basis", "store_id", "valid_from", "reason", "set_by", "set_at"]


@dataclass(frozen=True, slots=True)
class NewSharing:
    """A rule wanted: an account (empty: every account without its own) by a basis, from a month on."""

    company_id: int
    account: str
    basis: str
    valid_from: date
    store_id: int | None = None
    reason: str = ""


def set_sharing(*, rules: Sequence[NewSharing], now: datetime, by: Actor) -> int:
    """Set rules; how many. Refused with every problem: an account, basis or store that is not known, a month
    that has a rule of the account already, or somebody who does not see the whole company.
    """
    with acting(by, "profit.change", kind="allocation_rule", now=now) as act:
        problems = _problems(rules, by)
        if problems:
            raise Refused(problems)
        rows = [
            (r.company_id, r.account, r.basis, r.store_id, r.valid_from.replace(day=1).isoformat(), r.reason,
             by.name, instant(now))
            for r in rules
        ]  # fmt: skip
        insert_rows(AllocationRule, COLUMNS, rows)
        months = [r.valid_from.replace(day=1) for r in rules]
        found = AllocationRule.objects.filter(
            company_id__in=[r.company_id for r in rules], valid_from__in=months, set_at=now
        )
        act.ids = list(found.order_by("id").values_list("id", flat=True))
        act.note(verb="set_sharing", rules=[[r.account, r.basis, r.valid_from.isoformat()] for r in rules])
    return len(rules)


def withdraw_sharing(*, ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Take rules back; what they shared is residual again, or goes by the rule before. How many went."""
    wanted = sorted(set(ids))
    with acting(by, "profit.change", kind="allocation_rule", ids=wanted, now=now) as act:
        if by.stores is not None:
            raise Refused([_whole_company()])
        rows = AllocationRule.objects.filter(id__among=wanted)
        act.note(verb="withdraw_sharing", rules=[[r.account, r.basis, f"{r.valid_from}"] for r in rows])
        count: int = rows.delete()[0]
    return count


def _problems(rules: Sequence[NewSharing], by: Actor) -> list[Problem]:
    accounts = set(Account.objects.filter(kind__in=("income", "expense")).values_list("code", flat=True))
    companies = set(Company.objects.values_list("id", flat=True))
    stores = dict(Store.objects.values_list("id", "company_id"))
    taken = set(AllocationRule.objects.values_list("company_id", "account", "valid_from"))
    problems = [_whole_company()] if by.stores is not None else []
    for row, r in enumerate(rules, 1):
        month = r.valid_from.replace(day=1)
        key = (r.company_id, r.account, month)
        checks = [
            (r.company_id in companies, "company", str(r.company_id), _("there is no such company"), ""),
            (not r.account or r.account in accounts, "account", r.account,
             _("is no account of income or expense"), ""),
            (r.basis in BASES, "basis", r.basis, _("is not a basis"), ", ".join(BASES)),
            (r.store_id is None or stores.get(r.store_id) == r.company_id, "store", str(r.store_id),
             _("is no store of the company"), ""),
            (key not in taken, "valid_from", f"{month:%Y-%m}", _("this month has a rule already"),
             _("another month, or withdraw that rule")),
        ]  # fmt: skip
        taken.add(key)
        problems += [Problem(row, f, value[:80], why, fits) for ok, f, value, why, fits in checks if not ok]
    return problems


def _whole_company() -> Problem:
    return Problem(
        None, "store", "", _("sharing concerns every store of the company"), _("sight of all stores")
    )
