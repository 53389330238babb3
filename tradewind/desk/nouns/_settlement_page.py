"""A settlement's page: what it says, what is not explained of it and why, what it said before."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import MatchProposal, Reissue, SettlementFile
from tradewind.apps.settlements.queries.unmatched import (
    SoldOtherwise,
    Unmatched,
    sold_otherwise,
    why_unmatched,
)
from tradewind.desk.kernel import (
    DATE,
    INT,
    LINK,
    MONEY,
    STATE,
    TIME,
    Column,
    Detail,
    Fact,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import kind_label, money, settlement_ref
from tradewind.desk.nouns._settlement_layouts import layout_name
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

# Why a number has no order here, and why an order is proposed.
WHY = {
    "quarantined": _("Not looked for: the lines stand in two files"),
    "proposed": _("An order is proposed: choose"),
    "rejected": _("The proposals were rejected"),
    "other_store": _("The order is of another store"),
    "before_history": _("Older than the first order known here"),
    "not_imported": _("The order was not imported"),
    "no_number": _("A sale or refund that names no order"),
}
REASONS = {
    "same_number_other_amount": _("Same number, another amount or SKU"),
    "part_of_number": _("One number is part of the other, the money agrees"),
    "same_amount_same_sku": _("Same amount and SKU, not the only one"),
    "same_amount": _("Same amount, not the only one"),
    "near_amount": _("Nearly the same amount"),
}
HOW = {
    "": _("By the channel's keys"),
    "spelling": _("The same number, written otherwise"),
    "spelling_rounding": _("The same number, written otherwise; the amount differs by rounding"),
    "spelling_fx": _("The same number, written otherwise; the amount agrees at the day's rate"),
    "line_key": _("The number of a line of the order"),
    "line_key_rounding": _("The number of a line of the order; the amount differs by rounding"),
    "line_key_fx": _("The number of a line of the order; the amount agrees at the day's rate"),
    "sum": _("The only order these amounts can be of"),
    "person": _("Chosen by a person"),
}

_KINDS = (
    Column("kind", _("Kind"), value=lambda k: kind_label(k.kind), wide=True),
    Column("lines", _("Lines"), INT),
    Column("amount", _("Amount"), MONEY),
)
_UNMATCHED = (
    Column("number", _("Order as the file says it")),
    Column("why", _("Why"), value=lambda u: WHY[u.why], wide=True),
    Column("other", _("Order"), LINK, lambda u: _order_ref(u.other)),
    Column("lines", _("Lines"), INT),
    Column("amount", _("Amount"), MONEY),
)
_PROPOSALS = (
    Column("proposal", _("Proposal"), LINK, lambda p: Ref("match_proposals", p.pk, p.order.external_id)),
    Column("number", _("Order as the file says it"), value=lambda p: p.line.order_external_id),
    Column("reason", _("Why"), value=lambda p: REASONS[p.reason], wide=True),
    Column("amount", _("Amount"), MONEY, lambda p: money(p.amount_minor, p.settlement.currency)),
    Column("difference", _("Difference"), MONEY, lambda p: money(p.difference_minor, p.settlement.currency)),
)
_CORRECTIONS = (
    Column("settlement", _("Settlement"), LINK, settlement_ref),
    Column("imported_at", _("Issued again"), TIME),
    Column("line_count", _("Lines"), INT),
    Column("total", _("Total"), MONEY),
    Column("state", _("State"), STATE),
)
_OTHERWISE = (
    Column("order", _("Order"), LINK, lambda x: Ref("orders", x.order_id, x.number)),
    Column("sold", _("Sold for"), MONEY),
    Column("settled", _("Settled"), MONEY),
    Column("difference", _("Difference"), MONEY, lambda x: x.settled - x.sold),
)
_DIFFERS = (
    Column("side", _("Change"), value=lambda x: _("Gone") if x[0] == "-" else _("New")),
    Column("line_no", _("Line"), INT, lambda x: x[1]),
    Column("order", _("Order"), value=lambda x: x[2]),
    Column("sku", _("Channel SKU"), value=lambda x: x[3]),
    Column("words", _("Description"), value=lambda x: x[4], wide=True),
    Column("amount", _("Amount"), MONEY, lambda x: x[5]),
)


def _order_ref(order: Any) -> Ref | None:
    return None if order is None else Ref("orders", order.pk, f"{order.store.name} {order.external_id}")


def detail(actor: Actor, pk: int) -> Detail | None:
    """The page of a settlement in scope."""
    row = queries.settlements(actor).select_related("corrects", "overlap_with", "file").filter(pk=pk).first()
    if row is None:
        return None
    why = why_unmatched(actor, row)
    return Detail(
        row.external_id,
        row.store.name,
        row.state,
        _facts(actor, row),
        tuple(_tables(actor, row, why)),
        ((_("Total by kind"), queries.explained(actor, row), ""),),
        alerts(row),
    )


def _facts(actor: Actor, row: SettlementFile) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Store"), Ref("stores", row.store_id, row.store.name), LINK),
        Fact(_("From"), row.start_at, TIME),
        Fact(_("Until"), row.end_at, TIME),
        Fact(_("Paid out on"), row.deposit_on, DATE),
        Fact(_("Total"), row.total, MONEY, queries.explained(actor, row)),
        Fact(_("Sum of lines"), money(row.lines_minor, row.currency), MONEY),
        Fact(_("Remainder"), row.remainder, MONEY),
        Fact(_("Lines"), row.line_count, INT),
        Fact(_("Layout"), layout_name(row.layout)),
        Fact(_("File"), row.file.name),
        Fact(_("Taken over at"), row.imported_at, TIME),
    ]
    if row.corrects:
        facts.insert(1, Fact(_("Corrects"), settlement_ref(row.corrects), LINK))
    if row.overlap_with:
        facts.append(Fact(_("Shares lines with"), settlement_ref(row.overlap_with), LINK))
    if row.overlap_why:
        facts.append(Fact(_("Why both are right"), row.overlap_why))
    return tuple(facts)


def _tables(actor: Actor, row: SettlementFile, why: list[Unmatched]) -> list[Table]:
    """What is to be done first; tables of what did not happen are left out."""
    found = [
        _unknown(actor, row),
        Table(_("Proposed orders"), _PROPOSALS, _proposals(actor, row)),
        Table(_("Lines of unknown orders"), _UNMATCHED, why, _("Every order is known.")),
        Table(
            _("Corrections"),
            _CORRECTIONS,
            list(queries.settlements(actor).filter(corrects=row).order_by("id")),
        ),
    ]
    found = [table for table in found if table.rows or table.empty]
    found += [
        Table(_("By kind"), _KINDS, queries.kinds_of(actor, row)),
        *(_reissue(one, row.currency) for one in row.reissues.order_by("-id")[:5]),
    ]
    otherwise: list[SoldOtherwise] = sold_otherwise(actor, row)
    if otherwise:
        found.append(Table(_("Orders settled otherwise than sold"), _OTHERWISE, otherwise))
    return found


def _unknown(actor: Actor, row: SettlementFile) -> Table:
    """Words of the settlement without a meaning; each leads to where it is said."""
    words = queries.unknown_words(actor, row)
    first = {}
    if words:
        same = queries.unknown_kinds(actor).filter(settlement__store__channel=row.store.channel)
        first = {(x.type, x.amount_type, x.description): x.pk for x in same}

    def said(word: queries.UnknownWords) -> Ref | None:
        key = (word.type, word.amount_type, word.description)
        return Ref("unknown_kinds", first[key], " / ".join(key)) if key in first else None

    columns = (
        Column("words", _("Words"), LINK, said, wide=True),
        Column("lines", _("Lines"), INT),
        Column("amount", _("Amount"), MONEY),
    )
    return Table(_("Unknown lines"), columns, words, _("Every line is known."))


def _proposals(actor: Actor, row: SettlementFile) -> list[MatchProposal]:
    return list(
        queries.proposals(actor).filter(settlement=row, state="open").order_by("line_id", "rank")[:200]
    )


def _reissue(one: Reissue, currency: str) -> Table:
    """What was replaced: its lines that differ, with amounts as Money."""
    text = _now("Issued again on %(day)s: %(gone)d lines (%(gone_sum)s) gone, %(came)d (%(came_sum)s) new")
    title = text % {
        "day": one.at.date(), "gone": one.gone_count, "gone_sum": Money(one.gone_minor, currency),
        "came": one.came_count, "came_sum": Money(one.came_minor, currency),
    }  # fmt: skip
    lines = [(*line[:5], Money(line[5], currency)) for line in json.loads(one.lines)]
    return Table(title, _DIFFERS, lines)


def what_holds(row: SettlementFile) -> str:
    """Why a settlement is held, in a few words; empty when it is not."""
    reasons = (
        (row.quarantined, _now("lines in two files")),
        (row.unknown_count, _now("unknown kinds")),
        (row.remainder_minor, _now("remainder")),
    )
    return ", ".join(text for holds, text in reasons if holds)


def alerts(row: SettlementFile) -> tuple[Any, ...]:
    """What keeps a settlement from being explained, and what a reader must know of it."""
    found = []
    if row.quarantined and row.overlap_with:
        found.append(
            _now(
                "%(n)d of its lines (%(m)s) stand in %(other)s too: they count for nothing until you say so."
            )
            % {"n": row.overlap_count, "m": Money(row.overlap_minor, row.currency), "other": row.overlap_with}
        )
    if row.unknown_count:
        found.append(_now("%(n)d lines are of a kind nobody has said.") % {"n": row.unknown_count})
    if row.remainder_minor:
        found.append(_now("The lines leave %(m)s of the total unexplained.") % {"m": row.remainder})
    if row.unmatched_count and not row.quarantined:
        found.append(_now("%(n)d lines are of orders not known here.") % {"n": row.unmatched_count})
    if not row.stated:
        found.append(
            _now(
                "The file states no total of its own: a line missing from it cannot be noticed by the total."
            )
        )
    return (*found, *row.notes.splitlines())
