"""The matrix: every state of goods against every answer a way can give, and what is said of it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.restrictions import (
    ALLOWED,
    ALONE,
    ATTRIBUTES,
    BATTERIES,
    BATTERY,
    BUILT_IN,
    NO_KIND,
    PACKED,
    REFUSED,
    UNKNOWN,
    VERDICTS,
    WITH_PAPERS,
    DangerRule,
    Goods,
    Judgement,
    Reason,
    Term,
    judge,
)

PLAIN = [a for a in ATTRIBUTES if a != BATTERY and a not in BATTERIES]
# (goods state it, the way says) -> verdict
MATRIX = {
    (True, ALLOWED): ALLOWED, (True, WITH_PAPERS): WITH_PAPERS, (True, REFUSED): REFUSED,
    (True, None): UNKNOWN,
    (False, ALLOWED): ALLOWED, (False, WITH_PAPERS): ALLOWED, (False, REFUSED): ALLOWED,
    (False, None): ALLOWED,
    (None, ALLOWED): ALLOWED, (None, WITH_PAPERS): UNKNOWN, (None, REFUSED): UNKNOWN, (None, None): ALLOWED,
}  # fmt: skip


def terms(attribute, verdict):
    return [] if verdict is None else [Term(attribute, verdict, ("MSDS",), ("label",))]


@pytest.mark.parametrize("attribute", PLAIN)
@pytest.mark.parametrize(("goods", "way"), list(MATRIX))
def test_every_attribute_against_every_answer(attribute, goods, way):
    stated = {} if goods is None else {attribute: goods}
    got = judge(Goods.of(stated), terms(attribute, way))
    assert got.verdict == MATRIX[goods, way]
    papers = (goods, way) in ((True, WITH_PAPERS), (True, ALLOWED))
    assert (got.documents, got.labels) == ((("MSDS",), ("label",)) if papers else ((), ()))
    assert bool(got.against) == (got.verdict in (UNKNOWN, REFUSED))


@pytest.mark.parametrize("kind", BATTERIES)
@pytest.mark.parametrize("other", [None, *VERDICTS[:2], REFUSED])
@pytest.mark.parametrize("own", [None, ALLOWED, WITH_PAPERS, REFUSED])
def test_a_kind_of_battery_goes_by_its_own_term_and_else_by_that_of_batteries(kind, own, other):
    got = judge(Goods.of({kind: True}), terms(kind, own) + terms(BATTERY, other))
    assert got.verdict == (own or other or UNKNOWN)


@pytest.mark.parametrize(
    ("answers", "verdict", "why"),
    [
        ([], UNKNOWN, "not_stated_by_way"),
        ([REFUSED] * 3, REFUSED, "takes_not"),
        ([ALLOWED, REFUSED, REFUSED], UNKNOWN, "battery_kind_not_stated"),
        ([REFUSED, REFUSED], UNKNOWN, "battery_kind_not_stated"),
    ],
)
def test_a_battery_of_unstated_kind_is_only_refused_where_every_kind_is(answers, verdict, why):
    stated = [Term(kind, answer) for kind, answer in zip(BATTERIES, answers, strict=False)]
    got = judge(Goods.of({BATTERY: True}), stated)
    assert (got.verdict, [(r.attribute, r.why) for r in got.reasons]) == (verdict, [(BATTERY, why)])


@pytest.mark.parametrize(
    ("wh", "verdict", "why"),
    [(None, UNKNOWN, "wh_not_stated"), ("100", WITH_PAPERS, ""), ("100.1", REFUSED, "over_wh")],
)
def test_watt_hours_are_bounded_inclusively(wh, verdict, why):
    goods = Goods.of({BUILT_IN: True}, None if wh is None else Decimal(wh))
    got = judge(goods, [Term(BUILT_IN, WITH_PAPERS, ("UN38.3",), most_wh=Decimal(100))])
    assert (got.verdict, got.reasons[0].why) == (verdict, why)
    if why == "over_wh":
        assert got.reasons[0].note == "100.1 > 100 Wh"


def test_no_battery_answers_for_every_kind():
    stated = [Term(kind, REFUSED) for kind in BATTERIES]
    assert judge(Goods.of({BATTERY: False}), stated) == Judgement(ALLOWED)
    assert judge(Goods(), stated).verdict == UNKNOWN


LAW = (
    DangerRule("pi967.2", BUILT_IN, "PI 967 II", ("waybill statement",), to_wh=Decimal(100)),
    DangerRule("pi967.1", BUILT_IN, "PI 967 I", ("DGD",), over_wh=Decimal(100)),
    DangerRule("pi965", ALONE, "PI 965", ("DGD",), forbidden=True),
)


def test_the_law_adds_its_papers_to_those_of_the_way():
    way = [Term(BUILT_IN, ALLOWED, ("MSDS",))]
    got = judge(Goods.of({BUILT_IN: True}, Decimal("7.4")), way, LAW)
    assert (got.verdict, got.documents) == (WITH_PAPERS, ("MSDS", "waybill statement"))
    assert got.reasons[1] == Reason(
        BUILT_IN, WITH_PAPERS, "", ("waybill statement",), source="pi967.2", note="PI 967 II"
    )
    assert judge(Goods.of({BUILT_IN: True}, Decimal(101)), way, LAW).documents == ("MSDS", "DGD")
    assert judge(Goods.of({BUILT_IN: True}), way, LAW).against[0].why == "wh_not_stated"
    assert judge(Goods.of({ALONE: True}), [Term(ALONE, ALLOWED)], LAW).verdict == REFUSED
    for goods, why in ((Goods.of({PACKED: True}), "no_rule"), (Goods.of({BATTERY: True}), NO_KIND)):
        got = judge(goods, [Term(PACKED, ALLOWED), Term(BATTERY, ALLOWED)], LAW)
        assert [r.why for r in got.against] == [why]
        assert judge(goods, [Term(PACKED, ALLOWED), Term(BATTERY, ALLOWED)]).verdict == ALLOWED
    assert judge(Goods.of({BUILT_IN: True}, Decimal(101)), way, LAW[:1]).against[0].why == "no_rule"


def test_goods_together_have_what_any_has_and_lack_what_all_lack():
    lamp = Goods.of({BUILT_IN: True, "liquid": False}, Decimal(8))
    oil = Goods.of({BATTERY: False, "liquid": True})
    both = Goods.together([lamp, oil])
    assert (both.states(BUILT_IN), both.states("liquid"), both.states("powder")) == (True, True, None)
    assert both.battery_wh == 8
    assert Goods.together([lamp, Goods.of({ALONE: True})]).battery_wh is None
    assert Goods.together([]) == Goods()


stated = st.dictionaries(st.sampled_from(ATTRIBUTES), st.booleans(), max_size=6)
answers = st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from([ALLOWED, WITH_PAPERS, REFUSED]))


@given(stated, answers, st.sampled_from(ATTRIBUTES))
def test_more_in_the_parcel_never_makes_the_answer_better(attributes, way, more):
    ways = [Term(attribute, verdict) for attribute, verdict in way.items()]
    one = Goods.of(attributes)
    two = Goods.together([one, Goods.of({more: True})])
    before, after = judge(one, ways).verdict, judge(two, ways).verdict
    if REFUSED in (before,):
        assert after == REFUSED
    assert after in VERDICTS
