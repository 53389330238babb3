"""The accounts of the books."""

from __future__ import annotations

from datetime import datetime

from tradewind.apps.ledger.models import Account
from tradewind.apps.org.operations import acting
from tradewind.db.bulk import insert_rows_once
from tradewind.db.sql import fetch
from tradewind.engine.access import Actor
from tradewind.engine.chart import CHART


def open_chart(*, now: datetime, by: Actor) -> int:
    """Open the accounts of the chart that are not there yet; returns how many were opened."""
    if Account.objects.filter(code__in=list(CHART)).count() == len(CHART):
        return 0
    columns = ["code", "name", "name_zh", "kind", "is_clearing"]
    rows = [(a.code, a.name, a.name_zh, a.kind, a.is_clearing) for a in CHART.values()]
    with acting(by, "ledger.change", kind="account", now=now) as act:
        opened = insert_rows_once(Account, columns, rows, unique=["code"])
        act.note(verb="open_chart", opened=opened)
    return opened


def account_ids() -> dict[str, int]:
    """Code -> id of every account."""
    return dict(fetch("SELECT code, id FROM ledger_account"))
