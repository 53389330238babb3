"""Collection accounts at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.operations import (
    close_collection_accounts,
    forget_layouts,
    import_statement,
    open_collection_account,
    save_collection_layout,
    withdraw,
)
from tradewind.connectors import registry
from tradewind.connectors.base import COLLECTION
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    FILE,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    SECRET,
    STATE,
    TIME,
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
from tradewind.desk.nouns._cash import balance_facts, provider_name, statements_table
from tradewind.desk.nouns._money import bank_choices, company_codes, money, taken_words, typed_money
from tradewind.desk.nouns._statement_layouts import layout_fields, layout_of, preview_words
from tradewind.engine.access import Actor

_WITHDRAWALS = (
    Column("asked_at", _("Asked at"), TIME),
    Column("amount", _("Amount"), MONEY, lambda w: money(w.amount_minor, w.account.currency)),
    Column("bank", _("Bank account"), LINK, lambda w: Ref("bank_accounts", w.bank_id, w.bank.name)),
    Column("group", _("Provider's number")),
    Column("message", _("Answer"), wide=True),
)


def _providers(_actor: Actor) -> list[tuple[str, str]]:
    return [(m.code, provider_name(m.code)) for m in registry.manifests(COLLECTION)]


def _detail(actor: Actor, pk: int) -> Detail | None:
    a = queries.collection_accounts(actor).filter(pk=pk).first()
    if a is None:
        return None
    asked = queries.withdrawals(actor).filter(account=a).order_by("-id")[:50]
    return Detail(
        a.name,
        a.code,
        a.state,
        (
            *balance_facts("collection_accounts", a.pk, a.company_id),
            Fact(_("Layout of its files"), _("its own") if a.template else provider_name(a.provider)),
            Fact(_("Provider"), provider_name(a.provider)),
            Fact(_("Company"), Ref("companies", a.company_id, str(a.company)), LINK),
            Fact(_("Read until"), a.watermark, TIME),
        ),
        (
            statements_table(queries.statements(actor).filter(collection=a)),
            Table(_("Withdrawals"), _WITHDRAWALS, list(asked), _("Nothing was withdrawn from here.")),
        ),
    )


def _open(call: Call) -> Outcome:
    v = call.values
    made = open_collection_account(
        company=v["company"], provider=v["provider"], code=v["code"], name=v["name"],
        currency=v["currency"], base_url=v["base_url"] or "",
        credentials={"account": v["account"] or "", "key": v["key"] or ""}, now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("The account is open."), 1, Ref("collection_accounts", made.pk, made.name))


def _statement(call: Call) -> Outcome:
    file = call.values["file"]
    taken = import_statement(
        account_id=call.ids[0], name=file.name, data=file.content, now=call.now, by=call.by
    )
    return taken_words(taken)


def _layout(call: Call) -> Outcome:
    v = call.values
    keep = bool(v["keep"])
    found = save_collection_layout(
        account_ids=call.ids, layout=layout_of(v), name=v["file"].name, data=v["file"].content, keep=keep,
        now=call.now, by=call.by,
    )  # fmt: skip
    return preview_words(found, kept=keep)


def _forget(call: Call) -> Outcome:
    gone = forget_layouts(account_ids=call.ids, now=call.now, by=call.by)
    return Outcome(_("The provider's layout counts again."), gone)


def _withdraw(call: Call) -> Outcome:
    account = queries.collection_accounts(call.by).get(pk=call.ids[0])
    v = call.values
    done = withdraw(
        account_id=account.pk, bank_id=int(v["bank"]), amount=typed_money(v["amount"], account.currency),
        key=call.key or f"{account.code}:{call.now.isoformat()}", now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_now("The provider accepted it as %(group)s.") % {"group": done.group}, 1)


def _close(call: Call) -> Outcome:
    return Outcome(_("Closed."), len(close_collection_accounts(ids=call.ids, now=call.now, by=call.by)))


NOUN = Noun(
    code="collection_accounts",
    label=_("Collection accounts"),
    stage=6,
    place=21,
    icon="wallet",
    prefix="cac",
    view="treasury.view",
    rows=queries.collection_accounts,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("provider", _("Provider"), value=lambda a: provider_name(a.provider), sort="provider"),
        Column("currency", _("Currency"), sort="currency"),
        Column("watermark", _("Read until"), TIME, sort="watermark"),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    state_field="state",
    states=(("open", _("In use"), "good"), ("closed", _("Closed"), "idle")),
    actions=(
        Action("open", _("Open a collection account"), _open, "treasury.change", NONE, (
            Field("company", _("Company"), CHOICE, choices=company_codes),
            Field("provider", _("Provider"), CHOICE, choices=_providers),
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("currency", _("Currency"), help=_("Three letters, e.g. USD")),
            Field("account", _("Account number"), required=False),
            Field("key", _("Secret key"), SECRET, required=False),
            Field("base_url", _("Address"), required=False),
        ), key="n"),
        Action("statement", _("Record statement file"), _statement, "treasury.change", ONE, (
            Field("file", _("File"), FILE, help=_(
                "As the provider gives it, CSV or XLSX; overlaps are harmless"
            )),
        ), states=("open",)),
        Action("layout", _("State the layout of its files"), _layout, "treasury.change", MANY,
               layout_fields(kinds=True), states=("open",)),
        Action("forget_layout", _("Back to the provider's layout"), _forget, "treasury.change", MANY),
        Action("withdraw", _("Withdraw"), _withdraw, "treasury.change", ONE, (
            Field("amount", _("Amount"), DECIMAL),
            Field("bank", _("To the bank account"), CHOICE, choices=bank_choices),
        ), states=("open",), confirm=_("Money will leave the account. Go on?")),
        Action("close", _("Close"), _close, "treasury.change", MANY, states=("open",), danger=True),
    ),
    empty=_("Open a collection account: channels pay into it."),
    audit_kind="collection_account",
    title_of="name",
)  # fmt: skip
