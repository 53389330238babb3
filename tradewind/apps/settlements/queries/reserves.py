"""What channels keep of a store's money: rolled from settlement to settlement, and open order by order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.settlements.models import TAKEN_BACK, SettlementFile
from tradewind.apps.settlements.queries import ALONE, settlements
from tradewind.apps.settlements.states import DISCARDED
from tradewind.db.sql import among, fetch, id_set, moment
from tradewind.engine.access import Actor
from tradewind.engine.money import Money
from tradewind.engine.reserve_roll import Period, Roll, roll
from tradewind.engine.rulebook import RuleGap

# The kinds stand in the text, not in a parameter, so that the partial index is taken.
_KEPT = """SELECT settlement_id, kind, order_id, order_external_id, amount_minor, rule_id, posted_at
FROM settlements_settlementline
WHERE {among} AND kind IN ('reserve_opened', 'reserve_released', 'transfer')
ORDER BY settlement_id, line_no"""


class _Line(NamedTuple):
    kind: str
    order_id: int | None
    number: str
    minor: int
    rule: str
    at: Any


@dataclass(frozen=True, slots=True)
class OrderReserve:
    """What is kept of one order: held less released; `since` when the first of it was held, where told."""

    number: str
    order_id: int | None
    held: Money
    released: Money
    since: date | None

    @property
    def open(self) -> Money:
        return self.held - self.released


@dataclass(frozen=True, slots=True)
class ReserveRoll:
    """The chain of one store and currency. `restated` None: nobody has said how the channel states it."""

    store_id: int
    currency: str
    files: dict[int, SettlementFile]
    chain: Roll
    restated: bool | None
    orders: tuple[OrderReserve, ...]


@dataclass
class _Sums:
    held: int = 0
    released: int = 0


def reserve_rolls(actor: Actor, store_id: int | None = None, currency: str = "") -> list[ReserveRoll]:
    """Every store's reserve rolled over its settlements with their corrections, by store and currency.

    What is discarded or in quarantine is left out; what is held counts, as the file says it.
    """
    rows = settlements(actor).filter(ALONE).exclude(state=DISCARDED)
    rows = rows.filter(store_id=store_id) if store_id is not None else rows
    rows = rows.filter(currency=currency) if currency else rows
    sides: dict[tuple[int, str], list[SettlementFile]] = defaultdict(list)
    for one in rows.order_by("store__code", "currency", "id"):
        sides[one.store_id, one.currency].append(one)
    lines = _lines(one.pk for mine in sides.values() for one in mine)
    return [_rolled(store, money, mine, lines) for (store, money), mine in sides.items()]


def _lines(ids: Iterable[int]) -> dict[int, list[_Line]]:
    found: dict[int, list[_Line]] = defaultdict(list)
    for row in fetch(_KEPT.format(among=among("settlement_id")), [id_set(sorted(ids))]):
        found[row[0]].append(_Line(*row[1:]))
    return found


def _rolled(
    store_id: int, currency: str, mine: list[SettlementFile], lines: dict[int, list[_Line]]
) -> ReserveRoll:
    restated = _restated(mine[0].store.channel, max(one.end_at.date() for one in mine))
    roots: dict[int, list[SettlementFile]] = defaultdict(list)
    for one in mine:
        roots[one.corrects_id or one.pk].append(one)
    files = {one.pk: one for one in mine if one.corrects_id is None}
    periods = [
        _period(files[pk], members, lines, restated=bool(restated))
        for pk, members in roots.items()
        if pk in files
    ]
    said = [row for one in mine for row in lines.get(one.pk, ())]
    return ReserveRoll(store_id, currency, files, roll(periods), restated, _by_order(said, currency))


def _restated(channel: str, on: date) -> bool | None:
    try:
        return bool(rulebook().find("reserve_statement", on, channel=channel).values["restated"])
    except RuleGap:
        return None


def _period(
    root: SettlementFile,
    members: list[SettlementFile],
    lines: dict[int, list[_Line]],
    *,
    restated: bool,
) -> Period:
    """A settlement as its corrections leave it."""
    held = released = 0
    transfers: Counter[int] = Counter()
    for line in (line for member in members for line in lines.get(member.pk, ())):
        if line.kind == "reserve_opened":
            held -= line.minor
        elif line.kind == "reserve_released":
            released += line.minor
        elif line.rule.startswith(TAKEN_BACK):
            transfers[-line.minor] -= 1
        else:
            transfers[line.minor] += 1
    money = root.currency
    return Period(
        root.pk, root.start_at, root.end_at, Money(sum(m.total_minor for m in members), money),
        Money(held, money), Money(released, money),
        tuple(Money(minor, money) for minor in transfers.elements()), restated,
    )  # fmt: skip


def _by_order(rows: list[_Line], currency: str) -> tuple[OrderReserve, ...]:
    """Orders of which something is kept still or was released too much, the most first."""
    sums: dict[tuple[str, int | None], _Sums] = defaultdict(_Sums)
    since: dict[tuple[str, int | None], date] = {}
    for line in rows:
        if not line.number or line.kind == "transfer":
            continue
        key = (line.number, line.order_id)
        if line.kind == "reserve_released":
            sums[key].released += line.minor
            continue
        sums[key].held -= line.minor
        if at := moment(line.at):
            since[key] = min(since.get(key, at.date()), at.date())
    open_ones = [
        OrderReserve(*key, Money(s.held, currency), Money(s.released, currency), since.get(key))
        for key, s in sums.items()
        if s.held != s.released
    ]
    return tuple(sorted(open_ones, key=lambda o: (-abs(o.open.minor), o.number)))
