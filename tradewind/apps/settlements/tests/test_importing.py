"""Settlement files: every line mapped, every cent explained, nothing guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file
from tradewind.apps.org.models import AuditEntry, StoredFile
from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementFile, SettlementLine
from tradewind.apps.settlements.operations import (
    import_settlements,
    map_kind,
    mark_settlements_posted,
    match_orders,
    remap,
)
from tradewind.db.states import WrongState
from tradewind.engine.access import FINANCE, OPERATIONS, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)

ROWS = [
    ("Order", "Price", "Principal", "20.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Shipping", "3.00", "O-1", "L-1", "LAMP-A"),
    ("Order", "Fee", "Referral", "-3.45", "O-1", "L-1", "LAMP-A"),
    ("Order", "Price", "Principal", "20.00", "O-2", "", "LAMP-A"),
    ("Fee", "Account", "Subscription", "-39.00"),
]
GLOW = ("Order", "Fee", "Glow", "-1.00", "O-2", "L-1", "LAMP-A")


def take(store, rows=ROWS, total="0.55", number="B-1", by=FIN, **kw):
    data = harbour_file(number, store.currency, rows, total)
    return import_settlements(store_id=store.id, name="b.txt", data=data, now=NOW, by=by, **kw)


def test_every_line_is_mapped_and_matched_and_the_settlement_explained(harbour, orders):
    (done,) = take(harbour)
    one = done.settlement
    assert (done.how, one.state, one.line_count, one.unknown_count, one.unmatched_count) == (
        "new", "explained", 5, 0, 0,
    )  # fmt: skip
    assert (one.total, one.remainder) == (Money(55, "USD"), Money(0, "USD"))
    kinds = list(one.lines.order_by("line_no").values_list("kind", flat=True))
    assert kinds == ["principal", "shipping", "referral_fee", "principal", "subscription_fee"]
    assert set(one.lines.exclude(order=None).values_list("order__external_id", flat=True)) == {"O-1", "O-2"}
    assert one.lines.filter(order_line=None).count() == 1, "O-2 is matched by its only line of the SKU"
    assert all(one.lines.values_list("rule_id", flat=True))


def test_the_same_file_again_changes_nothing(harbour, orders):
    take(harbour)
    before = facts_hash()
    (again,) = take(harbour)
    assert again.how == "unchanged"
    assert facts_hash() == before


def test_a_line_nobody_knows_is_held_visible_and_counted(harbour, orders):
    (done,) = take(harbour, [*ROWS, GLOW], "-0.45")
    assert (done.settlement.state, done.settlement.unknown_count) == ("held", 1)
    (words,) = queries.unknown_words(FIN)
    assert (words.channel, words.type, words.amount_type, words.description) == (
        "harbour", "Order", "Fee", "Glow",
    )  # fmt: skip
    assert (words.lines, words.amount) == (1, Money(-1_00, "USD"))
    assert queries.held(FIN) == 1
    with pytest.raises(WrongState):
        mark_settlements_posted(ids=[done.settlement.id], now=NOW, by=FIN)


def test_a_persons_word_explains_it_and_goes_before_the_rulebook(harbour, orders):
    (done,) = take(harbour, [*ROWS, GLOW], "-0.45")
    said = {"channel": "harbour", "valid_from": date(2026, 6, 1), "reason": "Harbour's letter of 1 June"}
    map_kind(type="Order", amount_type="Fee", description="Glow", kind="ad_fee", now=NOW, by=FIN, **said)
    mapping = map_kind(
        type="Order", amount_type="Fee", description="Referral", kind="other_fee", now=NOW, by=FIN, **said
    )
    one = SettlementFile.objects.get(pk=done.settlement.id)
    assert (one.state, one.unknown_count) == ("explained", 0)
    line = one.lines.get(description="Referral")
    assert (line.kind, line.rule_id) == ("other_fee", f"mapping:{mapping.id}")
    assert [(r.kind, r.amount.minor) for r in queries.kinds_of(FIN, one)] == [
        ("principal", 40_00), ("shipping", 3_00), ("subscription_fee", -39_00), ("other_fee", -3_45),
        ("ad_fee", -1_00),
    ], "in the order of the business"  # fmt: skip


def test_a_word_holds_only_from_its_day_on(harbour, orders):
    (done,) = take(harbour, [*ROWS, GLOW], "-0.45")
    map_kind(
        channel="harbour", type="Order", amount_type="Fee", description="Glow", kind="ad_fee",
        valid_from=date(2026, 7, 1), reason="new from July", now=NOW, by=FIN,
    )  # fmt: skip
    assert SettlementFile.objects.get(pk=done.settlement.id).state == "held"


def test_a_word_needs_a_known_kind_and_a_reason_and_is_given_once(harbour, orders):
    take(harbour, [*ROWS, GLOW], "-0.45")
    words = {"channel": "harbour", "type": "Order", "amount_type": "Fee", "description": "Glow"}
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        map_kind(**words, kind="glow", valid_from=date(2026, 6, 1), reason=" ", now=NOW, by=FIN)
    assert [p.field for p in refused.value.problems] == ["kind", "reason"]
    assert facts_hash() == before
    map_kind(**words, kind="ad_fee", valid_from=date(2026, 6, 1), reason="x", now=NOW, by=FIN)
    before = facts_hash()
    with pytest.raises(Refused, match="mapped from this day already"):
        map_kind(**words, kind="other_fee", valid_from=date(2026, 6, 1), reason="x", now=NOW, by=FIN)
    assert facts_hash() == before


def test_a_missing_line_leaves_exactly_its_amount_unexplained(harbour, orders):
    for gone in range(len(ROWS)):
        rows = ROWS[:gone] + ROWS[gone + 1 :]
        (done,) = take(harbour, rows, number=f"B-{gone}")
        assert done.settlement.state == "held"
        assert str(done.settlement.remainder.amount) == ROWS[gone][3]
        tree = queries.explained(FIN, done.settlement)
        assert tree.amount == done.settlement.total
        assert tree.parts[-1].name == "remainder"


def test_a_reissued_file_is_refused_unless_it_is_to_replace(harbour, orders):
    (first,) = take(harbour)
    before = facts_hash()
    with pytest.raises(Refused, match="other content"):
        take(harbour, ROWS[:-1], "39.55")
    assert facts_hash() == before
    (second,) = take(harbour, ROWS[:-1], "39.55", replace=True)
    assert (second.how, second.settlement.id, second.settlement.total_minor) == (
        "replaced", first.settlement.id, 39_55,
    )  # fmt: skip
    assert SettlementLine.objects.count() == 4
    assert StoredFile.objects.count() == 2, "both files are kept"
    entry = AuditEntry.objects.filter(kind="settlement").order_by("-id").first()
    assert '"gone": 1' in entry.detail
    assert '"gone_minor": -3900' in entry.detail


def test_a_posted_settlement_is_not_remapped(harbour, orders):
    (done,) = take(harbour)
    mark_settlements_posted(ids=[done.settlement.id], now=NOW, by=FIN)
    SettlementLine.objects.filter(line_no=3).update(kind="ad_fee")
    assert remap(ids=[done.settlement.id], now=NOW, by=FIN) == 0


def test_lines_of_orders_that_come_in_later_find_them(harbour, orders):
    row = ("Order", "Price", "Principal", "7.00", "O-9", "L-1", "LAMP-A")
    (done,) = take(harbour, [*ROWS, row], "7.55")
    assert (done.settlement.unmatched_count, done.settlement.state) == (1, "explained")
    assert [x.order_external_id for x in queries.unmatched_lines(FIN, done.settlement)] == ["O-9"]
    orders[2].external_id = "O-9"
    orders[2].save()
    assert match_orders(ids=[done.settlement.id], now=NOW, by=FIN) == 1
    assert SettlementFile.objects.get().unmatched_count == 0
    assert SettlementLine.objects.get(order_external_id="O-9").order_line.order_id == orders[2].id


def test_an_order_of_another_store_is_never_matched(harbour, orders, amazon):
    orders[0].store = amazon
    orders[0].save()
    (done,) = take(harbour)
    assert done.settlement.unmatched_count == 3
    assert not done.settlement.lines.filter(order=orders[0]).exists()


def test_a_broken_file_is_refused_with_every_problem_and_nothing_is_stored(harbour, orders):
    bad = [*ROWS, ("Order", "Price", "", "x1", "O-1"), ("Order", "Fee", "Glow", "1.234", "O-1")]
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        take(harbour, bad)
    assert {p.row for p in refused.value.problems} == {8, 9}
    assert facts_hash() == before


def test_words_too_long_for_their_column_are_refused(harbour):
    before = facts_hash()
    with pytest.raises(Refused, match="too long"):
        take(harbour, [("Order", "Fee", "G" * 161, "0.55")])
    assert facts_hash() == before


def test_who_may_not_change_settlements_or_not_touch_the_store_imports_nothing(harbour):
    before = facts_hash()
    with pytest.raises(Denied):
        take(harbour, by=Actor(2, "bob", OPERATIONS, None))
    with pytest.raises(Refused, match="no such store"):
        take(harbour, by=Actor(8, "feng", FINANCE, frozenset({harbour.id + 1})))
    with pytest.raises(Refused, match="unknown layout"):
        take(harbour, layout="nonesuch")
    assert facts_hash() == before


def test_the_scope_of_an_actor_bounds_what_is_seen(harbour, orders):
    (done,) = take(harbour, [*ROWS, GLOW], "-0.45")
    other = Actor(8, "feng", FINANCE, frozenset({harbour.id + 1}))
    assert list(queries.settlements(other)) == []
    assert list(queries.lines(other)) == []
    assert queries.unknown_words(other) == []
    assert list(queries.settlements(FIN)) == [done.settlement]
