"""Conversions at the bank (结汇): a foreign line goes out, a line in another currency comes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tradewind.apps.markets.queries import rates_between
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import BankLine, Conversion
from tradewind.apps.treasury.states import ARRIVED, AT_BANK
from tradewind.db.bulk import insert_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor

SAME_REFERENCE = gettext_noop("both bank lines bear the same reference")
DAYS_APART = timedelta(2)
COLUMNS = [
    "group", "collection_id", "sold_line_id", "bank_line_id", "sold_minor", "sold_currency", "fee_minor",
    "bought_minor", "bought_currency", "rate", "reference_rate", "at", "state", "kind", "how",
]  # fmt: skip


def match_exchanges(*, now: datetime, by: Actor) -> int:
    """Put together lines of a company's banks that bear one reference: one out, one in; how many were made.

    Only where the two are the only ones of that reference and lie within two days of each other.
    """
    gone = BankLine.objects.filter(amount_minor__lt=0, sold_in=None).exclude(reference="")
    named: dict[tuple[int, str], list[BankLine]] = defaultdict(list)
    wanted = {(x.account.company_id, x.reference) for x in gone.select_related("account")}
    if not wanted:
        return 0
    lines = BankLine.objects.filter(reference__among=sorted({ref for _company, ref in wanted}))
    for x in lines.select_related("account").order_by("amount_minor"):
        named[x.account.company_id, x.reference].append(x)
    pairs = [(x[0], x[1], SAME_REFERENCE) for key, x in named.items() if key in wanted and _is_pair(x)]
    if not pairs:
        return 0
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        _record(pairs)
        act.note(verb="match_exchanges", made=len(pairs))
    return len(pairs)


def _is_pair(lines: list[BankLine]) -> bool:
    if len(lines) != 2 or not lines[0].amount_minor < 0 < lines[1].amount_minor:
        return False
    free = not hasattr(lines[0], "sold_in") and not hasattr(lines[1], "conversion")
    near = abs(lines[0].on - lines[1].on) <= DAYS_APART
    return free and near and lines[0].account.currency != lines[1].account.currency


def record_exchange(*, sold_line_id: int, bought_line_id: int, reason: str, now: datetime, by: Actor) -> None:
    """A person says that a line out of one bank account was turned into a line of another currency.

    Refused when a line is not open, or both are in one currency or of two companies.
    """
    found = Findings()
    why = found.text("reason", reason, 200)
    out = queries.bank_lines(by).filter(pk=sold_line_id, amount_minor__lt=0, sold_in=None).first()
    into = queries.open_bank_lines(by).filter(pk=bought_line_id).first()
    if out is None:
        found.add("sold", sold_line_id, _("there is no such open line of money out"))
    if into is None:
        found.add("bought", bought_line_id, _("there is no such open bank line"))
    if out is not None and into is not None:
        if out.account.currency == into.account.currency:
            found.add("bought", into.account.currency, _("both lines are in one currency"))
        if out.account.company_id != into.account.company_id:
            found.add("bought", into.pk, _("the lines are of two companies"))
    found.settle()
    assert out is not None
    assert into is not None
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        _record([(out, into, why)])
        act.note(verb="record_exchange", sold=out.pk, bought=into.pk, reason=why)


def _record(pairs: Sequence[tuple[BankLine, BankLine, str]]) -> None:
    days = [out.on for out, _into, _how in pairs]
    coins = {x.account.currency for out, into, _how in pairs for x in (out, into)}
    rates = rates_between(min(days), max(days), coins)
    rows = []
    for out, into, how in pairs:
        reference = rates.find(out.account.currency, into.account.currency, out.on)
        at = instant(datetime.combine(out.on, time(), UTC))
        rows.append(
            (
                f"bank:{out.pk}", None, out.pk, into.pk, -out.amount_minor, out.account.currency, 0,
                into.amount_minor, into.account.currency, None, str(reference.rate) if reference else None,
                at, ARRIVED, AT_BANK, how,
            )
        )  # fmt: skip
    insert_rows(Conversion, COLUMNS, rows)
