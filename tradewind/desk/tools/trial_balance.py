"""Opening, movements and closing of every account, by currency and in base currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.ledger.queries.journal import Movement, movements
from tradewind.apps.ledger.queries.translated import translated
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import LINK, MONEY, Aim, Column, Fact, Table
from tradewind.desk.nouns._statements import missing_alerts
from tradewind.desk.nouns.accounts import account_name
from tradewind.desk.tools._books import COMPANY, SINCE, UNTIL, begin, span
from tradewind.engine.money import Money

_COLUMNS = (
    Column("code", _("Ledger account"), LINK),
    Column("name", _("Name"), wide=True),
    Column("opening", _("Opening"), MONEY),
    Column("debit", _("Debit"), MONEY),
    Column("credit", _("Credit"), MONEY),
    Column("closing", _("Closing"), MONEY),
)
_BASE = (
    Column("code", _("Ledger account")),
    Column("name", _("Name"), wide=True),
    Column("closing", _("Closing"), MONEY),
)


def run(ask: Ask) -> list[Answer]:
    """A trial balance a question."""
    return [_answered(ask, row) for row in ask.rows]


def _answered(ask: Ask, row: Any) -> Answer:
    since, until = span(row)
    company_id = int(row["company"])
    found = movements(ask.by, company_id, since, until)
    books = translated(ask.by, company_id, until)
    names = {a.code: account_name(a) for a in Account.objects.all()}
    tables = [
        _table(currency, [m for m in found if m.currency == currency], names, row)
        for currency in sorted({m.currency for m in found})
    ]
    if not books.missing:
        rows = [
            {"code": code, "name": names[code], "closing": Money(minor, books.base)}
            for code, minor in sorted(books.values.items())
            if minor
        ]
        tables.append(
            Table(_now("All in %(currency)s at the last day") % {"currency": books.base}, _BASE, rows)
        )
    facts = [Fact(_("Accounts"), len({m.code for m in found}), "int")]
    if not books.missing:
        facts.append(Fact(_("Exchange differences not booked yet"), Money(books.left, books.base), MONEY))
    return Answer(
        f"{since} - {until}", tuple(facts), tuple(tables), alerts=missing_alerts(books.missing),
        figures={"since": since, "until": until, "accounts": len({m.code for m in found})},
    )  # fmt: skip


def _table(currency: str, found: Sequence[Movement], names: dict[str, str], row: Any) -> Table:
    def money(minor: int) -> Money:
        return Money(minor, currency)

    rows: list[dict[str, Any]] = [
        {
            "code": _opens(m.code, row), "name": names[m.code], "opening": money(m.opening),
            "debit": money(m.debit), "credit": money(m.credit), "closing": money(m.closing),
        }
        for m in found
    ]  # fmt: skip
    rows.append(
        {
            "code": "", "name": _now("In all"), "opening": money(sum(m.opening for m in found)),
            "debit": money(sum(m.debit for m in found)), "credit": money(sum(m.credit for m in found)),
            "closing": money(sum(m.closing for m in found)),
        }
    )  # fmt: skip
    return Table(currency, _COLUMNS, rows)


def _opens(code: str, row: Any) -> Aim:
    given = {
        "company": row["company"],
        "account": code,
        "since": str(row["since"]),
        "until": str(row["until"]),
    }
    return Aim(code, "tools/general_ledger/", given)


TOOL = Tool(
    code="trial_balance",
    label=_("Trial balance"),
    stage=6,
    place=34,
    icon="scale",
    view="ledger.view",
    fields=(COMPANY, SINCE, UNTIL),
    run=run,
    begin=begin,
    wide=True,
    note=_("Debit is positive, credit negative; every currency sums to zero."),
)
