"""Money through the books: settlement, payout, withdrawal, bank; twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.models import Entry, Period
from tradewind.apps.ledger.operations.sales import post_sales
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import import_settlements
from tradewind.apps.treasury.models import Conversion
from tradewind.apps.treasury.operations import (
    accept_shortfall,
    expect_payouts,
    match_receipts,
    open_bank_account,
    open_collection_account,
    record_bank_lines,
    record_collection_lines,
)
from tradewind.db.states import WrongState
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied, system
from tradewind.engine.contracts import CONVERT, FEE, RECEIVE, BankTransaction, ProviderTransaction, Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
FLOW = system()
UNTIL = date(2026, 7, 31)
ROWS = [
    ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Shipping", "3.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Tax", "1.60", "O-1", "L-1", "LAMP-A"),
    ("Order", "Tax", "Withheld", "-1.60", "O-1", "L-1", "LAMP-A"),
    ("Order", "Fee", "Referral", "-3.45", "O-1", "L-1", "LAMP-A"),
    ("Fee", "Account", "Subscription", "-4.00"),
]


@pytest.fixture
def store():
    store = make_store("HB-US", "harbour", "USD")
    make_orders(store, 2)
    return store


def settle(store, rows=ROWS, total="15.55"):
    data = harbour_file("B-1", "USD", rows, total)
    import_settlements(store_id=store.id, name="f", data=data, now=NOW, by=FIN)


def balances(store):
    table = queries.trial_balance(FIN, store.company_id, UNTIL)
    assert all(sum(accounts.values()) == 0 for accounts in table.values())
    return table


def test_a_sale_opens_the_receivable_and_its_settlement_closes_it(store):
    settle(store)
    post_ready(NOW, FLOW)
    assert balances(store) == {
        "USD": {
            "1122": 24_60, "1901": 15_55, "2221": -1_60, "6001": -40_00, "6002": -6_00, "6601": 3_45,
            "6605": 4_00,
        }
    }  # fmt: skip
    (still,) = queries.open_receivables(FIN, store.company_id)
    assert still[1:] == ("USD", 24_60), "only O-2, which no settlement has paid"
    assert SettlementFile.objects.get().state == "posted"


def test_a_second_run_books_nothing(store):
    settle(store)
    post_ready(NOW, FLOW)
    before = facts_hash()
    assert post_ready(NOW, FLOW).done == 0
    assert facts_hash() == before


def test_a_held_settlement_is_not_booked(store):
    settle(store, [*ROWS, ("Order", "Fee", "Glow", "-1.00", "O-1")], "14.55")
    post_ready(NOW, FLOW)
    assert set(Entry.objects.values_list("event", flat=True)) == {"sale"}
    assert SettlementFile.objects.get().state == "held"


def test_a_settlement_of_a_closed_month_is_booked_on_the_first_open_day(store):
    settle(store)
    Period.objects.create(company=store.company, month=date(2026, 6, 1), state="closed")
    from tradewind.apps.ledger.operations.cash import post_settlements
    from tradewind.apps.ledger.operations.chart import open_chart

    open_chart(now=NOW, by=FIN)
    post_settlements(now=NOW, by=FLOW)
    assert Entry.objects.get().on == date(2026, 7, 1)


def test_a_sale_of_a_closed_month_is_booked_on_the_first_open_day_and_says_when_it_shipped(store):
    post_ready(NOW, FLOW)
    assert set(Entry.objects.values_list("on", "memo")) == {
        (date(2026, 6, 19), "O-1"), (date(2026, 6, 19), "O-2"),
    }  # fmt: skip
    for month in (6, 7):
        Period.objects.update_or_create(
            company=store.company, month=date(2026, month, 1), defaults={"state": "closed"}
        )
    late = make_orders(make_store("HB-2", "harbour", "USD"), 1)[0]
    post_ready(NOW, FLOW)
    entry = Entry.objects.get(source_id=late.pk)
    assert (entry.on, entry.memo, entry.posted) == (date(2026, 8, 1), "O-1 · 2026-06-19", True)
    assert sum(entry.postings.values_list("amount_minor", flat=True)) == 0
    before = facts_hash()
    assert post_ready(NOW, FLOW).done == 0
    assert facts_hash() == before


def test_with_nothing_to_sell_the_flow_leaves_no_word_in_the_audit(store):
    post_ready(NOW, FLOW)
    count = AuditEntry.objects.count()
    assert post_sales(now=NOW, by=FLOW) == []
    assert AuditEntry.objects.count() == count


def test_money_goes_from_the_channel_to_the_bank_and_clearing_comes_to_zero(store):
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 7, 4), rate="7.1", source="ECB")
    settle(store)
    expect_payouts(now=NOW, by=FIN)
    account = open_collection_account(
        company="GZ", provider="lighter", code="LT", name="Lighter", currency="USD", now=NOW, by=FIN,
        credentials={"account": "a", "key": "k"},
    )  # fmt: skip
    bank = open_bank_account(company="GZ", code="ICBC", name="ICBC", currency="CNY", now=NOW, by=FIN)
    at = datetime(2026, 7, 4, 8, tzinfo=UTC)
    lines = [
        ProviderTransaction("R1", RECEIVE, Money(15_55, "USD"), datetime(2026, 7, 2, tzinfo=UTC), "B-1"),
        ProviderTransaction("F1", FEE, Money(-55, "USD"), at, "", ""),
        ProviderTransaction("F2", FEE, Money(-1_00, "USD"), at, "", "W1"),
        ProviderTransaction(
            "C1", CONVERT, Money(-14_00, "USD"), at, "", "W1", Money(99_00, "CNY"), Decimal("7.0714")
        ),
    ]
    record_collection_lines(account_id=account.id, lines=lines, now=NOW, by=FIN)
    match_receipts(now=NOW, by=FIN)
    arrived = BankTransaction("BK1", date(2026, 7, 5), Money(99_00, "CNY"), "W1")
    record_bank_lines(account_id=bank.id, lines=[arrived], now=NOW, by=FIN)
    post_ready(NOW, FLOW)
    table = balances(store)
    assert table["CNY"] == {"1001": 99_00, "1900": -99_40, "6606": 40}
    assert {a: m for a, m in table["USD"].items() if a in ("1012", "1900", "1901", "6604")} == {
        "1900": 14_00, "6604": 1_55,
    }, "nothing is left on the collection account and in clearing"  # fmt: skip
    assert queries.clearing_left(store.company_id, date(2026, 8, 1)) == []
    before = facts_hash()
    assert post_ready(NOW, FLOW).done == 0
    assert facts_hash() == before


def test_a_withdrawal_that_came_short_is_booked_when_accepted_the_difference_as_a_fee(store):
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 7, 4), rate="7.1", source="ECB")
    account = open_collection_account(
        company="GZ", provider="lighter", code="LT", name="Lighter", currency="USD", now=NOW, by=FIN,
        credentials={"account": "a", "key": "k"},
    )  # fmt: skip
    bank = open_bank_account(company="GZ", code="ICBC", name="ICBC", currency="CNY", now=NOW, by=FIN)
    at = datetime(2026, 7, 4, 8, tzinfo=UTC)
    sold = ProviderTransaction(
        "C1", CONVERT, Money(-14_00, "USD"), at, "", "W1", Money(99_00, "CNY"), Decimal("7.0714")
    )
    record_collection_lines(account_id=account.id, lines=[sold], now=NOW, by=FIN)
    came = BankTransaction("BK1", date(2026, 7, 5), Money(89_00, "CNY"), "W1")
    record_bank_lines(account_id=bank.id, lines=[came], now=NOW, by=FIN)
    (one,) = Conversion.objects.all()
    assert (one.state, one.difference) == ("short", Money(10_00, "CNY"))
    post_ready(NOW, FLOW)
    assert not Entry.objects.filter(event="conversion").exists()
    before = facts_hash()
    with pytest.raises(Refused, match="reason"):
        accept_shortfall(ids=[one.pk], reason=" ", now=NOW, by=FIN)
    with pytest.raises(Denied):
        accept_shortfall(ids=[one.pk], reason="fee", now=NOW, by=Actor(2, "bob", OPERATIONS, None))
    assert facts_hash() == before
    accept_shortfall(ids=[one.pk], reason="the bank between kept 10.00", now=NOW, by=FIN)
    one.refresh_from_db()
    assert (one.state, one.accepted_why) == ("arrived", "the bank between kept 10.00")
    post_ready(NOW, FLOW)
    entry = Entry.objects.get(event="conversion")
    # 14.00 USD at 7.1 are 99.40; bought 99.00: 0.40 lost in currency; 89.00 came: 10.00 are fees.
    assert set(entry.postings.values_list("account__code", "amount_minor", "currency")) == {
        ("1001", 89_00, "CNY"), ("6604", 10_00, "CNY"), ("6606", 40, "CNY"), ("1900", -99_40, "CNY"),
        ("1013", -14_00, "USD"), ("1900", 14_00, "USD"),
    }  # fmt: skip
    before = facts_hash()
    with pytest.raises(WrongState):
        accept_shortfall(ids=[one.pk], reason="again", now=NOW, by=FIN)
    assert post_ready(NOW, FLOW).done == 0
    assert facts_hash() == before
