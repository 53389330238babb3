"""Bills of advertisers: each cost once, whether a channel took it or a card pays it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.claims.models import Bill, Cover, Finding
from tradewind.apps.claims.operations import (
    BillHead,
    accept_bills,
    audit_bills,
    cover_bill,
    make_claims,
    match_covers,
    record_bill,
    uncover_bill,
)
from tradewind.apps.claims.queries import bills_to_pay
from tradewind.apps.claims.step import run
from tradewind.apps.claims.tests.shop import BY, NOW
from tradewind.apps.ledger.operations.bills import post_bills
from tradewind.apps.ledger.operations.cash import post_settlements
from tradewind.apps.ledger.operations.chart import open_chart
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.operations import import_settlements, map_kind
from tradewind.db.sql import fetch
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money


@pytest.fixture
def store(db):
    for words, kind in (
        (("Account", "Fee", "Advertising"), "ad_fee"), (("Order", "Fee", "Given back"), "fee_refund"),
    ):  # fmt: skip
        map_kind(
            channel="harbour", type=words[0], amount_type=words[1], description=words[2], kind=kind,
            valid_from=date(2026, 1, 1), reason="said by Harbour", now=NOW, by=BY,
        )  # fmt: skip
    return make_store("HB-US", "harbour", "USD")


def settled(store, rows: list[tuple[str, ...]], number: str = "S-1") -> None:
    total = sum(round(float(row[3]) * 100) for row in rows)
    data = harbour_file(number, "USD", rows, f"{total / 100:.2f}")
    import_settlements(store_id=store.pk, name="s.txt", data=data, now=NOW, by=BY)


def ad(minor: int, words: str = "") -> tuple[str, ...]:
    return ("Account", "Fee", "Advertising", f"{-minor / 100:.2f}", words)


def billed(store, number: str, minor: int, on: date = date(2026, 6, 15)) -> Bill:
    head = BillHead(store.company_id, "Harbour Ads", number, "ads", on, store_id=store.pk)
    return record_bill(head, amount=Money(minor, "USD"), now=NOW, by=BY)


def costs(account: str = "6602") -> int:
    rows = fetch(
        "SELECT coalesce(sum(p.amount_minor), 0) FROM ledger_posting p "
        "JOIN ledger_account a ON a.id = p.account_id WHERE a.code = %s", [account]
    )  # fmt: skip
    return int(rows[0][0])


def booked() -> int:
    open_chart(now=NOW, by=BY)
    post_settlements(now=NOW, by=BY)
    post_bills(now=NOW, by=BY)
    return costs()


def accept(bill: Bill) -> None:
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)


def test_each_cost_is_booked_once_and_only_what_a_card_pays_is_owed(store):
    settled(store, [ad(100_00), ad(40_00), ad(25_00), ad(30_00)])
    taken = [billed(store, "INV-1", 100_00), billed(store, "INV-2", 65_00)]  # 40.00 + 25.00
    by_card = billed(store, "INV-3", 77_00)
    assert match_covers(now=NOW, by=BY) == 2
    assert sorted(Cover.objects.values_list("how", "amount_minor")) == [
        ("amount", 100_00), ("sum", 25_00), ("sum", 40_00),
    ]  # fmt: skip
    assert {b.pk for b in taken} == set(Bill.objects.filter(state="closed").values_list("id", flat=True))
    accept(by_card)
    assert booked() == 100_00 + 40_00 + 25_00 + 30_00 + 77_00
    assert {b.number: b.amount_minor for b in bills_to_pay(BY)} == {"INV-1": 0, "INV-2": 0, "INV-3": 77_00}
    assert costs("2241") == -77_00


def test_the_number_in_the_line_goes_before_the_amount(store):
    settled(store, [ad(100_00), ad(100_00, "INV-1000")])
    billed(store, "INV-1000", 100_00)
    match_covers(now=NOW, by=BY)
    cover = Cover.objects.get()
    assert (cover.how, cover.settlement_line.order_external_id) == ("number", "INV-1000")


def test_what_is_not_proved_is_left_to_a_person(store):
    settled(store, [ad(50_00), ad(50_00), ad(30_00), ad(20_00), ad(30_00)])
    one = billed(store, "INV-1", 50_00)
    assert match_covers(now=NOW, by=BY) == 0
    line = SettlementLine.objects.filter(amount_minor=-50_00).order_by("id").first()
    assert cover_bill(bill_id=one.pk, line_ids=[line.pk], now=NOW, by=BY) == 50_00
    other = billed(store, "INV-2", 1_00)
    before = facts_hash()
    with pytest.raises(Refused):
        cover_bill(bill_id=other.pk, line_ids=[line.pk], now=NOW, by=BY)
    assert facts_hash() == before


def test_as_many_bills_as_lines_of_one_amount_are_matched_by_their_days(store):
    settled(store, [ad(500_00), ad(500_00)])
    billed(store, "INV-1", 500_00), billed(store, "INV-2", 500_00, date(2026, 6, 19))
    assert match_covers(now=NOW, by=BY) == 2


def test_a_bill_owed_before_is_taken_back_when_a_settlement_paid_it_after_all(store):
    bill = billed(store, "INV-1", 100_00)
    accept(bill)
    assert (booked(), bills_to_pay(BY)[0].amount_minor) == (100_00, 100_00)
    settled(store, [ad(100_00)])
    match_covers(now=NOW, by=BY)
    assert (booked(), bills_to_pay(BY)[0].amount_minor) == (100_00, 0)
    assert (costs("2241"), booked()) == (0, 100_00)


def test_a_match_may_be_taken_back_while_the_books_do_not_know_it(store):
    settled(store, [ad(100_00)])
    bill = billed(store, "INV-1", 100_00)
    match_covers(now=NOW, by=BY)
    assert uncover_bill(bill_id=bill.pk, now=NOW, by=BY) == 1
    bill.refresh_from_db()
    assert (bill.state, bill.covered_minor, bill.accepted_minor) == ("audited", 0, 0)


def test_the_step_judges_new_settlements_once_and_finds_what_came_back(store):
    make_orders(store, 1)
    rows = [("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
            ("Order", "Fee", "Referral", "-3.40", "O-1", "L-1", "LAMP-A")]  # fmt: skip
    settled(store, rows)
    assert run(NOW, BY).detail == {"fees_found": 1}
    found = Finding.objects.get()
    [claim] = make_claims(ids=[found.pk], now=NOW, by=BY)
    later = NOW.replace(hour=12)
    assert run(later, BY).done == 0
    data = harbour_file(
        "S-2", "USD", [("Order", "Fee", "Given back", "0.40", "O-1", "L-1", "LAMP-A")], "0.40"
    )
    import_settlements(store_id=store.pk, name="t.txt", data=data, now=later, by=BY)
    run(later.replace(hour=13), BY)
    found.refresh_from_db()
    claim.refresh_from_db()
    assert (found.state, found.recovered_minor, claim.state) == ("recovered", 40, "recovered")
    assert found.events.get().source == "settlement_line"
