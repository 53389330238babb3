"""Journal entries at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries, step
from tradewind.apps.ledger.models import Entry, Posting
from tradewind.apps.ledger.operations import reverse_entries
from tradewind.desk.kernel import (
    DATE,
    FLAG,
    LINK,
    MANY,
    MONEY,
    NONE,
    TEXT,
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
from tradewind.desk.nouns._money import company_choices, money
from tradewind.desk.nouns.accounts import account_name
from tradewind.engine.access import Actor

EVENTS = {
    "receipt": _("Goods received"),
    "late_cost": _("Cost found late"),
    "stock_count": _("Stock count difference"),
    "settlement_match": _("Settlement of an order found late"),
    "supplier_invoice": _("Supplier invoice"),
    "leg_departure": _("First leg departed"),
    "leg_arrival": _("First leg arrived"),
    "landed_charge": _("Landed charge"),
    "sale": _("Sale"),
    "settlement": _("Settlement"),
    "payout": _("Payout received"),
    "collection_fee": _("Collection fee"),
    "withdrawal": _("Withdrawal"),
    "conversion": _("Conversion arrived"),
    "withdrawal_returned": _("Withdrawal came back"),
    "reversal": _("Reversal"),
}
_POSTINGS = (
    Column("account", _("Account"), LINK, lambda p: Ref("accounts", p.account_id, p.account.code)),
    Column("name", _("Name"), value=lambda p: account_name(p.account), wide=True),
    Column("debit", _("Debit"), MONEY, lambda p: _side(p, 1)),
    Column("credit", _("Credit"), MONEY, lambda p: _side(p, -1)),
    Column("order", _("Order"), LINK, lambda p: _order(p)),
)
# Which noun's page shows the document of an entry.
_DOCUMENTS = {
    "order": "orders",
    "settlement": "settlements",
    "settlement_line": "settlement_lines",
    "payout": "payouts",
    "conversion": "conversions",
    "collection_line": "collection_lines",
    "receipt": "receipts",
    "layer": "layers",
    "first_leg": "first_legs",
    "entry": "entries",
}
SHOWN = 500


def _side(p: Posting, sign: int) -> object:
    return money(abs(p.amount_minor), p.currency) if p.amount_minor * sign > 0 else None


def _order(p: Posting) -> Ref | None:
    return None if p.order_id is None else Ref("orders", p.order_id, f"ord_{p.order_id}")


def _document(e: Entry) -> Ref | None:
    noun = _DOCUMENTS.get(e.source)
    return None if noun is None else Ref(noun, e.source_id, e.memo or str(e.source_id))


def _event(e: Entry) -> str:
    return str(EVENTS.get(e.event, e.event))


def _detail(actor: Actor, pk: int) -> Detail | None:
    e = queries.entries(actor).filter(pk=pk).first()
    if e is None:
        return None
    rows = list(e.postings.select_related("account").order_by("id")[:SHOWN])
    more = e.postings.count() - len(rows)
    alerts = (_now("%(n)d more postings are not shown.") % {"n": more},) if more else ()
    return Detail(
        str(e),
        _event(e),
        facts=(
            Fact(_("Company"), Ref("companies", e.company_id, str(e.company)), LINK),
            Fact(_("Day"), e.on, DATE),
            Fact(_("Event"), _event(e)),
            Fact(_("Document"), _document(e), LINK),
            Fact(_("Memo"), e.memo),
            Fact(_("Posted"), e.posted, FLAG),
        ),
        tables=(Table(_("Postings"), _POSTINGS, rows),),
        alerts=alerts,
    )


def _post(call: Call) -> Outcome:
    done = step.post_ready(call.now, call.by)
    said = _now("%(n)d entries booked, %(w)d documents wait.") % {"n": done.done, "w": done.waiting}
    return Outcome(said, done.done)


def _reverse(call: Call) -> Outcome:
    v = call.values
    made = reverse_entries(ids=call.ids, on=v["on"], reason=v["reason"], now=call.now, by=call.by)
    return Outcome(_now("%(n)d entries reversed.") % {"n": len(made)}, len(made))


NOUN = Noun(
    code="entries",
    label=_("Journal entries"),
    stage=6,
    place=31,
    icon="book-open",
    prefix="jen",
    view="ledger.view",
    by_store=True,
    rows=queries.entries,
    columns=(
        Column("number", _("Number"), TEXT, str, sort="number"),
        Column("on", _("Day"), DATE, sort="on"),
        Column("company", _("Company"), value=lambda e: str(e.company)),
        Column("event", _("Event"), value=_event, sort="event"),
        Column("document", _("Document"), LINK, _document),
        Column("memo", _("Memo"), wide=True),
        Column("posted", _("Posted"), FLAG),
    ),
    detail=_detail,
    order="-on",
    search=("memo__istartswith",),
    filters=(
        Filter("company", _("Company"), "company_id", company_choices),
        Filter("event", _("Event"), "event", lambda _actor: list(EVENTS.items())),
    ),
    actions=(
        Action("post", _("Book what is ready"), _post, "ledger.change", NONE, key="b"),
        Action(
            "reverse",
            _("Reverse"),
            _reverse,
            "ledger.change",
            MANY,
            (Field("on", _("Day"), DATE), Field("reason", _("Reason"))),
            danger=True,
        ),
    ),
    waiting=step.waiting,
    empty=_("Entries are booked from documents: a sale, a settlement, a payout."),
    audit_kind="entry",
    title_of=str,
    note=_("A posted entry never changes; a correction is another entry."),
)
