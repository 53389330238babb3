"""An entry to be booked, with the document that makes a repeat harmless."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.engine.double_entry import EntryPlan


@dataclass(frozen=True, slots=True)
class Booking:
    """A plan and the document it stands on: (plan.event, source, source_id) is booked once.

    Example: Booking("settlement", 17, EntryPlan("settlement", on, "B-17", lines)).
    """

    source: str  # the document's noun
    source_id: int
    plan: EntryPlan

    @property
    def key(self) -> tuple[str, str, int]:
        return self.plan.event, self.source, self.source_id
