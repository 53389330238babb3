"""Tariffs at the desk: the versions of every market, what stands in them, what a new one changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import TariffVersion
from tradewind.apps.markets.operations import NewTariff, load_tariff, withdraw_tariffs
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    INT,
    LONG,
    MANY,
    NONE,
    TEXT,
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
)
from tradewind.desk.nouns._upstream import currencies
from tradewind.engine.access import Actor
from tradewind.engine.tariff_files import RATES, TEXTS
from tradewind.engine.tariff_schedule import dotted

KINDS = {RATES: _("Rates"), TEXTS: _("Texts without rates")}
CHANGES = {"came": _("New code"), "went": _("Code gone"), "changed": _("Another rate")}
_SHOWN = 500  # changes on the page


def _markets(_actor: Actor) -> Sequence[tuple[str, str]]:
    found = TariffVersion.objects.order_by("market").values_list("market", flat=True).distinct()
    return [(market, market) for market in found]


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


def _kind(row: Any) -> Any:
    return KINDS[row.kind]


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.tariff_versions(actor).filter(pk=pk).first()
    if row is None:
        return None
    chapters = Table(
        _("Chapters"),
        (
            Column("chapter", _("Chapter")),
            Column("headings", _("Headings"), INT),
            Column("lines", _("Lines"), INT),
        ),
        queries.chapters(pk),
    )
    alerts: list[Any] = []
    if row.kind == TEXTS:
        alerts.append(_("This file has no rates: it says only which codes there are and what they mean."))
    if row.unread_count:
        said = _now("The rates of %(n)s lines cannot be read and are shown as they are written.")
        alerts.append(said % {"n": row.unread_count})
    return Detail(
        str(row),
        row.source,
        row.state,
        facts=(
            Fact(_("Kind"), _kind(row)),
            Fact(_("From"), row.valid_from, DATE),
            Fact(_("Until"), row.valid_to, DATE),
            Fact(_("Known until"), row.known_to, DATE),
            Fact(_("Lines"), row.line_count, INT),
            Fact(_("Codes"), row.code_count, INT),
            Fact(_("Currency"), row.currency),
            Fact(_("File"), row.file.name),
            Fact(_("By"), row.loaded_by),
            Fact(_("At"), row.loaded_at, TIME),
        ),
        tables=(*_changes(actor, row), chapters),
        alerts=tuple(alerts),
    )


def _changes(actor: Actor, row: TariffVersion) -> tuple[Table, ...]:
    """What differs from the version before."""
    before = (
        queries.tariff_versions(actor)
        .filter(market=row.market, kind=row.kind, state="loaded", valid_from__lt=row.valid_from)
        .order_by("-valid_from")
        .first()
    )
    if before is None:
        return ()
    found = queries.rate_changes(before, row)
    columns = (
        Column("code", _("Tariff code"), value=lambda c: dotted(c.code)),
        Column("change", _("Change"), value=lambda c: CHANGES[c.change]),
        Column("before", _("Before")),
        Column("after", _("After")),
    )
    title = _now("%(n)s rates differ from %(version)s") % {"n": len(found), "version": before}
    return (Table(title, columns, found[:_SHOWN]),)


def _load(call: Call) -> Outcome:
    v = call.values
    made = NewTariff(v["market"], v["revision"], v["valid_from"], v["currency"], v["source"], v["known_to"])
    done = load_tariff(tariff=made, name=v["file"].name, content=v["file"].content, now=call.now, by=call.by)
    detail: dict[str, Any] = {"lines": done.lines, "codes": done.codes, "unread": done.unread}
    ref = Ref("tariffs", done.version_id, v["revision"])
    if not done.new:
        return Outcome(_("The file is loaded already."), 0, ref, detail=detail)
    said = _now("%(lines)s lines, %(codes)s codes; %(unread)s lines with a rate nobody can read.") % {
        "lines": done.lines, "codes": done.codes, "unread": sum(done.unread.values()),
    }  # fmt: skip
    return Outcome(said, 1, ref, detail=detail)


def _withdraw(call: Call) -> Outcome:
    moved = withdraw_tariffs(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Withdrawn; the versions before hold on."), len(moved))


NOUN = Noun(
    code="tariffs",
    label=_("Tariffs"),
    stage=1,
    place=50,
    icon="book-open-text",
    prefix="trf",
    view="markets.view",
    rows=queries.tariff_versions,
    columns=(
        Column("market", _("Market"), sort="market"),
        Column("revision", _("Revision"), wide=True),
        Column("kind", _("Kind"), TEXT, _kind),
        Column("valid_from", _("From"), DATE, sort="valid_from"),
        Column("valid_to", _("Until"), DATE, sort="valid_to"),
        Column("code_count", _("Codes"), INT),
        Column("unread_count", _("Unreadable rates"), INT),
        Column("source", _("Source")),
    ),
    detail=_detail,
    order="-valid_from",
    search=("market__iexact", "revision__icontains", "source__icontains"),
    state_field="state",
    states=(("loaded", _("In use"), "good"), ("withdrawn", _("Withdrawn"), "idle")),
    filters=(
        Filter("market", _("Market"), "market", _markets),
        Filter("kind", _("Kind"), "kind", _kinds),
    ),
    actions=(
        Action("load", _("Load a tariff"), _load, "markets.change", NONE, (
            Field("market", _("Market"), help=_("Two letters, e.g. US; EU for its member states")),
            Field("file", _("File"), FILE, help=_(
                "The official file as it is: US schedule (CSV or JSON), UK global tariff, EU nomenclature; "
                "else a table code, description, rate")),
            Field("revision", _("Revision"), help=_("As its publisher calls it, e.g. 2026 revision 4")),
            Field("valid_from", _("From"), DATE),
            Field("known_to", _("Known until"), DATE, False, help=_(
                "The last day it is known to hold; after it duty is missing until a newer one is loaded")),
            Field("currency", _("Currency"), CHOICE, choices=currencies, help=_("What its $ and ¢ are of")),
            Field("source", _("Source"), help=_("Who published it, and where")),
        ), key="n"),
        Action("withdraw", _("Take out of use"), _withdraw, "markets.change", MANY,
               (Field("reason", _("Reason"), LONG),), states=("loaded",), danger=True),
    ),
    empty=_("Load the official tariff of a market: without it duty is missing, never nothing."),
    audit_kind="tariff",
    title_of=str,
    note=_("Official tariffs by version. A version holds until the next one starts; lines never change."),
)  # fmt: skip
