"""Taking over settlement files: kept as they came, every line mapped and matched or visibly not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.org.models import StoredFile
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.operations.overlapping import (
    Overlap,
    candidates,
    empty_settlements,
    find_overlap,
)
from tradewind.apps.settlements.operations.proposing import propose_orders
from tradewind.apps.settlements.operations.reissuing import (
    Difference,
    difference,
    family,
    next_number,
    note_reissue,
    open_correction,
    same_money,
    take_back,
)
from tradewind.apps.settlements.operations.storing import check_text, clear_lines, store_new
from tradewind.apps.settlements.states import DISCARDED, POSTED, SETTLEMENT
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.connectors import registry
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused, Settlement

NEW, UNCHANGED, SAME, REPLACED, CORRECTED = "new", "unchanged", "same", "replaced", "corrected"
NOTHING_NEW = (UNCHANGED, SAME)


@dataclass(frozen=True, slots=True)
class Imported:
    """One settlement of a file: `how` is new, unchanged, same, replaced or corrected.

    Same: it is here from a file of another layout, with the same money of every order. Corrected: it
    was posted, and `settlement` is the row of what differs.
    """

    settlement: SettlementFile
    how: str


@dataclass
class _Taking:
    """One file on its way in."""

    store: Store
    file: StoredFile
    layout: str  # the person's choice; empty: what the file itself shows
    replace: bool
    now: datetime
    by: Actor
    others: list[SettlementFile]  # of the store, for lines that stand twice
    notes: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def import_settlements(
    *,
    store_id: int,
    name: str,
    data: bytes,
    now: datetime,
    by: Actor,
    layout: str = "",
    replace: bool = False,
) -> list[Imported]:
    """Take over every settlement of a file of a store; the file is kept as it came.

    The same content again changes nothing. A settlement that is there with other content is refused,
    saying what differs, unless `replace`: one not posted yet gets the new lines, and what it said before
    is kept beside it; of a posted one the difference becomes a settlement of its own ("B-1/1": lines
    taken back and lines added), to be explained and posted like any other. Dates alone correct nothing
    that is posted. Lines that stand in another file too put the settlement into quarantine; lines of
    unknown kind and a remainder hold it. Raises Refused with every problem of the file, or when store
    or layout is unknown; nothing is stored then.
    """
    by.require("settlements.change")
    store = stores_of(by).filter(pk=store_id).first()
    if store is None:
        raise Refused([Problem(None, "store", str(store_id), _("there is no such store"))])
    _check_layout(store, layout)
    found = registry.channel(store.channel).parse_settlement(data, layout)
    check_text(found)
    with acting(by, "settlements.change", kind="settlement", now=now) as act:
        Store.objects.select_for_update().get(pk=store.pk)  # one import of a store at a time
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        taking = _Taking(store, file, layout, replace, now, by, candidates(store.pk))
        done = _take_all(taking, found)
        if not is_new and not taking.notes:
            act.nothing()
        changed = [i.settlement.pk for i in done if i.how not in NOTHING_NEW]
        explain(changed)
        propose_orders(ids=changed, now=now, by=by)
        act.ids.extend(i.settlement.pk for i in done)
        act.note(verb="import_settlements", file=file.sha256, settlements=taking.notes)
    fresh = SettlementFile.objects.select_related("store").in_bulk([i.settlement.pk for i in done])
    return [Imported(fresh[i.settlement.pk], i.how) for i in done]


def _check_layout(store: Store, layout: str) -> None:
    known = registry.channel(store.channel).manifest.layouts
    if layout and layout not in known:
        raise Refused([Problem(None, "layout", layout[:40], _("unknown layout"), ", ".join(known))])


def _layout_of(taking: _Taking, one: Settlement) -> str:
    """The layout a settlement was read by: the reader's word, else the person's, else the channel's only."""
    known = registry.channel(taking.store.channel).manifest.layouts
    return one.layout or taking.layout or (known[0] if known else taking.store.channel)


def _take_all(taking: _Taking, found: Sequence[Settlement]) -> list[Imported]:
    """Every settlement of the file, in the running transaction; Refused with all problems."""
    rows = SettlementFile.objects.filter(
        store=taking.store, external_id__in={s.external_id for s in found}, corrects=None
    )
    there = {(s.external_id, s.currency): s for s in rows}
    done = []
    for row, one in enumerate(found, start=1):
        old = there.get((one.external_id, one.currency))
        got = _again(taking, row, one, old) if old else _new(taking, one)
        if got is not None:
            done.append(got)
    if taking.problems:
        raise Refused(taking.problems)
    return done


def _new(taking: _Taking, one: Settlement) -> Imported:
    settlement = SettlementFile(store=taking.store, external_id=one.external_id, currency=one.currency)
    _fill(taking, settlement, one)
    taking.others.append(settlement)
    taking.notes.append({"settlement": one.external_id, "lines": len(one.rows)})
    return Imported(settlement, NEW)


def _again(taking: _Taking, row: int, one: Settlement, old: SettlementFile) -> Imported | None:
    """A settlement that is there already; None when it is a problem."""
    members = family(old)
    found = difference(members, one)
    if not found and (old.state == POSTED or _same_head(old, one)):
        return Imported(members[-1], UNCHANGED)
    if old.state != DISCARDED and old.layout != _layout_of(taking, one) and same_money(members, one):
        return Imported(members[-1], SAME)
    if not taking.replace:
        reason = _("it is there already with other content")
        if old.state == POSTED:
            reason = _("it is posted already and was issued again with other content")
        accepted = _("the same file, or the choice to replace or correct it; what differs: %(what)s")
        taking.problems.append(
            Problem(row, "settlement", one.external_id, reason, accepted % {"what": found})
        )
        return None
    if old.state == POSTED:
        return _correct(taking, one, members)
    return _replace(taking, one, old, found)


def _same_head(old: SettlementFile, new: Settlement) -> bool:
    return (old.start_at, old.end_at, old.deposit_on) == (new.start_at, new.end_at, new.deposit_on)


def _replace(taking: _Taking, one: Settlement, old: SettlementFile, found: Difference) -> Imported:
    note_reissue(old, old.file, found, taking.now)
    clear_lines([old.pk], now=taking.now, by=taking.by)
    if old.state == DISCARDED:
        move_all(SettlementFile, SETTLEMENT, "revive", [old.pk])
        old.refresh_from_db(fields=["state"])
    _fill(taking, old, one)
    taking.notes.append({"settlement": one.external_id, "lines": len(one.rows), **found.note()})
    return Imported(old, REPLACED)


def _correct(taking: _Taking, one: Settlement, members: Sequence[SettlementFile]) -> Imported:
    """What differs from what is posted, as a settlement of its own; one not posted yet is made anew."""
    root, correction = members[0], open_correction(members)
    if correction is not None:
        clear_lines([correction.pk], now=taking.now, by=taking.by)
    found = difference([s for s in members if s.state == POSTED], one)
    if correction is None:
        correction = SettlementFile(
            store=taking.store, currency=one.currency, external_id=next_number(root), corrects=root
        )
    elif not found:
        empty_settlements([correction.pk], now=taking.now, by=taking.by)
    if found:
        _fill_correction(taking, correction, one, found)
    taking.notes.append({"settlement": correction.external_id, "corrects": root.external_id, **found.note()})
    return Imported(correction, CORRECTED)


def _fill_correction(taking: _Taking, correction: SettlementFile, one: Settlement, found: Difference) -> None:
    lines = len(found.gone) + len(found.came)
    _save(taking, correction, one, found.total.minor, found.came_minor - found.gone_minor, lines)
    take_back(correction, found.gone)
    added = [replace(row, line_no=n) for n, row in enumerate(found.came, start=len(found.gone) + 1)]
    store_new(taking.store, correction, added)


def _fill(taking: _Taking, settlement: SettlementFile, one: Settlement) -> None:
    """Write a settlement and its lines as the file says them."""
    overlap = find_overlap(one, _layout_of(taking, one), settlement.pk, taking.others)
    _overlapping(settlement, overlap)
    _save(taking, settlement, one, one.total.minor, sum(r.amount.minor for r in one.rows), len(one.rows))
    store_new(taking.store, settlement, one.rows)


def _overlapping(settlement: SettlementFile, overlap: Overlap) -> None:
    settlement.overlap_with = overlap.other
    settlement.overlap_count, settlement.overlap_minor = overlap.lines, overlap.minor
    settlement.overlap_why = ""


def _save(
    taking: _Taking, settlement: SettlementFile, one: Settlement, total: int, lines: int, count: int
) -> None:
    values: dict[str, Any] = {
        "file": taking.file, "layout": _layout_of(taking, one),
        "start_at": one.start_at, "end_at": one.end_at, "deposit_on": one.deposit_on,
        "imported_at": taking.now, "total_minor": total,
        "lines_minor": lines, "line_count": count, "stated": one.stated, "notes": "\n".join(one.notes),
    }  # fmt: skip
    for name, value in values.items():
        setattr(settlement, name, value)
    settlement.save()
