"""Findings written once under their key, and kept up to date while nobody has decided on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from tradewind.apps.claims.models import Finding
from tradewind.apps.claims.states import FINDING, GONE, OPEN
from tradewind.db.bulk import insert_rows, update_rows
from tradewind.db.states import move

FINDING_COLUMNS = [
    "key", "company_id", "store_id", "bill_line_id", "order_id", "order_line_id", "sku_id",
    "settlement_line_id", "reason", "currency", "charged_minor", "expected_minor", "excess_minor", "source",
    "facts", "due_on", "due_source", "found_at",
]  # fmt: skip
_FRESH = ["charged_minor", "expected_minor", "excess_minor", "source", "facts", "due_on", "due_source"]


def write_findings(scope: QuerySet[Finding], rows: Sequence[tuple[Any, ...]]) -> int:
    """Make the open findings of a scope these rows (of FINDING_COLUMNS); how many stand open for them.

    New ones are inserted, open or gone ones take the new figures, open ones that are not found any more are
    gone; what was claimed, dismissed or recovered stays as it is.
    """
    there = {}
    for pk, key, state, back in scope.values_list("id", "key", "state", "recovered_minor"):
        there[key] = (pk, "partly" if back else state)  # what came back in part is no longer to be rewritten
    at = [FINDING_COLUMNS.index(name) for name in _FRESH]
    fresh, changed, back = [], [], []
    for row in rows:
        pk, state = there.get(row[0], (0, ""))
        if not pk:
            fresh.append((*row, "open", 0, ""))
        elif state in (OPEN, GONE):
            changed.append((pk, *(row[i] for i in at)))
            back += [pk] if state == GONE else []
    insert_rows(Finding, [*FINDING_COLUMNS, "state", "recovered_minor", "note"], fresh)
    update_rows(Finding, _FRESH, changed)
    move(Finding, FINDING, "take_back", back)
    found = {row[0] for row in rows}
    move(
        Finding, FINDING, "vanish",
        [pk for key, (pk, state) in there.items() if state == OPEN and key not in found],
    )  # fmt: skip
    return len(fresh) + len(changed)
