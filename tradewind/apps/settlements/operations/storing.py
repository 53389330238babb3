"""Lines of a settlement as they are stored: said by the file, meant by a rule, of an order or of none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.kinds import meanings
from tradewind.apps.settlements.matching import OrderKeys
from tradewind.apps.settlements.models import MatchProposal, SettlementFile, SettlementLine
from tradewind.apps.stores.models import Store
from tradewind.db.bulk import insert_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused, Settlement, SettlementRow

LINE = [
    "line_no", "type", "amount_type", "description", "amount_minor", "order_external_id", "external_sku",
    "line_external_id", "posted_at", "kind", "rule_id", "order_id", "order_line_id", "settlement_id",
]  # fmt: skip
# What the file itself says of a line.
SAID = LINE[:8]
Said = tuple[int, str, str, str, int, str, str, str]
MOST_NUMBER = 54  # of a settlement's number, so that its corrections ("/12") have room


def said(row: SettlementRow) -> Said:
    """What a line says, in the order of SAID."""
    return (
        row.line_no, row.type, row.amount_type, row.description, row.amount.minor,
        row.order_external_id, row.external_sku, row.line_external_id,
    )  # fmt: skip


def check_text(found: Sequence[Settlement]) -> None:
    """Refuse words longer than their column: cut text would no longer be what the file says."""
    widths = {f.name: getattr(f, "max_length", None) or 0 for f in SettlementLine._meta.concrete_fields}
    limits = [(i, name, widths[name]) for i, name in enumerate(SAID)]
    limits = [limit for limit in limits if limit[2]]
    problems = [
        _too_long(None, "settlement", one.external_id, MOST_NUMBER)
        for one in found
        if len(one.external_id) > MOST_NUMBER
    ]
    problems += [
        _too_long(words[0], name, str(words[i]), most)
        for one in found
        for words in map(said, one.rows)
        for i, name, most in limits
        if len(str(words[i])) > most
    ]
    if problems:
        raise Refused(problems)


def _too_long(row: int | None, field: str, value: str, most: int) -> Problem:
    return Problem(row, field, value[:80], _("too long"), _("at most %(n)s characters") % {"n": most})


def store_new(store: Store, settlement: SettlementFile, rows: Sequence[SettlementRow]) -> None:
    """Insert the lines of a settlement, each mapped and matched; a quarantined one is matched to nothing."""
    insert_rows(SettlementLine, LINE, _stored(store, settlement, rows))


def _stored(
    store: Store, settlement: SettlementFile, rows: Sequence[SettlementRow]
) -> list[tuple[object, ...]]:
    """A list, not a generator: its questions must be asked before the bulk insert takes the connection."""
    meaning = meanings(store.channel, settlement.end_at.date())
    wanted = set() if settlement.quarantined else {r.order_external_id for r in rows if r.order_external_id}
    keys = OrderKeys(store.pk, wanted)
    posted = {at: instant(at) for at in {r.posted_at for r in rows}}
    out: list[tuple[object, ...]] = []
    for row in rows:
        words = said(row)
        out.append(
            (*words, posted[row.posted_at], *meaning(words[1:4]), *keys.find(*words[5:]), settlement.pk)
        )
    return out


def clear_lines(ids: Iterable[int], *, now: datetime, by: Actor) -> None:
    """Delete the lines of settlements not posted; the orders they spoke of hear of it by the audit.

    Refused when a finding or claim stands on one of them.
    """
    wanted = sorted(set(ids))
    MatchProposal.objects.filter(settlement_id__among=wanted).delete()
    lines = SettlementLine.objects.filter(settlement_id__among=wanted)
    orders = list(lines.exclude(order=None).values_list("order_id", flat=True).distinct())
    if orders:
        with acting(by, "settlements.change", kind="order", ids=orders, now=now) as act:
            act.note(verb="settlement_lines_gone", settlements=wanted)
    try:
        lines.delete()
    except ProtectedError:
        numbers = SettlementFile.objects.filter(id__among=wanted).values_list("external_id", flat=True)
        reason, accepted = _("a claim stands on a line of it"), _("the claim first")
        raise Refused([Problem(None, "settlement", n, reason, accepted) for n in numbers]) from None
