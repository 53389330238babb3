from datetime import UTC, datetime
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.promotions import (
    AMOUNT,
    BUY_X,
    PERCENT,
    PRICE,
    Promotion,
    check_stacks,
    stack,
    stackings,
    windows,
)

SALE = Promotion("sale", PERCENT, F(20, 100), 0, "price")
DEAL = Promotion("deal", PRICE, F(1499), 0, "price")
PRIME = Promotion("prime", PRICE, F(1599), 0, "price")
COUPON = Promotion("coupon", PERCENT, F(10, 100), 10, fee=60)
VOUCHER = Promotion("voucher", AMOUNT, F(100), 20)
THREE = Promotion("three", BUY_X, F(1), 30, buys=2, gets=1)
OWN = Promotion("friends", PERCENT, F(1, 2), 5, alone=True)


def day(n):
    return datetime(2026, 11, n, tzinfo=UTC)


# golden stacks: (promotions, price of the set, units, fee a unit), on a list price of 19.99
GOLDEN = [
    ((), 1999, 1, 0),
    ((SALE,), 1599, 1, 0),  # 20 % of 19.99 is 3.998, half up 4.00
    ((DEAL,), 1499, 1, 0),
    ((COUPON,), 1799, 1, 60),
    ((DEAL, COUPON), 1349, 1, 60),  # 10 % of 14.99 is 1.50
    ((DEAL, COUPON, VOUCHER), 1249, 1, 60),
    ((SALE, COUPON, VOUCHER), 1339, 1, 60),
    ((THREE,), 3998, 3, 0),
    ((DEAL, COUPON, VOUCHER, THREE), 2498, 3, 60),  # two of 12.49, the third free
    ((OWN,), 999, 1, 0),
]


@pytest.mark.parametrize(("promotions", "total", "units", "fee"), GOLDEN)
def test_golden_stacks(promotions, total, units, fee):
    got = stack(1999, promotions)
    assert (got.total, got.units, got.fee) == (total, units, fee)


def test_every_allowed_set_is_simulated_and_no_other():
    sets = {tuple(sorted(p.code for p in s)) for s in stackings([SALE, DEAL, COUPON, OWN])}
    assert sets == {
        (), ("friends",), ("sale",), ("deal",), ("coupon",), ("coupon", "sale"), ("coupon", "deal"),
    }  # fmt: skip


def test_the_worst_stack_is_found_where_promotions_overlap():
    sale = Promotion("sale", PERCENT, F(20, 100), 0, starts=day(1), ends=day(20))
    coupon = Promotion("coupon", PERCENT, F(10, 100), 10, starts=day(15), ends=day(25))
    got = check_stacks(2000, [sale, coupon], lambda s: s.price - s.fee >= 1500)
    assert [(w.starts, w.ends, w.worst.price) for w in got.windows] == [
        (day(1), day(15), 1600), (day(15), day(20), 1440), (day(20), day(25), 1800),
    ]  # fmt: skip
    assert got.worst.codes == ("sale", "coupon")
    assert [(w.starts, s.codes) for w, s in got.below] == [(day(15), ("sale", "coupon"))]
    assert not got.safe
    assert check_stacks(2000, [sale, coupon], lambda s: s.price >= 1440).safe


def test_a_redemption_fee_makes_a_stack_worse_than_a_lower_price():
    fair = Promotion("fair", AMOUNT, F(50))
    dear = Promotion("dear", AMOUNT, F(20), fee=60, group="")
    got = check_stacks(1000, [fair, dear], lambda s: s.price - s.fee >= 900)
    assert got.worst.codes == ("fair", "dear")
    assert [s.codes for _w, s in got.below] == [("fair", "dear")]


def test_a_price_without_promotions_is_checked_alone():
    got = check_stacks(1000, [], lambda s: s.price >= 1001)
    assert (got.worst.price, got.safe) == (1000, False)


def test_bad_promotions_are_refused_with_every_problem():
    bad = [
        Promotion("a", PERCENT, F(3, 2)), Promotion("a", "gift", F(1)), Promotion("c", AMOUNT, F(0)),
        Promotion("d", BUY_X, F(1), buys=2, gets=0), Promotion("e", AMOUNT, F(1), fee=-1),
        Promotion("f", AMOUNT, F(1), starts=day(3), ends=day(3)),
    ]  # fmt: skip
    with pytest.raises(Refused) as said:
        windows(1000, bad)
    assert [p.field for p in said.value.problems] == ["value", "kind", "value", "buys", "fee", "ends", "code"]


def test_too_many_free_promotions_are_refused_not_tried():
    many = [Promotion(f"p{i}", AMOUNT, F(1)) for i in range(15)]
    with pytest.raises(Refused, match="too many sets"):
        list(stackings(many))


kinds = st.one_of(
    st.builds(lambda v, s: (PERCENT, F(v, 100), s), st.integers(1, 100), st.integers(0, 3)),
    st.builds(lambda v, s: (AMOUNT, F(v), s), st.integers(1, 500), st.integers(0, 3)),
    st.builds(lambda v, s: (PRICE, F(v), s), st.integers(1, 2000), st.integers(0, 3)),
)


@given(st.lists(kinds, max_size=5), st.integers(1, 3000), st.sampled_from(["", "g"]))
def test_more_promotions_never_raise_the_price_and_none_pays_the_buyer(rows, price, group):
    promotions = [Promotion(f"p{i}", k, v, s, group) for i, (k, v, s) in enumerate(rows)]
    for found in stackings(promotions):
        got = stack(price, found)
        assert 0 <= got.price <= price
        if found and not group:
            assert got.price <= max(stack(price, found[:-1]).price, stack(price, found[1:]).price) + len(
                found
            )
