"""Emptying tables between transactional tests, past the triggers that keep them append-only in life."""

from __future__ import annotations

from django.db.backends.sqlite3.base import DatabaseOperations as Sqlite

_flush = Sqlite.execute_sql_flush


def _past_triggers(self, sql_list):
    """SQLite empties by DELETE, which guards refuse: take them down for the flush and put them back."""
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        _flush(self, sql_list)
    finally:
        with self.connection.cursor() as cursor:
            for _name, sql in guards:
                cursor.execute(sql)


Sqlite.execute_sql_flush = _past_triggers
