"""What the forms of the upstream nouns share: choices, references by code, lines of text, money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Carrier, Service, Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company
from tradewind.apps.sourcing.models import Supplier
from tradewind.desk.kernel import Call
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError, parse_decimal

Choices = Sequence[tuple[str, Any]]
M = TypeVar("M", bound=Model)


def _coded(model: type[Model]) -> Choices:
    rows: Iterable[Any] = model._default_manager.order_by("code")  # every one of them has a code
    return [(row.code, f"{row.code} {row}" if str(row) != row.code else row.code) for row in rows]


def companies(_actor: Actor) -> Choices:
    return _coded(Company)


def markets(_actor: Actor) -> Choices:
    return [(m.code, str(m)) for m in Market.objects.order_by("code")]


def market_ids(_actor: Actor) -> Choices:
    return [(str(m.pk), str(m)) for m in Market.objects.order_by("code")]


def carriers(_actor: Actor) -> Choices:
    return _coded(Carrier)


def services(_actor: Actor) -> Choices:
    return _coded(Service)


def warehouses(_actor: Actor) -> Choices:
    return _coded(Warehouse)


def suppliers(actor: Actor) -> Choices:
    """Suppliers to buy from; nobody sees their names who may not see suppliers."""
    rows = Supplier.objects.filter(state="active").order_by("code")
    named = actor.sees("supplier")
    return [(s.code, f"{s.code} {s.name}" if named else s.code) for s in rows]


def currencies(_actor: Actor) -> Choices:
    """The currencies of trade first, then every other active one."""
    first = ["CNY", "USD", "EUR", "GBP", "JPY"]
    return [(c, c) for c in [*first, *sorted(set(EXPONENTS) - set(first))]]


def of_code(model: type[M], field: str, code: str) -> M:
    """The row of a code; Refused under the field's name when there is none."""
    row = model._default_manager.filter(code=code).first()
    if row is None:
        raise Refused([Problem(None, field, code, _("there is no such row"))])
    return row


def text(call: Call, name: str) -> str:
    """A form's text, empty where nothing was given."""
    return str(call.values.get(name) or "").strip()


def money(field: str, amount: Decimal | str | None, currency: str) -> Money | None:
    """An amount of a form; Refused under the field's name for decimals the currency does not have."""
    if amount is None:
        return None
    try:
        return Money.of(amount, currency)
    except MoneyError as exc:
        raise Refused([Problem(None, field, str(amount), str(exc), "12.34")]) from None


def table_of(field: str, given: str, most: int, example: str) -> list[tuple[int, list[str]]]:
    """Lines of words as people type or paste them (blanks, commas or tabs between), with line numbers."""
    found, problems = [], []
    for no, line in enumerate(given.splitlines(), 1):
        words = line.replace(",", " ").replace("\t", " ").split()
        if not words:
            continue
        if not 2 <= len(words) <= most:
            problems.append(Problem(no, field, line[:80], _("is not a line of this table"), example))
        found.append((no, words))
    if problems:
        raise Refused(problems)
    return found


def whole(problems: list[Problem], no: int, field: str, word: str) -> int:
    """A whole number of a line; what is wrong is noted."""
    try:
        value = parse_decimal(word)
        if value == value.to_integral_value():
            return int(value)
    except MoneyError:
        pass
    problems.append(Problem(no, field, word, _("not a whole number"), "12"))
    return 0


def skus_of(problems: list[Problem], rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    """SKU ids by the code that starts each line; unknown codes are noted."""
    codes = {words[0] for _no, words in rows}
    known = dict(Sku.objects.filter(code__among=sorted(codes)).values_list("code", "id"))
    for no, words in rows:
        if words[0] not in known:
            problems.append(Problem(no, "sku", words[0], _("there is no such SKU"), _("a SKU code")))
    return known
