"""Money at the desk: what an accountant sees and does, and what others do not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.speech import english  # noqa: F401  fixtures
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.ledger.models import Entry, Period
from tradewind.apps.org.models import Company
from tradewind.apps.profit.models import OrderProfit
from tradewind.apps.profit.step import run as recompute_profit
from tradewind.apps.settlements.models import SettlementFile
from tradewind.desk import doing, export, listing, rows
from tradewind.desk.kernel import Upload
from tradewind.desk.registry import noun
from tradewind.engine.access import FINANCE, OPERATIONS, WAREHOUSE, Actor, Denied, system
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
ROWS = [
    ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Fee", "Referral", "-3.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Fee", "Glow", "-1.00", "O-1", "L-1", "LAMP-A"),
]


@pytest.fixture
def store():
    store = make_store("HB-US", "harbour", "USD")
    make_orders(store, 1)
    return store


def do(what, action, by=FIN, ids=(), **given):
    return doing.do(noun(what), action, by=by, ids=ids, given=given, now=NOW, key="k-1")


def take(store, by=FIN, number="B-1"):
    file = Upload("b.txt", harbour_file(number, "USD", ROWS, "16.00"))
    return do("settlements", "import", by, store=store.code, file=file)


def test_a_settlement_is_imported_its_unknown_line_mapped_and_the_books_written(store):
    assert take(store).changed == 1
    one = SettlementFile.objects.get()
    page = rows.allowed_detail(noun("settlements"), FIN, one.id)
    assert page.state == "held"
    assert len(page.alerts) == 1
    assert page.tables[0].rows[0].description == "Glow"
    words = {"type": "Order", "amount_type": "Fee", "description": "Glow"}
    do("settlements", "map", ids=[one.id], kind="ad_fee", reason="letter of 1 June", **words)
    one.refresh_from_db()
    assert one.state == "explained"
    assert do("entries", "post").changed > 0
    entry = Entry.objects.get(event="settlement")
    page = rows.allowed_detail(noun("entries"), FIN, entry.id)
    assert {p.account.code for p in page.tables[0].rows} == {"1122", "1901", "6601", "6602"}


def close(month, **values):
    do("periods", "months")
    period = Period.objects.get_or_create(company=Company.objects.get(), month=month)[0]
    do("periods", "close", ids=[period.pk], **values)


def test_words_that_no_unknown_line_says_are_refused(store):
    take(store)
    one = SettlementFile.objects.get()
    before = facts_hash()
    with pytest.raises(Refused, match="no unknown line says so"):
        do("settlements", "map", ids=[one.id], kind="ad_fee", reason="x", type="Glow")
    assert facts_hash() == before


def test_every_list_and_page_of_money_opens(store):
    take(store)
    do("settlements", "map", ids=[SettlementFile.objects.get().id], kind="ad_fee", reason="x", type="Order",
       amount_type="Fee", description="Glow")  # fmt: skip
    do("entries", "post")
    close(date(2026, 6, 1), explanation="payout is due, no rates here")
    do("collection_accounts", "open", company="GZ", provider="lighter", code="LT", name="Lighter",
       currency="USD", account="a", key="k", base_url="http://127.0.0.1:1")  # fmt: skip
    do("bank_accounts", "open", company="GZ", code="ICBC", name="ICBC", currency="CNY")
    recompute_profit(NOW, system())
    filled = set()
    for code in (
        "settlements", "settlement_lines", "kind_mappings", "payouts", "collection_accounts", "bank_accounts",
        "collection_lines", "bank_lines", "conversions", "accounts", "entries", "periods", "order_profits",
        "store_profits",
    ):  # fmt: skip
        one = noun(code)
        for row in one.rows(FIN):
            rows.plain_row(one, FIN, row)
            assert rows.allowed_detail(one, FIN, row.pk) is not None
            filled.add(code)
        assert one.detail(FIN, 10**9) is None
    assert len(filled) == 10


def test_settlement_lines_stand_newest_file_first_and_in_the_order_of_the_file(store):
    take(store)
    take(store, number="B-2")
    one = noun("settlement_lines")
    seen, after = [], ""
    while True:
        page = listing.page(one, FIN, listing.Wish(size=2, after=after))
        seen += [(x.settlement.external_id, x.line_no) for x in page.rows]
        after = page.next
        if not after:
            break
    files = [number for number, _line in seen]
    assert files == sorted(files, reverse=True)
    assert set(files) == {"B-1", "B-2"}
    for number in ("B-1", "B-2"):
        lines = [line for file, line in seen if file == number]
        assert lines == sorted(lines)
        assert len(lines) == len(set(lines)) == len(ROWS)
    assert len(list(export.table(one, FIN, listing.Wish()))) == len(seen) + 1


def test_stores_with_profit_are_listed_page_by_page_and_searched(store):
    make_orders(make_store("HB-2", "harbour", "USD"), 1)
    recompute_profit(NOW, system())
    one = noun("store_profits")
    first = listing.page(one, FIN, listing.Wish(size=1))
    assert [(s.code, s.order_count) for s in first.rows] == [("HB-2", 1)]
    second = listing.page(one, FIN, listing.Wish(size=1, after=first.next))
    assert [s.code for s in second.rows] == ["HB-US"]
    assert [s.code for s in listing.page(one, FIN, listing.Wish(search="HB-U")).rows] == ["HB-US"]
    warehouse = Actor(3, "wu", WAREHOUSE, None)
    with pytest.raises(Denied):
        one.rows(warehouse)


def test_who_does_not_see_cost_gets_neither_the_column_nor_the_waterfall(store):
    recompute_profit(NOW, system())
    pk = OrderProfit.objects.get().id
    one = noun("order_profits")
    bob = Actor(2, "bob", OPERATIONS, frozenset({store.id}))
    row = rows.plain_row(one, bob, one.rows(bob).get())
    assert "revenue" in row
    assert not {"goods", "landed", "freight"} & set(row)
    page = rows.allowed_detail(one, bob, pk)
    assert page.breakdowns == ()
    assert all(f.breakdown is None for f in page.facts)
    assert len(page.tables[0].rows) == 3
    with pytest.raises(Denied):
        rows.allowed_detail(one, Actor(3, "wu", WAREHOUSE, None), pk)


def test_a_month_that_is_over_is_closed_once_and_its_day_is_gone(store):
    take(store)
    do("entries", "post")
    with pytest.raises(Refused, match="unknown kinds"):
        close(date(2026, 6, 1), explanation="never mind")
    do("settlements", "map", ids=[SettlementFile.objects.get().id], kind="ad_fee", reason="x", type="Order",
       amount_type="Fee", description="Glow")  # fmt: skip
    do("entries", "post")
    with pytest.raises(Refused, match="rates are missing"):
        close(date(2026, 6, 1))
    close(date(2026, 6, 1), explanation="no rates here")
    assert Entry.objects.filter(on__lt=date(2026, 7, 1)).exists()
    with pytest.raises(Refused, match="not over"):
        close(date(2026, 7, 1), explanation="no rates here")
