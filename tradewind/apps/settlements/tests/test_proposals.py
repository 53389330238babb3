"""Lines whose order the key did not find: sure ones matched with the reason, the rest for people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import MatchProposal, SettlementFile
from tradewind.apps.settlements.operations import (
    accept_proposals,
    import_settlements,
    mark_settlements_posted,
    match_orders,
    propose_orders,
    reject_proposals,
)
from tradewind.apps.settlements.queries.blockers import blocking
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)


def sale(order, amount="20.00", sku="LAMP-A", line=""):
    return ("Order", "Price", "Principal", amount, order, line, sku)


def take(store, rows, total, number="B-1"):
    data = harbour_file(number, store.currency, rows, total)
    return import_settlements(store_id=store.id, name="b.txt", data=data, now=NOW, by=FIN)[0].settlement


def matched(one):
    return list(
        one.lines.order_by("line_no").values_list(
            "order__external_id", "order_line__external_id", "matched_how"
        )
    )


def test_a_number_written_otherwise_is_matched_and_says_so(harbour, orders):
    one = take(harbour, [sale("#o1"), ("Order", "Fee", "Referral", "-3.00", "#o1")], "17.00")
    assert matched(one) == [("O-1", "L-1", "spelling"), ("O-1", None, "spelling")]
    assert (one.unmatched_count, one.state) == (0, "explained")


def test_the_number_of_an_orders_line_is_matched(harbour, orders):
    OrderLine.objects.filter(order=orders[1]).update(external_id="SUB-77")
    one = take(harbour, [sale("SUB-77")], "20.00")
    assert matched(one) == [("O-2", "SUB-77", "line_key")]


def test_rounding_and_the_days_rate_are_reasons_that_are_kept(harbour, orders):
    assert matched(take(harbour, [sale("#o1", "19.99")], "19.99")) == [("O-1", "L-1", "spelling_rounding")]
    orders[1].currency = "EUR"
    orders[1].save()
    FxRate.objects.create(base="EUR", quote="USD", on=date(2026, 6, 18), rate="1.10", source="ecb")
    one = take(harbour, [sale("o_2", "22.10")], "22.10", "B-2")
    assert matched(one) == [("O-2", "L-1", "spelling_fx")]


def test_lines_without_a_number_that_can_only_be_one_order_are_matched(harbour, orders):
    orders[0].goods_minor = 31_00
    orders[0].save()
    one = take(harbour, [sale("", "31.00"), ("Order", "Price", "Shipping", "4.60")], "35.60")
    assert matched(one) == [("O-1", "L-1", "sum"), ("O-1", None, "sum")]


def test_what_is_not_sure_is_proposed_ranked_and_nothing_is_matched(harbour, orders):
    one = take(harbour, [sale("", "24.60")], "24.60")
    assert matched(one) == [(None, None, "")]
    found = list(MatchProposal.objects.order_by("rank").values_list("rank", "order__external_id", "reason"))
    assert found == [(n, f"O-{n}", "same_amount_same_sku") for n in (1, 2, 3)]
    assert queries.open_proposals(FIN) == 1
    (stop,) = blocking(harbour.company_id, date(2026, 6, 30))
    assert (stop.code, stop.count, stop.amount) == ("open_proposals", 1, Money(24_60, "USD"))
    assert blocking(harbour.company_id, date(2026, 6, 29)) == []
    best = MatchProposal.objects.get(rank=1)
    reject_proposals(ids=[best.pk], reason="another buyer", now=NOW, by=FIN)
    (stop,) = blocking(harbour.company_id, date(2026, 6, 30))
    assert stop.count == 1, "the next best is to be looked at"


@pytest.fixture
def waiting(harbour, orders):
    one = take(harbour, [sale("#o1", "25.00"), ("Order", "Fee", "Referral", "-3.00", "#o1")], "22.00")
    return one, MatchProposal.objects.get()


def test_accepted_the_whole_group_finds_its_order(waiting):
    one, idea = waiting
    assert (idea.reason, idea.order.external_id, idea.difference_minor) == (
        "same_number_other_amount", "O-1", 40,
    )  # fmt: skip
    assert accept_proposals(ids=[idea.pk], reason="", now=NOW, by=FIN) == 2
    assert matched(one) == [("O-1", "L-1", "person"), ("O-1", None, "person")]
    idea.refresh_from_db()
    assert (idea.state, idea.decided_by, idea.decided_at) == ("accepted", "fang", NOW)
    assert SettlementFile.objects.get().unmatched_count == 0
    with pytest.raises(Refused, match="decided already"):
        accept_proposals(ids=[idea.pk], reason="", now=NOW, by=FIN)


def test_accepted_on_a_posted_settlement_the_books_are_to_hear_of_it(waiting):
    one, idea = waiting
    mark_settlements_posted(ids=[one.pk], now=NOW, by=FIN)
    accept_proposals(ids=[idea.pk], reason="", now=NOW, by=FIN)
    assert [s.pk for s in queries.rebooking(FIN)] == [one.pk]


def test_rejected_it_needs_a_reason_and_is_not_asked_again(waiting):
    one, idea = waiting
    before = facts_hash()
    with pytest.raises(Refused, match="needed"):
        reject_proposals(ids=[idea.pk], reason=" ", now=NOW, by=FIN)
    assert facts_hash() == before
    assert reject_proposals(ids=[idea.pk], reason="a gift", now=NOW, by=FIN) == 1
    assert propose_orders(ids=[one.pk], now=NOW, by=FIN) == (0, 0)
    assert MatchProposal.objects.get().state == "rejected"


def test_two_orders_for_the_same_lines_are_refused_together(harbour, orders):
    take(harbour, [sale("", "24.60")], "24.60")
    ids = list(MatchProposal.objects.values_list("id", flat=True))
    before = facts_hash()
    with pytest.raises(Refused, match="two orders") as refused:
        accept_proposals(ids=ids, reason="", now=NOW, by=FIN)
    assert len(refused.value.problems) == 3
    assert facts_hash() == before
    accept_proposals(ids=ids[:1], reason="", now=NOW, by=FIN)
    assert sorted(MatchProposal.objects.values_list("state", flat=True)) == ["accepted", "passed", "passed"]


def test_an_order_that_comes_in_answers_the_proposals_of_its_lines(waiting, orders):
    one, idea = waiting
    orders[2].external_id = "#o1"
    orders[2].save()
    assert match_orders(ids=[one.pk], now=NOW, by=FIN) == 2
    propose_orders(ids=[one.pk], now=NOW, by=FIN)
    idea.refresh_from_db()
    assert idea.state == "passed"


def test_out_of_scope_or_without_the_right_nothing_is_seen_or_decided(waiting, harbour):
    _one, idea = waiting
    other = Actor(8, "feng", FINANCE, frozenset({harbour.id + 1}))
    assert list(queries.proposals(other)) == []
    before = facts_hash()
    with pytest.raises(Refused, match="no such row"):
        accept_proposals(ids=[idea.pk], reason="", now=NOW, by=other)
    with pytest.raises(Denied):
        accept_proposals(ids=[idea.pk], reason="", now=NOW, by=Actor(2, "bob", OPERATIONS, None))
    assert facts_hash() == before


def test_the_cost_does_not_grow_with_the_lines(harbour, orders, django_assert_max_num_queries):
    def rows(count):
        return [sale(f"X-{n}", "1.00") for n in range(count)]

    few = take(harbour, rows(3), "3.00")
    many = take(harbour, rows(300), "300.00", "B-2")
    for one in (few, many):
        with django_assert_max_num_queries(25):
            propose_orders(ids=[one.pk], now=NOW, by=FIN)


def test_what_blocks_a_month_is_named_and_counted(harbour, orders):
    take(harbour, [("Order", "Fee", "Glow", "-1.00"), sale("O-1", "5.00")], "3.50")
    found = [(b.code, b.count, b.amount.minor) for b in blocking(harbour.company_id, date(2026, 6, 30))]
    assert found == [("held_settlements", 1, 3_50), ("unknown_kinds", 1, -1_00), ("remainders", 1, -50)]
