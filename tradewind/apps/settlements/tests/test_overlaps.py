"""The same lines in two files: recognised, quarantined, decided by a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import (
    accept_overlaps,
    discard_settlements,
    import_settlements,
    match_orders,
)
from tradewind.engine.access import FINANCE, Actor
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
ROWS = [
    ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Principal", "20.00", "O-2", "L-1", "LAMP-A"),
    ("Fee", "Account", "Subscription", "-39.00"),
]


def take(store, rows, total, number, *, later=False):
    data = harbour_file(number, store.currency, rows, total)
    if later:
        data = data.replace(b"2026-06-16T", b"2026-07-01T").replace(b"2026-06-30T", b"2026-07-14T")
    return import_settlements(store_id=store.id, name="b.txt", data=data, now=NOW, by=FIN)[0].settlement


@pytest.fixture
def two(harbour, orders):
    return take(harbour, ROWS, "1.00", "B-1"), take(harbour, ROWS[:2], "40.00", "RANGE-9")


def test_lines_that_stand_in_another_file_too_hold_the_second_one(two):
    first, second = two
    assert (first.state, first.overlap_count) == ("explained", 0)
    assert (second.state, second.overlap_with_id) == ("held", first.pk)
    assert (second.overlap_count, second.overlap_minor) == (2, 40_00)


def test_in_quarantine_its_lines_count_for_no_order(two):
    assert not two[1].lines.exclude(order=None).exists()
    assert match_orders(ids=[two[1].pk], now=NOW, by=FIN) == 0


def test_a_person_says_that_both_are_right(two):
    assert accept_overlaps(ids=[two[1].pk], reason="sold twice", now=NOW, by=FIN) == 1
    one = SettlementFile.objects.get(pk=two[1].pk)
    assert (one.state, one.overlap_why, one.unmatched_count) == ("explained", "sold twice", 0)
    before = facts_hash()
    with pytest.raises(Refused, match="no line of it"):
        accept_overlaps(ids=[two[0].pk], reason="x", now=NOW, by=FIN)
    assert facts_hash() == before


def test_or_throws_the_second_one_away(two):
    discard_settlements(ids=[two[1].pk], reason="the export of the same days", now=NOW, by=FIN)
    one = SettlementFile.objects.get(pk=two[1].pk)
    assert (one.state, one.quarantined, one.lines.count()) == ("discarded", False, 0)


def test_the_same_words_in_another_period_are_other_lines(harbour, orders):
    take(harbour, ROWS, "1.00", "B-1")
    assert take(harbour, ROWS, "1.00", "B-2", later=True).state == "explained"


def test_an_export_in_another_layout_is_known_by_orders_and_amounts(harbour, orders):
    first = take(harbour, ROWS, "1.00", "B-1")
    SettlementFile.objects.filter(pk=first.pk).update(layout="another")
    first.lines.update(description="Sale", posted_at=None)
    second = take(harbour, ROWS[:2], "40.00", "RANGE-9")
    assert (second.state, second.overlap_count) == ("held", 2)
    one_line = take(harbour, [ROWS[0], ("Order", "Price", "Principal", "9.00", "O-3")], "29.00", "RANGE-10")
    assert one_line.overlap_with_id != first.pk, "one equal amount of an order may be chance"
