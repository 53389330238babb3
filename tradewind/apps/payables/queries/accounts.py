"""The accounts payments leave, and the lines of their statements that may show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tradewind.apps.payables.models import Payment
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
)
from tradewind.engine.contracts import FEE
from tradewind.engine.money import Money

BANK, COLLECTION = "bank", "collection"
Place = tuple[str, int]  # bank or collection, and the account's id


@dataclass(frozen=True, slots=True)
class Account:
    """An account as far as a payment needs it."""

    place: Place
    company_id: int
    currency: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement; `taken`: it stands for a payment or a withdrawal already."""

    place: Place
    id: int
    company_id: int
    on: date
    amount: Money
    text: str
    taken: bool
    memo: str = ""


def accounts_and_lines(
    wanted: Sequence[tuple[Place, int | None]],
) -> dict[tuple[Place, int | None], tuple[Account | None, Line | None]]:
    """Each (account, line) with both as they are, None where there is no such row or it is another's."""
    accounts = {
        **_accounts(BANK, BankAccount, [p[1] for p, _line in wanted if p[0] == BANK]),
        **_accounts(COLLECTION, CollectionAccount, [p[1] for p, _line in wanted if p[0] == COLLECTION]),
    }
    ids = {kind: [line for (k, _pk), line in wanted if k == kind and line is not None]
           for kind in (BANK, COLLECTION)}  # fmt: skip
    rows = [
        *map(_bank, _bank_rows().filter(id__among=ids[BANK])),
        *map(_collection, _collection_rows().filter(id__among=ids[COLLECTION])),
    ]
    lines = {(x.place, x.id): x for x in rows}
    return {
        (place, line): (accounts.get(place), None if line is None else lines.get((place, line)))
        for place, line in wanted
    }


def _accounts(kind: str, model: Any, ids: Sequence[int]) -> dict[Place, Account]:
    rows = model.objects.filter(id__among=sorted(set(ids))) if ids else ()
    return {(kind, a.pk): Account((kind, a.pk), a.company_id, a.currency, a.name) for a in rows}


def free_lines() -> list[Line]:
    """Lines of money that went out and stand for nothing yet, oldest first; fees stand for themselves."""
    banks = _bank_rows().filter(amount_minor__lt=0, taken=False).order_by("on", "id")
    others = _collection_rows().filter(amount_minor__lt=0, taken=False).exclude(kind=FEE).order_by("at", "id")
    return [*map(_bank, banks), *map(_collection, others)]


def _bank_rows() -> QuerySet[Any]:
    paid = Payment.objects.filter(bank_line=OuterRef("pk"))
    arrived = Conversion.objects.filter(Q(bank_line=OuterRef("pk")) | Q(sold_line=OuterRef("pk")))
    rows: QuerySet[Any] = BankLine.objects.annotate(taken=Exists(paid) | Exists(arrived))
    return rows.select_related("account")


def _collection_rows() -> QuerySet[Any]:
    paid = Payment.objects.filter(collection_line=OuterRef("pk"))
    withdrawn = Conversion.objects.filter(group=OuterRef("group"), collection=OuterRef("account"))
    rows: QuerySet[Any] = CollectionLine.objects.annotate(taken=Exists(paid) | Exists(withdrawn))
    return rows.select_related("account")


def _bank(x: Any) -> Line:
    place = (BANK, x.account_id)
    text = x.reference or x.external_id
    return Line(place, x.pk, x.account.company_id, x.on, x.amount, text, x.taken, x.memo)


def _collection(x: Any) -> Line:
    place = (COLLECTION, x.account_id)
    text = x.reference or x.external_id
    return Line(place, x.pk, x.account.company_id, x.at.date(), x.amount, text, x.taken, x.memo)
