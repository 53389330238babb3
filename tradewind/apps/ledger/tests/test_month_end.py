"""Entries by hand, accruals and revaluation at the end of a month."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Entry, Posting, Revaluation
from tradewind.apps.ledger.operations import (
    Voucher,
    VoucherLine,
    open_chart,
    post_entries,
    post_vouchers,
    revalue,
)
from tradewind.apps.ledger.queries.translated import translated
from tradewind.apps.markets.models import FxRate
from tradewind.apps.org.models import Company
from tradewind.engine.access import FINANCE, WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)
END, ENDED = date(2026, 10, 31), date(2026, 11, 30)


@pytest.fixture
def company():
    open_chart(now=NOW, by=FIN)
    return Company.objects.create(code="GZ", name="Guangzhou Lamp", country="CN", base_currency="CNY")


def rate(on: date, value: str) -> None:
    FxRate.objects.create(base="USD", quote="CNY", on=on, rate=value, source="PBOC")


def book(company, source_id: int, on: date, *lines: tuple[str, int, str]) -> None:
    plan = EntryPlan("test", on, f"T{source_id}", tuple(PostingPlan(a, Money(m, c)) for a, m, c in lines))
    post_entries(company_id=company.id, entries=[Booking("test", source_id, plan)], now=NOW, by=FIN)


def lines(event: str) -> list[tuple[str, int, str, str]]:
    rows = Posting.objects.filter(entry__event=event).order_by("id")
    return [
        (a, m, c, on.isoformat())
        for a, m, c, on in rows.values_list("account__code", "amount_minor", "currency", "entry__on")
    ]


def voucher(company, *sides: tuple[str, int, str], on: date = END, event: str = "manual") -> Voucher:
    found = tuple(VoucherLine(a, Money(m, c)) for a, m, c in sides)
    return Voucher(company.id, on, "Rent of October", found, event)


def test_open_money_is_revalued_at_the_month_end_rate_and_taken_back_the_next_day(company):
    rate(date(2026, 10, 10), "7.1")
    rate(date(2026, 10, 30), "7.0")
    book(company, 1, date(2026, 10, 12), ("1122", 100_00, "USD"), ("6001", -100_00, "USD"))
    revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)
    assert lines("revaluation") == [
        ("6607", 10_00, "CNY", "2026-10-31"), ("1900", -10_00, "CNY", "2026-10-31"),
    ]  # fmt: skip
    assert lines("revaluation_reversal") == [
        ("6607", -10_00, "CNY", "2026-11-01"), ("1900", 10_00, "CNY", "2026-11-01"),
    ]  # fmt: skip
    (kept,) = Revaluation.objects.all()
    assert (kept.currency, kept.side, kept.balance_minor) == ("USD", "asset", 100_00)
    assert (kept.carrying_minor, kept.worth_minor, str(kept.rate_on)) == (710_00, 700_00, "2026-10-30")
    books = translated(FIN, company.id, END)
    assert books.values == {"1122": 700_00, "6001": -710_00, "6607": 10_00}
    assert books.left == 0


def test_what_was_gained_on_money_that_has_left_is_realised_and_stays(company):
    for on, value in ((date(2026, 10, 5), "7.0"), (date(2026, 10, 20), "7.2"), (date(2026, 10, 30), "7.3")):
        rate(on, value)
    book(company, 1, date(2026, 10, 5), ("1012", 100_00, "USD"), ("6001", -100_00, "USD"))
    book(
        company, 2, date(2026, 10, 20),
        ("1001", 288_00, "CNY"), ("1900", -288_00, "CNY"), ("1900", 40_00, "USD"), ("1012", -40_00, "USD"),
    )  # fmt: skip
    revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)
    # 40 at 7.2 less 40 at 7.0: 8.00 realised; 60 left, 7.3 against 7.0: 18.00 unrealised.
    assert lines("revaluation") == [
        ("6606", -8_00, "CNY", "2026-10-31"), ("6607", -18_00, "CNY", "2026-10-31"),
        ("1900", 26_00, "CNY", "2026-10-31"),
    ]  # fmt: skip
    assert lines("revaluation_reversal") == [
        ("6607", 18_00, "CNY", "2026-11-01"), ("1900", -18_00, "CNY", "2026-11-01"),
    ]  # fmt: skip
    rate(date(2026, 11, 27), "7.1")
    revalue(company_id=company.id, month=NOV, now=NOW, by=FIN)
    assert translated(FIN, company.id, ENDED).values == {
        "1001": 288_00, "1012": 426_00, "6001": -700_00, "6606": -8_00, "6607": -6_00,
    }  # fmt: skip


def test_rounding_of_single_days_has_an_account_of_its_own(company):
    rate(date(2026, 10, 5), "7.1")
    for n in range(1, 4):
        rate(date(2026, 10, 5 + n), "7.1")
        book(company, n, date(2026, 10, 5 + n), ("1122", 5, "USD"), ("6001", -5, "USD"))
    rate(date(2026, 10, 30), "7.1")
    revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)
    # 0.05 USD a day are 0.355, said as 0.36 three times; 0.15 are 1.065, said as 1.07.
    assert lines("revaluation") == [
        ("6699", 1, "CNY", "2026-10-31"), ("1900", -1, "CNY", "2026-10-31"),
    ]  # fmt: skip
    assert translated(FIN, company.id, END).left == 0


def test_a_second_run_books_only_what_has_come_since(company):
    rate(date(2026, 10, 10), "7.1")
    rate(date(2026, 10, 30), "7.0")
    book(company, 1, date(2026, 10, 12), ("1122", 100_00, "USD"), ("6001", -100_00, "USD"))
    assert len(revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)) == 2
    before = facts_hash()
    assert revalue(company_id=company.id, month=OCT, now=NOW, by=FIN) == []
    assert facts_hash() == before
    book(company, 2, date(2026, 10, 13), ("1122", 50_00, "USD"), ("6001", -50_00, "USD"))
    revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)
    assert lines("revaluation")[2:] == [
        ("6607", 5_00, "CNY", "2026-10-31"), ("1900", -5_00, "CNY", "2026-10-31"),
    ]  # fmt: skip


def test_a_missing_rate_is_named_and_nothing_is_booked(company):
    book(company, 1, date(2026, 10, 12), ("1122", 100_00, "USD"), ("6001", -100_00, "USD"))
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        revalue(company_id=company.id, month=OCT, now=NOW, by=FIN)
    assert [p.value for p in refused.value.problems] == ["USD/CNY 2026-10-12", "USD/CNY 2026-10-31"]
    assert facts_hash() == before


def test_a_month_that_is_not_over_is_not_revalued(company):
    with pytest.raises(Refused, match="not over"):
        revalue(company_id=company.id, month=date(2026, 12, 1), now=NOW, by=FIN)


def test_an_entry_by_hand_is_posted_and_an_accrual_comes_back_on_the_first(company):
    rent = (("6608", 500_00, "CNY"), ("2204", -500_00, "CNY"))
    made = post_vouchers(vouchers=[voucher(company, *rent, event="accrual")], now=NOW, by=FIN)
    assert list(Entry.objects.filter(id__in=made).order_by("id").values_list("event", "posted", "on")) == [
        ("accrual", True, END), ("accrual_reversal", True, NOV),
    ]  # fmt: skip
    assert queries.trial_balance(FIN, company.id, END) == {"CNY": {"2204": -500_00, "6608": 500_00}}
    assert queries.trial_balance(FIN, company.id, NOV) == {}


def test_opening_balances_stand_against_their_own_account(company):
    opening = voucher(company, ("1001", 900_00, "CNY"), ("2202", -100_00, "USD"), event="opening")
    post_vouchers(vouchers=[opening], now=NOW, by=FIN)
    assert queries.trial_balance(FIN, company.id, END) == {
        "CNY": {"1001": 900_00, "4900": -900_00}, "USD": {"2202": -100_00, "4900": 100_00},
    }  # fmt: skip


def test_everything_wrong_with_entries_by_hand_is_said_and_none_is_booked(company):
    good = voucher(company, ("6608", 5, "CNY"), ("1001", -5, "CNY"))
    bad = Voucher(
        company.id, END, " ",
        (VoucherLine("6608", Money(5, "CNY")), VoucherLine("9999", Money(-4, "CNY"), 12)), "manual",
    )  # fmt: skip
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        post_vouchers(vouchers=[good, bad], now=NOW, by=FIN)
    assert [(p.row, p.field) for p in refused.value.problems] == [
        (2, "memo"), (2, "lines.2.account"), (2, "lines.2.store"), (2, "lines"),
    ]  # fmt: skip
    with pytest.raises(Denied):
        post_vouchers(vouchers=[good], now=NOW, by=Actor(2, "bob", WAREHOUSE, None))
    assert facts_hash() == before


def test_who_sees_one_store_books_for_no_other(company):
    good = voucher(company, ("6608", 5, "CNY"), ("1001", -5, "CNY"))
    with pytest.raises(Refused, match="no such store"):
        post_vouchers(vouchers=[good], now=NOW, by=Actor(7, "fang", FINANCE, frozenset({3})))
