"""Closing a month: what it takes, what it keeps, and how late news is booked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tests.facts import facts_hash
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.ledger import queries
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.models import Account, Entry, Period, Statement
from tradewind.apps.ledger.operations import (
    Voucher,
    VoucherLine,
    accrue_freight,
    close_period,
    open_chart,
    open_periods,
    post_entries,
    post_vouchers,
    rename_account,
    revalue,
)
from tradewind.apps.ledger.operations.sales import post_sales
from tradewind.apps.ledger.queries.checklist import checklist
from tradewind.apps.ledger.queries.freight import freight_open
from tradewind.apps.ledger.queries.reports import balance_sheet_on, kept_report, profit_and_loss_of
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.orders.models import Order
from tradewind.apps.settlements.operations import import_settlements
from tradewind.engine.access import FINANCE, Actor, system
from tradewind.engine.contracts import Refused
from tradewind.engine.double_entry import EntryPlan, PostingPlan
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
JUNE, JULY, END = date(2026, 6, 1), date(2026, 7, 1), date(2026, 6, 30)
WHY = {"*": "payout is due in July"}


@pytest.fixture
def store():
    """Two orders of 24.60 USD shipped in June, at 7.1 and 7.0 at the end."""
    for on, rate in (("2026-06-18", "7.1"), ("2026-06-30", "7.0")):
        FxRate.objects.create(base="USD", quote="CNY", on=date.fromisoformat(on), rate=rate, source="PBOC")
    store = make_store("HB-US", "harbour", "USD")
    make_orders(store, 2)
    return store


def settle(store, rows, total):
    data = harbour_file("B-1", "USD", rows, total)
    import_settlements(store_id=store.id, name="f", data=data, now=NOW, by=FIN)


def open_points(store) -> dict[str, int]:
    found = checklist(FIN, store.company_id, JUNE, NOW.date())
    return {item.code: item.count for item in found if not item.done}


def close(store, words=None):
    return close_period(company_id=store.company_id, month=JUNE, now=NOW, by=FIN, explanations=words)


def test_the_checklist_is_worked_off_to_nothing_and_the_month_closes(store):
    assert open_points(store) == {"unbooked_sales": 2}
    post_ready(NOW, system())
    assert open_points(store) == {"revalued": 1}
    with pytest.raises(Refused, match="exchange differences are not booked"):
        close(store)
    revalue(company_id=store.company_id, month=JUNE, now=NOW, by=FIN)
    assert open_points(store) == {}
    assert len(close(store)) == 64


def test_an_unknown_kind_keeps_the_month_open_whatever_is_said(store):
    post_ready(NOW, system())
    revalue(company_id=store.company_id, month=JUNE, now=NOW, by=FIN)
    settle(store, [("Order", "Fee", "Glow", "-3.45", "O-1", "L-1", "LAMP-A")], "-3.45")
    assert open_points(store)["unknown_kinds"] == 1
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        close(store, WHY)
    assert [p.field for p in refused.value.problems] == ["held_settlements", "unknown_kinds"]
    assert facts_hash() == before
    assert not Statement.objects.exists()


def test_a_point_that_may_be_explained_is_and_the_words_are_kept(store):
    post_ready(NOW, system())
    assert len(close(store, {"revalued": "no foreign money is ours"})) == 64
    assert Period.objects.get(month=JUNE).state == "closed"


def test_what_a_closed_month_reported_never_changes(store):
    post_ready(NOW, system())
    revalue(company_id=store.company_id, month=JUNE, now=NOW, by=FIN)
    seal = close(store)
    kept = dict(Statement.objects.values_list("code", "content"))
    assert set(kept) == {"trial_balance", "profit_and_loss", "balance_sheet"}
    sheet = json.loads(kept["balance_sheet"])
    assert {x["code"]: x["minor"] for x in sheet["lines"] if x["code"]} == {"1122": 344_40, "2221": 22_40}
    # A better rate, another name, a late order, an entry by hand: nothing of it reaches the closed month.
    FxRate.objects.create(base="USD", quote="CNY", on=END, rate="6.5", source="ECB")
    rename_account(account_id=Account.objects.get(code="1122").pk, name="X", name_zh="Y", now=NOW, by=FIN)
    late = Order.objects.get(external_id="O-1")
    Order.objects.create(
        store=store, external_id="O-9", state="shipped", currency="USD", goods_minor=10_00, shipping_minor=0,
        tax_minor=0, country="US", placed_at=late.placed_at, updated_at=late.placed_at,
        shipped_at=late.shipped_at,
    )  # fmt: skip
    post_ready(NOW, system())
    rent = (VoucherLine("6608", Money(5, "CNY")), VoucherLine("1001", Money(-5, "CNY")))
    with pytest.raises(Refused, match="the month is closed"):
        post_vouchers(vouchers=[Voucher(store.company_id, END, "Rent", rent)], now=NOW, by=FIN)
    for sql in (
        "UPDATE ledger_statement SET content = '{}'",
        "DELETE FROM ledger_statement",
        "INSERT INTO ledger_statement (period_id, code, content, sha256) "
        "SELECT id, 'other', '{}', '' FROM ledger_period WHERE state = 'closed'",
        "UPDATE ledger_posting SET amount_minor = amount_minor + 1",
        "UPDATE ledger_period SET hash = ''",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_revaluation SET rate = 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert dict(Statement.objects.values_list("code", "content")) == kept
    assert close(store) == seal
    assert queries.broken_periods() == []
    assert kept_report(FIN, store.company_id, JUNE, "balance_sheet").kept


def test_a_kept_statement_put_back_in_by_hand_shows_in_the_hash(store):
    post_ready(NOW, system())
    close(store, WHY)
    said = Statement.objects.get(code="balance_sheet")
    sql = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{sql} ledger_statement (id, period_id, code, content, sha256) VALUES (%s, %s, %s, '{{}}', '')",
            [said.pk, said.period_id, said.code],
        )
    assert queries.broken_periods() == []


def test_late_news_is_booked_in_the_next_month_and_says_which_day_it_is_of(store):
    post_ready(NOW, system())
    close(store, WHY)
    first = Order.objects.get(external_id="O-1")
    Order.objects.create(
        store=store, external_id="O-9", state="shipped", currency="USD", goods_minor=10_00, shipping_minor=0,
        tax_minor=0, country="US", placed_at=first.placed_at, updated_at=first.placed_at,
        shipped_at=first.shipped_at,
    )  # fmt: skip
    settle(store, [("Order", "Fee", "Referral", "-3.45", "O-1", "L-1", "LAMP-A")], "-3.45")
    post_ready(NOW, system())
    assert set(Entry.objects.exclude(of_day=None).values_list("event", "on", "of_day", "memo")) == {
        ("sale", JULY, date(2026, 6, 19), "O-9 · 2026-06-19"),
        ("settlement", JULY, END, "B-1"),
    }
    (one,) = queries.late_entries(FIN, store.company_id, JUNE).filter(event="settlement")
    assert one.memo == "B-1"
    before = profit_and_loss_of(FIN, store.company_id, JUNE, END)
    assert (
        before.lines[-1].minor == kept_report(FIN, store.company_id, JUNE, "profit_and_loss").lines[-1].minor
    )


def test_months_with_entries_stand_open_until_they_are_closed(store):
    post_sales(now=NOW, by=FIN) if open_chart(now=NOW, by=FIN) else None
    open_periods(now=NOW, by=FIN)
    assert list(Period.objects.values_list("month", "state")) == [(JUNE, "open")]
    assert open_periods(now=NOW, by=FIN) == 0


def test_freight_without_a_bill_is_accrued_order_by_order_and_comes_back(store):
    post_ready(NOW, system())
    order = Order.objects.get(external_id="O-1")
    Parcel.objects.create(
        order=order, warehouse_id=store.warehouse_id, state="shipped", freight_minor=4_20,
        freight_currency="USD", freight_state="estimated",
    )  # fmt: skip
    assert open_points(store)["freight_accrued"] == 1
    made = accrue_freight(company_id=store.company_id, month=JUNE, now=NOW, by=FIN)
    entries = Entry.objects.filter(id__in=made).order_by("id")
    assert [(e.event, e.on) for e in entries] == [
        ("freight_accrual", END), ("freight_accrual_reversal", JULY),
    ]  # fmt: skip
    assert set(entries[0].postings.values_list("account__code", "amount_minor", "order_id")) == {
        ("6603", 4_20, order.pk), ("2204", -4_20, None),
    }  # fmt: skip
    assert "freight_accrued" not in open_points(store)
    assert accrue_freight(company_id=store.company_id, month=JUNE, now=NOW, by=FIN) == []


def test_stores_sum_to_the_company_and_a_store_scope_sees_its_own_only(store):
    post_ready(NOW, system())
    whole = profit_and_loss_of(FIN, store.company_id, JUNE, END, by_store=True)
    mine = Actor(7, "fang", FINANCE, frozenset({store.id}))
    assert profit_and_loss_of(mine, store.company_id, JUNE, END).lines == whole.lines
    other = Actor(7, "fang", FINANCE, frozenset({store.id + 1}))
    assert {line.minor for line in profit_and_loss_of(other, store.company_id, JUNE, END).lines} == {0}
    with pytest.raises(Refused, match="only some stores"):
        balance_sheet_on(mine, store.company_id, END)


def test_freight_billed_in_the_next_month_is_accrued_and_what_was_billed_by_then_is_not(store):
    post_ready(NOW, system())
    for number, on in (("O-1", END), ("O-2", date(2026, 7, 3))):
        order = Order.objects.get(external_id=number)
        Parcel.objects.create(
            order=order, warehouse_id=store.warehouse_id, state="shipped", freight_minor=4_20,
            freight_currency="USD", freight_state="actual", freight_source="bill:B-1#1",
        )  # fmt: skip
        lines = (
            PostingPlan("6603", Money(4_20, "USD"), store.pk, order.pk),
            PostingPlan("2203", Money(-4_20, "USD")),
        )
        booked = Booking("bill", order.pk, EntryPlan("bill", on, "B-1", lines))
        post_entries(company_id=store.company_id, entries=[booked], now=NOW, by=FIN)
    late = Order.objects.get(external_id="O-2").pk
    assert freight_open(store.company_id, JUNE) == [(store.pk, late, Money(4_20, "USD"))]
