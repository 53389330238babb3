"""Counting the shelf: the difference becomes a move with its reason, and a cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import Balance, CostLayer, Move
from tradewind.apps.stock.operations.balances import change_balances, lock_ids
from tradewind.apps.stock.operations.layers import open_book
from tradewind.apps.stock.queries import COUNT
from tradewind.db import bulk
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import MISSING
from tradewind.engine.contracts import Problem, Refused

REASONS = ("count", "damaged", "lost", "found", "sample")


@dataclass(frozen=True, slots=True)
class Counted:
    """A count's number and the differences it booked, by balance."""

    number: str
    differences: dict[int, int]


def count_stock(*, counted: Mapping[int, int], reason: str, now: datetime, by: Actor) -> Counted:
    """Set balances (id -> units found) to what was counted; every difference is a move and costs.

    Units lost leave their layers like a sale (uses of source "count"); units found open a layer
    without a cost, state missing, because nobody knows what they cost. Refused below what is reserved.
    """
    with acting(by, "stock.change", kind="balance", ids=counted, now=now) as act:
        lock_ids(counted)
        rows = {
            b.pk: b for b in Balance.objects.filter(pk__among=list(counted)).select_related("owner", "sku")
        }
        _check(counted, rows, reason)
        differences = {pk: qty - rows[pk].on_hand for pk, qty in counted.items() if qty != rows[pk].on_hand}
        number = take_numbers("count", 1)[0]
        name = numbered(COUNT, number)
        at = instant(now)
        bulk.insert_rows(
            Move,
            ["balance_id", "qty", "kind", "source", "source_id", "at"],
            [(pk, diff, "count", reason, number, at) for pk, diff in differences.items()],
        )
        book = open_book([pk for pk, diff in differences.items() if diff < 0], now)
        for pk, diff in differences.items():
            if diff < 0:
                book.take(pk, number, -diff)
        book.write("count", at)
        bulk.insert_rows(
            CostLayer,
            ["balance_id", "batch", "received_at", "qty", "left_qty", "currency", "state"],
            [
                (pk, name, at, diff, diff, rows[pk].owner.base_currency, MISSING)
                for pk, diff in differences.items()
                if diff > 0
            ],
        )
        change_balances([(pk, diff, 0) for pk, diff in sorted(differences.items())])
        act.note(verb="count_stock", number=name, reason=reason, differences=differences)
    return Counted(name, differences)


def _check(counted: Mapping[int, int], rows: dict[int, Balance], reason: str) -> None:
    problems = []
    if reason not in REASONS:
        problems.append(Problem(None, "reason", reason, _("is not a reason"), ", ".join(REASONS)))
    for pk, qty in counted.items():
        if pk not in rows:
            problems.append(Problem(None, "balance", str(pk), _("there is no such balance")))
        elif qty < rows[pk].reserved:
            why = _("%(sku)s: fewer than are promised to orders") % {"sku": rows[pk].sku.code}
            least = _("%(reserved)s or more") % {"reserved": rows[pk].reserved}
            problems.append(Problem(None, "qty", str(qty), why, least))
    if problems:
        raise Refused(problems)
