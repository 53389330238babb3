"""Settlements at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import import_settlements, map_kind, match_orders, remap
from tradewind.apps.settlements.states import EXPLAINED, HELD
from tradewind.apps.stores.queries import store_coded
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, SETTLEMENT_FILES
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    FLAG,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)  # fmt: skip
from tradewind.desk.nouns._money import kind_choices, kind_label, money, store_choices
from tradewind.desk.nouns._order_files import store_codes
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def _store(row: Any) -> Ref:
    return Ref("stores", row.store_id, row.store.name)


def _alerts(row: Any) -> tuple[Any, ...]:
    alerts = []
    if row.unknown_count:
        alerts.append(_now("%(n)d lines are of a kind nobody has said.") % {"n": row.unknown_count})
    if row.remainder_minor:
        alerts.append(_now("The lines leave %(m)s of the total unexplained.") % {"m": row.remainder})
    if row.unmatched_count:
        alerts.append(_now("%(n)d lines are of orders not known here.") % {"n": row.unmatched_count})
    return tuple(alerts)


_WORDS = (
    Column("type", _("Type")),
    Column("amount_type", _("Amount type")),
    Column("description", _("Description"), wide=True),
    Column("lines", _("Lines"), INT),
    Column("amount", _("Amount"), MONEY),
)
_LINES = (
    Column("line_no", _("Line"), INT),
    Column("order_external_id", _("Order")),
    Column("external_sku", _("Channel SKU")),
    Column("description", _("Description"), wide=True),
    Column("amount", _("Amount"), MONEY, lambda x: money(x.amount_minor, x.settlement.currency)),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.settlements(actor).filter(pk=pk).first()
    if row is None:
        return None
    kinds = (
        Column("kind", _("Kind"), value=lambda k: kind_label(k.kind), wide=True),
        Column("lines", _("Lines"), INT),
        Column("amount", _("Amount"), MONEY),
    )
    return Detail(
        row.external_id,
        row.store.name,
        row.state,
        (
            Fact(_("Store"), Ref("stores", row.store_id, row.store.name), LINK),
            Fact(_("From"), row.start_at, TIME),
            Fact(_("Until"), row.end_at, TIME),
            Fact(_("Paid out on"), row.deposit_on, DATE),
            Fact(_("Total"), row.total, MONEY, queries.explained(actor, row)),
            Fact(_("Sum of lines"), money(row.lines_minor, row.currency), MONEY),
            Fact(_("Remainder"), row.remainder, MONEY),
            Fact(_("Lines"), row.line_count, INT),
            Fact(_("Layout"), row.layout),
        ),
        (
            Table(_("Unknown lines"), _WORDS, queries.unknown_words(actor, row), _("Every line is known.")),
            Table(_("By kind"), kinds, queries.kinds_of(actor, row)),
            Table(
                _("Lines of unknown orders"), _LINES, list(queries.unmatched_lines(actor, row)[:200]),
                _("Every order is known."),
            ),
        ),
        ((_("Total by kind"), queries.explained(actor, row), ""),),
        _alerts(row),
    )  # fmt: skip


def _import(call: Call) -> Outcome:
    v = call.values
    done = import_settlements(
        store_id=store_coded(v["store"], call.by).pk, name=v["file"].name, data=v["file"].content,
        layout=v["layout"] or "", replace=bool(v["replace"]), now=call.now, by=call.by,
    )  # fmt: skip
    new = sum(1 for i in done if i.how != "unchanged")
    said = _now("%(new)d settlements taken over, %(same)d unchanged.") % {"new": new, "same": len(done) - new}
    first = done[0].settlement if done else None
    goto = Ref("settlements", first.pk, first.external_id) if first else None
    return Outcome(said, new, goto, detail={"settlements": [_read(i.settlement, i.how) for i in done]})


def _read(row: SettlementFile, how: str) -> dict[str, Any]:
    """What a file said of one settlement, and what its lines leave unexplained."""
    return {
        "settlement": row.external_id, "how": how, "lines": row.line_count, "state": row.state,
        "total": str(Money(row.total_minor, row.currency)),
        "remainder": str(Money(row.remainder_minor, row.currency)),
    }  # fmt: skip


def _layouts(_actor: Actor) -> list[tuple[str, str]]:
    able = (m for m in registry.manifests(CHANNEL) if SETTLEMENT_FILES in m.capabilities)
    return [(layout, layout) for m in able for layout in m.layouts]


def _map(call: Call) -> Outcome:
    v = call.values
    row = queries.settlements(call.by).get(pk=call.ids[0])
    words = [v["type"] or "", v["amount_type"] or "", v["description"] or ""]
    known = [(w.type, w.amount_type, w.description) for w in queries.unknown_words(call.by, row)]
    if tuple(words) not in known:
        accepted = "; ".join(" / ".join(k) for k in known[:6])
        raise Refused([Problem(None, "type", " / ".join(words), _now("no unknown line says so"), accepted)])
    map_kind(
        channel=row.store.channel, type=words[0], amount_type=words[1], description=words[2],
        kind=v["kind"], valid_from=v["valid_from"] or row.start_at.date(), reason=v["reason"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Mapped: every settlement not posted yet was asked again."), 1)


def _again(call: Call) -> Outcome:
    changed = remap(ids=call.ids, now=call.now, by=call.by)
    found = match_orders(ids=call.ids, now=call.now, by=call.by)
    said = _now("%(kinds)d lines mapped anew, %(orders)d orders found.") % {"kinds": changed, "orders": found}
    return Outcome(said, changed + found)


NOUN = Noun(
    code="settlements",
    label=_("Settlements"),
    stage=6,
    place=10,
    icon="receipt-text",
    prefix="set",
    view="settlements.view",
    by_store=True,
    rows=queries.settlements,
    columns=(
        Column("external_id", _("Settlement"), sort="external_id"),
        Column("store", _("Store"), LINK, _store, sort="store__code"),
        Column("end_at", _("Until"), TIME, sort="end_at"),
        Column("total", _("Total"), MONEY, sort="total_minor"),
        Column("remainder", _("Remainder"), MONEY),
        Column("line_count", _("Lines"), INT, sort="line_count"),
        Column("unknown_count", _("Unknown"), INT, sort="unknown_count"),
        Column("unmatched_count", _("Without order"), INT, sort="unmatched_count"),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-end_at",
    search=("external_id__istartswith",),
    state_field="state",
    states=(
        (HELD, _("Held"), "bad"),
        (EXPLAINED, _("Explained"), "wait"),
        ("posted", _("Posted"), "done"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("import", _("Import settlement file"), _import, "settlements.change", NONE, (
            Field("store", _("Store"), CHOICE, choices=store_codes),
            Field("layout", _("Layout"), CHOICE, False, choices=_layouts),
            Field("file", _("File"), FILE, help=_("As the channel gives it; it is kept as it is")),
            Field("replace", _("Replace a settlement issued again"), FLAG, required=False),
        ), key="n"),
        Action("map", _("Map kind"), _map, "settlements.change", ONE, (
            Field("type", _("Type"), required=False, help=_("As the unknown line says it")),
            Field("amount_type", _("Amount type"), required=False),
            Field("description", _("Description"), required=False),
            Field("kind", _("Kind"), CHOICE, choices=kind_choices),
            Field("valid_from", _("From"), DATE, required=False, help=_("Empty: from this settlement on")),
            Field("reason", _("Reason"), LONG, help=_("Where it is said: a letter, a help page")),
        ), states=(HELD,), key="m"),
        Action("again", _("Map and match again"), _again, "settlements.change", MANY,
               states=(HELD, EXPLAINED, "posted")),
    ),
    waiting=queries.held,
    empty=_("Import a settlement file, or connect a store that provides them."),
    audit_kind="settlement",
    title_of="external_id",
    note=_("Every line must be explained before a settlement is booked."),
)  # fmt: skip
