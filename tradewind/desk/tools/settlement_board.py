"""The settlement board: what is to do, to choose, to say, and what is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.states import EXPLAINED, HELD, POSTED
from tradewind.apps.stores.queries import store_coded
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    INT,
    LINK,
    MONEY,
    STATE,
    TIME,
    Column,
    Fact,
    Field,
    Ref,
    Table,
)
from tradewind.desk.nouns._money import money, settlement_ref
from tradewind.desk.nouns._order_files import store_codes
from tradewind.desk.nouns._settlement_page import REASONS, what_holds
from tradewind.engine.access import Actor

ROWS = 20  # of a table


def _proposal(row: Any) -> Ref:
    return Ref("match_proposals", row.pk, row.order.external_id)


_FILE = (
    Column("settlement", _("Settlement"), LINK, settlement_ref),
    Column("store", _("Store"), value="store.name"),
    Column("end_at", _("Until"), TIME),
    Column("total", _("Total"), MONEY),
)
_TO_DO = (
    *_FILE,
    Column("remainder", _("Remainder"), MONEY),
    Column("unknown", _("Unknown"), INT, "unknown_count"),
    Column("holds", _("What holds it"), value=what_holds, wide=True),
)
_DONE = (
    *_FILE,
    Column("unmatched", _("Without order"), INT, "unmatched_count"),
    Column("state", _("State"), STATE),
)
_CHOOSE = (
    Column(
        "proposal", _("Proposed order"), LINK, lambda p: Ref("match_proposals", p.pk, p.order.external_id)
    ),
    Column("number", _("Order as the file says it"), value=lambda p: p.line.order_external_id),
    Column("settlement", _("Settlement"), LINK, lambda p: settlement_ref(p.settlement)),
    Column("amount", _("Amount"), MONEY, lambda p: money(p.amount_minor, p.settlement.currency)),
    Column("difference", _("Difference"), MONEY, lambda p: money(p.difference_minor, p.settlement.currency)),
    Column("reason", _("Why"), value=lambda p: REASONS[p.reason], wide=True),
)
_SAY = (
    Column("words", _("Words"), LINK, lambda x: Ref("unknown_kinds", x.pk, _words(x)), wide=True),
    Column("channel", _("Channel"), value="settlement.store.channel"),
    Column("lines", _("Lines"), INT, "line_total"),
    Column("amount", _("Amount"), MONEY, lambda x: money(int(x.minor_total), x.settlement.currency)),
)


def _words(line: Any) -> str:
    return " / ".join(part for part in (line.type, line.amount_type, line.description) if part)


def _run(ask: Ask) -> list[Answer]:
    return [_answer(ask.by, row) for row in ask.rows]


def _answer(by: Actor, row: Mapping[str, Any]) -> Answer:
    store = store_coded(row["store"], by) if row["store"] else None
    most = min(max(1, row["rows"] or ROWS), 500)
    files, ideas, words = queries.settlements(by), queries.proposals(by), queries.unknown_kinds(by)
    if store:
        files = files.filter(store=store)
        ideas, words = ideas.filter(settlement__store=store), words.filter(settlement__store=store)
    held = files.filter(state=HELD).order_by("end_at", "id")
    done = files.filter(state__in=(EXPLAINED, POSTED)).order_by("-end_at", "-id")
    best = queries.best_of(ideas).order_by("-settlement_id", "id")
    counts = {"to_do": held.count(), "proposals": best.count(), "unknown_kinds": words.count(),
              "done": done.count()}  # fmt: skip
    return Answer(
        store.name if store else "",
        tuple(Fact(label, counts[name], INT) for name, label in _COUNTS.items()),
        (
            Table(_("To do"), _TO_DO, list(held[:most]), _("Every settlement is explained.")),
            Table(_("Orders to choose"), _CHOOSE, list(best[:most]), _("Nothing to choose.")),
            Table(_("Unknown kinds"), _SAY, list(words.order_by("-line_total", "id")[:most]),
                  _("Every line of every settlement is understood.")),
            Table(_("Done"), _DONE, list(done[:most]), _("Nothing is done yet.")),
        ),
        figures={"store": row["store"] or "", **counts},
    )  # fmt: skip


_COUNTS = {
    "to_do": _("To do"),
    "proposals": _("Orders to choose"),
    "unknown_kinds": _("Unknown kinds"),
    "done": _("Done"),
}

TOOL = Tool(
    code="settlement_board",
    label=_("Settlement board"),
    stage=6,
    place=9,
    icon="layout-dashboard",
    view="settlements.view",
    fields=(
        Field("store", _("Store"), CHOICE, False, choices=store_codes),
        Field("rows", _("Rows of a table"), INT, False, initial="20"),
    ),
    run=_run,
    columns=(
        Column("store", _("Store")),
        *(Column(name, label, INT) for name, label in _COUNTS.items()),
    ),
    note=_("What keeps settlements from the books, in the order of work; what is done last."),
    example={"rows": ROWS},
)
