"""Suppliers and what they ask, at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.sourcing import queries
from tradewind.apps.sourcing.operations import (
    NewQuote,
    NewSupplier,
    PaymentTerms,
    record_quotes,
    register_suppliers,
    resume_suppliers,
    set_payment_terms,
    stop_suppliers,
)
from tradewind.apps.sourcing.states import BALANCE_FROM, INVOICE_DAY, MONTH_END
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    INT,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    ONE,
    PERCENT,
    STATE,
    TEXT,
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
)
from tradewind.desk.nouns._upstream import currencies, money, skus_of, table_of, text, whole
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

QUOTES = (
    Column("sku", _("SKU"), LINK, lambda q: Ref("skus", q.sku_id, q.sku.code)),
    Column("moq", _("From units"), INT),
    Column("price", _("Unit price"), MONEY, lambda q: Money(q.price_minor, q.currency), hidden="cost"),
    Column("lead_days", _("Days of lead time"), INT),
    Column("valid_from", _("From"), DATE),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.suppliers(actor).filter(pk=pk).first()
    if row is None:
        return None
    asked = list(queries.quotes(actor).filter(supplier=row)[:200])
    orders = list(queries.purchase_orders(actor).filter(supplier=row).order_by("-id")[:50])
    return Detail(
        row.code,
        row.name if actor.sees("supplier") else "",
        row.state,
        (
            Fact(_("Name"), row.name, TEXT, None, "supplier"),
            Fact(_("Country"), row.country, COUNTRY),
            Fact(_("Paid in"), row.currency),
            Fact(_("Contact"), row.contact, TEXT, None, "supplier"),
            Fact(_("Deposit"), row.deposit_percent, PERCENT, None, "cost"),
            Fact(_("Deposit due days after the order"), row.deposit_days, INT, None, "cost"),
            Fact(_("Balance due after days"), row.balance_days, INT, None, "cost"),
            Fact(_("Counted from"), _FROM.get(row.balance_from, ""), TEXT, None, "cost"),
        ),
        (
            Table(_("Quotes"), QUOTES, asked, _("No quote yet."), "cost"),
            Table(
                _("Purchase orders"),
                (
                    Column("number", _("Number"), LINK, lambda o: Ref("purchase_orders", o.pk, o.number)),
                    Column("ordered_on", _("Ordered on"), DATE),
                    Column("due_on", _("Due on"), DATE),
                    Column("state", _("State"), STATE),
                ),
                orders,
                _("None yet."),
            ),
        ),
    )


def _register(call: Call) -> Outcome:
    v = call.values
    new = NewSupplier(v["code"], v["name"], v["country"], v["currency"], text(call, "contact"))
    [pk] = register_suppliers(suppliers=[new], now=call.now, by=call.by)
    return Outcome(_("The supplier is registered."), 1, Ref("suppliers", pk, new.code))


def _quotes(call: Call) -> Outcome:
    """Lines `SKU price [from units [days]]` as quotes of one supplier from a day on."""
    v = call.values
    rows = table_of("quotes", v["quotes"], 4, "TW-K01 11.80 100 15")
    problems: list[Problem] = []
    known = skus_of(problems, rows)
    currency = queries.suppliers(call.by).get(pk=call.ids[0]).currency
    new = []
    for no, (code, price, *rest) in rows:
        try:
            amount = money("price", price, currency)
        except Refused as exc:
            problems += [Problem(no, p.field, p.value, p.reason, p.accepted) for p in exc.problems]
            continue
        numbers = [whole(problems, no, "quotes", word) for word in rest]
        if amount is not None and code in known:
            new.append(
                NewQuote(
                    call.ids[0], known[code], amount, v["valid_from"], numbers[0] if numbers else 1,
                    numbers[1] if len(numbers) > 1 else None,
                )
            )  # fmt: skip
    if problems:
        raise Refused(problems)
    made = record_quotes(quotes=new, now=call.now, by=call.by)
    return Outcome(_now("%(n)s quotes kept.") % {"n": len(made)}, len(made))


_FROM = {INVOICE_DAY: _("the invoice's day"), MONTH_END: _("the end of the invoice's month")}


def _terms(call: Call) -> Outcome:
    v = call.values
    terms = PaymentTerms(
        v["deposit_percent"], v["deposit_days"], v["balance_days"], v["balance_from"] or INVOICE_DAY
    )
    done = set_payment_terms(ids=call.ids, terms=terms, now=call.now, by=call.by)
    return Outcome(_("These terms hold from now on."), len(done))


def _stop(call: Call) -> Outcome:
    done = stop_suppliers(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Nothing more is bought there."), len(done))


def _resume(call: Call) -> Outcome:
    return Outcome(_("Taken up again."), len(resume_suppliers(ids=call.ids, now=call.now, by=call.by)))


NOUN = Noun(
    code="suppliers",
    label=_("Suppliers"),
    stage=3,
    place=40,
    icon="factory",
    prefix="sup",
    view="sourcing.view",
    rows=queries.suppliers,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", hidden="supplier", wide=True),
        Column("country", _("Country"), COUNTRY),
        Column("currency", _("Paid in")),
        Column("contact", _("Contact"), hidden="supplier"),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    state_field="state",
    states=(("active", _("Active"), "good"), ("stopped", _("Stopped"), "idle")),
    actions=(
        Action("create", _("Register a supplier"), _register, "sourcing.change", NONE, (
            Field("code", _("Code")),
            Field("name", _("Name")),
            Field("country", _("Country"), COUNTRY, initial="CN"),
            Field("currency", _("Paid in"), CHOICE, choices=currencies, initial="CNY"),
            Field("contact", _("Contact"), required=False),
        ), key="n"),
        Action("quotes", _("Enter quotes"), _quotes, "sourcing.change", ONE, (
            Field("quotes", _("Quotes"), LONG,
                  help=_("One a line: SKU, price without VAT, from units, days of lead time")),
            Field("valid_from", _("From"), DATE),
        ), key="q"),
        Action("terms", _("Set payment terms"), _terms, "sourcing.change", MANY, (
            Field("deposit_percent", _("Deposit"), PERCENT, False,
                  help=_("Share of the order without VAT; empty: no deposit")),
            Field("deposit_days", _("Deposit due days after the order"), INT, False),
            Field("balance_days", _("Balance due after days"), INT, False),
            Field("balance_from", _("Counted from"), CHOICE, False,
                  choices=lambda _actor: [(code, _FROM[code]) for code in BALANCE_FROM], initial=INVOICE_DAY),
        ), key="t"),
        Action("stop", _("Stop"), _stop, "sourcing.change", MANY, (Field("reason", _("Reason")),),
               states=("active",), danger=True),
        Action("resume", _("Take up again"), _resume, "sourcing.change", MANY, states=("stopped",)),
    ),
    empty=_("Register the factories and traders you buy from."),
    audit_kind="supplier",
    note=_("Whom you buy from. Names and prices are shown to purchasing, finance and the owner only."),
)  # fmt: skip
