"""Settlements at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import (
    NOTHING_NEW,
    accept_overlaps,
    discard_settlements,
    import_settlements,
    map_kind,
    match_orders,
    propose_orders,
    remap,
)
from tradewind.apps.settlements.states import DISCARDED, EXPLAINED, HELD, POSTED
from tradewind.apps.stores.queries import store_coded
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
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
)  # fmt: skip
from tradewind.desk.nouns._money import kind_choices, store_choices
from tradewind.desk.nouns._order_files import store_codes
from tradewind.desk.nouns._settlement_layouts import layout_choices
from tradewind.desk.nouns._settlement_page import detail, what_holds
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def _store(row: Any) -> Ref:
    return Ref("stores", row.store_id, row.store.name)


def _import(call: Call) -> Outcome:
    v = call.values
    done = import_settlements(
        store_id=store_coded(v["store"], call.by).pk, name=v["file"].name, data=v["file"].content,
        layout=v["layout"] or "", replace=bool(v["replace"]), now=call.now, by=call.by,
    )  # fmt: skip
    new = sum(1 for i in done if i.how not in NOTHING_NEW)
    said = _now("%(new)d settlements taken over, %(same)d unchanged.") % {"new": new, "same": len(done) - new}
    again = sum(1 for i in done if i.how == "same")
    if again:
        said += " " + _now("%(n)d are here from a file of another layout, with the same money.") % {
            "n": again
        }
    fixed = sum(1 for i in done if i.how == "corrected")
    if fixed:
        said += " " + _now("%(n)d were posted: what differs stands in corrections of their own.") % {
            "n": fixed
        }
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
    further, asked = propose_orders(ids=call.ids, now=call.now, by=call.by)
    said = _now("%(kinds)d lines mapped anew, %(orders)d found their order, %(asked)d proposals wait.")
    values = {"kinds": changed, "orders": found + further, "asked": asked}
    return Outcome(said % values, changed + found + further)


def _accept_overlap(call: Call) -> Outcome:
    done = accept_overlaps(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d settlements count from now on.") % {"n": done}, done)


def _discard(call: Call) -> Outcome:
    done = discard_settlements(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d settlements discarded; their files are kept.") % {"n": done}, done)


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
        Column("holds", _("What holds it"), value=what_holds, wide=True),
        Column("state", _("State"), STATE),
    ),
    detail=detail,
    order="-end_at",
    search=("external_id__istartswith",),
    state_field="state",
    states=(
        (HELD, _("Held"), "bad"),
        (EXPLAINED, _("Explained"), "wait"),
        (POSTED, _("Posted"), "done"),
        (DISCARDED, _("Discarded"), "idle"),
    ),
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    actions=(
        Action("import", _("Import settlement file"), _import, "settlements.change", NONE, (
            Field("store", _("Store"), CHOICE, choices=store_codes),
            Field("layout", _("Layout"), CHOICE, False, choices=layout_choices,
                  help=_("Empty: found by the captions of the file")),
            Field("file", _("File"), FILE, help=_("As the channel gives it; it is kept as it is")),
            Field("replace", _("Issued again: replace, or correct what is posted"), FLAG, required=False),
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
               states=(HELD, EXPLAINED, POSTED)),
        Action("both_right", _("Both are right"), _accept_overlap, "settlements.change", MANY, (
            Field("reason", _("Reason"), LONG, help=_("Why its lines are not those of the other file")),
        ), states=(HELD,)),
        Action("discard", _("Discard"), _discard, "settlements.change", MANY, (
            Field("reason", _("Reason"), LONG, help=_("Its lines go, its file is kept")),
        ), states=(HELD, EXPLAINED), danger=True),
    ),
    waiting=queries.held,
    empty=_("Import a settlement file, or connect a store that provides them."),
    audit_kind="settlement",
    title_of="external_id",
    note=_("Every line must be explained before a settlement is booked."),
)  # fmt: skip
