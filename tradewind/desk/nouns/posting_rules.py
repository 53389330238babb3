"""Which account a kind of settlement line is booked to, at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import PostingRule
from tradewind.apps.ledger.operations import set_posting_rule
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LINK,
    NONE,
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
)  # fmt: skip
from tradewind.desk.nouns._money import kind_choices, kind_label
from tradewind.desk.nouns.accounts import account_choices, account_name
from tradewind.engine.access import Actor


def _channels(_actor: Actor) -> list[tuple[str, str]]:
    return [(m.code, m.name_zh) for m in registry.manifests(CHANNEL)]


def _account(r: PostingRule) -> Ref:
    return Ref("accounts", r.account_id, f"{r.account.code} {account_name(r.account)}")


def _detail(actor: Actor, pk: int) -> Detail | None:
    r = queries.posting_rules(actor).filter(pk=pk).first()
    if r is None:
        return None
    return Detail(
        kind_label(r.kind),
        str(r.account),
        facts=(
            Fact(_("Kind"), kind_label(r.kind)),
            Fact(_("Channel"), r.channel or _now("Every channel")),
            Fact(_("Ledger account"), _account(r), LINK),
            Fact(_("From"), r.since, DATE),
            Fact(_("Reason"), r.reason),
            Fact(_("Said by"), r.made_by),
            Fact(_("Said at"), r.made_at, TIME),
        ),
    )


def _set(call: Call) -> Outcome:
    v = call.values
    made = set_posting_rule(
        kind=v["kind"], channel=v["channel"] or "", account=v["account"], since=v["since"],
        reason=v["reason"], now=call.now, by=call.by,
    )  # fmt: skip
    said = _now("From %(day)s on this kind is booked to %(account)s.")
    return Outcome(said % {"day": v["since"], "account": v["account"]}, 1, Ref("posting_rules", made, ""))


NOUN = Noun(
    code="posting_rules",
    label=_("Posting rules"),
    stage=6,
    place=33,
    icon="route",
    prefix="pru",
    view="ledger.view",
    rows=queries.posting_rules,
    columns=(
        Column("kind", _("Kind"), value=lambda r: kind_label(r.kind), sort="kind", wide=True),
        Column("channel", _("Channel"), value=lambda r: r.channel or _now("Every channel")),
        Column("account", _("Ledger account"), LINK, _account),
        Column("since", _("From"), DATE, sort="since"),
        Column("reason", _("Reason"), wide=True),
        Column("made_by", _("Said by")),
    ),
    detail=_detail,
    order="-since",
    filters=(Filter("kind", _("Kind"), "kind", kind_choices),),
    actions=(
        Action(
            "set",
            _("Book a kind elsewhere"),
            _set,
            "ledger.change",
            NONE,
            (
                Field("kind", _("Kind"), CHOICE, choices=kind_choices),
                Field("channel", _("Channel"), CHOICE, False, _channels, _("Empty: every channel")),
                Field("account", _("Ledger account"), CHOICE, choices=account_choices),
                Field("since", _("From"), DATE, help=_("Settlements that end on this day or later")),
                Field("reason", _("Reason")),
            ),
        ),
    ),
    empty=_("Every kind is booked to its usual account of the chart; a rule changes that from a day on."),
    audit_kind="posting_rule",
    title_of=str,
    note=_("What is booked stays where it is; the account must lie in the same part of profit."),
)
