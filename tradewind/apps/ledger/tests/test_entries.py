"""Booking entries through the operations."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Account, Entry, Period
from tradewind.apps.ledger.operations import close_period, open_chart, post_entries, reverse_entries
from tradewind.apps.org.models import Company
from tradewind.engine.access import FINANCE, WAREHOUSE, Actor, Denied, system
from tradewind.engine.contracts import Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
MARCH = date(2026, 3, 15)


@pytest.fixture
def company():
    open_chart(now=NOW, by=FIN)
    return Company.objects.create(code="GZ", name="Guangzhou Lamp", country="CN", base_currency="CNY")


def book(source_id: int, *lines: tuple[str, int, str], on: date = MARCH) -> Booking:
    plan = EntryPlan("test", on, f"T{source_id}", tuple(PostingPlan(a, Money(m, c)) for a, m, c in lines))
    return Booking("test", source_id, plan)


SALE = (("1122", 12_99, "USD"), ("6001", -12_99, "USD"))


def test_the_chart_opens_once_with_both_names(company):
    assert open_chart(now=NOW, by=FIN) == 0
    assert Account.objects.get(code="1901").name_zh == "结算过渡"
    assert list(Account.objects.filter(is_clearing=True).values_list("code", flat=True)) == ["1901"]


def test_entries_are_posted_numbered_without_gaps_and_balance(company):
    ids = post_entries(company_id=company.id, entries=[book(1, *SALE), book(2, *SALE)], now=NOW, by=FIN)
    assert list(Entry.objects.filter(id__in=ids).values_list("number", "posted")) == [(1, True), (2, True)]
    assert queries.trial_balance(FIN, company.id, MARCH) == {"USD": {"1122": 25_98, "6001": -25_98}}
    assert queries.unbalanced() == []


def test_a_repeat_books_nothing(company):
    post_entries(company_id=company.id, entries=[book(1, *SALE)], now=NOW, by=FIN)
    again = [book(1, *SALE), book(2, *SALE), book(2, *SALE)]
    assert len(post_entries(company_id=company.id, entries=again, now=NOW, by=FIN)) == 1
    assert list(Entry.objects.order_by("number").values_list("number", "source_id")) == [(1, 1), (2, 2)]
    before = facts_hash()
    assert post_entries(company_id=company.id, entries=again, now=NOW, by=FIN) == []
    assert facts_hash() == before


def test_every_fault_of_every_entry_is_named_and_nothing_is_booked(company):
    Period.objects.create(company=company, month=date(2026, 2, 1), state="closed")
    bad = [
        book(1, *SALE),
        book(2, ("1122", 5, "USD"), ("6666", -5, "USD"), on=date(2026, 2, 1)),
        book(4, ("9999", 5, "USD"), ("6001", -5, "USD")),
        book(5, *SALE, on=date(2026, 2, 28)),
    ]
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        post_entries(company_id=company.id, entries=bad, now=NOW, by=FIN)
    assert [(p.row, p.field, p.value) for p in refused.value.problems] == [
        (2, "account", "6666"), (2, "on", "2026-02-01"), (3, "account", "9999"), (4, "on", "2026-02-28"),
    ]  # fmt: skip
    assert facts_hash() == before


def test_who_may_not_change_the_books_changes_nothing(company):
    before = facts_hash()
    with pytest.raises(Denied):
        post_entries(
            company_id=company.id, entries=[book(1, *SALE)], now=NOW, by=Actor(1, "wu", WAREHOUSE, None)
        )
    assert facts_hash() == before


def test_a_reversal_books_the_opposite_once(company):
    ids = post_entries(company_id=company.id, entries=[book(1, *SALE)], now=NOW, by=FIN)
    later = date(2026, 4, 2)
    made = reverse_entries(ids=ids, on=later, reason="booked twice by hand", now=NOW, by=FIN)
    assert len(made) == 1
    assert queries.trial_balance(FIN, company.id, later) == {}
    assert queries.trial_balance(FIN, company.id, MARCH) == {"USD": {"1122": 12_99, "6001": -12_99}}
    assert reverse_entries(ids=ids, on=later, reason="again", now=NOW, by=FIN) == []


def test_a_reversal_needs_a_reason_and_a_posted_entry(company):
    before = facts_hash()
    with pytest.raises(Refused, match="needed"):
        reverse_entries(ids=[1], on=MARCH, reason=" ", now=NOW, by=FIN)
    with pytest.raises(Refused, match="no such posted entry"):
        reverse_entries(ids=[1], on=MARCH, reason="x", now=NOW, by=FIN)
    assert facts_hash() == before


def test_a_month_closes_with_a_hash_that_never_changes(company):
    post_entries(company_id=company.id, entries=[book(1, *SALE)], now=NOW, by=FIN)
    why = {"rates": "no rates in this test"}
    seal = close_period(company_id=company.id, month=MARCH, now=NOW, by=FIN, explanations=why)
    assert close_period(company_id=company.id, month=MARCH, now=NOW, by=FIN) == seal
    with pytest.raises(Refused, match="month is closed"):
        post_entries(company_id=company.id, entries=[book(2, *SALE)], now=NOW, by=FIN)
    april = [book(3, *SALE, on=date(2026, 4, 1))]
    post_entries(company_id=company.id, entries=april, now=NOW, by=FIN)
    assert queries.period_hash(company.id, date(2026, 3, 1)) == seal
    assert queries.broken_periods() == []


def test_a_month_does_not_close_over_money_left_in_clearing_without_a_word(company):
    post_entries(
        company_id=company.id, now=NOW, by=FIN,
        entries=[book(1, ("1901", 500, "EUR"), ("6001", -500, "EUR"), on=date(2026, 2, 10)), book(2, *SALE)],
    )  # fmt: skip
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        close_period(company_id=company.id, month=MARCH, now=NOW, by=FIN)
    assert [(p.field, p.value) for p in refused.value.problems] == [
        ("earlier_month", "1"), ("clearing", "5.00 EUR"), ("rates", "4"),
    ]  # fmt: skip
    assert facts_hash() == before
    words = {"clearing": "payout of B-17 is due on 2 April", "rates": "no rates in this test"}
    for month in (date(2026, 2, 1), MARCH):
        close_period(company_id=company.id, month=month, now=NOW, by=FIN, explanations=words)
    assert set(Period.objects.values_list("state", flat=True)) == {"closed"}


def test_a_month_that_is_not_over_does_not_close(company):
    with pytest.raises(Refused, match="not over"):
        close_period(company_id=company.id, month=date(2026, 5, 1), now=NOW, by=FIN)


def test_the_general_ledger_lists_an_account_in_the_order_of_the_journal(company):
    post_entries(company_id=company.id, entries=[book(2, *SALE), book(1, *SALE)], now=NOW, by=FIN)
    rows = queries.general_ledger(FIN, company.id, "6001", MARCH, MARCH)
    assert [(p.entry.number, p.amount_minor) for p in rows] == [(1, -12_99), (2, -12_99)]


def test_an_actor_with_a_scope_does_not_see_entries_of_other_stores(company):
    lines = (PostingPlan("1122", Money(5, "USD"), 1), PostingPlan("6001", Money(-5, "USD"), 1))
    other = (PostingPlan("1122", Money(5, "USD"), 2), PostingPlan("6001", Money(-5, "USD"), 2))
    plans = [Booking("t", i, EntryPlan("t", MARCH, "", x)) for i, x in enumerate((lines, other))]
    post_entries(company_id=company.id, entries=plans, now=NOW, by=system())
    scoped = Actor(8, "feng", FINANCE, frozenset({1}))
    assert [e.number for e in queries.entries(scoped)] == [1]
    assert queries.trial_balance(scoped, company.id, MARCH) == {"USD": {"1122": 5, "6001": -5}}
