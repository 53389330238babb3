"""The pull of settlements: fetched once, kept even when unreadable, late orders found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_orders
from tradewind.apps.org.models import StoredFile
from tradewind.apps.settlements import step
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.stores.models import SyncRun
from tradewind.connectors import registry
from tradewind.connectors.base import SettlementRef
from tradewind.engine.access import system
from tradewind.engine.contracts import Page

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
ROW = ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A")


@pytest.fixture
def files(harbour, monkeypatch):
    """What the channel holds ready, by id."""
    held: dict[str, bytes] = {}
    channel = registry.channel("harbour")

    def refs(self, conn, since, token=None):
        return Page(tuple(SettlementRef(k, NOW) for k in held), None, NOW)

    monkeypatch.setattr(type(channel), "settlements", refs)
    monkeypatch.setattr(type(channel), "settlement_file", lambda self, conn, pk: held[pk])
    return held


def test_a_file_is_fetched_once_and_a_repeat_changes_nothing(harbour, files):
    files["B-1"] = harbour_file("B-1", "USD", [ROW], "20.00")
    assert step.run(NOW, system()).done == 1
    step.run(NOW, system())
    before = facts_hash()
    assert step.run(NOW, system()).done == 0
    assert facts_hash() == before


def test_a_file_that_cannot_be_read_is_kept_and_named_and_the_others_go_on(harbour, files):
    files["B-1"] = b"not a settlement"
    files["B-2"] = harbour_file("B-2", "USD", [ROW], "20.00")
    result = step.run(NOW, system())
    assert (result.done, result.problems) == (1, 1)
    assert list(SettlementFile.objects.values_list("external_id", flat=True)) == ["B-2"]
    assert StoredFile.objects.count() == 2
    assert "B-1" in SyncRun.objects.get().error


def test_an_order_that_comes_after_its_settlement_is_found(harbour, files):
    files["B-1"] = harbour_file("B-1", "USD", [ROW], "20.00")
    step.run(NOW, system())
    assert SettlementFile.objects.get().unmatched_count == 1
    make_orders(harbour, 1)
    step.run(NOW, system())
    assert SettlementFile.objects.get().unmatched_count == 0


def test_an_order_that_comes_under_another_spelling_is_found_while_it_may_still_come(harbour, files):
    files["B-1"] = harbour_file("B-1", "USD", [(*ROW[:4], "#o1", *ROW[5:])], "20.00")
    step.run(NOW, system())
    assert SettlementFile.objects.get().unmatched_count == 1
    make_orders(harbour, 1)
    late = step.run(NOW + step.LOOK_BACK, system())
    assert (late.detail["orders_found"], SettlementFile.objects.get().unmatched_count) == (0, 1)
    assert step.run(NOW, system()).detail["orders_found"] == 1
    assert SettlementFile.objects.get().unmatched_count == 0
    before = facts_hash()
    step.run(NOW, system())
    assert facts_hash() == before
