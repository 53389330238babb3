"""Connections to the outside: platform accounts, raw payloads, cursors, sync health."""

from __future__ import annotations

from typing import Any

from django.db import models

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company, StoredFile
from tradewind.db import columns
from tradewind.db.encrypted import EncryptedJSON


class Store(models.Model):
    """An account on a sales channel in one market."""

    code = columns.code(20, unique=True)
    name = models.CharField(max_length=80)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    channel = columns.code(40)  # a connector's code, checked against the registry
    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    currency = columns.currency()
    zone = models.CharField(max_length=40)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, null=True)  # ships from
    platform_warehouse = models.ForeignKey(  # the channel's own, from which it ships itself (FBA)
        Warehouse, on_delete=models.PROTECT, null=True, related_name="+"
    )
    base_url = models.URLField(blank=True)
    credentials = EncryptedJSON(blank=True, default="")
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = columns.state("connected")  # connected, paused

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """Up to when a feed of a store has been read: a time, never a page token."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="cursors")
    feed = columns.code(40)
    watermark = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "feed"], name="one_cursor")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.feed} {self.watermark}"


class RawPayload(models.Model):
    """An answer of the outside as it came, kept so that a corrected mapper can be replayed."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="payloads")
    feed = columns.code(40)
    sha256 = models.CharField(max_length=64)
    body = models.TextField()  # encrypted, zlib-compressed: it holds buyers' data
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "feed", "sha256"], name="one_payload")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.feed} {self.sha256[:8]}"


class SyncRun(models.Model):
    """One run of one feed: when, how much, what failed and why."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="runs")
    feed = columns.code(40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    fetched = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)  # of a run that read a file
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)  # counts and exact sums of a file

    class Meta:
        indexes = [models.Index(fields=["store", "feed", "-started_at"], name="last_runs")]
        constraints = [models.UniqueConstraint(fields=["store", "feed", "file"], name="a_file_is_read_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.feed} {self.started_at}"


class SetAside(models.Model):
    """A row of an imported file that became no document, and why: counted and visible, never dropped."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="set_aside")
    row_no = models.PositiveIntegerField()
    reason = columns.code(30)
    reference = columns.code(60, blank=True)  # the document it stands under in the file
    external_sku = columns.code(80, blank=True)
    text = models.CharField(max_length=400, blank=True)
    qty = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)  # exact, as in the file
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "row_no"], name="one_row_set_aside")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.row_no} {self.reason}"
