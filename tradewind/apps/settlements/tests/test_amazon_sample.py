"""The Amazon settlement V2 sample, read in place: every line mapped, the remainder shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.shared import shared
from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.operations import import_settlements
from tradewind.engine.access import FINANCE, Actor
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
SAMPLE = "data/marketplace_reports/amazon_settlement_v2_sample.txt"


def sample() -> list[str]:
    return shared(SAMPLE).read_text().splitlines()


def take(store, lines):
    data = ("\n".join(lines) + "\n").encode()
    (done,) = import_settlements(store_id=store.id, name="sample.txt", data=data, now=NOW, by=FIN)
    return done.settlement


def test_every_line_of_the_sample_is_mapped_and_the_remainder_is_zero(amazon):
    one = take(amazon, sample())
    assert (one.external_id, one.total, one.line_count) == ("28471003921", Money(582_89, "USD"), 23)
    assert queries.unknown_words(FIN, one) == []
    assert one.remainder == Money(0, "USD")
    assert one.state == "explained"
    tree = queries.explained(FIN, one)
    assert tree.amount == Money(582_89, "USD")
    assert {p.name: p.amount.minor for p in tree.parts}["reserve_released"] == 820_44


def test_a_deleted_line_leaves_exactly_its_amount(amazon):
    lines = sample()
    for n, gone in enumerate(lines[2:], start=2):
        changed = [*lines[:n], *lines[n + 1 :]]
        changed = [line.replace("28471003921", f"28471{n:03d}") for line in changed]
        one = take(amazon, changed)
        amount = gone.split("\t")[lines[0].split("\t").index("amount")]
        assert (one.state, one.remainder) == ("held", Money.of(amount, "USD"))


def test_a_type_never_seen_is_held_and_not_lost(amazon):
    lines = [line.replace("LowInventoryLevelFee", "MoonPhaseFee") for line in sample()]
    one = take(amazon, lines)
    assert (one.state, one.unknown_count, one.remainder) == ("held", 1, Money(0, "USD"))
    (words,) = queries.unknown_words(FIN, one)
    assert (words.description, words.amount) == ("MoonPhaseFee", Money(-12_60, "USD"))
    assert SettlementLine.objects.filter(settlement=one).count() == 23
