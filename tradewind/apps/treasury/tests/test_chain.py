"""Withdrawals draw on receipts first in, first out; nothing is lost in the sharing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind.apps.treasury.chain import Drawn, Out, draw, fx_loss, loss_bp, part_of
from tradewind.engine.money import Money

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return T0 + timedelta(days=day)


def test_an_outflow_takes_the_oldest_receipt_first():
    drawn = draw([(1, at(0), 100), (2, at(1), 50)], [Out(9, at(2), 120)])
    assert drawn == [Drawn(9, 1, 100, 0, 0), Drawn(9, 2, 20, 100, 0)]


amounts = st.lists(st.integers(1, 10_000), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw of a busy machine
@given(amounts, amounts)
def test_every_outflow_is_drawn_whole_as_far_as_money_came_in(receipts, outs):
    drawn = draw(
        [(i, at(i), m) for i, m in enumerate(receipts)], [Out(i, at(i), m) for i, m in enumerate(outs)]
    )
    assert sum(d.minor for d in drawn) == min(sum(receipts), sum(outs))
    for i, minor in enumerate(receipts):
        assert sum(d.minor for d in drawn if d.receipt_id == i) <= minor


@given(st.integers(-1000, 1_000_000), st.lists(st.integers(0, 500), min_size=1, max_size=9))
def test_stretches_side_by_side_sum_to_the_total(total, widths):
    whole, low, parts = max(1, sum(widths)), 0, []
    for width in widths:
        parts.append(part_of(total, low, low + width, whole))
        low += width
    assert sum(parts) == (total if sum(widths) else 0)


def test_losses_are_stated_against_the_reference_rate():
    assert fx_loss(Money(100_00, "USD"), Money(708_00, "CNY"), Decimal("7.10")) == Money(2_00, "CNY")
    assert fx_loss(Money(100_00, "USD"), Money(708_00, "CNY"), None) is None
    assert loss_bp(Money(10_000, "USD"), Money(25, "USD")) == Decimal("25.00")
