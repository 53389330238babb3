"""Breaks of the cash chain: what a person must look at, each named, with its amount and place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tradewind.apps.treasury.queries.accounts import conversions, payouts
from tradewind.apps.treasury.queries.gaps import statement_gaps
from tradewind.apps.treasury.queries.waiting import from_company, of_company, open_bank_lines, open_lines
from tradewind.apps.treasury.states import EXPECTED, FAILED, RETURNED, SHORT, UNDERWAY
from tradewind.engine.access import Actor
from tradewind.engine.contracts import RECEIVE
from tradewind.engine.money import Money

STATEMENT_GAP, PAYOUT_FAILED, PAYOUT_LATE = "statement_gap", "payout_failed", "payout_late"
RECEIPT_UNKNOWN, LINE_UNKNOWN, BANK_LINE_UNKNOWN = "receipt_unknown", "line_unknown", "bank_line_unknown"
WITHDRAWAL_LOST, ARRIVAL_SHORT, MONEY_CAME_BACK = "withdrawal_lost", "arrival_short", "money_came_back"
# Days after which something that only waits becomes a break.
PATIENCE = {PAYOUT_LATE: 7, RECEIPT_UNKNOWN: 5, LINE_UNKNOWN: 5, BANK_LINE_UNKNOWN: 5, WITHDRAWAL_LOST: 7}


@dataclass(frozen=True, slots=True)
class Break:
    """A break: what it is, the row that shows it, what it is about, since when."""

    code: str
    noun: str
    id: int
    text: str
    amount: Money
    on: date | None
    age_days: int | None


def breaks(actor: Actor, on: date, company_id: int | None = None) -> list[Break]:
    """Every break on a day, the oldest first; what merely has not come is none before its patience ends."""
    found: list[Break] = []
    for look in (_gaps, _payouts, _lines, _conversions):
        found += look(actor, on, company_id)
    late = [b for b in found if b.age_days is None or b.age_days > PATIENCE.get(b.code, -1)]
    return sorted(late, key=lambda b: (-(b.age_days or 0), b.code, b.id))


def _since(day: date | None, on: date) -> int | None:
    return None if day is None else max(0, (on - day).days)


def _gaps(actor: Actor, on: date, company_id: int | None) -> Iterator[Break]:
    for gap in statement_gaps(actor):
        if company_id not in (None, gap.statement.account.company_id):
            continue
        day = gap.since.date()
        text = f"{gap.statement.account.code} {day} – {gap.until.date()}"
        yield Break(STATEMENT_GAP, "statements", gap.statement.pk, text, gap.missing, day, _since(day, on))


def _payouts(actor: Actor, on: date, company_id: int | None) -> Iterator[Break]:
    for p in payouts(actor).filter(of_company("store__company", company_id), state__in=(EXPECTED, FAILED)):
        text = p.settlement.external_id
        if p.state == FAILED:
            yield Break(PAYOUT_FAILED, "payouts", p.pk, text, p.amount, p.failed_on, _since(p.failed_on, on))
        elif p.expected_on is not None:
            age = _since(p.expected_on, on)
            yield Break(PAYOUT_LATE, "payouts", p.pk, text, p.amount, p.expected_on, age)


def _lines(actor: Actor, on: date, company_id: int | None) -> Iterator[Break]:
    for x in open_lines(actor).filter(of_company("account__company", company_id)):
        code, day = RECEIPT_UNKNOWN if x.kind == RECEIVE else LINE_UNKNOWN, x.at.date()
        text = x.reference or x.external_id
        yield Break(code, "collection_lines", x.pk, text, x.amount, day, _since(day, on))
    for b in open_bank_lines(actor).filter(of_company("account__company", company_id)):
        text = b.reference or b.memo[:80] or b.external_id
        yield Break(BANK_LINE_UNKNOWN, "bank_lines", b.pk, text, b.amount, b.on, _since(b.on, on))


def _conversions(actor: Actor, on: date, company_id: int | None) -> Iterator[Break]:
    codes = {UNDERWAY: WITHDRAWAL_LOST, SHORT: ARRIVAL_SHORT, RETURNED: MONEY_CAME_BACK}
    rows = conversions(actor).filter(from_company(company_id), state__in=tuple(codes), accepted_why="")
    for c in rows:
        amount = c.bought if c.difference is None else c.difference
        day = c.at.date()
        yield Break(codes[c.state], "conversions", c.pk, c.group, amount, day, _since(day, on))
