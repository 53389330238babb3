"""Findings at the desk: what was charged wrong, of bills and of settlements."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import Finding
from tradewind.apps.claims.operations import audit_fees, dismiss_findings, make_claims
from tradewind.apps.stores.queries import store_coded
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    STATE,
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
from tradewind.desk.nouns._claims import (
    FACTS,
    FINDING_STATES,
    bill_choices,
    claim_choices,
    line_ref,
    reason_choices,
    reason_label,
    tracking_of,
)
from tradewind.desk.nouns._money import money, store_choices
from tradewind.desk.nouns._order_files import store_codes
from tradewind.engine.access import Actor

EVENT_WORDS: dict[str, Any] = {
    "credited": _("Credited"),
    "reimbursed": _("Paid back"),
    "refused": _("Turned down"),
}
SOURCES: dict[str, Any] = {
    "credit_note": _("Credit note"),
    "settlement_line": _("Settlement line"),
    "word": _("A person"),
    "refusal": _("Their answer"),
}
EVENTS = (
    Column("on", _("Day"), DATE),
    Column("kind", _("What came"), value=lambda x: EVENT_WORDS.get(x.kind, x.kind)),
    Column("amount", _("Amount"), MONEY, lambda x: money(x.amount_minor, x.currency)),
    Column("source", _("By"), value=lambda x: SOURCES.get(x.source, x.source)),
    Column("source_ref", _("Document"), wide=True),
)
_FACT = (
    Column("name", _("Compared"), value=lambda x: FACTS.get(x[0], x[0])),
    Column("value", _("Value"), value=lambda x: x[1], wide=True),
)


def _order(row: Finding) -> Ref | None:
    return None if row.order is None else Ref("orders", row.order.pk, row.order.external_id)


def _claim_ref(row: Finding) -> Ref | None:
    return None if row.claim is None else Ref("claims", row.claim.pk, row.claim.number)


def _money(name: str) -> Any:
    return lambda row: money(getattr(row, f"{name}_minor"), row.currency)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.findings(actor).filter(pk=pk).first()
    if x is None:
        return None
    line = x.settlement_line
    return Detail(
        str(reason_label(x.reason)),
        tracking_of(x) or (x.order.external_id if x.order else ""),
        x.state,
        (
            Fact(_("Bill line"), line_ref(x.bill_line), LINK),
            Fact(_("Settlement line"), Ref("settlement_lines", line.pk, str(line)) if line else None, LINK),
            Fact(_("Order"), _order(x), LINK),
            Fact(_("SKU"), Ref("skus", x.sku.pk, x.sku.code) if x.sku else None, LINK),
            Fact(_("Store"), Ref("stores", x.store.pk, x.store.name) if x.store else None, LINK),
            Fact(_("Charged"), _money("charged")(x), MONEY),
            Fact(_("Should be"), _money("expected")(x), MONEY),
            Fact(_("Too much"), _money("excess")(x), MONEY),
            Fact(_("Given back"), _money("recovered")(x), MONEY),
            Fact(_("Stands on"), x.source),
            Fact(_("Last day to claim"), x.due_on, DATE),
            Fact(_("Deadline by"), x.due_source),
            Fact(_("Claim"), _claim_ref(x), LINK),
            Fact(_("Found on"), x.found_at, TIME),
            Fact(_("Note"), x.note),
        ),
        (
            Table(_("What was compared"), _FACT, list(x.facts.items()), _("Nothing.")),
            Table(_("What came back"), EVENTS, list(x.events.order_by("id")), _("Nothing yet.")),
        ),
    )  # fmt: skip


def _claim(call: Call) -> Outcome:
    made = make_claims(ids=call.ids, now=call.now, by=call.by)
    goto = Ref("claims", made[0].pk, made[0].number) if len(made) == 1 else None
    said = _now("Claims made: %(numbers)s.") % {"numbers": ", ".join(c.number for c in made)}
    return Outcome(said, len(made), goto)


def _dismiss(call: Call) -> Outcome:
    done = dismiss_findings(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Let go."), len(done))


def _audit(call: Call) -> Outcome:
    v = call.values
    done = audit_fees(
        store_id=store_coded(v["store"], call.by).pk,
        first=v["first"],
        last=v["last"],
        now=call.now,
        by=call.by,
    )
    said = _now("%(judged)d fees judged: %(found)d too high, %(unjudged)d could not be judged.")
    counts = {"judged": done.judged_count, "found": done.found_count, "unjudged": sum(done.unjudged.values())}
    return Outcome(said % counts, done.found_count, Ref("fee_audits", done.pk, str(done)), detail=counts)


NOUN = Noun(
    code="findings",
    label=_("Wrong charges"),
    stage=6,
    place=17,
    icon="search-x",
    prefix="fnd",
    view="claims.view",
    by_store=True,
    rows=queries.findings,
    columns=(
        Column("reason", _("Reason"), value=lambda x: reason_label(x.reason), sort="reason", wide=True),
        Column("bill_line", _("Bill line"), LINK, lambda x: line_ref(x.bill_line)),
        Column("tracking", _("Tracking number"), value=tracking_of),
        Column("order", _("Order"), LINK, _order),
        Column("store", _("Store"), value=lambda x: x.store.name if x.store else ""),
        Column("charged", _("Charged"), MONEY, _money("charged")),
        Column("expected", _("Should be"), MONEY, _money("expected")),
        Column("excess", _("Too much"), MONEY, _money("excess"), sort="excess_minor"),
        Column("recovered", _("Given back"), MONEY, _money("recovered")),
        Column("due_on", _("Last day to claim"), DATE, sort="due_on"),
        Column("claim", _("Claim"), LINK, _claim_ref),
        Column("source", _("Stands on")),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-id",
    search=("bill_line__tracking_no__iexact", "order__external_id__iexact"),
    state_field="state",
    states=FINDING_STATES,
    filters=(
        Filter("reason", _("Reason"), "reason", reason_choices),
        Filter("store", _("Store"), "store_id", store_choices),
        Filter("bill", _("From bill"), "bill_line__bill_id", bill_choices),
        Filter("claim", _("Claim"), "claim_id", claim_choices),
    ),
    actions=(
        Action("audit", _("Judge fees of a store"), _audit, "claims.change", NONE, (
            Field("store", _("Store"), CHOICE, choices=store_codes),
            Field("first", _("Settlements ended from"), DATE),
            Field("last", _("Settlements ended to"), DATE),
        ), key="n"),
        Action("claim", _("Claim it"), _claim, "claims.change", MANY, states=("open",), key="c"),
        Action("dismiss", _("Let go"), _dismiss, "claims.change", MANY, (
            Field("reason", _("Reason"), LONG),
        ), states=("open",)),
    ),
    waiting=lambda actor: queries.findings(actor).filter(state="open").count(),
    empty=_("Judge a bill or the fees of a store; what is wrong stands here."),
    audit_kind="finding",
    title_of=lambda row: f"{reason_label(row.reason)} {row.excess_minor}",
    note=_("Charged against what should have been. Filtered by claim, its export is the dispute file."),
)  # fmt: skip
