"""The settlement board at the desk: to do, to choose, to say, done; the reserve rolled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.ledger.models import Posting
from tradewind.apps.orders.models import Order
from tradewind.apps.settlements.models import MatchProposal, SettlementFile
from tradewind.apps.settlements.operations import mark_settlements_posted
from tradewind.desk import asking, doing, export, listing, rows
from tradewind.desk.doctor.books import CHECKS
from tradewind.desk.kernel import Upload
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
SALE = ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A")
ODD = ("Order", "Price", "Principal", "25.00", "#o2", "L-1", "LAMP-A")
GLOW = ("Order", "Fee", "Glow", "-1.00", "O-1", "L-1", "LAMP-A")
SHINE = ("Order", "Fee", "Shine", "-2.00", "O-1", "L-1", "LAMP-A")


@pytest.fixture
def store():
    store = make_store("HB-US", "harbour", "USD")
    make_orders(store, 2)
    return store


def do(what, action, by=FIN, ids=(), **given):
    return doing.do(noun(what), action, by=by, ids=ids, given=given, now=NOW, key=None)


def take(store, lines, total, number="B-1", *, days=0, **given):
    data = harbour_file(number, "USD", lines, total).decode()
    for day in ("2026-06-16", "2026-06-30"):
        moved = datetime.fromisoformat(day) + timedelta(days=days)
        data = data.replace(f"{day}T00", f"{moved:%Y-%m-%d}T00")
    file = Upload("b.txt", data.encode())
    return do("settlements", "import", store=store.code, file=file, **given)


def asked(code, by=FIN, **given):
    return asking.ask(tool(code), by=by, given=[given], now=NOW)[0]


def page(code, pk, by=FIN):
    return rows.allowed_detail(noun(code), by, pk)


def test_the_board_counts_what_is_to_do_to_choose_to_say_and_done(store):
    take(store, [SALE, ODD, GLOW, SHINE], "42.00")
    take(store, [("Fee", "Account", "Subscription", "-39.00")], "-39.00", "B-2", days=14)
    answer = asked("settlement_board")
    assert answer.figures == {"store": "", "to_do": 1, "proposals": 1, "unknown_kinds": 2, "done": 1}
    to_do, choose, say, done = (list(table.rows) for table in answer.tables)
    assert [s.external_id for s in to_do] == ["B-1"]
    assert [p.order.external_id for p in choose] == ["O-2"]
    assert [x.description for x in say] == ["Glow", "Shine"]
    assert [s.external_id for s in done] == ["B-2"]
    assert asked("settlement_board", store="HB-US").figures["to_do"] == 1
    assert [noun(code).waiting(FIN) for code in ("settlements", "match_proposals", "unknown_kinds")] == [
        1,
        1,
        2,
    ]


def test_two_unknown_words_are_said_at_once_and_the_settlement_goes_on(store):
    take(store, [SALE, GLOW, SHINE], "17.00")
    one = noun("unknown_kinds")
    found = listing.page(one, FIN, listing.Wish()).rows
    assert [(x.description, x.line_total, x.minor_total) for x in found] == [
        ("Glow", 1, -100),
        ("Shine", 1, -200),
    ]
    assert len(list(export.table(one, FIN, listing.Wish()))) == 3
    assert page("unknown_kinds", found[0].pk).facts[4].value == 1
    said = do("unknown_kinds", "map", ids=[x.pk for x in found], kind="other_fee", reason="their help page")
    assert said.changed == 2
    assert SettlementFile.objects.get().state == "explained"
    assert listing.page(one, FIN, listing.Wish()).rows == []


def test_a_proposal_is_looked_at_and_taken(store):
    take(store, [ODD], "25.00")
    idea = MatchProposal.objects.get()
    seen = page("match_proposals", idea.pk)
    assert seen.title == "#o2: is it order O-2?"
    assert [len(t.rows) for t in seen.tables] == [1, 1, 0]
    with pytest.raises(Refused):
        do("match_proposals", "reject", ids=[idea.pk])
    do("match_proposals", "accept", ids=[idea.pk])
    assert SettlementFile.objects.get().unmatched_count == 0
    assert page("match_proposals", idea.pk).state == "accepted"


def test_the_page_says_why_lines_have_no_order(store):
    take(store, [ODD, (*SALE[:4], "X-9", "", ""), ("Order", "Price", "Shipping", "3.00")], "48.00")
    table = next(
        t
        for t in page("settlements", SettlementFile.objects.get().pk).tables
        if t.title == "Lines of unknown orders"
    )
    assert [(u.number, u.why, u.amount.minor) for u in table.rows] == [
        ("#o2", "proposed", 25_00), ("X-9", "not_imported", 20_00), ("", "no_number", 3_00),
    ]  # fmt: skip


def test_the_page_names_orders_settled_otherwise_than_sold(store):
    take(store, [(*SALE[:3], "18.00", *SALE[4:])], "18.00")
    table = page("settlements", SettlementFile.objects.get().pk).tables[-1]
    assert [(x.number, x.sold, x.settled) for x in table.rows] == [
        ("O-1", Money(24_60, "USD"), Money(18_00, "USD"))
    ]


def test_a_correction_and_a_replacement_are_shown_on_the_page(store):
    take(store, [SALE], "20.00")
    take(store, [SALE, ("Fee", "Account", "Subscription", "-1.00")], "19.00", replace="on")
    one = SettlementFile.objects.get()
    table = page("settlements", one.pk).tables[-1]
    assert str(table.title).startswith(
        "Issued again on 2026-07-09: 0 lines (0.00 USD) gone, 1 (-1.00 USD) new"
    )
    mark_settlements_posted(ids=[one.pk], now=NOW, by=FIN)
    said = take(store, [SALE], "20.00", replace="on")
    assert "1 were posted" in str(said.message)
    corrections = next(t for t in page("settlements", one.pk).tables if t.title == "Corrections")
    assert [(s.external_id, s.total) for s in corrections.rows] == [("B-1/1", Money(1_00, "USD"))]
    assert page("settlements", said.goto.id).facts[1].value.id == one.pk


def test_lines_in_two_files_are_said_and_decided(store):
    take(store, [SALE], "20.00")
    take(store, [SALE], "20.00", "RANGE")
    two = SettlementFile.objects.get(external_id="RANGE")
    assert "stand in B-1 too" in page("settlements", two.pk).alerts[0]
    with pytest.raises(Refused):
        do("settlements", "both_right", ids=[two.pk], reason="")
    do("settlements", "discard", ids=[two.pk], reason="the export of the same days")
    assert page("settlements", two.pk).state == "discarded"


def reserve(held, released, number, days, store, earned="100.00"):
    lines = [(*SALE[:3], earned, *SALE[4:6], SALE[6])]
    lines += [("Reserve", "Balance", "Released", released)] if released else []
    lines += [("Reserve", "Balance", "Opened", f"-{held}")] if held else []
    total = float(earned) + float(released or 0) - float(held or 0)
    take(store, lines, f"{total:.2f}", number, days=days)


def test_six_settlements_tie_and_a_changed_opening_is_located(store):
    held = ["10.00", "20.00", "5.00", "30.00", "12.00", "8.00"]
    for n, kept in enumerate(held):
        reserve(kept, held[n - 1] if n else "", f"R-{n}", 14 * n, store)
    answer = asked("reserves")
    assert answer.figures == {"store": "", "chains": 1, "settlements": 6, "breaks": 0}
    steps = answer.tables[1].rows
    assert [str(s["closing"]) for s in steps] == [f"{kept} USD" for kept in held[::-1]]
    assert [s["opening"] for s in steps[:-1]] == [s["closing"] for s in steps[1:]]
    reserve("", "9.00", "R-6", 84, store)
    (alert,) = asked("reserves", store="HB-US").alerts
    assert alert == "HB-US R-6: R-5 kept 8.00 USD, this one releases 9.00 USD: 1.00 USD apart"


def test_a_correction_counts_in_the_chain_and_a_missing_file_is_said(store):
    reserve("10.00", "", "R-0", 0, store)
    one = SettlementFile.objects.get()
    mark_settlements_posted(ids=[one.pk], now=NOW, by=FIN)
    lines = [(*SALE[:3], "100.00", *SALE[4:]), ("Reserve", "Balance", "Opened", "-15.00")]
    take(store, lines, "85.00", "R-0", replace="on")
    reserve("", "15.00", "R-1", 14, store)
    assert asked("reserves").figures["breaks"] == 0
    reserve("", "7.00", "R-3", 42, store)
    (alert,) = asked("reserves").alerts
    assert (
        alert == "HB-US R-3: a settlement is missing after R-1: it kept 0.00 USD, this one releases 7.00 USD"
    )


def test_reserves_of_orders_are_open_until_released(store):
    held = ("Reserve", "Balance", "Opened", "-4.00", "O-1")
    take(store, [SALE, held, ("Reserve", "Balance", "Opened", "-3.00", "O-2")], "13.00")
    take(store, [("Reserve", "Balance", "Released", "4.00", "O-1")], "4.00", "B-2", days=14)
    table = asked("reserves").tables[-1]
    assert [(o.number, o.open) for o in table.rows] == [("O-2", Money(3_00, "USD"))]


def test_who_may_not_see_settlements_is_refused(store):
    bob = Actor(2, "bob", OPERATIONS, None)
    for code in ("settlement_board", "reserves"):
        with pytest.raises(Denied):
            asked(code, bob)
    other = Actor(8, "feng", FINANCE, frozenset({store.pk + 1}))
    take(store, [SALE, GLOW], "19.00")
    assert asked("settlement_board", other).figures["to_do"] == 0
    assert asked("reserves", other).figures["chains"] == 0


def clearing():
    """What stands on the clearing account of settlements, in minor units."""
    return sum(Posting.objects.filter(account__code="1901").values_list("amount_minor", flat=True))


def order(number):
    return Order.objects.get(external_id=number).pk


def test_a_correction_is_booked_as_the_difference_and_nothing_posted_is_edited(store):
    take(store, [SALE, ("Order", "Fee", "Referral", "-3.00", "O-1", "L-1", "LAMP-A")], "17.00")
    do("entries", "post")
    assert clearing() == 17_00
    booked = list(Posting.objects.order_by("id").values_list("id", "amount_minor"))
    take(store, [SALE, ("Order", "Fee", "Referral", "-2.40", "O-1", "L-1", "LAMP-A")], "17.60", replace="on")
    do("entries", "post")
    assert SettlementFile.objects.get(external_id="B-1/1").state == "posted"
    assert clearing() == 17_60
    assert list(Posting.objects.order_by("id").values_list("id", "amount_minor"))[: len(booked)] == booked
    fees = Posting.objects.filter(account__code="6601", order_id=order("O-1"))
    assert sorted(fees.values_list("amount_minor", flat=True)) == [-60, 3_00]


def test_an_order_chosen_after_posting_is_booked_to_that_order(store):
    take(store, [ODD], "25.00")
    do("entries", "post")
    assert not Posting.objects.filter(order_id=order("O-2"), entry__event="settlement").exists()
    do("match_proposals", "accept", ids=[MatchProposal.objects.get().pk])
    do("entries", "post")
    moved = Posting.objects.filter(entry__event="settlement_match", account__code="1122")
    assert list(moved.values_list("order_id", "amount_minor")) == [(order("O-2"), -25_00)]
    assert clearing() == 25_00


def test_the_doctor_sees_a_line_taken_back_that_is_not_the_opposite(store):
    take(store, [SALE], "20.00")
    mark_settlements_posted(ids=[SettlementFile.objects.get().pk], now=NOW, by=FIN)
    take(store, [(*SALE[:3], "21.00", *SALE[4:])], "21.00", replace="on")
    (check,) = [c for c in CHECKS if c.code == "settlements.taken_back"]
    assert check.run() == []
    SettlementFile.objects.get(external_id="B-1/1").lines.filter(line_no=1).update(amount_minor=-19_00)
    assert check.run() == ["settlement B-1/1 line 1 takes back settlement:B-1#3"]
