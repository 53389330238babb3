"""Vouchers for other bookkeeping programs: Kingdee, Yonyou, Xero, QuickBooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.ledger.queries.journal import BY_DAY, BY_MONTH, EACH, journal
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.export import safe
from tradewind.desk.kernel import CHOICE, INT, MONEY, Column, Fact, Field, Table
from tradewind.desk.nouns._statements import missing_alerts
from tradewind.desk.nouns.entries import EVENTS
from tradewind.desk.tools._books import COMPANY, SINCE, UNTIL, span
from tradewind.engine.access import Actor
from tradewind.engine.book_exports import LAYOUTS, OFFICIAL, JournalLine, Layout, counted
from tradewind.engine.money import Money

SHOWN = 100
PER = {
    EACH: _("One voucher an entry"),
    BY_DAY: _("One a day and event"),
    BY_MONTH: _("One a month and event"),
}


def _layouts(_actor: Actor) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in LAYOUTS.values()]


def _per(_actor: Actor) -> list[tuple[str, Any]]:
    return list(PER.items())


def run(ask: Ask) -> list[Answer]:
    """A file a question."""
    return [_answered(ask.by, row) for row in ask.rows]


def _answered(actor: Actor, row: Any) -> Answer:
    since, until = span(row)
    layout = LAYOUTS[row["layout"]]
    chinese = (get_language() or "").startswith("zh")
    lines, missing = journal(
        actor, int(row["company"]), since, until, per=row["per"], chinese=chinese
    )  # fmt: skip
    lines = [_worded(line, row["per"]) for line in lines]
    if layout.counted:
        lines = counted(lines)
    if missing:
        return Answer(layout.label, alerts=missing_alerts(missing), figures={"lines": 0})
    tax = row["tax"] or "Tax Exempt"
    facts: tuple[Fact, ...] = (
        Fact(_("Vouchers"), _vouchers(lines), INT),
        Fact(_("Lines"), len(lines), INT),
    )
    if lines:
        base = lines[0].base.currency
        whole = sum(x.base.minor for x in lines if x.base.minor > 0)
        facts += (Fact(_("Debits, and credits"), Money(whole, base), MONEY),)
    return Answer(
        layout.label, facts, (_preview(layout, lines, tax),), alerts=_alerts(layout, lines),
        figures={"vouchers": _vouchers(lines), "lines": len(lines)},
        sheets={"vouchers": lambda: _file(layout, lines, tax), "accounts": _chart},
    )  # fmt: skip


def _vouchers(lines: Sequence[JournalLine]) -> int:
    return len({(x.on.year, x.on.month, x.number) for x in lines})


def _worded(line: JournalLine, per: str) -> JournalLine:
    """A voucher of many entries is named by its event, in the reader's language."""
    if per == EACH:
        return line
    word = str(EVENTS.get(line.memo, line.memo))
    return JournalLine(
        line.number, line.on, word, line.code, line.name, line.amount, line.base, line.rate, line.store
    )  # fmt: skip


def _alerts(layout: Layout, lines: Sequence[JournalLine]) -> tuple[str, ...]:
    if layout.known == OFFICIAL:
        how = _now("Captions as the maker's own help names them (%(source)s).")
    else:
        how = _now("Captions from another's description (%(source)s): compare with your own template first.")
    alerts = [how % {"source": layout.source}]
    if layout.most_lines and len(lines) > layout.most_lines:
        alerts.append(
            _now("This program takes %(most)d lines a file, there are %(n)d: choose fewer days or vouchers.")
            % {"most": layout.most_lines, "n": len(lines)}
        )
    return tuple(alerts)


def _preview(layout: Layout, lines: Sequence[JournalLine], tax: str) -> Table:
    columns = tuple(Column(f"c{n}", caption) for n, caption in enumerate(layout.captions))
    rows = [{f"c{n}": v for n, v in enumerate(layout.row(x, tax))} for x in lines[:SHOWN]]
    return Table(_("The first lines"), columns, rows, _("Nothing was booked in these days."))


def _file(layout: Layout, lines: Sequence[JournalLine], tax: str) -> Iterator[list[Any]]:
    yield list(layout.captions)
    for line in lines:
        yield [safe(cell) if isinstance(cell, str) else cell for cell in layout.row(line, tax)]


def _chart() -> Iterator[list[Any]]:
    yield ["code", "name", "name_zh", "kind", "parent"]
    for a in Account.objects.select_related("parent").order_by("code"):
        parent = a.parent.code if a.parent else None
        yield [safe(a.code), safe(a.name), safe(a.name_zh), a.kind, parent]


TOOL = Tool(
    code="export_books",
    label=_("Vouchers for other programs"),
    stage=6,
    place=38,
    icon="file-output",
    view="ledger.view",
    fields=(
        COMPANY,
        SINCE,
        UNTIL,
        Field("layout", _("Program"), CHOICE, choices=_layouts, initial="kingdee"),
        Field("per", _("Vouchers"), CHOICE, choices=_per, initial=BY_DAY),
        Field("tax", _("Tax rate name"), required=False, help=_("Xero asks for it; empty: Tax Exempt")),
    ),
    run=run,
    wide=True,
    note=_("In base currency at the rate of each day; what rounding leaves stands on 6699."),
    sheets=(("vouchers", _("Vouchers")), ("accounts", _("Accounts"))),
)
