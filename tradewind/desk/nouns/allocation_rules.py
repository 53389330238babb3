"""Rules by which costs of no order are shared, at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.profit import queries
from tradewind.apps.profit.models import AllocationRule
from tradewind.apps.profit.operations import NewSharing, set_sharing, withdraw_sharing
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LINK,
    LONG,
    MANY,
    NONE,
    TIME,
    Action,
    Aim,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
)
from tradewind.desk.nouns._money import company_choices, store_choices
from tradewind.desk.nouns._profit import BASES, account_choices, account_name, basis_choices
from tradewind.engine.access import Actor


def _account(row: AllocationRule) -> str:
    return row.account or _now("Every other account")


def _basis(row: AllocationRule) -> str:
    return str(BASES.get(row.basis, row.basis))


def _store(row: AllocationRule) -> Ref | None:
    return None if row.store is None else Ref("stores", row.store.pk, row.store.name)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.allocation_rules(actor).filter(pk=pk).first()
    if row is None:
        return None
    account = Account.objects.filter(code=row.account).first()
    named = account_name(account) if account else _account(row)
    question = {"company": row.company.code, "since": row.valid_from.isoformat(), "by": "store"}
    return Detail(
        named,
        _basis(row),
        facts=(
            Fact(_("Company"), str(row.company)),
            Fact(_("Ledger account"), named),
            Fact(_("Basis"), _basis(row)),
            Fact(_("Only this store"), _store(row), LINK),
            Fact(_("From month"), row.valid_from, DATE),
            Fact(_("Why"), row.reason),
            Fact(_("Set by"), row.set_by),
            Fact(_("Set at"), row.set_at, TIME),
            Fact(_("Effect"), Aim(_("Who bears it"), "tools/shared_costs/", question), LINK),
        ),
    )


def _set(call: Call) -> Outcome:
    v = call.values
    rule = NewSharing(
        int(v["company"]), v["account"] or "", v["basis"], v["valid_from"],
        int(v["store"]) if v["store"] else None, v["reason"] or "",
    )  # fmt: skip
    done = set_sharing(rules=[rule], now=call.now, by=call.by)
    return Outcome(_now("The rule is set; profit shares by it at once."), done)


def _withdraw(call: Call) -> Outcome:
    return Outcome(_now("Withdrawn."), withdraw_sharing(ids=call.ids, now=call.now, by=call.by))


NOUN = Noun(
    code="allocation_rules",
    label=_("Sharing rules"),
    stage=6,
    place=46,
    icon="scale",
    prefix="alr",
    view="profit.view",
    rows=queries.allocation_rules,
    columns=(
        Column("account", _("Ledger account"), value=_account, sort="account"),
        Column("basis", _("Basis"), value=_basis, wide=True),
        Column("store", _("Only this store"), LINK, _store),
        Column("company", _("Company"), value=lambda r: str(r.company), sort="company__code"),
        Column("valid_from", _("From month"), DATE, sort="valid_from"),
        Column("set_by", _("Set by")),
    ),
    detail=_detail,
    order="-valid_from",
    search=("account__istartswith",),
    actions=(
        Action(
            "set", _("Set a rule"), _set, "profit.change", NONE,
            (
                Field("company", _("Company"), CHOICE, choices=company_choices),
                Field("account", _("Ledger account"), CHOICE, required=False, choices=account_choices,
                      help=_("Empty: every account without a rule of its own")),
                Field("basis", _("Basis"), CHOICE, choices=basis_choices),
                Field("store", _("Only this store"), CHOICE, required=False, choices=store_choices,
                      help=_("Where the books name no store")),
                Field("valid_from", _("From month"), DATE, help=_("Any day of the month")),
                Field("reason", _("Why"), LONG, required=False),
            ),
        ),
        Action("withdraw", _("Withdraw"), _withdraw, "profit.change", MANY, danger=True,
               confirm=_("What these rules shared is left unallocated, or goes by the rule before.")),
    ),
    empty=_("Without a rule the costs of no order stay unallocated, in sight."),
    audit_kind="allocation_rule",
    title_of="account",
    note=_("How costs of no order are shared, account by account, from a month on; the newest rule counts."),
)  # fmt: skip
