"""Emptying tables between transactional tests, past the triggers that keep them append-only in life."""

from __future__ import annotations

from django.db.backends.base.operations import BaseDatabaseOperations

from tests.unguarded import unguarded

_flush = BaseDatabaseOperations.execute_sql_flush


def _past_triggers(self, sql_list):
    """Guards refuse the emptying on both databases: they are off for the flush and on again after it."""
    with unguarded():
        _flush(self, sql_list)


BaseDatabaseOperations.execute_sql_flush = _past_triggers
