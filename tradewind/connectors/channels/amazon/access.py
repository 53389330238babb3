"""Calls to the Selling Partner API: a refresh token becomes a token of an hour, refusals become words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tradewind.connectors.base import Connection
from tradewind.connectors.channels.amazon.marketplaces import BY_COUNTRY, LOGIN, Marketplace, marketplace
from tradewind.connectors.session import accepted, kept_token, parsed
from tradewind.connectors.transport import Answer, Call, Limit
from tradewind.engine.contracts import OutsideError

# Amazon's published rate and burst of each operation we call; an account may be given more, never less.
LIMITS = {
    "searchOrders": Limit(0.0056, 20),
    "getOrder": Limit(0.5, 30),
    "confirmShipment": Limit(2, 10),
    "patchListingsItem": Limit(5, 5),
    "getReports": Limit(0.0222, 10),
    "getReportDocument": Limit(0.0167, 15),
}


def market_of(conn: Connection) -> Marketplace:
    """The marketplace of the connected account."""
    return marketplace(conn.credentials.get("marketplace", ""))


def interface(conn: Connection) -> str:
    """Where the account is served: what the store says, else Amazon's address of its marketplace."""
    return (conn.base_url or market_of(conn).interface).rstrip("/")


def send(
    conn: Connection,
    operation: str,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    key: str = "",
) -> Answer:
    """The answer to an operation, accepted or refused; a token that is over is renewed once."""
    for renewed in (False, True):
        answer = conn.transport.send(
            Call(
                account=conn.account,
                operation=operation,
                method=method,
                url=interface(conn) + path,
                params=params or {},
                headers={
                    "x-amz-access-token": _token(conn, renew=renewed),
                    "Content-Type": "application/json",
                },
                content=json.dumps(body).encode() if body is not None else b"",
                key=key,
                limit=LIMITS[operation],
            )
        )
        if not _is_over(answer):
            return answer
    raise OutsideError(f"{operation}: the account is not let in", code="unauthorised", retriable=False)


def ask(conn: Connection, operation: str, path: str, params: Mapping[str, str] | None = None) -> bytes:
    """The body of a successful GET."""
    return accepted(operation, send(conn, operation, "GET", path, params=params))


def download(conn: Connection, url: str) -> bytes:
    """A document from the address Amazon signed for it; no token goes there."""
    call = Call(conn.account, "document", "GET", url)
    return accepted("document", conn.transport.send(call))


def _is_over(answer: Answer) -> bool:
    """A token past its hour is refused with 401, or with 403 and the word expired."""
    return answer.status == 401 or (answer.status == 403 and b"expired" in answer.body)


def _token(conn: Connection, *, renew: bool) -> str:
    def fetch() -> tuple[str, int]:
        known = {m.interface for m in BY_COUNTRY.values()}
        place = LOGIN if interface(conn) in known else interface(conn)  # a simulator signs in by itself
        said = {
            name: conn.credentials.get(name, "") for name in ("refresh_token", "client_id", "client_secret")
        }
        call = Call(
            account=conn.account,
            operation="token",
            method="POST",
            url=place + "/auth/o2/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode({"grant_type": "refresh_token", **said}).encode(),
            key="token",  # asking twice is harmless
        )
        given = parsed(accepted("token", conn.transport.send(call)), "token")
        return str(given.get("access_token", "")), int(given.get("expires_in", 0))

    return kept_token(conn, fetch, renew=renew)
