"""Every write goes through here: the right is checked, one transaction opened, one audit entry chained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tradewind.apps.org.models import AuditEntry
from tradewind.db.bulk import insert_rows
from tradewind.db.clashes import clash
from tradewind.db.sql import fetch, instant, on_postgresql
from tradewind.engine.access import SYSTEM, Actor
from tradewind.engine.contracts import Problem, Refused

# Chaining needs one writer at a time; on PostgreSQL this lock is taken last, just before commit.
_CHAIN_LOCK = 7_304_001
GENESIS = "0" * 64
_COLUMNS = [
    "at", "actor", "role", "source", "action", "kind", "first_id", "last_id", "ids", "detail", "key",
    "previous", "hash",
]  # fmt: skip
# Encoders made once: json.dumps makes one a call.
_facts = json.JSONEncoder(ensure_ascii=False).encode
_compact = json.JSONEncoder(separators=(",", ":")).encode
_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


class _Link(NamedTuple):
    """The facts of an audit entry that its hash covers, and its place in the chain."""

    at: datetime
    actor: str
    role: str
    source: str
    action: str
    kind: str
    first_id: int | None
    last_id: int | None
    ids: str
    detail: str
    key: str | None
    previous: str


@dataclass
class Act:
    """One business act under way. `note` adds to its audit detail; `ids` may be set late (new rows)."""

    by: Actor
    action: str
    kind: str
    now: datetime
    ids: list[int]
    key: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    void: bool = False

    def nothing(self) -> None:
        """Say that all of it was there already and nothing changed: then the audit keeps no word of it."""
        self.void = True

    def note(self, **detail: Any) -> None:
        """Add to the detail: counts, before, after, reason. Never buyers' data, never secrets."""
        self.detail.update(detail)


_running: ContextVar[list[Act] | None] = ContextVar("running_acts", default=None)
_request: ContextVar[list[str] | None] = ContextVar("request_keys", default=None)


@contextmanager
def under_key(key: str) -> Iterator[None]:
    """Acts inside carry the request's key in the audit, where it is unique: a repeat cannot commit twice.

    The first act takes the key itself, later ones key#2, key#3.
    """
    token = _request.set([key])
    try:
        yield
    finally:
        _request.reset(token)


def _next_key() -> str | None:
    taken = _request.get()
    if taken is None:
        return None
    taken.append(f"{taken[0]}#{len(taken) + 1}")
    return taken[-2]


@contextmanager
def acting(
    by: Actor,
    action: str,
    *,
    kind: str,
    now: datetime,
    ids: Iterable[int] = (),
    key: str | None = None,
) -> Iterator[Act]:
    """Open an act: check the right, run the block in a transaction, write its audit entry at the end.

    Inside another act the transaction and the permission are the outer one's (the outer verb is
    what the person was allowed to do) and the entry is written when the outer act ends. Raises
    access.Denied before anything is written, and Refused naming the field when somebody else wrote the
    same natural key a moment before (a step gets the IntegrityError itself, and is tried again). Example::

        with acting(by, "orders.change", kind="order", ids=ids, now=now) as act:
            act.note(moved=move(Order, ORDER, "hold", ids))
    """
    assert now.tzinfo is not None, "times are aware"
    act = Act(by, action, kind, now, list(ids), key)
    outer = _running.get()
    if outer is not None and connection.in_atomic_block:
        with transaction.atomic(savepoint=False):
            yield act
        outer.append(act)
        return
    by.require(action)
    act.key = key or _next_key()
    acts: list[Act] = []
    token = _running.set(acts)
    try:
        with transaction.atomic():
            yield act
            acts.append(act)
            if not all(_idle(one) for one in acts):
                _write(acts)
    except IntegrityError as error:
        _refuse_clash(act, error)
        raise
    finally:
        _running.reset(token)


def _refuse_clash(act: Act, error: IntegrityError) -> None:
    """Two people at the same natural key: the database chose the first, the second is told which field."""
    found = None if act.by.role == SYSTEM else clash(error)
    if found is None or found.table == AuditEntry._meta.db_table:
        return
    if act.key and AuditEntry.objects.filter(key=act.key).exists():
        return  # the same request committed before: the face says so
    raise Refused([Problem(None, found.field, found.value, _("is already there"))]) from error


def _idle(act: Act) -> bool:
    """Whether an act did nothing: it says so, or a step looked and found no row, no number but zero."""
    if act.void:
        return True
    if act.by.role != SYSTEM or act.ids or act.key:
        return False
    return not any(value for value in act.detail.values() if not isinstance(value, str))


def _write(acts: list[Act]) -> None:
    if on_postgresql():
        fetch("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = fetch("SELECT hash FROM org_auditentry ORDER BY id DESC LIMIT 1")
    previous = last[0][0] if last else GENESIS
    rows = []
    for act in acts:
        link = _link(act, previous)
        previous = entry_hash(link)
        rows.append((instant(link.at), *link[1:], previous))
    # In the order of the chain, which is then the order of the ids on both databases.
    insert_rows(AuditEntry, _COLUMNS, rows)


def _link(act: Act, previous: str) -> _Link:
    ids = sorted(set(act.ids))
    return _Link(
        at=act.now.astimezone(UTC),
        actor=act.by.name,
        role=act.by.role,
        source=act.by.source,
        action=act.action,
        kind=act.kind,
        first_id=ids[0] if ids else None,
        last_id=ids[-1] if ids else None,
        ids=_compact(ids),
        detail=_sorted(act.detail),
        key=act.key,
        previous=previous,
    )


def entry_hash(entry: AuditEntry | _Link) -> str:
    """SHA-256 over the previous hash and every fact of the entry."""
    facts = [
        entry.previous, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.role, entry.source,
        entry.action, entry.kind, entry.ids, entry.detail, entry.key or "",
    ]  # fmt: skip
    return hashlib.sha256(_facts(facts).encode()).hexdigest()
