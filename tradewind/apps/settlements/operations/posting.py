"""The books have taken settlements over, and what became known of them afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.states import SETTLEMENT
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


def mark_settlements_posted(*, ids: Iterable[int], now: datetime, by: Actor) -> list[int]:
    """Move explained settlements to posted, inside the act that books them; WrongState when one is not."""
    wanted = sorted(set(ids))
    with acting(by, "settlements.change", kind="settlement", ids=wanted, now=now) as act:
        moved = move_all(SettlementFile, SETTLEMENT, "post", wanted)
        act.note(verb="mark_settlements_posted")
    return moved


def mark_late_orders_booked(*, ids: Iterable[int], now: datetime, by: Actor) -> int:
    """The books have moved what these posted settlements say to the orders found late; how many."""
    wanted = sorted(set(ids))
    with acting(by, "settlements.change", kind="settlement", ids=wanted, now=now) as act:
        rows = SettlementFile.objects.filter(id__among=wanted, late_orders=True)
        act.note(verb="mark_late_orders_booked")
        return rows.update(late_orders=False)
