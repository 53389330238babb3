"""Requests as far as payments need them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum

from tradewind.apps.payables.models import RequestLine
from tradewind.apps.payables.states import APPROVED
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An approved request with what of it is not paid yet."""

    id: int
    number: str
    company_id: int
    left: Money


def payable_requests() -> list[OpenRequest]:
    """Every approved request with something left to pay, oldest first."""
    rows = (
        RequestLine.objects.filter(request__state=APPROVED)
        .values("request_id", "request__number", "request__company_id", "request__currency")
        .annotate(left=Sum(F("amount_minor") - F("paid_minor")))
        .order_by("request_id")
    )
    return [
        OpenRequest(
            r["request_id"], r["request__number"], r["request__company_id"],
            Money(int(r["left"]), r["request__currency"]),
        )
        for r in rows
        if r["left"]
    ]  # fmt: skip


def request_amounts(ids: list[int]) -> dict[int, tuple[int, int]]:
    """Request -> (asked, paid) in minor units."""
    rows = RequestLine.objects.filter(request_id__among=ids).values_list("request_id")
    sums = rows.annotate(asked=Sum("amount_minor"), paid=Sum("paid_minor"))
    return {pk: (int(asked), int(paid)) for pk, asked, paid in sums}


def parts_in_order(request_id: int, amount: Money) -> dict[int, Money]:
    """An amount over the lines of a request, one after the other; what is over goes to the last.

    Example: lines with 30.00 and 50.00 left and 60.00 to pay: 30.00 and 30.00.
    """
    parts: dict[int, Money] = {}
    left = amount.minor
    for line in RequestLine.objects.filter(request_id=request_id).order_by("id"):
        open_minor = line.amount_minor - line.paid_minor
        part = min(open_minor, left)
        if part > 0:
            parts[line.payable_id] = Money(part, amount.currency)
            left -= part
        last = line.payable_id
    if left > 0 and parts:
        parts[last] = parts.get(last, Money.zero(amount.currency)) + Money(left, amount.currency)
    return parts
