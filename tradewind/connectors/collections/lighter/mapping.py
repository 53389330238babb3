"""Lighter's words and the house's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.connectors.wire import moment
from tradewind.engine.contracts import (
    CONVERT,
    FEE,
    RECEIVE,
    WITHDRAW,
    BankTransaction,
    FxQuote,
    OutsideError,
    ProviderTransaction,
    PushResult,
)
from tradewind.engine.money import Money, parse_decimal

KINDS = {"receive": RECEIVE, "fee": FEE, "convert": CONVERT, "withdraw": WITHDRAW}


def transactions(answer: Mapping[str, Any]) -> tuple[ProviderTransaction, ...]:
    """The lines of a page; OutsideError (bad_answer) names what could not be read."""
    try:
        return tuple(transaction(item) for item in answer["transactions"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable("transactions", error) from error


def transaction(item: Mapping[str, Any]) -> ProviderTransaction:
    """One line of an account."""
    counter = item.get("counter")
    rate: Decimal | None = parse_decimal(item["rate"]) if item.get("rate") else None
    return ProviderTransaction(
        external_id=item["id"],
        kind=KINDS[item["kind"]],
        amount=Money.of(item["amount"], item["currency"]),
        at=moment(item["at"]),
        reference=item.get("reference", ""),
        group=item.get("group", ""),
        counter=Money.of(counter["amount"], counter["currency"]) if counter else None,
        rate=rate,
        memo=item.get("memo", ""),
    )


def withdrawal(answer: Mapping[str, Any], key: str) -> PushResult:
    """What Lighter said to a withdrawal; the group is its external id."""
    return PushResult(
        key=key,
        ok=answer.get("ok") is True,
        external_id=str(answer.get("group", "")),
        code=str(answer.get("code", "")),
        message=str(answer.get("message", "")),
    )


def bank_lines(answer: Mapping[str, Any]) -> list[BankTransaction]:
    """The bank's lines of a page."""
    try:
        return [
            BankTransaction(
                external_id=x["id"],
                on=date.fromisoformat(x["on"]),
                amount=Money.of(x["amount"], x["currency"]),
                reference=x.get("reference", ""),
                memo=x.get("memo", ""),
            )
            for x in answer["transactions"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable("bank transactions", error) from error


def quotes(answer: Mapping[str, Any], source: str) -> list[FxQuote]:
    """Reference rates of a day."""
    try:
        on = date.fromisoformat(answer["on"])
        return [FxQuote(x["base"], x["quote"], on, parse_decimal(x["rate"]), source) for x in answer["rates"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable("rates", error) from error


def _unreadable(what: str, error: Exception) -> OutsideError:
    return OutsideError(f"{what}: cannot be read: {error!r}", code="bad_answer", retriable=False)
