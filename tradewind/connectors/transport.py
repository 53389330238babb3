"""The one way out: timeouts, rate limits, safe retries, circuit breaker and a log without personal data."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import quote

import httpx

from tradewind.engine.contracts import OutsideError

log = logging.getLogger("tradewind.connectors")

ATTEMPTS = 4
BACKOFF_S = 0.5  # doubles with every attempt, with full jitter
LONGEST_WAIT_S = 30.0  # a longer Retry-After is handed to the caller's schedule
BREAK_AFTER = 8  # failures in a row that open the breaker of an account
BREAK_FOR_S = 30.0


@dataclass(frozen=True, slots=True)
class Limit:
    """How often an operation may be called: calls a second, and how many at once after a rest."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `key`: an idempotency key; with it a push may be repeated like a GET."""

    account: str
    operation: str
    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    key: str = ""
    limit: Limit | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in {"GET", "HEAD"} or bool(self.key)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer below 500 that is not a throttle."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Bucket:
    """A token bucket on a monotonic clock in seconds."""

    def __init__(self, limit: Limit, at: float) -> None:
        self.limit, self.level, self.at = limit, float(limit.burst), at

    def take(self, at: float) -> float:
        """Take one token; how many seconds to wait before going on (0 when there was one)."""
        self.level = min(self.limit.burst, self.level + (at - self.at) * self.limit.per_second)
        self.at = at
        self.level -= 1
        return 0.0 if self.level >= 0 else -self.level / self.limit.per_second


@dataclass(slots=True)
class _Breaker:
    failures: int = 0
    open_until: float = 0.0


class Transport:
    """Sends calls over one pool of kept-alive connections. Clock, sleep and dice can be put in by tests."""

    def __init__(
        self,
        client: httpx.Client | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        dice: Callable[[], float] = random.random,
        timeout: float = 20.0,
    ) -> None:
        self.client = client or httpx.Client(
            timeout=httpx.Timeout(timeout, connect=5.0),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=60),
            follow_redirects=False,
        )
        self.clock, self.sleep, self.dice = clock, sleep, dice
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._breakers: dict[str, _Breaker] = {}

    def send(self, call: Call) -> Answer:
        """The answer to a call, after as many safe attempts as it takes; OutsideError when none succeeds."""
        for attempt in range(1, ATTEMPTS + 1):
            self._check_breaker(call.account)
            self._wait_turn(call)
            try:
                answer = self._once(call, attempt)
            except OutsideError as error:
                wait = self._pause(call, error, attempt)
                if wait is None:
                    raise
                self.sleep(wait)
                continue
            self._note(call.account, failed=False)
            return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, call: Call, attempt: int) -> Answer:
        started = self.clock()
        headers = dict(call.headers) | ({"Idempotency-Key": quote(call.key)} if call.key else {})
        status: int | str = "unreachable"
        try:
            reply = self.client.request(
                call.method, call.url, params=dict(call.params), headers=headers, content=call.content or None
            )
            status = reply.status_code
        except httpx.HTTPError as error:
            status = type(error).__name__
            self._note(call.account, failed=True)
            raise OutsideError(f"{call.operation}: {status}", code="unreachable") from error
        finally:
            took = round((self.clock() - started) * 1000)
            log.info("%s %s %s #%d %s %dms", call.account, call.operation, call.method, attempt, status, took)
        if reply.status_code == 429 or reply.status_code >= 500:
            throttled = reply.status_code == 429
            self._note(call.account, failed=not throttled)
            raise OutsideError(
                f"{call.operation}: answered {reply.status_code}",
                code="throttled" if throttled else "failing",
                retry_after=retry_after(reply.headers.get("Retry-After", ""), datetime.now(UTC)),
            )
        return Answer(reply.status_code, reply.headers, reply.content)

    def _pause(self, call: Call, error: OutsideError, attempt: int) -> float | None:
        """Seconds before the next attempt; None when there must be none."""
        # A throttled request was not carried out: it may be repeated even without a key.
        if attempt == ATTEMPTS or not (call.repeatable or error.code == "throttled"):
            return None
        if error.retry_after is None:
            return self.dice() * BACKOFF_S * float(1 << (attempt - 1))
        return error.retry_after if error.retry_after <= LONGEST_WAIT_S else None

    def _wait_turn(self, call: Call) -> None:
        if call.limit is None:
            return
        with self._lock:
            at = self.clock()
            bucket = self._buckets.get((call.account, call.operation))
            if bucket is None or bucket.limit != call.limit:
                bucket = self._buckets[call.account, call.operation] = Bucket(call.limit, at)
            wait = bucket.take(at)
            if wait > LONGEST_WAIT_S:  # hours of quota are used up: the schedule comes back, others go on
                bucket.level += 1
                raise OutsideError(
                    f"{call.operation}: the quota of calls is used up", code="throttled", retry_after=wait
                )
        if wait > 0:
            self.sleep(wait)

    def _check_breaker(self, account: str) -> None:
        with self._lock:
            left = self._breakers.setdefault(account, _Breaker()).open_until - self.clock()
        if left > 0:
            raise OutsideError(
                "the outside has failed too often in a row; calls are held back for a while",
                code="circuit_open",
                retry_after=left,
            )

    def _note(self, account: str, *, failed: bool) -> None:
        with self._lock:
            breaker = self._breakers.setdefault(account, _Breaker())
            breaker.failures = breaker.failures + 1 if failed else 0
            if breaker.failures >= BREAK_AFTER:
                # Half open afterwards: one more failure opens it again at once.
                breaker.open_until = self.clock() + BREAK_FOR_S
                breaker.failures = BREAK_AFTER - 1


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for: a number, or an HTTP date; None when absent or unreadable."""
    if not text.strip():
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


@cache
def _of_process(pid: int) -> Transport:
    del pid
    return Transport()


def shared() -> Transport:
    """The process's one transport, so that connections are kept alive across steps.

    A forked worker gets its own: two processes must not talk over one socket.
    """
    return _of_process(os.getpid())
