"""Lines whose order the channel's key did not find: matched where it is sure, else proposed to people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.matching import OrderKeys
from tradewind.apps.settlements.models import MatchProposal, SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.queries import settlements
from tradewind.apps.settlements.queries.candidates import Candidates, OpenGroup, open_groups
from tradewind.apps.settlements.states import DISCARDED, OPEN, POSTED, PROPOSAL
from tradewind.db.bulk import insert_rows_once, update_rows
from tradewind.db.states import move
from tradewind.engine.access import Actor
from tradewind.engine.line_match import LINE_KEY, Link, Proposal, match_lines

_PROPOSAL = ["settlement_id", "line_id", "order_id", "rank", "reason", "amount_minor", "difference_minor",
             "days", "state", "decided_by", "why"]  # fmt: skip
Matched = tuple[int, int, int | None, str]  # line, order, order line, how


@dataclass
class _Sure:
    """What was found beyond doubt, and what people are to decide."""

    lines: list[Matched] = field(default_factory=list)
    settlements: set[int] = field(default_factory=set)
    proposals: list[tuple[object, ...]] = field(default_factory=list)


def propose_orders(*, ids: Iterable[int], now: datetime, by: Actor) -> tuple[int, int]:
    """Match further than by the channel's keys; (lines matched, proposals that wait).

    Only what `line_match` calls sure is matched, and the lines keep how it was found. Everything else
    that something speaks for becomes a ranked proposal. What a person rejected is not asked again.
    """
    with acting(by, "settlements.change", kind="settlement", now=now) as act:
        rows = settlements(by).filter(id__among=sorted(set(ids))).exclude(state=DISCARDED)
        files = {s.pk: s for s in rows.select_for_update(of=("self",)) if not s.quarantined}
        close_answered(files)
        groups = open_groups(files)
        if not groups:
            act.nothing()
            return 0, 0
        found = _decide(files, groups)
        update_rows(SettlementLine, ["order_id", "order_line_id", "matched_how"], found.lines)
        touched = sorted(found.settlements)
        SettlementFile.objects.filter(id__among=touched, state=POSTED).update(late_orders=True)
        explain(touched)
        MatchProposal.objects.filter(settlement_id__among=list(files), state=OPEN).delete()
        insert_rows_once(MatchProposal, _PROPOSAL, found.proposals, unique=["line_id", "order_id"])
        waiting = MatchProposal.objects.filter(settlement_id__among=list(files), state=OPEN).count()
        act.ids.extend(touched)
        act.note(verb="propose_orders", lines=len(found.lines), proposals=waiting)
        if not found.lines and not found.proposals:
            act.nothing()
    return len(found.lines), waiting


def close_answered(settlement_ids: Iterable[int]) -> None:
    """Proposals whose lines have found their order otherwise wait for nobody any more."""
    rows = MatchProposal.objects.filter(settlement_id__among=sorted(settlement_ids), state=OPEN)
    answered = rows.exclude(line__order=None).values_list("id", flat=True)
    move(MatchProposal, PROPOSAL, "pass", list(answered))


def _decide(files: dict[int, SettlementFile], groups: Sequence[OpenGroup]) -> _Sure:
    """Every store and currency by itself: sets must be the only ones among all open lines."""
    found = _Sure()
    sides: dict[tuple[int, str], list[OpenGroup]] = defaultdict(list)
    for group in groups:
        one = files[group.settlement_id]
        sides[one.store_id, one.currency].append(group)
    rejected = _rejected(files)
    for (store_id, currency), mine in sorted(sides.items()):
        orders = Candidates(store_id, currency, mine)
        result = match_lines([g.group for g in mine], orders.found)
        by_id = {g.group.id: g for g in mine}
        sure = [link for link in result.links if (link.group_id, link.order_id) not in rejected]
        _take_links(found, store_id, orders, by_id, sure)
        found.proposals += [_row(by_id[p.group_id], p) for p in result.proposals]
    return found


def _rejected(files: Iterable[int]) -> set[tuple[int, int]]:
    rows = MatchProposal.objects.filter(settlement_id__among=sorted(files)).exclude(state=OPEN)
    return set(rows.values_list("line_id", "order_id"))


def _take_links(
    found: _Sure, store_id: int, orders: Candidates, groups: dict[int, OpenGroup], links: Sequence[Link]
) -> None:
    numbers = {o.id: o.key for o in orders.found}
    keys = OrderKeys(store_id, {numbers[link.order_id] for link in links})
    for link in links:
        group = groups[link.group_id]
        found.settlements.add(group.settlement_id)
        for pk, sku, line_key in group.lines:
            line = group.group.key if link.how.startswith(LINE_KEY) else line_key
            _order, order_line = keys.find(numbers[link.order_id], sku, line)
            found.lines.append((pk, link.order_id, order_line, link.how))


def _row(group: OpenGroup, p: Proposal) -> tuple[object, ...]:
    amount = group.group.gross.minor
    return (
        group.settlement_id, p.group_id, p.order_id, p.rank, p.reason, amount, p.difference.minor, p.days,
        OPEN, "", "",
    )  # fmt: skip
