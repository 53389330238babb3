"""Statement lines of collection accounts at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import CollectionLine
from tradewind.apps.treasury.operations import link_receipt, link_return
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    FLAG,
    INT,
    LINK,
    MONEY,
    ONE,
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
)  # fmt: skip
from tradewind.desk.nouns._money import collection_choices, money
from tradewind.desk.nouns._statement_layouts import KINDS
from tradewind.engine.access import Actor

_KINDS = {code: label for code, label in KINDS.items() if code not in ("in", "out")}


def _kinds(_actor: Actor) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in _KINDS.items()]


def _account(x: CollectionLine) -> Ref:
    return Ref("collection_accounts", x.account_id, x.account.name)


def _expected(actor: Actor) -> list[tuple[str, str]]:
    rows = queries.payouts(actor).filter(state="expected").order_by("expected_on", "id")
    return [(str(p.pk), f"{p.settlement.external_id} · {p.amount}") for p in rows]


_PROPOSALS = (
    Column("rank", _("Rank"), INT),
    Column("payouts", _("Payouts"), value=lambda p: ", ".join(f"pay_{pk}" for pk in p.expected_ids)),
    Column("reason", _("Reason"), wide=True),
)
_PAID = (
    Column("payout", _("Payout"), LINK, lambda p: Ref("payouts", p.pk, f"pay_{p.pk}")),
    Column("amount", _("Amount"), MONEY),
    Column("how", _("Matched because"), wide=True),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.collection_lines(actor).filter(pk=pk).first()
    if x is None:
        return None
    open_receipt = x.kind == "receive" and not x.matched
    tables = [Table(_("Payouts it paid"), _PAID, queries.paid_by(x), _("None yet."))]
    if open_receipt:
        found = queries.proposals(actor, x.pk)
        tables.append(Table(_("Proposals"), _PROPOSALS, found, _("Nothing fits.")))
    return Detail(
        x.external_id,
        str(_KINDS.get(x.kind, x.kind)),
        facts=(
            Fact(_("Account"), _account(x), LINK),
            Fact(_("Amount"), x.amount, MONEY),
            Fact(_("At"), x.at, TIME),
            Fact(_("Reference"), x.reference),
            Fact(_("Provider's number"), x.group),
            Fact(_("Bought"), money(x.counter_minor, x.counter_currency), MONEY),
            Fact(_("Rate"), x.rate, DECIMAL),
            Fact(_("Memo"), x.memo),
        ),
        tables=tuple(tables) if x.kind == "receive" else (),
    )


def _link(call: Call) -> Outcome:
    v = call.values
    link_receipt(
        line_id=call.ids[0], payout_ids=[int(v["payout"])], reason=v["reason"], now=call.now, by=call.by
    )
    return Outcome(_now("The receipt pays this payout."), 1)


def _underway(actor: Actor) -> list[tuple[str, str]]:
    rows = queries.conversions(actor).filter(state="underway", collection__isnull=False).order_by("-at")
    return [(str(c.pk), f"{c.group} · {c.sold}") for c in rows]


def _return(call: Call) -> Outcome:
    v = call.values
    link_return(
        line_id=call.ids[0], conversion_id=int(v["conversion"]), reason=v["reason"], now=call.now, by=call.by
    )
    return Outcome(_now("The withdrawal came back with this line."), 1)


NOUN = Noun(
    code="collection_lines",
    label=_("Collection account lines"),
    stage=6,
    place=22,
    icon="scroll-text",
    prefix="cln",
    view="treasury.view",
    rows=queries.collection_lines,
    columns=(
        Column("at", _("At"), TIME, sort="at"),
        Column("account", _("Account"), LINK, _account, sort="account__code"),
        Column("kind", _("Kind"), value=lambda x: str(_KINDS.get(x.kind, x.kind)), sort="kind"),
        Column("amount", _("Amount"), MONEY, sort="amount_minor"),
        Column("reference", _("Reference"), sort="reference", wide=True),
        Column("group", _("Provider's number")),
        Column("matched", _("Matched"), FLAG),
    ),
    detail=_detail,
    order="-at",
    search=("external_id__istartswith", "reference__istartswith", "group__istartswith"),
    filters=(
        Filter("account", _("Account"), "account_id", collection_choices),
        Filter("kind", _("Kind"), "kind", _kinds),
    ),
    actions=(
        Action("link", _("Match to a payout"), _link, "treasury.change", ONE, (
            Field("payout", _("Payout"), CHOICE, choices=_expected),
            Field("reason", _("Reason")),
        )),
        Action("return", _("A withdrawal came back"), _return, "treasury.change", ONE, (
            Field("conversion", _("Withdrawal"), CHOICE, choices=_underway),
            Field("reason", _("Reason")),
        )),
    ),
    empty=_("Lines come from the provider, or from a statement file."),
    audit_kind="collection_line",
    title_of="external_id",
)  # fmt: skip
