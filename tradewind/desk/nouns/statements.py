"""Statement files of collection and bank accounts at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import Statement
from tradewind.desk.kernel import INT, LINK, MONEY, TIME, Column, Detail, Fact, Filter, Noun, Ref, Table
from tradewind.desk.nouns._cash import STATEMENT_COLUMNS
from tradewind.desk.nouns._money import bank_choices, collection_choices, money
from tradewind.engine.access import Actor

_GAPS = (
    Column("row", _("Row"), INT),
    Column("expected", _("Expected balance"), MONEY),
    Column("stated", _("Stated balance"), MONEY),
)
_BREAKS = (
    Column("place", _("Where"), value=lambda g: str(_place(g)), wide=True),
    Column("missing", _("Missing"), MONEY),
)


def _place(gap: queries.StatementGap) -> Any:
    if gap.before is not None:
        return _("Between the statement before and this one")
    return _("Inside this statement")


def _account(s: Statement) -> Ref:
    noun = "collection_accounts" if s.collection_id else "bank_accounts"
    return Ref(noun, s.account.pk, s.account.name)


def _gap_rows(s: Statement) -> list[dict[str, Any]]:
    coin = s.account.currency
    return [
        {
            "row": g["row"],
            "expected": money(g["expected_minor"], coin),
            "stated": money(g["stated_minor"], coin),
        }
        for g in s.gaps
    ]


def _detail(actor: Actor, pk: int) -> Detail | None:
    s = queries.statements(actor).filter(pk=pk).first()
    if s is None:
        return None
    breaks = [g for g in queries.statement_gaps(actor) if g.statement.pk == pk]
    alerts: tuple[Any, ...] = ()
    if s.opening is None:
        alerts = (_("It states no balances: nothing proves that it is whole."),)
    elif breaks:
        alerts = (_("Lines are missing: import the statement of the days between."),)
    return Detail(
        s.file.name,
        s.account.name,
        facts=(
            Fact(_("Account"), _account(s), LINK),
            Fact(_("Layout"), s.layout),
            Fact(_("Number"), s.number),
            Fact(_("From"), s.since, TIME),
            Fact(_("Until"), s.until, TIME),
            Fact(_("Opening balance"), s.opening, MONEY),
            Fact(_("Closing balance"), s.closing, MONEY),
            Fact(_("Lines"), s.line_count, INT),
            Fact(_("New lines"), s.new_count, INT),
            Fact(_("Taken over at"), s.imported_at, TIME),
        ),
        tables=(
            Table(_("Where it does not follow"), _BREAKS, breaks, _("Its balances follow from each other.")),
            Table(_("Rows whose balance does not follow"), _GAPS, _gap_rows(s), _("None.")),
        ),
        alerts=alerts,
    )


NOUN = Noun(
    code="statements",
    label=_("Account statements"),
    stage=6,
    place=25,
    icon="file-clock",
    prefix="stm",
    view="treasury.view",
    rows=queries.statements,
    columns=(
        Column("account", _("Account"), LINK, _account),
        Column("layout", _("Layout"), sort="layout"),
        *STATEMENT_COLUMNS[:-1],
        Column("imported_at", _("Taken over at"), TIME, sort="imported_at"),
        Column("name", _("File"), value="file.name", wide=True),
    ),
    detail=_detail,
    order="-imported_at",
    search=("file__name__icontains",),
    filters=(
        Filter("collection", _("Collection account"), "collection_id", collection_choices),
        Filter("bank", _("Bank account"), "bank_id", bank_choices),
    ),
    empty=_("Take over a statement file at its collection or bank account."),
    audit_kind="statement",
    title_of="file.name",
    note=_("What files state of an account: days and balances, and whether one follows from the other."),
)
