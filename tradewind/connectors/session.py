"""JSON over the transport for services that exchange account and key for a bearer token."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tradewind.connectors.base import Connection
from tradewind.connectors.transport import Answer, Call, Limit
from tradewind.engine.contracts import OutsideError

EARLY = timedelta(minutes=5)  # a token is renewed this long before it ends
_tokens: dict[str, tuple[str, datetime]] = {}
_lock = threading.Lock()


def ask(
    conn: Connection,
    operation: str,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    key: str = "",
    limit: Limit | None = None,
) -> bytes:
    """The body of a successful answer; OutsideError otherwise. A token that is over is renewed once."""
    for renewed in (False, True):
        answer = conn.transport.send(
            Call(
                account=conn.account,
                operation=operation,
                method=method,
                url=conn.base_url.rstrip("/") + path,
                params=params or {},
                headers={
                    "Authorization": f"Bearer {_token(conn, renew=renewed)}",
                    "Content-Type": "application/json",
                },
                content=json.dumps(body).encode() if body is not None else b"",
                key=key,
                limit=limit,
            )
        )
        if answer.status != 401:
            return _accepted(operation, answer)
    raise OutsideError(f"{operation}: the account is not let in", code="unauthorised", retriable=False)


def parsed(raw: bytes, operation: str = "answer") -> dict[str, Any]:
    """A JSON object; OutsideError when the body is something else."""
    try:
        value = json.loads(raw)
    except ValueError:
        raise OutsideError(f"{operation}: the answer is not JSON", code="bad_answer") from None
    if not isinstance(value, dict):
        raise OutsideError(f"{operation}: the answer is not an object", code="bad_answer")
    return value


def _accepted(operation: str, answer: Answer) -> bytes:
    if answer.status < 300:
        return answer.body
    error: Any = {}
    with contextlib.suppress(ValueError, AttributeError):
        error = json.loads(answer.body).get("error", {})
    code, message = str(error.get("code", answer.status)), str(error.get("message", ""))
    raise OutsideError(f"{operation}: {answer.status} {code}: {message}", code=code, retriable=False)


def _token(conn: Connection, *, renew: bool) -> str:
    """A bearer token that still holds, kept for the life of the process."""
    with _lock:
        token, until = _tokens.get(conn.account, ("", conn.now()))
    if token and not renew and conn.now() < until:
        return token
    answer = conn.transport.send(
        Call(
            account=conn.account,
            operation="token",
            method="POST",
            url=conn.base_url.rstrip("/") + "/auth/token",
            headers={"Content-Type": "application/json"},
            content=json.dumps(
                {"account": conn.credentials.get("account", ""), "key": conn.credentials.get("key", "")}
            ).encode(),
            key="token",  # asking twice is harmless
        )
    )
    given = parsed(_accepted("token", answer), "token")
    token = str(given.get("access_token", ""))
    with _lock:
        _tokens[conn.account] = token, conn.now() + timedelta(seconds=int(given.get("expires_in", 0))) - EARLY
    return token
