"""Saying what a line means, and applying it to everything that is not posted yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.settlements.kinds import meanings
from tradewind.apps.settlements.matching import OrderKeys
from tradewind.apps.settlements.models import TAKEN_BACK, KindMapping, SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.queries import ALONE, settlements
from tradewind.apps.settlements.states import POSTED
from tradewind.db.bulk import update_rows
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.settlement_kinds import KINDS


@dataclass(frozen=True, slots=True)
class LineWords:
    """What a channel calls a line."""

    channel: str
    type: str
    amount_type: str
    description: str

    def __str__(self) -> str:
        return " / ".join((self.type, self.amount_type, self.description))


def map_kind(
    *,
    channel: str,
    type: str,
    amount_type: str,
    description: str,
    kind: str,
    valid_from: date,
    reason: str,
    now: datetime,
    by: Actor,
) -> KindMapping:
    """Say from a day on what a channel's words mean; see map_kinds."""
    words = LineWords(channel, type, amount_type, description)
    return map_kinds(words=[words], kind=kind, valid_from=valid_from, reason=reason, now=now, by=by)[0]


def map_kinds(
    *, words: Sequence[LineWords], kind: str, valid_from: date, reason: str, now: datetime, by: Actor
) -> list[KindMapping]:
    """Say from a day on that all these words mean one kind, and remap every settlement that is not posted.

    Refused, naming all: an unknown kind, no reason, or words given a meaning for the same day already.
    """
    found = Findings()
    for one in words:
        found.code("channel", one.channel)
    found.one_of("kind", kind, KINDS)
    why = found.text("reason", reason, 400)
    found.settle()
    with acting(by, "settlements.change", kind="kind_mapping", now=now) as act:
        _not_said_twice(words, valid_from)
        made = [
            KindMapping.objects.create(
                channel=one.channel, type=one.type, amount_type=one.amount_type, description=one.description,
                kind=kind, valid_from=valid_from, reason=why, mapped_by=by.name, mapped_at=now,
            )
            for one in words
        ]  # fmt: skip
        channels = {one.channel for one in words}
        open_ids = SettlementFile.objects.filter(store__channel__in=channels).exclude(state=POSTED)
        changed = remap(ids=list(open_ids.values_list("id", flat=True)), now=now, by=by)
        act.ids.extend(mapping.pk for mapping in made)
        act.note(verb="map_kinds", words=[f"{one.channel}: {one}" for one in words], kind=kind,
                 valid_from=valid_from, reason=why, lines=changed)  # fmt: skip
    return made


def _not_said_twice(words: Sequence[LineWords], valid_from: date) -> None:
    rows = KindMapping.objects.filter(channel__in={one.channel for one in words}, valid_from=valid_from)
    taken = {LineWords(*row) for row in rows.values_list("channel", "type", "amount_type", "description")}
    problems = [
        Problem(None, "valid_from", str(one), _("mapped from this day already"), _("another day"))
        for one in words
        if one in taken
    ]
    if problems:
        raise Refused(problems)


def remap(*, ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Ask again what every line of these settlements means; returns how many lines changed.

    Posted settlements are left as they are: what is booked is corrected by another entry. Lines that
    take a posted one back mean what that one was booked as.
    """
    with acting(by, "settlements.change", kind="settlement", now=now) as act:
        rows = settlements(by).filter(id__among=sorted(set(ids))).exclude(state=POSTED)
        changed: list[tuple[int, str, str]] = []
        for one in rows.select_for_update(of=("self",)):
            meaning = meanings(one.store.channel, one.end_at.date())
            own = SettlementLine.objects.filter(settlement=one).exclude(rule_id__startswith=TAKEN_BACK)
            lines = own.values_list("id", "type", "amount_type", "description", "kind", "rule_id")
            for pk, *words, kind, rule in lines.iterator(5000):
                now_means = meaning((words[0], words[1], words[2]))
                if now_means != (kind, rule):
                    changed.append((pk, *now_means))
            act.ids.append(one.pk)
        update_rows(SettlementLine, ["kind", "rule_id"], changed)
        explain(act.ids)
        act.note(verb="remap", lines=len(changed))
    return len(changed)


_FOUND = """SELECT t.id, t.settlement_id, f.store_id, t.order_external_id, t.external_sku, t.line_external_id
FROM settlements_settlementfile f CROSS JOIN settlements_settlementline t CROSS JOIN orders_order o
WHERE {among} AND t.settlement_id = f.id AND t.order_id IS NULL AND t.order_external_id <> ''
  AND o.store_id = f.store_id AND o.external_id = t.order_external_id ORDER BY t.id"""


def match_orders(*, ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Look again for the orders of lines without one, orders having come in since; how many were found.

    A posted settlement stays as it is booked: its lines learn their orders, and the books move what
    they booked for no order to them by an entry of its own.
    """
    with acting(by, "settlements.change", kind="settlement", now=now) as act:
        rows = settlements(by).filter(ALONE, id__among=sorted(set(ids)), unmatched_count__gt=0).order_by("id")
        states = dict(rows.select_for_update(of=("self",)).values_list("id", "state"))
        lines = fetch(_FOUND.format(among=among("f.id")), [id_set(states)])
        update_rows(SettlementLine, ["order_id", "order_line_id"], _matched(lines))
        act.ids.extend(sorted({line[1] for line in lines}))
        explain(act.ids)
        late = [pk for pk in act.ids if states[pk] == POSTED]
        SettlementFile.objects.filter(id__among=late).update(late_orders=True)
        act.note(verb="match_orders", lines=len(lines))
    return len(lines)


def _matched(lines: list[tuple[Any, ...]]) -> list[tuple[int, int | None, int | None]]:
    wanted: dict[int, set[str]] = {}
    for _pk, _settlement, store_id, order, _sku, _line in lines:
        wanted.setdefault(store_id, set()).add(order)
    keys = {store_id: OrderKeys(store_id, orders) for store_id, orders in wanted.items()}
    return [(pk, *keys[store].find(order, sku, line)) for pk, _s, store, order, sku, line in lines]
