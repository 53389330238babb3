import pytest
from django.db import connection

from tests.facts import facts_hash
from tests.people import ALICE, BOB, CHARLIE, person
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import (
    connect_store,
    pause_stores,
    resume_stores,
    rotate_credentials,
    set_stock_buffer,
)
from tradewind.apps.stores.queries import able_stores, store_coded, stores_of
from tradewind.apps.stores.tests.conftest import NOW
from tradewind.db.states import WrongState
from tradewind.engine.access import OPERATIONS, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.usefixtures("house", "quay")
GOOD = {
    "code": "quay-gb", "name": "Quay UK", "company": "TW", "channel": "quay", "market": "GB",
    "currency": "GBP", "zone": "Europe/London", "warehouse": "SZ", "base_url": "http://127.0.0.1:9",
    "credentials": {"key": "s3cret-key"},
}  # fmt: skip


def connect(by=ALICE, **change):
    return connect_store(**(GOOD | change), now=NOW, by=by)


def test_a_store_is_connected_and_its_credentials_are_not_readable_in_the_database():
    store = connect()
    assert Store.objects.get().credentials == {"key": "s3cret-key"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM stores_store")
        assert "s3cret" not in cursor.fetchone()[0]
    assert "s3cret" not in AuditEntry.objects.get().detail
    assert (store.company.code, store.market.code, store.warehouse.code) == ("TW", "GB", "SZ")


def test_everything_wrong_is_said_at_once_and_nothing_is_written():
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        connect(
            code="", company="NO", market="US", currency="USD", zone="Mars/Base", warehouse="XX",
            base_url="ftp://x", credentials={"note": "n", "other": "o"},
        )  # fmt: skip
    assert {p.field for p in refused.value.problems} == {
        "code", "company", "market", "currency", "zone", "warehouse", "base_url", "key", "other",
    }  # fmt: skip
    assert facts_hash() == before


def test_an_unknown_channel_is_refused_with_those_that_there_are():
    with pytest.raises(Refused) as refused:
        connect(channel="nowhere")
    assert [(p.field, p.accepted) for p in refused.value.problems] == [("channel", "quay")]


def test_a_code_is_used_once():
    connect()
    before = facts_hash()
    with pytest.raises(Refused):
        connect(credentials={"key": "other"})
    assert facts_hash() == before


def test_a_person_without_the_right_connects_nothing():
    before = facts_hash()
    with pytest.raises(Denied):
        connect(by=CHARLIE)
    assert facts_hash() == before


def test_new_credentials_replace_the_old_ones_whole():
    store = connect(credentials={"key": "one", "note": "n"})
    rotate_credentials(store_id=store.pk, credentials={"key": "two"}, now=NOW, by=ALICE)
    assert Store.objects.get().credentials == {"key": "two"}
    with pytest.raises(Refused):
        rotate_credentials(store_id=store.pk, credentials={"note": "x"}, now=NOW, by=ALICE)
    assert Store.objects.get().credentials == {"key": "two"}


def test_a_paused_store_is_out_of_the_steps_until_resumed():
    store = connect()
    assert able_stores(ALICE, "orders") == [store]
    pause_stores(ids=[store.pk], now=NOW, by=ALICE)
    assert able_stores(ALICE, "orders") == []
    with pytest.raises(WrongState):
        pause_stores(ids=[store.pk], now=NOW, by=ALICE)
    resume_stores(ids=[store.pk], now=NOW, by=ALICE)
    assert able_stores(ALICE, "orders") == [store]
    assert able_stores(ALICE, "settlements") == []


def test_a_store_out_of_scope_is_as_if_it_were_not():
    store = connect()
    other = person("dora", OPERATIONS, store.pk + 1)
    before = facts_hash()
    for verb in (pause_stores, resume_stores):
        with pytest.raises(Refused):
            verb(ids=[store.pk], now=NOW, by=other)
    with pytest.raises(Refused):
        store_coded("quay-gb", other)
    with pytest.raises(Refused):
        set_stock_buffer(ids=[store.pk], units=3, now=NOW, by=other)
    assert not stores_of(other).exists()
    assert facts_hash() == before


def test_the_buffer_is_kept_beside_the_other_settings():
    store = connect()
    assert set_stock_buffer(ids=[store.pk], units=3, now=NOW, by=ALICE) == 1
    assert Store.objects.get().settings == {"buffer": 3}
    with pytest.raises(Refused):
        set_stock_buffer(ids=[store.pk], units=-1, now=NOW, by=BOB)
