"""Bills at the desk: from the creditor's file to what is owed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import Bill
from tradewind.apps.claims.states import ACCEPTED, AUDITED, CLOSED, DRAFT
from tradewind.desk.kernel import (
    DATE,
    INT,
    LINK,
    MONEY,
    STATE,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Ref,
    Table,
)
from tradewind.desk.nouns._bill_acts import ACTIONS
from tradewind.desk.nouns._claims import (
    FINDING_STATES,
    KINDS,
    bill_kinds,
    line_ref,
    reason_label,
    unjudged_label,
)
from tradewind.desk.nouns._money import money, settlement_ref, store_choices
from tradewind.engine.access import Actor

_STATE_WORDS = {state: label for state, label, _tone in FINDING_STATES}
_BY_REASON = (
    Column("reason", _("Reason"), value=lambda x: reason_label(x["reason"]), wide=True),
    Column("count", _("Findings"), INT, value=lambda x: x["count"]),
    Column("excess", _("Too much"), MONEY, value=lambda x: x["excess"]),
)
_FINDINGS = (
    Column("line", _("Line"), LINK, lambda x: line_ref(x.bill_line)),
    Column("tracking", _("Tracking number"), value=lambda x: x.bill_line.tracking_no),
    Column("reason", _("Reason"), value=lambda x: reason_label(x.reason), wide=True),
    Column("charged", _("Charged"), MONEY, lambda x: money(x.charged_minor, x.currency)),
    Column("expected", _("Should be"), MONEY, lambda x: money(x.expected_minor, x.currency)),
    Column("excess", _("Too much"), MONEY, lambda x: money(x.excess_minor, x.currency)),
    Column("state", _("State"), value=lambda x: _STATE_WORDS.get(x.state, x.state)),
)
HOW: dict[str, Any] = {
    "number": _("Number of the bill"),
    "amount": _("Amount"),
    "sum": _("The only sum that fits"),
    "person": _("A person"),
}
_COVERS = (
    Column("settlement", _("Settlement"), LINK, lambda x: settlement_ref(x.settlement_line.settlement)),
    Column("line_no", _("Line"), INT, lambda x: x.settlement_line.line_no),
    Column("how", _("Matched by"), value=lambda x: HOW.get(x.how, x.how)),
    Column("amount", _("Amount"), MONEY, lambda x: money(x.amount_minor, x.bill.currency)),
)
MOST = 200


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.bills(actor).filter(pk=pk).first()
    if row is None:
        return None
    found = queries.findings(actor).filter(bill_line__bill=row)
    sums = (
        found.exclude(state="dismissed")
        .values("reason")
        .annotate(count=Count("id"), minor=Sum("excess_minor"))
    )
    by_reason = [{**s, "excess": money(s["minor"], row.currency)} for s in sums.order_by("-minor")]
    covers = row.covers.select_related("settlement_line__settlement", "bill").order_by("id")
    return Detail(
        row.number,
        row.creditor,
        row.state,
        _facts(row),
        (
            Table(_("What is wrong"), _BY_REASON, by_reason, _("Nothing found.")),
            Table(_("Findings"), _FINDINGS, list(found.order_by("-excess_minor", "id")[:MOST]), _("None.")),
            *((Table(_("Taken by the channel"), _COVERS, list(covers)),) if row.covered_minor else ()),
        ),
        alerts=_alerts(row, actor),
    )


def _facts(row: Bill) -> tuple[Fact, ...]:
    c = row.currency
    return (
        Fact(_("Company"), Ref("companies", row.company_id, str(row.company)), LINK),
        Fact(_("Store"), Ref("stores", row.store.pk, row.store.name) if row.store else None, LINK),
        Fact(_("Kind"), KINDS.get(row.kind, row.kind)),
        Fact(_("Bill of"), row.on, DATE),
        Fact(_("Payment due on"), row.due_on, DATE),
        Fact(_("Amount of the bill"), row.amount, MONEY),
        Fact(_("Agreed"), money(row.accepted_minor, c), MONEY),
        Fact(_("In dispute"), money(row.disputed_minor, c), MONEY),
        Fact(_("Given back"), money(row.credited_minor, c), MONEY),
        Fact(_("Taken by the channel"), money(row.covered_minor, c), MONEY),
        Fact(_("To be paid"), row.payable if row.state in (ACCEPTED, CLOSED) else None, MONEY),
        Fact(_("Lines"), row.line_count, INT),
        Fact(_("Last day to dispute"), row.dispute_by, DATE),
        Fact(_("Deadline by"), row.dispute_source),
        Fact(_("Layout"), Ref("bill_layouts", row.layout.pk, row.layout.name) if row.layout else None, LINK),
    )  # fmt: skip


def _alerts(row: Bill, actor: Actor) -> tuple[Any, ...]:
    alerts = []
    if row.disputed_minor and row.dispute_by is None:
        alerts.append(_now("Nobody has said until when this creditor takes disputes."))
    lines = queries.bill_lines(actor).filter(bill=row, state="unjudged").values_list("unjudged", flat=True)
    why = Counter(tuple(pair) for listed in lines for pair in listed[:1])
    if why:
        said = "; ".join(f"{unjudged_label(*pair)} ({n})" for pair, n in why.most_common(4))
        text = _now("Lines that could not be judged: %(n)d. %(why)s")
        alerts.append(text % {"n": sum(why.values()), "why": said})
    return tuple(alerts)


NOUN = Noun(
    code="bills",
    label=_("Bills"),
    stage=6,
    place=15,
    icon="file-text",
    prefix="bil",
    view="claims.view",
    by_store=True,
    rows=queries.bills,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("creditor", _("Creditor"), sort="creditor", wide=True),
        Column("kind", _("Kind"), value=lambda x: KINDS.get(x.kind, x.kind)),
        Column("on", _("Bill of"), DATE, sort="on"),
        Column("due_on", _("Payment due on"), DATE, sort="due_on"),
        Column("asked", _("Amount of the bill"), MONEY, "amount", sort="lines_minor"),
        Column("disputed", _("In dispute"), MONEY, lambda x: money(x.disputed_minor, x.currency)),
        Column("payable", _("To be paid"), MONEY,
               lambda x: x.payable if x.state in (ACCEPTED, CLOSED) else None),
        Column("dispute_by", _("Last day to dispute"), DATE, sort="dispute_by"),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="-on",
    search=("number__istartswith", "creditor__istartswith"),
    state_field="state",
    states=(
        (DRAFT, _("Taken over"), "wait"),
        (AUDITED, _("Judged"), "wait"),
        (ACCEPTED, _("Accepted, in dispute"), "bad"),
        (CLOSED, _("Closed"), "done"),
    ),
    filters=(
        Filter("kind", _("Kind"), "kind", bill_kinds),
        Filter("store", _("Store"), "store_id", store_choices),
    ),
    actions=ACTIONS,
    waiting=lambda actor: queries.bills(actor).filter(state__in=(DRAFT, AUDITED)).count(),
    empty=_("Take over a bill of a carrier, a warehouse or an advertiser."),
    audit_kind="bill",
    title_of=lambda row: f"{row.creditor} {row.number}",
    note=_("Every line priced at our own weights and rate cards; what is not disputed is to be paid."),
)  # fmt: skip
