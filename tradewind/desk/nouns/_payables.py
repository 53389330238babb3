"""Words and choices that payables, requests, payments and the calendar share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.payables.models import Payable, Payment
from tradewind.apps.payables.operations import NewPayment
from tradewind.apps.payables.queries import evidence
from tradewind.apps.payables.queries.accounts import BANK, COLLECTION, Line
from tradewind.apps.treasury.models import BankAccount, CollectionAccount
from tradewind.desk.kernel import CHOICE, DATE, MONEY, TEXT, Call, Field, Ref
from tradewind.desk.nouns.purchase_orders import MATCHES
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

KINDS = {
    "goods": _("Goods"),
    "deposit": _("Deposit"),
    "freight": _("First leg and duty"),
    "bill": _("Bill of a carrier or warehouse"),
    "ads": _("Advertising"),
    "tax": _("Tax"),
    "payroll": _("Payroll"),
    "rent": _("Rent"),
    "other": _("Something else"),
}
EVIDENCE = {
    **MATCHES,
    evidence.ORDERED: _("Ordered"),
    evidence.CANCELLED: _("The order is cancelled"),
    evidence.ALLOCATED: _("Laid on batches"),
    evidence.TAKEN_BACK: _("The charge was taken back"),
    evidence.AUDITED: _("Audited, nothing disputed"),
    evidence.DISPUTED: _("Audited, part of it disputed"),
    evidence.UNDOCUMENTED: _("Entered by hand"),
}
CLEARINGS = {
    "payment": _("Payment"),
    "set_off": _("Deposit set off"),
    "write_off": _("Written off"),
    "lapse": _("No longer asked"),
}


def kind_choices(*codes: str) -> Any:
    """Choices of kinds for a form or a filter; all of them without codes."""
    return lambda _actor: [(code, KINDS[code]) for code in codes or KINDS]


def evidence_word(code: str) -> Any:
    """How the documents agree, in words; nothing where nobody looked yet."""
    return EVIDENCE.get(code, "")


def payable_ref(one: Payable) -> Ref:
    """A link to a payable."""
    return Ref("payables", one.pk, one.number)


def account_choices(_actor: Actor) -> list[tuple[str, str]]:
    """Accounts money may leave, banks first."""
    banks = BankAccount.objects.order_by("code")
    others = CollectionAccount.objects.filter(state="open").order_by("code")
    return [(f"{BANK}:{a.pk}", f"{a.name} · {a.currency}") for a in banks] + [
        (f"{COLLECTION}:{a.pk}", f"{a.name} · {a.currency}") for a in others
    ]


def account_ref(one: Payment) -> Ref | None:
    """The account a payment left."""
    if one.bank is not None:
        return Ref("bank_accounts", one.bank.pk, one.bank.name)
    return (
        None if one.collection is None else Ref("collection_accounts", one.collection.pk, one.collection.name)
    )


def line_ref(one: Payment) -> Ref | None:
    """The statement line that shows a payment."""
    if one.bank_line is not None:
        return Ref("bank_lines", one.bank_line.pk, one.bank_line.reference or one.bank_line.external_id)
    line = one.collection_line
    return None if line is None else Ref("collection_lines", line.pk, line.reference or line.external_id)


def free_line_ref(line: Line) -> Ref:
    """A statement line that may show a payment, under the id the form takes."""
    return Ref("bank_lines" if line.place[0] == BANK else "collection_lines", line.id, line.text)


PAY_FIELDS = (
    Field("account", _("Paid from"), CHOICE, choices=account_choices),
    Field("on", _("Day"), DATE, False, help=_("Empty where a statement line gives it")),
    Field("amount", _("Amount paid off"), MONEY, False, help=_("Empty: all that is left")),
    Field("out", _("Left the account, fee included"), MONEY, False, help=_("Needed in another currency")),
    Field("fee", _("Bank fee in it"), MONEY, False),
    Field("line", _("Statement line"), TEXT, False, help=_("Its number, e.g. bln_12 or cln_12")),
)


def new_payment(
    call: Call, *, request_id: int | None, parts: dict[int, Money], reason: str = ""
) -> NewPayment:
    """A payment out of the form's values."""
    v = call.values
    kind, _colon, pk = v["account"].partition(":")
    return NewPayment(
        (kind, int(pk)), v["on"], request_id, parts, v["out"], v["fee"], line_id(v["line"]), reason
    )


def line_id(text: str | None) -> int | None:
    """The number of a statement line as people type it: bln_12, cln_12 or 12."""
    if not text:
        return None
    digits = text.strip().rpartition("_")[2]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise Refused([Problem(None, "line", text, _now("there is no such line of the account"), "bln_12")])
    return int(digits)


def only_one(call: Call, *fields: str) -> None:
    """Refuse values that make sense for one row only when several are chosen."""
    given = [name for name in fields if call.values.get(name)]
    if len(call.ids) > 1 and given:
        raise Refused(
            [
                Problem(None, name, str(call.values[name]), _now("for one row only"), _now("empty"))
                for name in given
            ]
        )
