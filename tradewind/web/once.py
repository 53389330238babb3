"""A form that is sent twice, by a double click or a bad line, has one effect and one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tradewind.apps.org.operations.acting import under_key
from tradewind.apps.org.operations.requests import (
    OTHER,
    RUNNING,
    SAME,
    close_request,
    drop_request,
    open_request,
)  # fmt: skip
from tradewind.apps.org.queries import audit_of_key
from tradewind.desk.kernel import Outcome, Ref
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


def fingerprint(request: HttpRequest) -> str:
    """What a form asks for, without the parts that differ each time it is drawn."""
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name != "csrfmiddlewaretoken":
            digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        file = request.FILES[name]
        digest.update(repr((name, getattr(file, "name", ""), getattr(file, "size", 0))).encode())
    return digest.hexdigest()


def run_once(
    request: HttpRequest, actor: Actor, given: str, now: datetime, work: Callable[[str], Outcome]
) -> Outcome:
    """Run the work under the form's key, or say again what it did. Refused while it still runs."""
    key = f"ui:{actor.user_id}:{given}"
    earlier = open_request(key=key, fingerprint=fingerprint(request), user=actor.name, now=now)
    if earlier.verdict == SAME:
        return _outcome(earlier.answer)
    if earlier.verdict == OTHER:
        raise Refused([Problem(None, "", "", _("this form was sent before: open it anew to send another"))])
    if earlier.verdict == RUNNING:
        raise Refused([Problem(None, "", "", _("this form was sent a moment ago and is still at work"))])
    try:
        with under_key(key):
            done = work(key)
    except IntegrityError:
        drop_request(key=key)
        if audit_of_key(key) is None:
            raise
        return Outcome(_("This was done already; nothing was done twice."))
    except BaseException:
        drop_request(key=key)
        raise
    close_request(key=key, answer=_answer(done), now=now)
    return done


def _answer(done: Outcome) -> dict[str, Any]:
    goto = [done.goto.noun, done.goto.id, done.goto.text] if done.goto else None
    return {"message": str(done.message), "changed": done.changed, "goto": goto}


def _outcome(answer: dict[str, Any]) -> Outcome:
    goto = answer["goto"]
    return Outcome(answer["message"], answer["changed"], Ref(*goto) if goto else None)
