"""Taking over settlement files: kept as they came, every line mapped and matched or visibly not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import StoredFile
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.settlements.kinds import meanings
from tradewind.apps.settlements.matching import OrderKeys
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.settlements.operations.explaining import explain
from tradewind.apps.settlements.states import POSTED
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.connectors import registry
from tradewind.db.bulk import insert_rows
from tradewind.db.sql import instant
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused, Settlement

NEW, UNCHANGED, REPLACED = "new", "unchanged", "replaced"
LINE = [
    "line_no", "type", "amount_type", "description", "amount_minor", "order_external_id", "external_sku",
    "line_external_id", "posted_at", "kind", "rule_id", "order_id", "order_line_id", "settlement_id",
]  # fmt: skip
# What the file itself says of a line: a re-issued file is compared by these.
SAID = LINE[:8]
Said = tuple[int, str, str, str, int, str, str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """One settlement of a file: `how` is new, unchanged or replaced."""

    settlement: SettlementFile
    how: str


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

    The same content again changes nothing. A settlement that is there with other content is refused
    unless `replace`, which swaps its lines while it is not posted and writes the difference into the
    audit. Lines of unknown kind keep it held; a remainder too. Raises Refused with every problem of
    the file, or when store or layout is unknown; nothing is stored then.
    """
    by.require("settlements.change")
    store = stores_of(by).filter(pk=store_id).first()
    if store is None:
        raise Refused([Problem(None, "store", str(store_id), _("there is no such store"))])
    layout = _layout(store, layout)
    found = registry.channel(store.channel).parse_settlement(data)
    _check_text(found)
    with acting(by, "settlements.change", kind="settlement", now=now) as act:
        Store.objects.select_for_update().get(pk=store.pk)  # one import of a store at a time
        file, is_new = store_file(name=name, content=data, now=now, by=by)
        done, notes = _take_all(store, file, layout, found, now, replace)
        if not is_new and not notes:
            act.nothing()
        explain([i.settlement.pk for i in done if i.how != UNCHANGED])
        act.ids.extend(i.settlement.pk for i in done)
        act.note(verb="import_settlements", file=file.sha256, settlements=notes)
    fresh = SettlementFile.objects.in_bulk([i.settlement.pk for i in done])
    return [Imported(fresh[i.settlement.pk], i.how) for i in done]


def _layout(store: Store, layout: str) -> str:
    known = registry.channel(store.channel).manifest.layouts
    if layout and layout not in known:
        raise Refused([Problem(None, "layout", layout[:40], _("unknown layout"), ", ".join(known))])
    return layout or (known[0] if known else store.channel)


def _check_text(found: Sequence[Settlement]) -> None:
    """Refuse words longer than their column: cut text would no longer be what the file says."""
    widths = {f.name: getattr(f, "max_length", None) or 0 for f in SettlementLine._meta.concrete_fields}
    limits = [(i, name, widths[name]) for i, name in enumerate(SAID)]
    limits = [limit for limit in limits if limit[2]]
    problems = [
        Problem(said[0], name, str(said[i])[:80], _("too long"), _("at most %(n)s characters") % {"n": most})
        for one in found
        for said in _said(one)
        for i, name, most in limits
        if len(str(said[i])) > most
    ]
    if problems:
        raise Refused(problems)


def _take_all(
    store: Store,
    file: StoredFile,
    layout: str,
    found: Sequence[Settlement],
    now: datetime,
    replace: bool,
) -> tuple[list[Imported], list[dict[str, object]]]:
    """Every settlement of the file, in the running transaction; Refused with all problems."""
    there = _there(store, found)
    problems: list[Problem] = []
    done: list[Imported] = []
    notes: list[dict[str, object]] = []
    for row, one in enumerate(found, start=1):
        old = there.get((one.external_id, one.currency))
        diff = _difference(old, one) if old else None
        if old and diff is None:
            done.append(Imported(old, UNCHANGED))
            continue
        problem = _not_replaceable(old, replace)
        if problem:
            problems.append(Problem(row, "settlement", one.external_id, *problem))
            continue
        done.append(_take(store, file, layout, one, now, old))
        notes.append({"settlement": one.external_id, "lines": len(one.rows), **(diff or {})})
    if problems:
        raise Refused(problems)
    return done, notes


def _there(store: Store, found: Sequence[Settlement]) -> dict[tuple[str, str], SettlementFile]:
    rows = SettlementFile.objects.filter(store=store, external_id__in={s.external_id for s in found})
    return {(s.external_id, s.currency): s for s in rows}


def _not_replaceable(old: SettlementFile | None, replace: bool) -> tuple[str, str] | None:
    if old is None:
        return None
    if old.state == POSTED:
        return _("it is posted already and was issued again with other content"), _("a correction entry")
    if not replace:
        return _("it is there already with other content"), _("the same file, or the choice to replace it")
    return None


def _difference(old: SettlementFile, new: Settlement) -> dict[str, object] | None:
    """What a re-issued settlement says otherwise; None when it says the same."""
    before = set(old.lines.values_list(*SAID))
    after = set(_said(new))
    head = (old.total_minor, old.start_at, old.end_at, old.deposit_on)
    if before == after and head == (new.total.minor, new.start_at, new.end_at, new.deposit_on):
        return None
    gone, came = before - after, after - before
    return {
        "gone": len(gone), "gone_minor": sum(r[4] for r in gone),
        "came": len(came), "came_minor": sum(r[4] for r in came),
        "total_before": old.total_minor, "total_after": new.total.minor,
    }  # fmt: skip


def _said(one: Settlement) -> Iterator[Said]:
    for r in one.rows:
        yield (
            r.line_no, r.type, r.amount_type, r.description, r.amount.minor,
            r.order_external_id, r.external_sku, r.line_external_id,
        )  # fmt: skip


def _take(
    store: Store,
    file: StoredFile,
    layout: str,
    one: Settlement,
    now: datetime,
    old: SettlementFile | None,
) -> Imported:
    values = {
        "file": file, "layout": layout, "start_at": one.start_at, "end_at": one.end_at,
        "deposit_on": one.deposit_on, "total_minor": one.total.minor, "imported_at": now,
        "lines_minor": sum(r.amount.minor for r in one.rows), "line_count": len(one.rows),
    }  # fmt: skip
    if old:
        SettlementLine.objects.filter(settlement=old).delete()
        for field, value in values.items():
            setattr(old, field, value)
        old.save()
        settlement, how = old, REPLACED
    else:
        settlement, how = (
            SettlementFile.objects.create(
                store=store, external_id=one.external_id, currency=one.currency, **values
            ),
            NEW,
        )
    insert_rows(SettlementLine, LINE, _rows(store, settlement.pk, one))
    return Imported(settlement, how)


def _rows(store: Store, settlement_id: int, one: Settlement) -> list[tuple[object, ...]]:
    """Lines as they are stored: said, meant, and the order they are of.

    A list, not a generator: its questions must be asked before the bulk insert takes the connection.
    """
    meaning = meanings(store.channel, one.end_at.date())
    keys = OrderKeys(store.pk, {r.order_external_id for r in one.rows if r.order_external_id})
    posted = {at: instant(at) for at in {r.posted_at for r in one.rows}}
    return [
        (*said, posted[row.posted_at], *meaning(said[1:4]), *keys.find(*said[5:]), settlement_id)
        for said, row in zip(_said(one), one.rows, strict=True)
    ]
