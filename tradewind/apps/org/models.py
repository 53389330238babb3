"""Who acts, for which company, and what was done: users, companies, qualifications, files, audit, jobs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from tradewind.db import columns
from tradewind.engine.access import OWNER, Actor


class User(AbstractUser):
    """A person who signs in; one role, and the stores in scope (`*` or a list of store ids)."""

    role = models.CharField(max_length=20, default="")
    store_scope: models.JSONField[Any, Any] = models.JSONField(default=list)
    language = models.CharField(max_length=10, default="zh-hans")

    def actor(self, source: str = "ui") -> Actor:
        """This person as an engine.access.Actor; an inactive user has no role."""
        stores = None if self.store_scope == "*" else frozenset(int(s) for s in self.store_scope)
        return Actor(self.pk, self.username, self.role if self.is_active else "", stores, source)

    @property
    def is_owner(self) -> bool:
        return self.role == OWNER


class Company(models.Model):
    """A legal entity that owns stores, stock and accounts."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    base_currency = columns.currency()
    costing = columns.code(16, default="fifo", db_default="fifo")  # engine.costing.METHODS
    costing_changes: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])
    is_practice = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name_zh or self.name


class StoredFile(models.Model):
    """A file as it came in, immutable, known by its hash."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    content = models.BinaryField()  # zlib-compressed
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Qualification(models.Model):
    """A licence, filing, registration or certificate with its expiry (row 2.1)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="qualifications")
    kind = columns.code(40)
    number = columns.code(80)
    market = models.CharField(max_length=2, blank=True)  # empty: home country
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)  # null: does not expire
    lead_days = models.PositiveIntegerField(default=30)
    keeper = models.CharField(max_length=80, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "number", "market"], name="one_qualification")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class AuditEntry(models.Model):
    """One business act: who, what, to which rows, before and after; hash-chained and append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    action = columns.code(60)
    kind = columns.code(40)  # the noun acted on
    first_id = models.BigIntegerField(null=True)
    last_id = models.BigIntegerField(null=True)
    ids = models.TextField()  # JSON list, ascending
    detail = models.TextField()  # JSON: counts, before, after, reason
    key = models.CharField(max_length=200, null=True, unique=True)  # idempotency key of the request
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "first_id", "last_id"], name="audit_of_row"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(  # acts on many rows are few: a row's timeline finds them without the others
                fields=["kind", "last_id"], name="audit_spans", condition=Q(last_id__gt=F("first_id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"


class Job(models.Model):
    """Work to be done in the background: queued, leased, retried, and at last done or dead."""

    name = columns.code(60, db_index=True)
    args: models.JSONField[Any, Any] = models.JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True)  # idempotency key
    lane = models.CharField(max_length=80, blank=True)  # at most one job of a lane runs at a time
    state = columns.state("queued")  # queued, running, done, dead, cancelled
    attempts = models.PositiveIntegerField(default=0)
    run_after = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result: models.JSONField[Any, Any] = models.JSONField(null=True)
    error = models.TextField(blank=True)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lane"], condition=Q(state="running") & ~Q(lane=""), name="one_running_job_a_lane"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Approval(models.Model):
    """A question that a person with the right must answer before an act goes on."""

    kind = columns.code(40)
    subject_id = models.BigIntegerField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = columns.state("open")  # open, granted, refused
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state="open"), name="one_open_approval"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class ApiToken(models.Model):
    """A key for the API, stored only as a hash; acts as its user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
