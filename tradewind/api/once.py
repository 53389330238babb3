"""Idempotency-Key: a request sent twice has one effect and one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tradewind.api.errors import Conflict
from tradewind.apps.org.operations.acting import under_key
from tradewind.apps.org.operations.requests import (
    OTHER,
    RUNNING,
    SAME,
    close_request,
    drop_request,
    open_request,
)
from tradewind.apps.org.queries import audit_of_key
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

MOST = 120


def answer(data: Any, headers: dict[str, str] | None = None) -> JsonResponse:
    """Data as JSON in UTF-8, Chinese as it is written."""
    return JsonResponse(data, headers=headers or {}, json_dumps_params={"ensure_ascii": False})


def answered_once(request: HttpRequest, actor: Actor, work: Callable[[], dict[str, Any]]) -> JsonResponse:
    """Do the work, or repeat its answer. Conflict while it still runs; Refused for another body."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return answer(work())
    if not given.isprintable() or not 1 <= len(given) <= MOST:
        raise Refused([Problem(None, "Idempotency-Key", given[:80], _("not a key"), f"1-{MOST} characters")])
    key = f"api:{actor.user_id}:{given}"
    body = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    earlier = open_request(key=key, fingerprint=body, user=actor.name, now=timezone.now())
    if earlier.verdict == SAME:
        return answer(earlier.answer, {"Idempotent-Replay": "true"})
    if earlier.verdict == OTHER:
        raise Refused(
            [Problem(None, "Idempotency-Key", given, _("was used with another request"), _("a new key"))]
        )
    if earlier.verdict == RUNNING:
        raise Conflict("running", _("the first request with this key is still running"))
    return answer(_first(key, work))


def _first(key: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        with under_key(key):
            done = work()
    except IntegrityError:
        drop_request(key=key)
        if audit_of_key(key) is None:
            raise
        # The effect was committed by a process that died before it could keep the answer.
        raise Conflict("already_applied", _("this request was applied before; see the audit")) from None
    except Exception:
        drop_request(key=key)
        raise
    close_request(key=key, answer=done, now=timezone.now())
    return done
