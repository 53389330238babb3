"""Bank statement lines at the desk."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import BankLine, Conversion
from tradewind.apps.treasury.operations import record_exchange
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LINK,
    MONEY,
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
)  # fmt: skip
from tradewind.desk.nouns._money import bank_choices
from tradewind.engine.access import Actor


def _rows(actor: Actor) -> QuerySet[BankLine]:
    return queries.bank_lines(actor).select_related("conversion", "sold_in")


def _account(x: BankLine) -> Ref:
    return Ref("bank_accounts", x.account_id, x.account.name)


def _conversion(x: BankLine) -> Ref | None:
    found: Conversion | None = getattr(x, "conversion", None) or getattr(x, "sold_in", None)
    return None if found is None else Ref("conversions", found.pk, found.group)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = _rows(actor).filter(pk=pk).first()
    if x is None:
        return None
    return Detail(
        x.shown,
        x.account.name,
        facts=(
            Fact(_("Account"), _account(x), LINK),
            Fact(_("Day"), x.on, DATE),
            Fact(_("Amount"), x.amount, MONEY),
            Fact(_("Reference"), x.reference),
            Fact(_("Memo"), x.memo),
            Fact(_("Withdrawal"), _conversion(x), LINK),
        ),
    )


def _coming(actor: Actor) -> list[tuple[str, str]]:
    rows = queries.open_bank_lines(actor).order_by("-on")[:500]
    return [(str(x.pk), f"{x.on} · {x.amount} · {x.account.name}") for x in rows]


def _exchange(call: Call) -> Outcome:
    v = call.values
    record_exchange(
        sold_line_id=call.ids[0],
        bought_line_id=int(v["bought"]),
        reason=v["reason"],
        now=call.now,
        by=call.by,
    )
    return Outcome(_now("The two lines are one conversion."), 1)


NOUN = Noun(
    code="bank_lines",
    label=_("Bank lines"),
    stage=6,
    place=24,
    icon="rows-3",
    prefix="bln",
    view="treasury.view",
    rows=_rows,
    columns=(
        Column("on", _("Day"), DATE, sort="on"),
        Column("account", _("Account"), LINK, _account, sort="account__code"),
        Column("amount", _("Amount"), MONEY, sort="amount_minor"),
        Column("reference", _("Reference"), sort="reference"),
        Column("conversion", _("Withdrawal"), LINK, _conversion),
        Column("memo", _("Memo"), wide=True),
    ),
    detail=_detail,
    order="-on",
    search=("external_id__istartswith", "reference__istartswith"),
    filters=(Filter("account", _("Account"), "account_id", bank_choices),),
    actions=(
        Action("exchange", _("Converted at the bank"), _exchange, "treasury.change", ONE, (
            Field("bought", _("Became the line"), CHOICE, choices=_coming),
            Field("reason", _("Reason")),
        )),
    ),
    empty=_("Lines come from the bank's connector, or import a statement at its account."),
    audit_kind="bank_line",
    title_of="shown",
)  # fmt: skip
