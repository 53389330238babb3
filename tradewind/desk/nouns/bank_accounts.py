"""Bank accounts at the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.operations import import_bank_statement, open_bank_account, save_bank_layout
from tradewind.connectors import registry
from tradewind.connectors.base import BANK
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    SECRET,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
    Table,
)  # fmt: skip
from tradewind.desk.nouns._cash import balance_facts, statements_table
from tradewind.desk.nouns._money import company_codes, taken_words
from tradewind.desk.nouns._statement_layouts import layout_fields, layout_of, preview_words
from tradewind.engine.access import Actor

_LINES = (
    Column("on", _("Day"), DATE),
    Column("amount", _("Amount"), MONEY),
    Column("reference", _("Reference")),
    Column("memo", _("Memo"), wide=True),
)


def _providers(_actor: Actor) -> list[tuple[str, str]]:
    return [(m.code, m.name_zh) for m in registry.manifests(BANK)]


def _detail(actor: Actor, pk: int) -> Detail | None:
    a = queries.bank_accounts(actor).filter(pk=pk).first()
    if a is None:
        return None
    lines = queries.bank_lines(actor).filter(account=a).order_by("-on", "-id")[:50]
    return Detail(
        a.name,
        a.code,
        facts=(
            *balance_facts("bank_accounts", a.pk, a.company_id),
            Fact(_("Account number"), a.number),
            Fact(_("Provider"), a.provider),
            Fact(_("Company"), Ref("companies", a.company_id, str(a.company)), LINK),
            Fact(_("Read until"), a.watermark, DATE),
        ),
        tables=(
            statements_table(queries.statements(actor).filter(bank=a)),
            Table(_("Newest lines"), _LINES, list(lines), _("No lines yet.")),
        ),
    )


def _open(call: Call) -> Outcome:
    v = call.values
    made = open_bank_account(
        company=v["company"], code=v["code"], name=v["name"], currency=v["currency"],
        provider=v["provider"] or "", base_url=v["base_url"] or "",
        credentials={"account": v["account"] or "", "key": v["key"] or ""}, now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("The account is open."), 1, Ref("bank_accounts", made.pk, made.name))


def _statement(call: Call) -> Outcome:
    file = call.values["file"]
    taken = import_bank_statement(
        account_id=call.ids[0], name=file.name, data=file.content, now=call.now, by=call.by
    )
    return taken_words(taken)


def _layout(call: Call) -> Outcome:
    v = call.values
    keep = bool(v["keep"])
    found = save_bank_layout(
        account_ids=call.ids, layout=layout_of(v), name=v["file"].name, data=v["file"].content, keep=keep,
        now=call.now, by=call.by,
    )  # fmt: skip
    return preview_words(found, kept=keep)


NOUN = Noun(
    code="bank_accounts",
    label=_("Bank accounts"),
    stage=6,
    place=23,
    icon="landmark",
    prefix="bnk",
    view="treasury.view",
    rows=queries.bank_accounts,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("currency", _("Currency"), sort="currency"),
        Column("provider", _("Provider")),
        Column("watermark", _("Read until"), DATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    actions=(
        Action("open", _("Open a bank account"), _open, "treasury.change", NONE, (
            Field("company", _("Company"), CHOICE, choices=company_codes),
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("currency", _("Currency"), help=_("Three letters, e.g. USD")),
            Field("provider", _("Provider"), CHOICE, required=False, choices=_providers),
            Field("account", _("Account number"), required=False),
            Field("key", _("Secret key"), SECRET, required=False),
            Field("base_url", _("Address"), required=False),
        ), key="n"),
        Action("statement", _("Import statement"), _statement, "treasury.change", ONE, (
            Field("file", _("File"), FILE, help=_(
                "MT940, CAMT.053, or a table with Date, Amount (or Credit, Debit), Balance, Reference, Memo"
            )),
        )),
        Action("layout", _("State the layout of its files"), _layout, "treasury.change", MANY,
               layout_fields(kinds=False)),
    ),
    empty=_("Open the bank account that withdrawals go to."),
    audit_kind="bank_account",
    title_of="name",
)  # fmt: skip
