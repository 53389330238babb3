"""The one place where a payable's amounts move: a conditional update that cannot take more than is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tradewind.apps.payables.models import Clearing, Payable
from tradewind.apps.payables.states import CLEARED, OPEN, REQUESTED
from tradewind.db.bulk import insert_rows, update_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

CLEARING = [
    "payable_id", "kind", "amount_minor", "payment_id", "deposit_id", "on", "reason", "made_by", "made_at",
]  # fmt: skip
_COLUMNS = ["requested_minor", "settled_minor", "paid_minor", "used_minor"]
_ADD = ", ".join(f"{name} = t.{name} + d.{name}" for name in _COLUMNS)
_SETTLED, _REQUESTED = "t.settled_minor + d.settled_minor", "t.requested_minor + d.requested_minor"
_STATE = (
    f"state = CASE WHEN {_SETTLED} = t.amount_minor THEN '{CLEARED}' "
    f"WHEN {_SETTLED} + {_REQUESTED} = t.amount_minor THEN '{REQUESTED}' ELSE '{OPEN}' END"
)
_WITHIN = (
    f"{_SETTLED} + {_REQUESTED} <= t.amount_minor AND {_REQUESTED} >= 0 AND {_SETTLED} >= 0 "
    "AND t.paid_minor + d.paid_minor >= t.used_minor + d.used_minor AND t.used_minor + d.used_minor >= 0"
)


class Shift(NamedTuple):
    """By how much the amounts of a payable move; minor units, either way."""

    requested: int = 0
    settled: int = 0
    paid: int = 0
    used: int = 0

    def and_then(self, other: Shift) -> Shift:
        """Both moves as one."""
        return Shift(*(a + b for a, b in zip(self, other, strict=True)))


class Cleared(NamedTuple):
    """A clearing to be written: what took part of a payable off."""

    payable_id: int
    kind: str
    amount_minor: int
    payment_id: int | None = None
    deposit_id: int | None = None


def together(moves: Sequence[tuple[int, Shift]]) -> dict[int, Shift]:
    """Moves by payable, each payable once."""
    out: dict[int, Shift] = {}
    for pk, move in moves:
        out[pk] = out.get(pk, Shift()).and_then(move)
    return out


def shift(moves: Mapping[int, Shift]) -> None:
    """Move amounts by one conditional update; Refused when one would take more than is left.

    Call inside an act: what was moved before the refusal is rolled back with it. Two people at one payable
    are told apart by the database: the second finds less left.
    """
    rows = [(pk, *move) for pk, move in sorted(moves.items())]
    if update_rows(Payable, _COLUMNS, rows, set_sql=f"{_ADD}, {_STATE}", where=_WITHIN) == len(rows):
        return
    problems = []
    for one in Payable.objects.filter(id__among=list(moves)).order_by("id"):
        # Rows that moved already stand as moved: only one that now lacks room is named.
        move = moves[one.pk]
        asked = move.settled + move.requested
        if asked > one.free.minor or move.used > one.unused.minor:
            problems.append(Problem(None, "amount", one.number, _("more than is left"), str(one.free)))
    raise Refused(problems or [Problem(None, "amount", "", _("more than is left"))])


def write_clearings(cleared: Sequence[Cleared], *, on: date, reason: str, now: datetime, by: Actor) -> None:
    """Write down what took parts off; the amounts themselves were moved by `shift`."""
    rows = [
        (c.payable_id, c.kind, c.amount_minor, c.payment_id, c.deposit_id, on, reason, by.name, instant(now))
        for c in cleared
        if c.amount_minor
    ]
    insert_rows(Clearing, CLEARING, rows)
