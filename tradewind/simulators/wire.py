"""Requests and answers of the simulated services, their paging and their bearer tokens."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.simulators.settle import stamp

PAGE = 100
TOKEN_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a service sees it; `again`: a scripted duplicate page."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    bearer: str
    now: datetime  # the service's clock, which a fault may skew
    again: bool = False
    host: str = ""

    def json(self, *, exact: bool = False) -> dict[str, Any]:
        """The body as a JSON object, with `exact` its numbers as they are written; Bad when it is none."""
        try:
            value = json.loads(self.body or b"{}", parse_float=str if exact else None)
        except ValueError:
            raise Bad(400, "bad_json", "the body is not JSON") from None
        if not isinstance(value, dict):
            raise Bad(400, "bad_json", "the body must be an object")
        return value

    def time(self, name: str) -> datetime:
        """A moment of the query; Bad when absent or wrong."""
        return moment(self.query.get(name, ""), name)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    kind: str = "application/json"


class Bad(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def say(value: dict[str, Any], status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def moment(text: Any, name: str) -> datetime:
    """An ISO 8601 moment with its offset; Bad otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Bad(400, "bad_time", f"{name} must be an ISO 8601 moment") from None
    if at.tzinfo is None:
        raise Bad(400, "bad_time", f"{name} must carry its offset")
    return at.astimezone(UTC)


def page(request: Request, name: str, first: int, last: int, items: list[Any], stop: int) -> dict[str, Any]:
    """One page's envelope: `items` came from positions first..stop of a feed that ends at `last`."""
    more = stop < last
    next_token = encode(stop, last) if more else None
    if request.again:
        next_token = encode(first, last)
    return {name: items, "next_token": next_token, "as_of": stamp(request.now)}


def bounds(request: Request, first: int, last: int) -> tuple[int, int]:
    """Positions still to show: those of the token when there is one, else those given."""
    token = request.query.get("token")
    if not token:
        return first, last
    try:
        start, end = base64.urlsafe_b64decode(token.encode()).decode().split("-")
        return int(start), int(end)
    except ValueError:
        raise Bad(400, "bad_token", "this page token is not ours") from None


def encode(start: int, end: int) -> str:
    """A page token: positions in an append-only feed, so it never goes stale."""
    return base64.urlsafe_b64encode(f"{start}-{end}".encode()).decode()


@dataclass(slots=True)
class Gate:
    """Hands out bearer tokens for account and key, and knows whose a token is."""

    keys: dict[str, str]  # account -> key
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def issue(self, request: Request) -> Reply:
        """A token for a day; 401 for a wrong key."""
        given = request.json()
        account = str(given.get("account", ""))
        if not account or self.keys.get(account) != given.get("key"):
            raise Bad(401, "bad_credentials", "account or key is wrong")
        token = self.grant(account, request.now + TOKEN_LIFE)
        return say({"access_token": token, "expires_in": int(TOKEN_LIFE.total_seconds())})

    def grant(self, account: str, until: datetime) -> str:
        """A token of an account."""
        token = hashlib.sha256(f"{account}:{self.keys[account]}:{len(self.tokens)}".encode()).hexdigest()[:40]
        self.tokens[token] = (account, until)
        return token

    def pass_for(self, account: str) -> str:
        """A token without end for calls replayed from a journal."""
        token = f"replay {account}"  # has a space: nobody can send it
        self.tokens[token] = (account, datetime.max.replace(tzinfo=UTC))
        return token

    def account(self, request: Request) -> str:
        """Whose request this is; 401 when the token is unknown or over."""
        account, until = self.tokens.get(request.bearer, ("", request.now))
        if not account:
            raise Bad(401, "token_invalid", "this token is not ours")
        if request.now >= until:
            raise Bad(401, "token_expired", "this token is over")
        return account
