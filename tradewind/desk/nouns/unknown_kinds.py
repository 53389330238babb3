"""Words of settlements that nobody has said the meaning of, at the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.operations import LineWords, map_kinds
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
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
from tradewind.desk.nouns._money import kind_choices, money, settlement_ref, store_choices
from tradewind.engine.access import Actor


def _words(row: Any) -> LineWords:
    return LineWords(row.settlement.store.channel, row.type, row.amount_type, row.description)


def _amount(row: Any) -> Any:
    return money(int(row.minor_total), row.settlement.currency)


def _line_amount(line: SettlementLine) -> Any:
    return money(line.amount_minor, line.settlement.currency)


_LINES = (
    Column("settlement", _("Settlement"), LINK, lambda x: settlement_ref(x.settlement)),
    Column("line", _("Line"), LINK, lambda x: Ref("settlement_lines", x.pk, f"#{x.line_no}")),
    Column("order_external_id", _("Order")),
    Column("external_sku", _("Channel SKU"), wide=True),
    Column("amount", _("Amount"), MONEY, _line_amount),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.unknown_kinds(actor).filter(pk=pk).first()
    if row is None:
        return None
    same = queries.lines(actor).filter(
        kind="", type=row.type, amount_type=row.amount_type, description=row.description,
        settlement__store__channel=row.settlement.store.channel, settlement__currency=row.settlement.currency,
    )  # fmt: skip
    return Detail(
        str(_words(row)),
        row.settlement.store.channel,
        facts=(
            Fact(_("Channel"), row.settlement.store.channel),
            Fact(_("Type"), row.type),
            Fact(_("Amount type"), row.amount_type),
            Fact(_("Description"), row.description),
            Fact(_("Lines"), row.line_total, INT),
            Fact(_("Amount"), _amount(row), MONEY),
            Fact(_("Settlements"), row.file_total, INT),
            Fact(_("Since"), _day(row), DATE),
        ),
        tables=(Table(_("Lines"), _LINES, list(same.order_by("-settlement_id", "line_no")[:100])),),
    )


def _day(row: Any) -> date:
    found: date = row.first_day.date()
    return found


def _map(call: Call) -> Outcome:
    v = call.values
    rows = list(queries.unknown_kinds(call.by).filter(id__in=call.ids))
    words = list(dict.fromkeys(map(_words, rows)))
    if not words:
        return Outcome(_("Nothing to say: these words have a meaning already."))
    made = map_kinds(
        words=words, kind=v["kind"], valid_from=v["valid_from"] or min(map(_day, rows)), reason=v["reason"],
        now=call.now, by=call.by,
    )  # fmt: skip
    said = _now("%(n)d mapped: every settlement not posted yet was asked again.") % {"n": len(made)}
    return Outcome(said, len(made))


NOUN = Noun(
    code="unknown_kinds",
    label=_("Unknown kinds"),
    stage=6,
    place=12,
    icon="circle-question-mark",
    prefix="unk",
    view="settlements.view",
    by_store=True,
    rows=queries.unknown_kinds,
    columns=(
        Column("channel", _("Channel"), value="settlement.store.channel"),
        Column("type", _("Type"), sort="type"),
        Column("amount_type", _("Amount type")),
        Column("description", _("Description"), wide=True),
        Column("lines", _("Lines"), INT, "line_total", sort="line_total"),
        Column("amount", _("Amount"), MONEY, _amount),
        Column("files", _("Settlements"), INT, "file_total"),
        Column("since", _("Since"), DATE, _day),
    ),
    detail=_detail,
    order="-line_total id",
    search=("type__icontains", "description__icontains"),
    filters=(Filter("store", _("Store"), "settlement__store_id", store_choices),),
    actions=(
        Action("map", _("Say what it means"), _map, "settlements.change", MANY, (
            Field("kind", _("Kind"), CHOICE, choices=kind_choices),
            Field("valid_from", _("From"), DATE, required=False,
                  help=_("Empty: from the first settlement that says so")),
            Field("reason", _("Reason"), LONG, help=_("Where it is said: a letter, a help page")),
        ), key="m"),
    ),
    waiting=queries.unknown_kinds_count,
    empty=_("Every line of every settlement is understood."),
    title_of=lambda row: str(_words(row)),
    note=_("Their settlements are held, and the month cannot be closed, until somebody says what they mean."),
)  # fmt: skip
