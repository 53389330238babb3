"""Journal entries at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger import queries, step
from tradewind.apps.ledger.models import Entry, Posting, Revaluation
from tradewind.apps.ledger.operations import (
    Voucher,
    VoucherLine,
    import_vouchers,
    post_vouchers,
    reverse_entries,
)
from tradewind.apps.ledger.operations.voucher_files import side
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FILE,
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
from tradewind.desk.nouns._money import company_choices, money, store_choices
from tradewind.desk.nouns.accounts import KINDS, account_choices, account_name
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import MoneyError

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
    "payable": _("Payable entered by hand"),
    "payment": _("Payment made"),
    "payment_reversal": _("Payment came back"),
    "set_off": _("Deposit set off"),
    "write_off": _("Written off payable"),
    "reversal": _("Reversal"),
    "manual": _("Entry by hand"),
    "opening": _("Opening balances"),
    "accrual": _("Accrual"),
    "accrual_reversal": _("Accrual taken back"),
    "freight_accrual": _("Freight accrued"),
    "freight_accrual_reversal": _("Freight accrual taken back"),
    "revaluation": _("Revaluation"),
    "revaluation_reversal": _("Revaluation taken back"),
}
BY_HAND = {name: EVENTS[name] for name in ("manual", "accrual", "opening")}
_POSTINGS = (
    Column("account", _("Ledger account"), LINK, lambda p: Ref("accounts", p.account_id, p.account.code)),
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
    "payable": "payables",
    "payment": "payments",
}
_RATES = (
    Column("currency", _("Currency")),
    Column("side", _("Side"), value=lambda r: str(KINDS.get(r.side, r.side))),
    Column("balance", _("Balance"), MONEY, lambda r: money(r.balance_minor, r.currency)),
    Column("carrying", _("Came in at"), MONEY, lambda r: money(r.carrying_minor, _base(r))),
    Column("worth", _("Worth"), MONEY, lambda r: money(r.worth_minor, _base(r))),
    Column("realised", _("Realised since the beginning"), MONEY, lambda r: money(r.realised_minor, _base(r))),
    Column("rate", _("Rate"), DECIMAL),
    Column("rate_on", _("Of"), DATE),
    Column("source", _("Source")),
)
SHOWN = 500


def _base(r: Revaluation) -> str:
    return r.entry.company.base_currency


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
            Fact(_("Of a closed month: the day"), e.of_day, DATE),
            Fact(_("Posted"), e.posted, FLAG),
        ),
        tables=(Table(_("Postings"), _POSTINGS, rows), *_rates(e)),
        alerts=alerts,
    )


def _rates(e: Entry) -> tuple[Table, ...]:
    rows = list(e.revaluations.select_related("entry__company").order_by("currency", "side"))
    return (Table(_("Open money at the rate of the day"), _RATES, rows),) if rows else ()


def _book(call: Call) -> Outcome:
    v = call.values
    problems, lines = [], []
    for number, line in enumerate(v["lines"], 1):
        currency = line["currency"].strip().upper()
        try:
            amount = side(line["debit"], line["credit"], currency)
        except (ValueError, MoneyError) as exc:
            value = f"{line['debit'] or ''} / {line['credit'] or ''} {currency}"[:80]
            problems.append(Problem(None, f"lines.{number}.debit", value, str(exc)))
            continue
        lines.append(VoucherLine(line["account"], amount, int(line["store"]) if line["store"] else None))
    if problems:
        raise Refused(problems)
    one = Voucher(int(v["company"]), v["on"], v["memo"], tuple(lines), v["event"])
    made = post_vouchers(vouchers=[one], now=call.now, by=call.by)
    return Outcome(_now("%(n)d entries booked.") % {"n": len(made)}, len(made), Ref("entries", made[0], ""))


def _import(call: Call) -> Outcome:
    v = call.values
    made = import_vouchers(
        company_id=int(v["company"]), name=v["file"].name, data=v["file"].content, event=v["event"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_now("%(n)d entries booked.") % {"n": len(made)}, len(made))


def _by_hand(_actor: Actor) -> list[tuple[str, Any]]:
    return list(BY_HAND.items())


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
        Column("of_day", _("Late: of"), DATE, sort="of_day"),
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
            "book",
            _("Entry by hand"),
            _book,
            "ledger.change",
            NONE,
            (
                Field("company", _("Company"), CHOICE, choices=company_choices),
                Field("on", _("Day"), DATE),
                Field(
                    "event",
                    _("Kind"),
                    CHOICE,
                    choices=_by_hand,
                    initial="manual",
                    help=_("An accrual is taken back on the first of the next month"),
                ),
                Field("memo", _("Memo")),
            ),
            lines=(
                Field("account", _("Ledger account"), CHOICE, choices=account_choices),
                Field("debit", _("Debit"), DECIMAL, False),
                Field("credit", _("Credit"), DECIMAL, False),
                Field("currency", _("Currency"), initial="CNY"),
                Field("store", _("Store"), CHOICE, False, store_choices),
            ),
            key="n",
        ),
        Action(
            "import",
            _("Entries from a file"),
            _import,
            "ledger.change",
            NONE,
            (
                Field("company", _("Company"), CHOICE, choices=company_choices),
                Field("event", _("Kind"), CHOICE, choices=_by_hand, initial="manual"),
                Field(
                    "file",
                    _("File"),
                    FILE,
                    help=_("CSV or XLSX with ref, on, memo, account, debit, credit, currency, store"),
                ),
            ),
        ),
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
