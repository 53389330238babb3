"""Shared costs: what is shared and what is left is what there was."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.cost_sharing import (
    BASES,
    NO_BEARER,
    NO_RULE,
    ON_PURPOSE,
    Bearer,
    Pool,
    Sharing,
    parts,
    share_costs,
)

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
minor = st.integers(-(10**11), 10**11)
months, stores = st.sampled_from([MAY, JUNE]), st.integers(1, 3)
pools = st.lists(
    st.builds(Pool, st.sampled_from(["6602", "6605", "6608"]), st.none() | stores, months, minor), max_size=8
)
bearers = st.lists(
    st.builds(
        Bearer, stores, months, st.dictionaries(st.sampled_from(BASES), st.integers(-3, 10**9), max_size=5)
    ),
    max_size=10,
)
rules = st.dictionaries(
    st.sampled_from(["6602", "6605", "6608"]), st.builds(Sharing, st.sampled_from(BASES), st.none() | stores)
)


@given(minor, st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_parts_sum_to_the_total_and_lie_within_one_unit_of_the_exact_share(total, weights):
    if not any(weights):
        return
    found = parts(total, weights)
    assert sum(found) == total
    whole = sum(weights)
    assert all(abs(p * whole - total * w) < 2 * whole for p, w in zip(found, weights, strict=True))


@given(pools, bearers, rules)
def test_every_cent_of_every_pool_is_shared_or_left_with_a_reason(pools, bearers, rules):
    found = share_costs(pools, bearers, lambda account, _month: rules.get(account))
    assert len(found.placed) == len(pools)
    assert all(p.shared_minor + p.left_minor == p.pool.minor for p in found.placed)
    assert all(bool(p.why) or p.left_minor == 0 for p in found.placed)
    assert sum(found.minors) == sum(p.shared_minor for p in found.placed)
    assert sum(found.minors) + sum(p.left_minor for p in found.placed) == sum(p.minor for p in pools)


def test_a_store_s_pool_is_borne_by_that_store_and_a_company_s_by_all_of_its_month():
    bearers = [Bearer(1, MAY, {"units": 1}), Bearer(2, MAY, {"units": 2}), Bearer(1, JUNE, {"units": 5})]
    pools = [Pool("6605", 1, MAY, -40), Pool("6608", None, MAY, -90), Pool("6608", None, JUNE, -7)]
    found = share_costs(pools, bearers, lambda _account, _month: Sharing("units"))
    assert found.minors == (-40 - 30, -60, -7)
    only = share_costs(pools[1:2], bearers, lambda _account, _month: Sharing("units", 2))
    assert only.minors == (0, -90, 0)


def test_what_is_left_says_why():
    bearers = [Bearer(1, MAY, {"units": 1})]
    pools = [Pool("6602", None, MAY, -1), Pool("6605", 9, MAY, -2), Pool("6608", None, JUNE, -3)]
    rule = {"6605": Sharing("units"), "6608": Sharing("none")}
    found = share_costs(pools, bearers, lambda account, _month: rule.get(account))
    assert {p.pool.account: p.why for p in found.placed} == {
        "6602": NO_RULE, "6605": NO_BEARER, "6608": ON_PURPOSE,
    }  # fmt: skip
    assert found.minors == (0,)
