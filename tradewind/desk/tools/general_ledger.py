"""Every posting of an account over a span of days, with the balance after each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Account
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.export import safe
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns.accounts import account_name
from tradewind.desk.nouns.entries import EVENTS
from tradewind.desk.tools._books import COMPANY, SINCE, UNTIL, span
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

SHOWN = 500
_POSTINGS = (
    Column("on", _("Day"), DATE),
    Column("entry", _("Entry"), LINK),
    Column("event", _("Event")),
    Column("memo", _("Memo"), wide=True),
    Column("debit", _("Debit"), MONEY),
    Column("credit", _("Credit"), MONEY),
    Column("balance", _("Balance"), MONEY),
)


def run(ask: Ask) -> list[Answer]:
    """The ledger of an account a question."""
    return [_answered(ask, row) for row in ask.rows]


def _answered(ask: Ask, row: Any) -> Answer:
    since, until = span(row)
    account = Account.objects.get(code=row["account"])
    opening = _opening(ask.by, row)
    rows = list(islice(_rows(ask.by, row, dict(opening)), SHOWN + 1))
    facts = tuple(
        Fact(_now("Opening %(currency)s") % {"currency": c}, Money(m, c), MONEY) for c, m in opening.items()
    )
    count = queries.general_ledger(ask.by, int(row["company"]), account.code, since, until).count()
    alerts: tuple[str, ...] = ()
    if count > SHOWN:
        alerts = (_now("%(n)d postings; the first %(m)d are shown, the file holds all.")
                  % {"n": count, "m": SHOWN},)  # fmt: skip
    title = f"{account.code} {account_name(account)}"
    return Answer(
        title, (*facts, Fact(_("Postings"), count, INT)),
        (Table(f"{since} - {until}", _POSTINGS, rows[:SHOWN], _("Nothing was booked here.")),),
        alerts=alerts, figures={"account": account.code, "postings": count},
        sheets={"postings": lambda: _file(_rows(ask.by, row, dict(opening)))},
    )  # fmt: skip


def _opening(actor: Actor, row: Any) -> dict[str, int]:
    before = row["since"] - timedelta(days=1)
    table = queries.trial_balance(actor, int(row["company"]), before)
    return {c: codes[row["account"]] for c, codes in sorted(table.items()) if row["account"] in codes}


def _rows(actor: Actor, row: Any, balance: dict[str, int]) -> Iterator[dict[str, Any]]:
    found = queries.general_ledger(
        actor, int(row["company"]), row["account"], row["since"], row["until"]
    )  # fmt: skip
    for p in found.iterator(2000):
        balance[p.currency] = balance.get(p.currency, 0) + p.amount_minor
        yield {
            "on": p.entry.on,
            "entry": Ref("entries", p.entry_id, str(p.entry)),
            "event": str(EVENTS.get(p.entry.event, p.entry.event)),
            "memo": p.entry.memo,
            "debit": Money(p.amount_minor, p.currency) if p.amount_minor > 0 else None,
            "credit": Money(-p.amount_minor, p.currency) if p.amount_minor < 0 else None,
            "balance": Money(balance[p.currency], p.currency),
        }


def _file(rows: Iterator[dict[str, Any]]) -> Iterator[list[Any]]:
    yield ["on", "entry", "event", "memo", "debit", "credit", "balance", "currency"]
    for row in rows:
        money = [row[name].amount if row[name] else None for name in ("debit", "credit", "balance")]
        yield [
            row["on"].isoformat(), row["entry"].text, safe(row["event"]), safe(row["memo"]), *money,
            row["balance"].currency,
        ]  # fmt: skip


def _accounts(_actor: Actor) -> list[tuple[str, str]]:
    return [(a.code, f"{a.code} {account_name(a)}") for a in Account.objects.order_by("code")]


TOOL = Tool(
    code="general_ledger",
    label=_("General ledger"),
    stage=6,
    place=35,
    icon="book-open",
    view="ledger.view",
    fields=(COMPANY, Field("account", _("Ledger account"), CHOICE, choices=_accounts), SINCE, UNTIL),
    run=run,
    wide=True,
    note=_("Every posting of an account, with the balance after it."),
    sheets=(("postings", _("All postings")),),
)
