"""Lighter over HTTP: account lines, withdrawals, and its bank with the reference rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from tradewind.connectors.base import Connection, Manifest
from tradewind.connectors.collections.lighter import files, mapping
from tradewind.connectors.session import ask, parsed
from tradewind.connectors.wire import moment, stamp, watermark
from tradewind.engine.contracts import BankTransaction, FxQuote, Page, ProviderTransaction, PushResult
from tradewind.engine.money import Money


class Lighter:
    """The collection provider; see base.Collection for what each function promises."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def transactions(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ProviderTransaction]:
        params = {"since": stamp(since), "until": stamp(until)} | ({"token": token} if token else {})
        limit = self.manifest.limits["transactions"]
        raw = ask(conn, "transactions", "GET", "/v1/transactions", params=params, limit=limit)
        answer = parsed(raw, "transactions")
        follows = answer.get("next_token")
        seen = None if follows else watermark(since, until, moment(answer.get("as_of", "")))
        return Page(mapping.transactions(answer), follows, seen, raw)

    def withdraw(
        self, conn: Connection, key: str, amount: Money, to_currency: str, bank_ref: str
    ) -> PushResult:
        body = {
            "key": key,
            "amount": f"{amount.amount:f}",
            "currency": amount.currency,
            "to_currency": to_currency,
            "bank_ref": bank_ref,
        }
        limit = self.manifest.limits["withdraw"]
        raw = ask(conn, "withdraw", "POST", "/v1/withdrawals", body=body, key=key, limit=limit)
        return mapping.withdrawal(parsed(raw, "withdraw"), key)

    def parse_statement(self, data: bytes) -> list[ProviderTransaction]:
        return files.statement(data)


class LighterBank:
    """The bank side; see base.Bank for what each function promises."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def transactions(self, conn: Connection, since: date, until: date) -> list[BankTransaction]:
        found: list[BankTransaction] = []
        params = {"since": _midnight(since), "until": _midnight(until)}
        token: str | None = ""
        while token is not None:
            answer = self._page(conn, params | ({"token": token} if token else {}))
            found += mapping.bank_lines(answer)
            token = answer.get("next_token")
        return list({line.external_id: line for line in found}.values())

    def _page(self, conn: Connection, params: Mapping[str, str]) -> dict[str, Any]:
        limit = self.manifest.limits["transactions"]
        path = "/bank/v1/transactions"
        return parsed(ask(conn, "transactions", "GET", path, params=params, limit=limit), "transactions")

    def fx(self, conn: Connection, on: date) -> list[FxQuote]:
        limit = self.manifest.limits["fx"]
        raw = ask(conn, "fx", "GET", "/v1/rates", params={"on": on.isoformat()}, limit=limit)
        return mapping.quotes(parsed(raw, "fx"), source=self.manifest.code)


def _midnight(on: date) -> str:
    return stamp(datetime.combine(on, time(), UTC))
