"""Questions about the house: who is who, what runs out, what was done, whether the audit is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from tradewind.apps.org.models import ApiToken, Approval, AuditEntry, Company, Job, Qualification, User
from tradewind.apps.org.operations.acting import GENESIS, entry_hash
from tradewind.apps.org.operations.jobs import REQUEST
from tradewind.apps.org.operations.tokens import token_hash
from tradewind.engine.access import Actor

DUE, EXPIRED, GOOD = "due", "expired", "good"
_SCAN = 2000  # audit entries looked at for one row's timeline


def actor_named(username: str, source: str = "cli") -> Actor | None:
    """The active user of this name as an actor; None when there is none."""
    user = User.objects.filter(username=username, is_active=True).first()
    return user.actor(source) if user else None


def token_actor(secret: str, now: datetime, source: str = "api") -> Actor | None:
    """Whom an API secret acts for; None for unknown, expired, or a user who was shut out."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(sha256=token_hash(secret), user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    return token.user.actor(source) if token else None


def companies(actor: Actor) -> QuerySet[Company]:
    """Every legal entity."""
    actor.require("org.view")
    return Company.objects.all()


def users(actor: Actor) -> QuerySet[User]:
    """Everybody who may or might sign in."""
    actor.require("org.view")
    return User.objects.all()


def qualifications(actor: Actor) -> QuerySet[Qualification]:
    """The register of licences, tax numbers and certificates."""
    actor.require("org.view")
    return Qualification.objects.select_related("company")


def approvals(actor: Actor) -> QuerySet[Approval]:
    """Questions asked of those with the right, open and answered."""
    actor.require("org.view")
    return Approval.objects.all()


def open_approvals(actor: Actor, kind: str) -> QuerySet[Approval]:
    """Open questions of a kind, oldest first."""
    return approvals(actor).filter(kind=kind, state="open").order_by("id")


@dataclass(frozen=True, slots=True)
class Due:
    """A qualification whose lead time has begun, and the days it still has (negative: expired)."""

    qualification: Qualification
    days_left: int


def expiry(qualification: Qualification, on: date) -> str:
    """good, due (inside its lead time) or expired, on a day. The last day itself is still valid."""
    if qualification.expires_on is None or on + timedelta(qualification.lead_days) < qualification.expires_on:
        return GOOD
    return EXPIRED if qualification.expires_on < on else DUE


def qualifications_due(actor: Actor, on: date) -> list[Due]:
    """What must be renewed now: expired, or closer to its expiry than its lead time; most urgent first."""
    dated = qualifications(actor).exclude(expires_on=None).order_by("expires_on", "id")
    return [Due(q, (q.expires_on - on).days) for q in dated if q.expires_on and expiry(q, on) != GOOD]


def held_qualifications(market: str, on: date) -> frozenset[str]:
    """Kinds of qualification valid for a market on a day, of any company; the home country's count too."""
    rows = Qualification.objects.filter(Q(market=market) | Q(market=""))
    rows = rows.filter(Q(expires_on=None) | Q(expires_on__gte=on))
    rows = rows.filter(Q(issued_on=None) | Q(issued_on__lte=on))
    return frozenset(rows.values_list("kind", flat=True))


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a row's timeline: who did what, when, over which face."""

    at: datetime
    actor: str
    role: str
    source: str
    action: str
    verb: str
    rows: int
    detail: Mapping[str, Any]


# Entries of the row alone, and entries over a span that may hold it: an index serves either by itself.
_TIMELINE = """SELECT * FROM (SELECT * FROM org_auditentry
  WHERE kind = %s AND first_id = %s AND last_id = %s ORDER BY id DESC LIMIT %s) alone
UNION ALL SELECT * FROM (SELECT * FROM org_auditentry
  WHERE kind = %s AND first_id <= %s AND last_id >= %s AND last_id > first_id
  ORDER BY id DESC LIMIT %s) spans"""


def timeline(kind: str, pk: int, *, limit: int = 50) -> list[Happening]:
    """What was done to a row, newest first. The caller has checked that the actor may see the row."""
    found = AuditEntry.objects.raw(_TIMELINE, [kind, pk, pk, limit, kind, pk, pk, _SCAN])
    entries = sorted(found, key=lambda e: -e.pk)
    out: list[Happening] = []
    for entry in entries:
        ids = json.loads(entry.ids)
        if pk in ids:
            detail = json.loads(entry.detail)
            out.append(
                Happening(
                    entry.at, entry.actor, entry.role, entry.source, entry.action,
                    str(detail.get("verb", "")), len(ids), detail,
                )
            )  # fmt: skip
        if len(out) == limit:
            break
    return out


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the chain holds; else the first entry that does not, and why (changed, broken)."""

    entries: int
    bad_id: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.bad_id is None


def verify_audit(actor: Actor) -> AuditCheck:
    """Walk the whole chain. `broken`: an entry before it is gone or new; `changed`: its own facts differ."""
    actor.require("audit.view")
    previous, count = GENESIS, 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.previous != previous:
            return AuditCheck(count, entry.pk, "broken")
        if entry_hash(entry) != entry.hash:
            return AuditCheck(count, entry.pk, "changed")
        previous, count = entry.hash, count + 1
    return AuditCheck(count)


def audit_of_key(key: str) -> AuditEntry | None:
    """The entry that a request's idempotency key left, or None."""
    return AuditEntry.objects.filter(key=key).first()


def jobs(actor: Actor) -> QuerySet[Job]:
    """Background work; kept answers of API requests are none of it."""
    actor.require("jobs.view")
    return Job.objects.exclude(name=REQUEST)


def audit_entries(actor: Actor) -> QuerySet[AuditEntry]:
    """Every act of the house; who has only some stores in scope sees only their own acts."""
    actor.require("audit.view")
    rows = AuditEntry.objects.all()
    return rows if actor.stores is None else rows.filter(actor=actor.name)
