"""What channels keep of our money: the reserve rolled from settlement to settlement, and where it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements.queries.reserves import ReserveRoll, reserve_rolls
from tradewind.apps.stores.queries import store_coded
from tradewind.apps.treasury.queries import payouts
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    INT,
    LINK,
    MONEY,
    TIME,
    Column,
    Fact,
    Field,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import settlement_ref
from tradewind.desk.nouns._order_files import store_codes
from tradewind.desk.nouns.payouts import NOUN as PAYOUTS
from tradewind.engine.access import Actor
from tradewind.engine.reserve_roll import GAP, OPENING, OVERDRAWN, Break, Rolled

FILES, ORDERS = 12, 100  # shown of a store

_STORES = (
    Column("store", _("Store"), LINK),
    Column("currency", _("Currency")),
    Column("files", _("Settlements"), INT),
    Column("kept", _("Kept by the channel now"), MONEY),
    Column("debt", _("Owed to the channel"), MONEY),
    Column("breaks", _("Breaks"), INT),
)
_PAYOUT = {code: label for code, label, _tone in PAYOUTS.states}
_STEPS = (
    Column("settlement", _("Settlement"), LINK),
    Column("until", _("Until"), TIME),
    Column("opening", _("Opening"), MONEY),
    Column("released", _("Released"), MONEY),
    Column("activity", _("Earned in the period"), MONEY),
    Column("inflow", _("Other money in and out"), MONEY),
    Column("paid", _("Paid out"), MONEY),
    Column("held", _("Kept back"), MONEY),
    Column("closing", _("Closing"), MONEY),
    Column("debt", _("Owed after"), MONEY),
    Column("payout", _("Payout state"), value=lambda step: _PAYOUT.get(step["payout"], step["payout"])),
    Column("remark", _("Remark"), wide=True),
)
# Left out where nothing stands in them; where all is released and kept anew, opening and closing say it.
_SELDOM = frozenset({"inflow", "debt", "payout", "remark"})
_MOVES = frozenset({"released", "held"})
_ORDERS = (
    Column("number", _("Order as the file says it")),
    Column("order", _("Order"), LINK, lambda o: o.order_id and Ref("orders", o.order_id, o.number)),
    Column("since", _("Since"), DATE),
    Column("held", _("Kept back"), MONEY),
    Column("released", _("Released"), MONEY),
    Column("open", _("Still kept"), MONEY),
)


def _run(ask: Ask) -> list[Answer]:
    return [_answer(ask.by, row) for row in ask.rows]


def _answer(by: Actor, row: Mapping[str, Any]) -> Answer:
    store = store_coded(row["store"], by) if row["store"] else None
    rolls = reserve_rolls(by, store.pk if store else None, (row["currency"] or "").upper())
    states = _payout_states(by, rolls)
    most = max(1, row["files"] or FILES)
    breaks = [b for found in rolls for b in found.chain.breaks]
    tables = [
        Table(_("Stores"), _STORES, [_store_row(r) for r in rolls], _("No settlement has come in yet."))
    ]
    for found in rolls:
        tables += _tables(found, states, most)
    alerts = [_says(found, b) for found in rolls for b in found.chain.breaks]
    alerts += [_unsaid(found) for found in rolls if found.restated is None and _moves(found)]
    return Answer(
        store.name if store else _now("All stores"),
        (Fact(_("Breaks"), len(breaks), INT),),
        tuple(tables),
        alerts=tuple(alerts),
        figures={
            "store": row["store"] or "",
            "chains": len(rolls),
            "settlements": sum(len(r.files) for r in rolls),
            "breaks": len(breaks),
        },
    )


def _payout_states(by: Actor, rolls: list[ReserveRoll]) -> dict[int, str]:
    """Settlement -> what became of its payout, for who may see it."""
    if not by.can("treasury.view"):
        return {}
    ids = sorted(pk for found in rolls for pk in found.files)
    return dict(payouts(by).filter(settlement_id__among=ids).values_list("settlement_id", "state"))


def _store_of(found: ReserveRoll) -> Ref:
    one = next(iter(found.files.values()))
    return Ref("stores", found.store_id, one.store.name)


def _store_row(found: ReserveRoll) -> dict[str, Any]:
    last = found.chain.steps[-1]
    return {
        "store": _store_of(found), "currency": found.currency, "files": len(found.files),
        "kept": last.closing, "debt": last.debt, "breaks": len(found.chain.breaks),
    }  # fmt: skip


def _moves(found: ReserveRoll) -> bool:
    return any(step.held or step.released for step in found.chain.steps)


def _tables(found: ReserveRoll, states: Mapping[int, str], most: int) -> list[Table]:
    """The latest settlements of a store, the newest first, and the orders of which something is kept."""
    remarks = {b.id: _reason(found, b) for b in found.chain.breaks}
    title = f"{_store_of(found).text} {found.currency}"
    steps = [_step(found, step, states, remarks) for step in found.chain.steps[: -most - 1 : -1]]
    tables = [Table(title, _columns(found, steps), steps)]
    if found.orders:
        name = _now("%(store)s: orders of which money is kept") % {"store": title}
        tables.append(Table(name, _ORDERS, found.orders[:ORDERS]))
    return tables


def _columns(found: ReserveRoll, steps: list[dict[str, Any]]) -> tuple[Column, ...]:
    left_out = {name for name in _SELDOM if not any(step[name] for step in steps)}
    if found.restated and not found.chain.breaks:
        left_out |= _MOVES
    return tuple(column for column in _STEPS if column.name not in left_out)


def _step(
    found: ReserveRoll, step: Rolled, states: Mapping[int, str], remarks: Mapping[int, str]
) -> dict[str, Any]:
    one = found.files[step.id]
    back = ", ".join(found.files[pk].external_id for pk in step.returned)
    remark = [remarks[step.id]] if step.id in remarks else []
    remark += [_now("the payout of %(settlement)s came back") % {"settlement": back}] if back else []
    return {
        "settlement": settlement_ref(one), "until": one.end_at, "opening": step.opening,
        "released": step.released, "held": step.held, "closing": step.closing, "activity": step.activity,
        "inflow": step.inflow, "paid": step.paid, "debt": step.debt, "payout": states.get(step.id, ""),
        "remark": "; ".join(remark),
    }  # fmt: skip


def _reason(found: ReserveRoll, at: Break) -> str:
    before = found.files[at.before].external_id if at.before else ""
    step = next(s for s in found.chain.steps if s.id == at.id)
    values = {"m": abs(at.amount), "before": before, "kept": step.opening, "released": step.released,
              "amount": at.amount}  # fmt: skip
    if at.reason == GAP:
        text = _now(
            "a settlement is missing after %(before)s: it kept %(kept)s, this one releases %(released)s"
        )
        return text % values
    if at.reason == OPENING:
        return _now("%(before)s kept %(kept)s, this one releases %(released)s: %(m)s apart") % values
    if at.reason == OVERDRAWN:
        return _now("releases %(m)s more than was held") % values
    return _now("a transfer of %(amount)s that no earlier settlement explains") % values


def _says(found: ReserveRoll, at: Break) -> str:
    where = f"{_store_of(found).text} {found.files[at.id].external_id}"
    return f"{where}: {_reason(found, at)}"


def _unsaid(found: ReserveRoll) -> str:
    text = _now("%(store)s: nobody has said whether each settlement releases the whole reserve; only too "
                "much released is noticed.")  # fmt: skip
    return text % {"store": _store_of(found).text}


TOOL = Tool(
    code="reserves",
    label=_("Reserves"),
    stage=6,
    place=16,
    icon="vault",
    view="settlements.view",
    fields=(
        Field("store", _("Store"), CHOICE, False, choices=store_codes),
        Field("currency", _("Currency"), required=False),
        Field("files", _("Settlements shown"), INT, False, initial="12"),
    ),
    run=_run,
    columns=(
        Column("store", _("Store")),
        Column("chains", _("Chains"), INT),
        Column("settlements", _("Settlements"), INT),
        Column("breaks", _("Breaks"), INT),
    ),
    note=_("Opening + kept back - released = closing, file by file; a break says where money is missing."),
    example={"files": 12},
)
