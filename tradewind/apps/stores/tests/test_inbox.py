from datetime import timedelta

import pytest
from django.db import transaction

from tests.people import ALICE
from tradewind.apps.stores.models import Cursor, RawPayload, SyncRun
from tradewind.apps.stores.operations import advance_cursor, connect_store, keep_payload, note_run
from tradewind.apps.stores.queries import OVERLAP, failing_stores, payload_bytes, read_since
from tradewind.apps.stores.tests.conftest import NOW
from tradewind.apps.stores.tests.test_connect import GOOD

pytestmark = pytest.mark.usefixtures("house", "quay")


@pytest.fixture
def store():
    return connect_store(**GOOD, now=NOW, by=ALICE)


def keep(store, raw):
    with transaction.atomic():
        return keep_payload(store=store, feed="orders", raw=raw, now=NOW)


def test_an_answer_is_kept_once_and_comes_back_byte_for_byte(store):
    raw = b'{"buyer": "Ann Lee"}' * 40
    assert keep(store, raw) is True
    assert keep(store, raw) is False
    payload = RawPayload.objects.get()
    assert payload_bytes(payload) == raw
    assert "Ann" not in payload.body


def test_a_cursor_never_goes_back_and_the_feed_is_read_with_overlap(store):
    assert read_since(store, "orders", NOW) == NOW - timedelta(days=30)
    advance_cursor(store=store, feed="orders", watermark=NOW)
    advance_cursor(store=store, feed="orders", watermark=NOW - timedelta(days=1))
    assert Cursor.objects.get().watermark == NOW
    assert read_since(store, "orders", NOW) == NOW - OVERLAP


def test_quiet_runs_are_folded_and_a_failure_shows_until_it_goes_well_again(store):
    for minute in range(3):
        note_run(store=store, feed="orders", now=NOW + timedelta(minutes=minute))
    assert SyncRun.objects.count() == 1
    assert failing_stores(ALICE) == 0
    note_run(store=store, feed="orders", now=NOW + timedelta(minutes=3), error="unreachable")
    assert failing_stores(ALICE) == 1
    note_run(store=store, feed="orders", now=NOW + timedelta(minutes=4), fetched=5)
    assert failing_stores(ALICE) == 0
    assert list(SyncRun.objects.order_by("id").values_list("fetched", "error")) == [
        (0, ""),
        (0, "unreachable"),
        (5, ""),
    ]
