"""How goods are costed: months brought to their average, methods changed from a day, batches chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby

from django.utils.translation import gettext as _

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting, change_costing
from tradewind.apps.stock.models import CostLayer, Reservation
from tradewind.apps.stock.operations.balances import lock_ids
from tradewind.apps.stock.operations.recosting import write_costs
from tradewind.apps.stock.queries.cost_rows import methods_of
from tradewind.apps.stock.queries.months import estimates_before, first_left
from tradewind.apps.stock.queries.recosts import Recost
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.costing import BATCH, METHODS

SKUS = 200  # of one act


def cost_months(*, now: datetime, by: Actor) -> int:
    """Bring what left in months that are over to the average of their month; how many uses are final now.

    A unit that left in November costs what all units that lay there in November cost on average, opening
    and come in, whatever day it left. What was sold costs the difference more or less: books and profit
    hear of it. A bill that comes later makes the average another one.
    """
    month = now.astimezone(UTC).date().replace(day=1)
    done = 0
    rows = sorted(estimates_before(month))
    by_sku = [list(group) for _sku, group in groupby(rows, key=lambda row: row[0])]
    for start in range(0, len(by_sku), SKUS):
        some = [row for group in by_sku[start : start + SKUS] for row in group]
        with acting(by, "stock.change", kind="layer", now=now) as act:
            lock_ids(_whole({sku for sku, _balance, _use in some}))
            final = frozenset(use for _sku, _balance, use in some)
            recost = Recost(final=final).run(pools={balance for _sku, balance, _use in some})
            act.ids = write_costs(recost, now=now, by=by)
            act.note(verb="cost_months", before=str(month), uses=len(final))
        done += len(final)
    return done


def _whole(sku_ids: set[int]) -> list[int]:
    """Every balance of these SKUs: costs follow goods from warehouse to warehouse."""
    rows = fetch(f"SELECT id FROM stock_balance WHERE {among('sku_id')}", [id_set(sorted(sku_ids))])
    return [pk for (pk,) in rows]


def switch_costing(*, company_id: int, method: str, start: date, now: datetime, by: Actor) -> None:
    """Cost a company's goods by another method from the first day of a month on.

    What left before keeps the method of its day. Refused in the middle of a month, for a month in which
    goods left already, before an earlier change, and when nothing would change.
    """
    with acting(by, "stock.cost", kind="company", ids=[company_id], now=now) as act:
        company = Company.objects.select_for_update().get(pk=company_id)
        problems = _switch_problems(company, method, start)
        if problems:
            raise Refused(problems)
        change_costing(company_id=company_id, method=method, start=start, now=now, by=by)
        act.note(verb="switch_costing", method=method, start=str(start))


def _switch_problems(company: Company, method: str, start: date) -> list[Problem]:
    problems = []
    changes = sorted(company.costing_changes)
    current = changes[-1][1] if changes else company.costing
    if method not in METHODS:
        problems.append(Problem(None, "method", method, _("is not a costing method"), ", ".join(METHODS)))
    elif method == current:
        problems.append(Problem(None, "method", method, _("is the method already")))
    if start.day != 1:
        why = _("a method changes with a month, not in the middle of one")
        problems.append(Problem(None, "start", str(start), why, str(start.replace(day=1))))
    if changes and str(start) <= changes[-1][0]:
        why = _("the method was changed on %(day)s already")
        problems.append(Problem(None, "start", str(start), why % {"day": changes[-1][0]}))
    left = first_left(company.pk, start)
    if left is not None:
        why = _("goods left on %(day)s already, costed by the method of that day")
        problems.append(Problem(None, "start", str(start), why % {"day": left}, _("a month to come")))
    return problems


def choose_batch(*, demand: str, demand_ids: Sequence[int], batch: str, now: datetime, by: Actor) -> int:
    """Say from which batch promised units are to be taken; empty gives the choice back. How many lines.

    Only for owners that cost by batch. Refused when a line has nothing promised, or the batch does not
    hold that many units that nobody else chose.
    """
    wanted = sorted(set(demand_ids))
    with acting(by, "stock.change", kind="balance", now=now) as act:
        rows = list(Reservation.objects.filter(demand=demand, demand_id__among=wanted))
        balances = sorted({row.balance_id for row in rows})
        lock_ids(balances)
        problems = _choice_problems(wanted, rows, batch, now)
        if problems:
            raise Refused(problems)
        Reservation.objects.filter(pk__among=[row.pk for row in rows]).update(batch=batch)
        act.ids = balances
        act.note(verb="choose_batch", demand=demand, lines=wanted, batch=batch)
    return len(rows)


def _choice_problems(
    wanted: Sequence[int], rows: Sequence[Reservation], batch: str, now: datetime
) -> list[Problem]:
    there = {row.demand_id for row in rows}
    problems = [
        Problem(None, "line", str(pk), _("nothing is promised to it")) for pk in wanted if pk not in there
    ]
    methods = methods_of({row.balance_id for row in rows})
    if any(methods[row.balance_id].on(now) != BATCH for row in rows):
        problems.append(Problem(None, "batch", batch, _("this owner does not cost by batch")))
    asked: dict[int, int] = {}
    for row in rows:
        asked[row.balance_id] = asked.get(row.balance_id, 0) + row.qty
    for balance_id, qty in asked.items() if batch else ():
        held = sum(
            CostLayer.objects.filter(balance_id=balance_id, batch=batch, left_qty__gt=0).values_list(
                "left_qty", flat=True
            )
        )
        others = Reservation.objects.filter(balance_id=balance_id, batch=batch)
        kept = sum(others.exclude(pk__in=[r.pk for r in rows]).values_list("qty", flat=True))
        if held - kept < qty:
            why = _("this batch does not hold that many free units")
            problems.append(Problem(None, "batch", batch, why, _("up to %(free)s") % {"free": held - kept}))
    return problems
