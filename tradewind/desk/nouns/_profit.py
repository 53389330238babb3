"""What profit's nouns and tools share: words of dimensions, components, bases; the question as an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.models import Account
from tradewind.apps.profit.queries.dimensions import Span
from tradewind.desk.kernel import DATE, Aim, Field, Ref
from tradewind.desk.nouns._money import Choices, company_codes
from tradewind.desk.nouns._prices import store_codes
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.cost_sharing import (
    GOODS,
    NO_BEARER,
    NO_RULE,
    NOTHING,
    ON_PURPOSE,
    ORDERS,
    REVENUE,
    UNITS,
    WEIGHT,
)

PROFIT, COST = "profit", "cost"
TRACE = "tools/profit_trace/"
COMPONENTS: Mapping[str, tuple[Any, str]] = {
    "revenue": (_("Revenue"), PROFIT),
    "fees": (_("Channel fees"), PROFIT),
    "goods": (_("Goods"), COST),
    "landed": (_("Landed cost"), COST),
    "freight": (_("Freight"), COST),
    "refund": (_("Refunds"), PROFIT),
    "profit": (_("Profit"), PROFIT),
}
DIMENSIONS: Mapping[str, Any] = {
    "sku": _("SKU"),
    "product": _("Product"),
    "listing": _("Listing"),
    "store": _("Store"),
    "market": _("Market"),
    "channel": _("Channel"),
    "company": _("Company"),
    "supplier": _("Supplier"),
    "batch": _("Batch"),
    "month": _("Month"),
    "day": _("Day"),
    "stage": _("Stage"),
    "state": _("Certainty"),
}
STAGES = {"estimated": _("Estimated"), "settled": _("Settled"), "final": _("Final")}
STATES = {"actual": _("Actual"), "estimated": _("Estimated"), "missing": _("Missing")}
BASES: Mapping[str, Any] = {
    REVENUE: _("By revenue"), UNITS: _("By units"), ORDERS: _("By orders"), WEIGHT: _("By weight"),
    GOODS: _("By cost of goods"), NOTHING: _("Leave unallocated"),
}  # fmt: skip
WHYS: Mapping[str, Any] = {
    "": "", NO_RULE: _("no rule"), ON_PURPOSE: _("left on purpose"), NO_BEARER: _("nothing sold to bear it"),
}  # fmt: skip
FILTERS = tuple(d for d in DIMENSIONS if d not in ("month", "day"))
# Where the list of a document is, by the kind its source begins with.
_LISTS = {"settlement": "settlements", "order": "orders", "rule": "rule_rows", "bill": "bills"}


def dimension_choices(_actor: Actor) -> Choices:
    """Every dimension."""
    return list(DIMENSIONS.items())


def component_choices(actor: Actor) -> Choices:
    """Components the actor may see."""
    return [(code, label) for code, (label, hidden) in COMPONENTS.items() if actor.sees(hidden)]


def basis_choices(_actor: Actor) -> Choices:
    """Every basis by which costs are shared."""
    return list(BASES.items())


def account_choices(_actor: Actor) -> Choices:
    """Accounts of income and expense."""
    rows = Account.objects.filter(kind__in=("income", "expense")).order_by("code")
    return [(a.code, account_name(a)) for a in rows]


def account_name(account: Account) -> str:
    """An account's code and its name in the reader's language: "6602 Advertising"."""
    chinese = (get_language() or "").startswith("zh")
    return f"{account.code} {account.name_zh if chinese else account.name}"


def span_fields(dimensions: tuple[str, ...] = FILTERS) -> tuple[Field, ...]:
    """From, until, and a key along each dimension."""
    days = (
        Field("since", _("Shipped on or after"), DATE, required=False),
        Field("until", _("Shipped on or before"), DATE, required=False),
    )
    return days + tuple(Field(d, DIMENSIONS[d], required=False, choices=_CHOICES.get(d)) for d in dimensions)


def span_of(row: Mapping[str, Any]) -> Span:
    """The span a question asks for; Refused when it ends before it begins."""
    since, until = row.get("since"), row.get("until")
    if since and until and since > until:
        raise Refused([Problem(None, "until", str(until), _now("is before the first day"))])
    only = tuple((d, str(row[d])) for d in DIMENSIONS if row.get(d))
    return Span(since, until, only)


def given_of(span: Span, **more: str) -> dict[str, str]:
    """A span as the fields of a question."""
    days = {"since": span.since, "until": span.until}
    given = {name: day.isoformat() for name, day in days.items() if day is not None}
    return given | span.filters | more


def document(source: str) -> Any:
    """A document's name, leading to the list where it stands."""
    kind, _sep, rest = source.partition(":")
    if kind == "parcel" and rest.isdigit():
        return Ref("parcels", int(rest), source)
    layer = rest.rpartition("/")[2]
    if kind == "batch" and layer.isdigit():
        return Ref("layers", int(layer), source)
    if kind not in _LISTS or not rest:
        return source
    return Aim(source, f"{_LISTS[kind]}/", {"search": rest.partition("#")[0]})


def key_text(dimension: str, text: str) -> str:
    """A key in the reader's words; a dash for none."""
    words = {"stage": STAGES, "state": STATES}.get(dimension, {})
    return str(words.get(text, text))


def _stages(_actor: Actor) -> Choices:
    return list(STAGES.items())


def _states(_actor: Actor) -> Choices:
    return list(STATES.items())


_CHOICES: Mapping[str, Any] = {
    "stage": _stages, "state": _states, "store": store_codes, "company": company_codes,
}  # fmt: skip
