"""The drawings of the kit are pure arithmetic."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.people import ALICE
from tradewind.desk.export import safe
from tradewind.desk.kernel import COUNTRY, DATE, DECIMAL, INT, MONEY, TEXT, TIME
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money
from tradewind.web.kit import cells, chart, wish
from tradewind.web.kit.waterfall import LABELS, PLOT, waterfall
from tradewind.web.lists import slots
from tradewind.web.tests import sample


def test_a_waterfall_runs_down_and_ends_at_the_total():
    tree = Breakdown.of("p", [Breakdown("a", Money(1000, "USD")), Breakdown("b", Money(-400, "USD"))])
    fall = waterfall(tree)
    a, b, total = fall.bars
    assert (a.x, a.width, a.tone) == (LABELS, PLOT, "up")
    assert (b.x, b.width, b.tone) == (LABELS + PLOT * 6 // 10, PLOT * 4 // 10, "down")
    assert (total.x, total.width, total.tone) == (LABELS, PLOT * 6 // 10, "total")


def test_a_missing_part_has_a_row_and_counts_nothing():
    fall = waterfall(sample.TREE)
    assert [bar.tone for bar in fall.bars] == ["up", "down", "missing", "total"]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12))
def test_every_bar_stands_inside_the_drawing(parts):
    tree = Breakdown.of("p", [Breakdown(f"n{i}", Money(p, "JPY")) for i, p in enumerate(parts)])
    for bar in waterfall(tree).bars:
        assert LABELS <= bar.x <= bar.x + bar.width <= LABELS + PLOT + 2


DAYS = st.tuples(st.none() | st.integers(-(10**8), 10**8), st.integers(0, 10**6))


@given(st.lists(DAYS, min_size=1, max_size=60))
def test_every_day_stands_inside_the_chart(days):
    drawn = chart.day_chart(
        [chart.Day(date(2026, 1, 1), None if b is None else Decimal(b), n) for b, n in days]
    )
    for mark in drawn.marks:
        assert chart.TOP <= mark.y <= mark.y + mark.height <= chart.HEIGHT - chart.BOTTOM + 1
        assert chart.TOP <= mark.point_y <= chart.HEIGHT - chart.BOTTOM


@pytest.mark.parametrize(
    ("value", "top"), [("1730", "2000"), ("0.3", "0.5"), ("2400", "2500"), ("10", "10"), ("-3", "1")]
)
def test_scales_end_at_round_numbers(value, top):
    assert chart.nice(Decimal(value)) == Decimal(top)


def test_a_ranking_is_sorted_and_its_segments_sum_up():
    ranks = [
        chart.Rank("B", "B", Decimal(40), "", (("x", Decimal(10)), ("y", Decimal(30)))),
        chart.Rank("A", "A", Decimal(80), "", (("x", Decimal(80)),)),
    ]
    first, second = chart.rank_chart(ranks)
    assert (first.rank.label, first.place, first.end - chart.RANK_LABELS) == ("A", 1, chart.RANK_PLOT)
    assert [s[3] for s in second.segments] == [chart.RANK_PLOT // 8, chart.RANK_PLOT * 3 // 8]


def test_values_are_drawn_by_their_kind():
    with translation.override("zh-hans"):
        assert str(cells.draw(MONEY, Money(-123456, "USD"))) == (
            '<span class="amount neg">-1,234.56</span> <span class="cur">USD</span>'
        )
        assert str(cells.draw(COUNTRY, "DE")) == '<abbr title="德国">DE</abbr>'
    assert str(cells.draw(MONEY, Money(1500, "JPY"))).startswith('<span class="amount">1,500</span>')
    assert str(cells.draw(INT, 12345)) == "12,345"
    assert str(cells.draw(INT, 0)) == "0"
    assert str(cells.draw(DECIMAL, Decimal("1200.5000"))) == "1,200.5"
    assert str(cells.draw(DATE, date(2026, 1, 2))) == "2026-01-02"
    assert str(cells.draw(TEXT, "<b>")) == "&lt;b&gt;"
    assert "2010-12-01" in str(cells.draw(TIME, datetime(2010, 12, 1, tzinfo=UTC)))
    assert str(cells.draw(TEXT, None)) == cells.NOTHING


@given(st.text(max_size=40))
def test_no_exported_text_begins_like_a_formula(text):
    out = safe(text)
    assert out.lstrip("'") == text.lstrip("'")
    assert not out.startswith(("=", "@", "\t", "\r", "\n"))
    if out.startswith(("+", "-")):
        Decimal(out)  # a number, nothing else


def test_a_phone_card_shows_name_state_money_goods_and_time():
    assert slots(sample.NOUN.columns) == {
        "external_id": "p1", "state": "p2", "total": "p3", "placed_at": "p5", "title": "p4",
    }  # fmt: skip


def test_an_address_is_read_and_written_back():
    params = wish.asked(sample.NOUN, QueryDict("state=new&store=s1&foo=1&after=abc&search="))
    assert params == {"state": "new", "store": "s1", "after": "abc"}
    assert wish.url(sample.NOUN, params, sort="-total") == "/samples/?state=new&store=s1&sort=-total"
    assert wish.url(sample.NOUN, params, after="x") == "/samples/?state=new&after=x&store=s1"
    assert [c.name for c in wish.chosen(sample.NOUN, ALICE, "total,nonsense")] == ["external_id", "total"]
    assert wish.read(sample.NOUN, QueryDict("size=99999999999999")).size == 50
