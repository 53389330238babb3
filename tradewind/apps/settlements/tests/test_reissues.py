"""A settlement issued again: replaced with its difference shown, or corrected when it is posted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.settlements.models import Reissue, SettlementFile, SettlementLine
from tradewind.apps.settlements.operations import (
    discard_settlements,
    import_settlements,
    map_kind,
    mark_settlements_posted,
    remap,
)
from tradewind.engine.access import FINANCE, Actor
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
ROWS = [
    ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Principal", "20.00", "O-2", "L-1", "LAMP-A"),
    ("Order", "Fee", "Referral", "-3.45", "O-1", "L-1", "LAMP-A"),
    ("Fee", "Account", "Subscription", "-39.00"),
]
DEARER = [ROWS[0], ROWS[1], ("Order", "Fee", "Referral", "-3.00", "O-1", "L-1", "LAMP-A"), ROWS[3]]


def take(store, rows, total, number="B-1", *, replace=False):
    data = harbour_file(number, store.currency, rows, total)
    return import_settlements(store_id=store.id, name="b.txt", data=data, now=NOW, by=FIN, replace=replace)[0]


def post(one):
    mark_settlements_posted(ids=[one.pk], now=NOW, by=FIN)
    return one


@pytest.fixture
def posted(harbour, orders):
    return post(take(harbour, ROWS, "-2.45").settlement)


def lines(one):
    return list(
        one.lines.order_by("line_no").values_list(
            "line_no", "description", "amount_minor", "kind", "order__external_id", "rule_id"
        )
    )


def test_what_a_posted_settlement_says_otherwise_becomes_a_correction(harbour, posted):
    done = take(harbour, DEARER, "-2.00", replace=True)
    one = done.settlement
    assert (done.how, one.external_id, one.corrects_id, one.state) == (
        "corrected",
        "B-1/1",
        posted.pk,
        "explained",
    )
    assert (one.total_minor, one.lines_minor, one.imported_at) == (45, 45, NOW)
    rule = posted.lines.get(line_no=5).rule_id
    assert lines(one) == [
        (1, "Referral", 3_45, "referral_fee", "O-1", "settlement:B-1#5"),
        (2, "Referral", -3_00, "referral_fee", "O-1", rule),
    ]
    posted.refresh_from_db()
    assert (posted.state, posted.total_minor, posted.line_count) == ("posted", -2_45, 4)


def test_without_the_choice_it_is_refused_and_the_refusal_says_what_differs(harbour, posted):
    before = facts_hash()
    with pytest.raises(Refused, match="posted already") as refused:
        take(harbour, DEARER, "-2.00")
    assert "-1 (-3.45 USD), +1 (-3.00 USD)" in refused.value.problems[0].accepted
    assert facts_hash() == before


def test_the_corrected_file_again_changes_nothing_and_the_first_one_takes_the_correction_away(
    harbour, posted
):
    one = take(harbour, DEARER, "-2.00", replace=True).settlement
    before = facts_hash()
    assert take(harbour, DEARER, "-2.00").how == "unchanged"
    assert facts_hash() == before
    gone = take(harbour, ROWS, "-2.45", replace=True)
    assert (gone.how, gone.settlement.pk, gone.settlement.state) == ("corrected", one.pk, "discarded")
    assert (gone.settlement.total_minor, gone.settlement.lines.count()) == (0, 0)


def test_a_correction_not_posted_yet_is_made_anew_and_a_posted_one_is_corrected_itself(harbour, posted):
    first = take(harbour, DEARER, "-2.00", replace=True).settlement
    again = take(harbour, ROWS[:-1], "36.55", replace=True).settlement
    assert (again.pk, again.total_minor, again.line_count) == (first.pk, 39_00, 1)
    post(again)
    back = take(harbour, ROWS, "-2.45", replace=True).settlement
    assert (back.external_id, back.total_minor, back.state) == ("B-1/2", -39_00, "explained")
    post(back)
    said = SettlementLine.objects.filter(settlement__store=harbour).values_list("amount_minor", flat=True)
    assert sum(said) == -2_45
    assert take(harbour, ROWS, "-2.45").how == "unchanged"
    third = take(harbour, ROWS[:-1], "36.55", replace=True).settlement
    assert lines(third) == [(1, "Subscription", 39_00, "subscription_fee", None, "settlement:B-1/2#1")]


def test_lines_that_only_moved_are_the_same_settlement(harbour, posted):
    before = facts_hash(without=("org_storedfile", "org_auditentry"))
    assert take(harbour, ROWS[::-1], "-2.45").how == "unchanged"
    assert facts_hash(without=("org_storedfile", "org_auditentry")) == before


def test_one_of_two_equal_lines_is_taken_back_once(harbour, orders):
    post(take(harbour, [*ROWS, ROWS[0]], "17.55").settlement)
    one = take(harbour, ROWS, "-2.45", replace=True).settlement
    assert lines(one) == [(1, "Principal", -20_00, "principal", "O-1", "settlement:B-1#7")]


def test_a_correction_whose_lines_do_not_come_to_its_total_is_held(harbour, posted):
    one = take(harbour, DEARER, "-1.90", replace=True).settlement
    assert (one.state, one.total_minor, one.remainder_minor) == ("held", 55, 10)


def test_a_line_taken_back_keeps_the_kind_it_was_booked_as(harbour, posted):
    one = take(harbour, DEARER, "-2.00", replace=True).settlement
    map_kind(
        channel="harbour", type="Order", amount_type="Fee", description="Referral", kind="other_fee",
        valid_from=date(2026, 6, 1), reason="a letter", now=NOW, by=FIN,
    )  # fmt: skip
    assert [row[3] for row in lines(one)] == ["referral_fee", "other_fee"]
    assert remap(ids=[one.pk], now=NOW, by=FIN) == 0


def test_a_replaced_settlement_shows_what_it_said_before_and_its_orders_hear_of_it(harbour, orders):
    one = take(harbour, ROWS, "-2.45").settlement
    take(harbour, DEARER, "-2.00", replace=True)
    kept = Reissue.objects.get()
    assert (kept.settlement_id, kept.total_minor) == (one.pk, -2_45)
    assert (kept.gone_count, kept.gone_minor, kept.came_count, kept.came_minor) == (1, -3_45, 1, -3_00)
    assert json.loads(kept.lines) == [
        ["-", 5, "O-1", "LAMP-A", "Order / Fee / Referral", -3_45],
        ["+", 5, "O-1", "LAMP-A", "Order / Fee / Referral", -3_00],
    ]
    told = AuditEntry.objects.get(kind="order")
    assert json.loads(told.ids) == sorted(o.pk for o in orders[:2])


def test_discarded_it_leaves_a_mark_and_nothing_else_and_comes_back_by_choice(harbour, orders):
    one = take(harbour, ROWS, "-2.45").settlement
    assert discard_settlements(ids=[one.pk], reason="a test file", now=NOW, by=FIN) == 1
    one.refresh_from_db()
    assert (one.state, one.total_minor, one.line_count, one.lines.count()) == ("discarded", 0, 0, 0)
    with pytest.raises(Refused, match="other content"):
        take(harbour, ROWS, "-2.45")
    back = take(harbour, ROWS, "-2.45", replace=True)
    assert (back.how, back.settlement.pk, back.settlement.state) == ("replaced", one.pk, "explained")


def test_what_is_posted_is_not_discarded(harbour, posted):
    before = facts_hash()
    with pytest.raises(Refused, match="not posted"):
        discard_settlements(ids=[posted.pk], reason="x", now=NOW, by=FIN)
    with pytest.raises(Refused, match="needed"):
        discard_settlements(ids=[posted.pk], reason=" ", now=NOW, by=FIN)
    assert facts_hash() == before
    assert SettlementFile.objects.get().state == "posted"


def test_the_same_settlement_in_another_layout_is_recognised_by_its_money(harbour, posted):
    SettlementFile.objects.update(layout="another")
    posted.lines.filter(description="Referral").update(description="Commission")
    before = facts_hash(without=("org_storedfile", "org_auditentry"))
    assert take(harbour, ROWS, "-2.45").how == "same"
    assert facts_hash(without=("org_storedfile", "org_auditentry")) == before
    with pytest.raises(Refused, match="other content"):
        take(harbour, DEARER, "-2.00")
