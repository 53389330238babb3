"""The house: an audit that is whole, work that is not stuck, guards that stand in the database."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.queries import verify_audit
from tradewind.db.sql import fetch
from tradewind.desk.doctor.kernel import Check, sql_check
from tradewind.engine.access import system

# Triggers a table must have at least, on SQLite and on PostgreSQL.
GUARDED = {
    "org_auditentry": (2, 1),
    "org_storedfile": (2, 1),
    "stock_move": (2, 2),
    "ledger_entry": (5, 2),
    "ledger_posting": (4, 2),
    "ledger_period": (2, 1),
}


def _audit() -> list[str]:
    found = verify_audit(system("doctor"))
    return [] if found.ok else [f"entry {found.bad_id} is {found.reason}; {found.entries} before it hold"]


def _guards() -> list[str]:
    if connection.vendor == "postgresql":
        rows = fetch(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' GROUP BY c.relname"
        )
    else:
        rows = fetch("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name")
    standing = dict(rows)
    place = 1 if connection.vendor == "postgresql" else 0
    return [
        f"{table}: {standing.get(table, 0)} of at least {needed[place]} triggers"
        for table, needed in GUARDED.items()
        if standing.get(table, 0) < needed[place]
    ]


CHECKS = (
    Check("audit.chain", _("the audit is whole: no entry changed, removed or put in between"), _audit),
    Check("guards", _("the triggers that make books, moves, files and audit append-only stand"), _guards),
    sql_check(
        "jobs.dead",
        _("no background work has given up"),
        "SELECT id, name, substr(error, 1, 160) FROM org_job WHERE state = 'dead'",
        "job {0} {1}: {2}",
    ),
    sql_check(
        "jobs.lanes",
        _("at most one job of a lane runs"),
        """SELECT lane, count(*) FROM org_job WHERE state = 'running' AND lane <> ''
        GROUP BY lane HAVING count(*) > 1""",
        "lane {0}: {1} run at once",
    ),
    sql_check(
        "people.owner",
        _("somebody can sign in as owner"),
        """SELECT count(*) FROM org_user WHERE role = 'owner' AND is_active
        HAVING count(*) = 0 AND EXISTS (SELECT 1 FROM org_user)""",
        "{0} active owners",
    ),
)
