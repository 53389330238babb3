"""JSON over the transport: tokens kept while they hold, refusals in words, answers that are objects."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
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
            return accepted(operation, answer)
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


def accepted(operation: str, answer: Answer) -> bytes:
    """The body of a successful answer; OutsideError with the code and words of the refusal otherwise."""
    if answer.status < 300:
        return answer.body
    code, message = refusal(answer)
    raise OutsideError(f"{operation}: {answer.status} {code}: {message}", code=code, retriable=False)


def refusal(answer: Answer) -> tuple[str, str]:
    """(code, message) of an answer that says no: `{"error": {...}}` or the first of `{"errors": [...]}`."""
    error: Any = {}
    with contextlib.suppress(ValueError, AttributeError, LookupError, TypeError):
        said = json.loads(answer.body)
        error = said["error"] if "error" in said else said["errors"][0]
    if not isinstance(error, dict):  # OAuth: {"error": "invalid_grant", "error_description": ...}
        return str(error)[:60], str(said.get("error_description", ""))[:200]
    return str(error.get("code", answer.status))[:60], str(error.get("message", ""))[:500]


def kept_token(conn: Connection, fetch: Callable[[], tuple[str, int]], *, renew: bool) -> str:
    """A token that still holds, kept for the life of the process; `fetch` gives (token, seconds it holds)."""
    with _lock:
        token, until = _tokens.get(conn.account, ("", conn.now()))
    if token and not renew and conn.now() < until:
        return token
    token, seconds = fetch()
    with _lock:
        _tokens[conn.account] = token, conn.now() + timedelta(seconds=seconds) - EARLY
    return token


def _token(conn: Connection, *, renew: bool) -> str:
    """A bearer token for account and key."""

    def fetch() -> tuple[str, int]:
        call = Call(
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
        given = parsed(accepted("token", conn.transport.send(call)), "token")
        return str(given.get("access_token", "")), int(given.get("expires_in", 0))

    return kept_token(conn, fetch, renew=renew)
