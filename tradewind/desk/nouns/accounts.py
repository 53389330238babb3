"""The chart of accounts, with the trial balance, at the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Account, Posting
from tradewind.apps.ledger.operations import (
    NewAccount,
    add_accounts,
    open_chart,
    remove_accounts,
    rename_account,
    retire_accounts,
)
from tradewind.apps.org.models import Company
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FLAG,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
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
from tradewind.desk.nouns._money import money
from tradewind.engine.access import Actor

KINDS = {
    "asset": _("Asset"),
    "liability": _("Liability"),
    "equity": _("Equity"),
    "income": _("Income"),
    "expense": _("Expense"),
}
_BALANCES = (
    Column("company", _("Company"), wide=True),
    Column("amount", _("Balance"), MONEY),
)
_POSTINGS = (
    Column("on", _("Day"), DATE, "entry.on"),
    Column("entry", _("Entry"), LINK, lambda p: Ref("entries", p.entry_id, str(p.entry))),
    Column("memo", _("Memo"), value="entry.memo", wide=True),
    Column("amount", _("Amount"), MONEY, lambda p: money(p.amount_minor, p.currency)),
)


def account_name(a: Account) -> str:
    """The account's name in the reader's language."""
    return str(a.name_zh if (get_language() or "").startswith("zh") else a.name)


def _parent(a: Account) -> Ref | None:
    return None if a.parent is None else Ref("accounts", a.parent.pk, a.parent.code)


def _detail(actor: Actor, pk: int) -> Detail | None:
    a = queries.accounts(actor).filter(pk=pk).first()
    if a is None:
        return None
    rows = []
    for company in Company.objects.order_by("code"):
        for currency, codes in sorted(queries.trial_balance(actor, company.pk, date.max).items()):
            if a.code in codes:
                rows.append({"company": str(company), "amount": money(codes[a.code], currency)})
    newest = Posting.objects.filter(queries.visible(actor), account=a).select_related("entry")
    return Detail(
        f"{a.code} {account_name(a)}",
        str(KINDS[a.kind]),
        facts=(
            Fact(_("Code"), a.code),
            Fact(_("Name"), account_name(a)),
            Fact(_("Under"), _parent(a), LINK),
            Fact(_("Revalued"), a.monetary, FLAG),
            Fact(_("Must come to zero"), a.is_clearing, FLAG),
            Fact(_("Retired"), a.retired, FLAG),
        ),
        tables=(
            Table(_("Balances"), _BALANCES, rows, _("Nothing stands here.")),
            Table(_("Newest postings"), _POSTINGS, list(newest.order_by("-entry_id", "-id")[:100])),
        ),
    )


def account_choices(_actor: Actor) -> list[tuple[str, str]]:
    """Accounts in use, by code."""
    rows = Account.objects.filter(retired=False).order_by("code")
    return [(a.code, f"{a.code} {account_name(a)}") for a in rows]


def _kinds(_actor: Actor) -> list[tuple[str, Any]]:
    return list(KINDS.items())


def _add(call: Call) -> Outcome:
    v = call.values
    one = NewAccount(
        v["code"], v["name"], v["name_zh"] or "", v["kind"] or "", v["parent"] or "", bool(v["monetary"])
    )
    (made,) = add_accounts(accounts=[one], now=call.now, by=call.by)
    return Outcome(_now("Account %(code)s added.") % {"code": one.code}, 1, Ref("accounts", made, one.code))


def _rename(call: Call) -> Outcome:
    v = call.values
    rename_account(
        account_id=call.ids[0], name=v["name"], name_zh=v["name_zh"] or "", now=call.now, by=call.by
    )
    return Outcome(_now("Renamed. Closed months keep the name they reported."), 1)


def _retire(call: Call) -> Outcome:
    done = retire_accounts(ids=call.ids, now=call.now, by=call.by)
    return Outcome(_now("%(n)d accounts retired.") % {"n": done}, done)


def _remove(call: Call) -> Outcome:
    done = remove_accounts(ids=call.ids, now=call.now, by=call.by)
    return Outcome(_now("%(n)d accounts removed.") % {"n": done}, done)


def _open(call: Call) -> Outcome:
    opened = open_chart(now=call.now, by=call.by)
    return Outcome(_now("%(n)d accounts opened.") % {"n": opened}, opened)


NOUN = Noun(
    code="accounts",
    label=_("Accounts"),
    stage=6,
    place=30,
    icon="book",
    prefix="acc",
    view="ledger.view",
    rows=queries.accounts,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), value=account_name, wide=True),
        Column("kind", _("Kind"), value=lambda a: str(KINDS[a.kind]), sort="kind"),
        Column("parent", _("Under"), LINK, lambda a: _parent(a)),
        Column("monetary", _("Revalued"), FLAG),
        Column("is_clearing", _("Must come to zero"), FLAG),
        Column("retired", _("Retired"), FLAG),
    ),
    detail=_detail,
    order="code",
    search=("code__startswith", "name__icontains", "name_zh__icontains"),
    filters=(Filter("kind", _("Kind"), "kind", lambda _actor: list(KINDS.items())),),
    actions=(
        Action(
            "add",
            _("Add an account"),
            _add,
            "ledger.change",
            NONE,
            (
                Field("code", _("Code"), help=_("6601.01 lies under 6601")),
                Field("name", _("English name")),
                Field("name_zh", _("Chinese name"), required=False),
                Field("parent", _("Under"), CHOICE, False, account_choices),
                Field("kind", _("Kind"), CHOICE, False, _kinds, _("Only of one that lies under no other")),
                Field(
                    "monetary",
                    _("Money: revalued at month end"),
                    FLAG,
                    False,
                    help=_("Only of one that lies under no other"),
                ),
            ),
        ),
        Action(
            "rename",
            _("Rename"),
            _rename,
            "ledger.change",
            ONE,
            (Field("name", _("English name")), Field("name_zh", _("Chinese name"), required=False)),
        ),
        Action("retire", _("Retire"), _retire, "ledger.change", MANY),
        Action("remove", _("Remove"), _remove, "ledger.change", MANY, danger=True),
        Action("open", _("Open the chart"), _open, "ledger.change", NONE),
    ),
    empty=_("Open the chart of accounts; the books open it by themselves on their first run."),
    audit_kind="account",
    title_of=str,
    note=_("Debit is positive, credit negative; every currency sums to zero."),
)
