from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.match import Expected, Match, Proposal, Received, match
from tradewind.engine.money import Money

DAY = date(2026, 7, 2)


def wait(id, minor, ref="", days=0, currency="USD"):
    return Expected(id, Money(minor, currency), None if days is None else DAY + timedelta(days=days), ref)


def came(id, minor, ref="", days=1, currency="USD"):
    return Received(id, Money(minor, currency), DAY + timedelta(days=days), ref)


def links(result):
    return [(m.received_id, m.expected_ids, m.how) for m in result.matches]


def ideas(result):
    return [(p.received_id, p.expected_ids, p.rank, p.reason) for p in result.proposals]


def test_a_reference_and_its_amount_match_whatever_the_day_and_the_writing():
    result = match(
        [wait(1, 5000, "SET-001"), wait(2, 5000, "SET-002")], [came(9, 5000, " set- 002", days=90)]
    )
    assert result.matches == (Match(9, (2,), "reference", "the reference and the amount agree"),)
    assert result.unmatched_expected == (1,)
    assert result.unmatched_received == ()


def test_a_reference_with_another_amount_is_a_proposal_and_nothing_else_is_guessed():
    result = match([wait(1, 5000, "SET-001"), wait(2, 4900, "SET-002")], [came(9, 4900, "SET-001")])
    assert result.matches == ()
    assert result.proposals[0] == Proposal(9, (1,), 1, "same_reference_other_amount", -100, 1)
    assert ideas(result)[1] == (9, (2,), 2, "same_amount_not_unique")


def test_a_receipt_may_pay_a_payout_with_its_corrections():
    family = [wait(1, 5000, "SET-001"), wait(2, 45, "SET-001/1"), wait(3, 45, "SET-002/1")]
    result = match(family, [came(9, 5045, "set-001")])
    assert result.matches == (Match(9, (1, 2), "reference", "the reference and the amounts together agree"),)
    assert match(family, [came(9, 5090, "set-001")]).matches == ()
    assert match(family, [came(8, 5045, "set-001"), came(9, 5045, "set-001")]).matches == ()
    assert (
        match([wait(1, 5000, "SET"), wait(2, 45, "SET/1", currency="EUR")], [came(9, 5045, "SET")]).matches
        == ()
    )


def test_one_amount_in_the_days_matches_only_when_it_can_be_nothing_else():
    assert links(match([wait(1, 5000), wait(2, 6000)], [came(9, 5000)])) == [(9, (1,), "amount")]
    two_payouts = match([wait(1, 5000), wait(2, 5000)], [came(9, 5000)])
    assert (links(two_payouts), ideas(two_payouts)) == (
        [],
        [(9, (1,), 1, "same_amount_not_unique"), (9, (2,), 2, "same_amount_not_unique")],
    )
    two_receipts = match([wait(1, 5000)], [came(8, 5000), came(9, 5000)])
    assert links(two_receipts) == []
    assert two_receipts.unmatched_received == (8, 9)


def test_two_receipts_under_one_reference_are_not_chosen_between():
    result = match([wait(1, 5000, "A1")], [came(8, 5000, "A1"), came(9, 5000, "A1")])
    assert (links(result), result.unmatched_expected) == ([], (1,))
    assert ideas(result) == [(8, (1,), 1, "same_amount_not_unique"), (9, (1,), 1, "same_amount_not_unique")]


def test_the_days_are_bounded_on_both_sides_and_a_late_one_is_proposed():
    for days, how in ((-1, ["amount"]), (10, ["amount"]), (-2, []), (11, [])):
        result = match([wait(1, 5000)], [came(9, 5000, days=days)])
        assert [m.how for m in result.matches] == how
        assert [p.reason for p in result.proposals] == ([] if how else ["same_amount_out_of_window"])
    assert links(match([wait(1, 5000, days=None)], [came(9, 5000, days=300)])) == [(9, (1,), "amount")]


def test_currencies_never_match_each_other():
    result = match([wait(1, 5000, "A1", currency="EUR")], [came(9, 5000, "A1")])
    assert (result.matches, result.proposals) == ((), ())


def test_several_payouts_in_one_receipt_match_only_when_one_set_adds_up():
    waiting = [
        wait(1, 1299),
        wait(2, 2599),
        wait(3, 4550),
        wait(4, 799),
        wait(5, 3325),
        wait(6, 1899),
        wait(7, 650),
    ]
    assert links(match(waiting, [came(9, 6449)])) == [(9, (3, 6), "sum")]
    same = [wait(1, 1999), wait(2, 1999), wait(3, 1999), wait(4, 500)]
    result = match(same, [came(9, 3998)])
    assert links(result) == []
    assert ideas(result) == [
        (9, (1, 2), 1, "sum_not_unique"),
        (9, (1, 3), 2, "sum_not_unique"),
        (9, (2, 3), 3, "sum_not_unique"),
    ]


def test_too_many_amounts_prove_nothing():
    waiting = [wait(i, 2**i) for i in range(26)]
    assert match(waiting, [came(99, 3)]).matches == ()


def test_an_amount_close_by_is_proposed_with_the_difference():
    result = match([wait(1, 10000)], [came(9, 9850), came(10, 9700)])
    assert result.proposals == (Proposal(9, (1,), 1, "near_amount", -150, 1),)


AMOUNTS = st.integers(1, 12)
REFS = st.sampled_from(["", "", "A1", "B2"])
WAITING = st.lists(st.tuples(AMOUNTS, REFS, st.integers(-3, 3)), max_size=6).map(
    lambda rows: [wait(i, *row) for i, row in enumerate(rows)]
)
CAME = st.lists(st.tuples(AMOUNTS, REFS, st.integers(-3, 3)), max_size=5).map(
    lambda rows: [came(100 + i, *row) for i, row in enumerate(rows)]
)


@given(WAITING, CAME)
def test_every_id_is_used_once_and_matched_money_is_equal_to_the_cent(waiting, receipts):
    result = match(waiting, receipts)
    used = [id for m in result.matches for id in m.expected_ids]
    assert sorted([*used, *result.unmatched_expected]) == [e.id for e in waiting]
    assert sorted([*(m.received_id for m in result.matches), *result.unmatched_received]) == [
        r.id for r in receipts
    ]
    amounts = {e.id: e.amount.minor for e in waiting} | {r.id: r.amount.minor for r in receipts}
    for m in result.matches:
        assert amounts[m.received_id] == sum(amounts[id] for id in m.expected_ids)


@given(WAITING, CAME)
def test_the_order_of_the_input_does_not_matter(waiting, receipts):
    assert match(waiting, receipts) == match(list(reversed(waiting)), list(reversed(receipts)))


@given(WAITING, CAME)
def test_a_match_by_amount_has_no_rival(waiting, receipts):
    amount = {e.id: e.amount for e in waiting}
    result = match(waiting, receipts)
    by_reference = {id for m in result.matches if m.how == "reference" for id in m.expected_ids}
    for m in result.matches:
        if m.how == "amount":
            receipt = next(r for r in receipts if r.id == m.received_id)
            rivals = [
                e.id
                for e in waiting
                if e.id not in by_reference
                and amount[e.id] == receipt.amount
                and -1 <= (receipt.on - e.on).days <= 10
            ]
            assert rivals == list(m.expected_ids)
