"""Knowledge that ends, groups of markets, own rows, what-ifs and the difference of two days."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.rule_diff import diff
from tradewind.engine.rule_parse import read_row
from tradewind.engine.rulebook import OWN, NoRule, RuleGap, Unconfirmed, build, parse_rules

HEAD = """
[defaults]
source = "the gazette"
reviewed = 2026-11-22
status = "confirmed"
confidence = "high"
valid_from = 2020-01-01
"""


def row(id, kind="vat", **fields):
    if kind == "vat":
        fields = {"rate": 0.2, "included": True, "name": "VAT"} | fields
    if kind == "duty":
        fields = {"rate": 0.25, "stacking": "adds", "scope": "all"} | fields
    lines = [f'id = "{id}"', f'kind = "{kind}"']
    for name, value in fields.items():
        text = str(value).lower() if isinstance(value, bool | int | float | date) else f'"{value}"'
        lines.append(f"{name} = {text}")
    return "\n[[rule]]\n" + "\n".join(lines) + "\n"


def book(*rows):
    return build([parse_rules("x.toml", HEAD + "".join(rows))])


def parsed(*rows):
    return parse_rules("own.toml", HEAD + "".join(rows)).rules


JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)
ENDS = row("a", market="US", known_to=JUNE)


def test_past_its_known_life_a_row_asks_for_a_person_and_never_gives_the_last_rate():
    asked = book(ENDS)
    assert asked.find("vat", JUNE, market="US").id == "a"
    with pytest.raises(Unconfirmed, match=r"known to 2026-06-30, asked for 2026-07-01.*a person must") as gap:
        asked.find("vat", JULY, market="US")
    assert (gap.value.rule.id, gap.value.known_to) == ("a", JUNE)
    assert not isinstance(gap.value, NoRule)
    assert isinstance(gap.value, RuleGap)


def test_a_person_who_vouches_until_a_day_lengthens_the_life_and_no_further():
    asked = book(ENDS).with_decisions({"a": "confirmed"}, {"a": date(2026, 12, 31)})
    assert asked.find("vat", date(2026, 12, 31), market="US").id == "a"
    with pytest.raises(Unconfirmed, match="known to 2026-12-31"):
        asked.find("vat", date(2027, 1, 1), market="US")
    earlier = asked.with_decisions({}, {"a": date(2026, 1, 31)})
    assert earlier.find("vat", JUNE, market="US").id == "a"


def test_a_narrower_row_is_past_its_life_even_where_a_wider_one_would_answer():
    asked = book(ENDS, row("any"))
    with pytest.raises(Unconfirmed):
        asked.find("vat", JULY, market="US")
    assert asked.find("vat", JULY, market="DE").id == "any"


KNOWN = row("k", "knowledge", of="duty", market="US", origin="CN", known_to=JUNE, why="a successor?")


def test_knowledge_of_a_kind_ends_for_a_market_whether_rows_stand_or_not():
    asked = book(
        KNOWN,
        row("l1", "duty", market="US", origin="CN", layer="one"),
        row("l2", "duty", layer="two", rate=0.1),
    )
    ask = {"market": "US", "origin": "CN"}
    assert [r.id for r in asked.each("duty", "layer", JUNE, **ask)] == ["l1", "l2"]
    for question in ({**ask, "layer": "one"}, {**ask, "layer": "three"}):
        with pytest.raises(Unconfirmed, match="k is known to"):
            asked.find("duty", JULY, **question)
    with pytest.raises(Unconfirmed):
        asked.each("duty", "layer", JULY, **ask)
    assert [r.id for r in asked.each("duty", "layer", JULY, market="US", origin="VN")] == ["l2"]
    vouched = asked.with_decisions({"k": "confirmed"}, {"k": JULY})
    assert [r.id for r in vouched.each("duty", "layer", JULY, **ask)] == ["l1", "l2"]


def test_rows_of_a_group_stand_between_the_market_s_own_and_those_for_any():
    asked = book(
        row("in", "market_group", market="DE", group="EU"),
        row("was", "market_group", market="GB", group="EU", valid_to=JUNE),
        row("eu", market="EU"), row("any"), row("de-books", market="DE", category="books"),
        row("eu-food", market="EU", category="food"),
    )  # fmt: skip
    ask = [("DE", "books"), ("DE", "toys"), ("DE", "food"), ("GB", "toys"), ("FR", "toys"), ("EU", "toys")]
    found = [asked.find("vat", JUNE, market=m, category=c).id for m, c in ask]
    assert found == ["de-books", "eu", "eu-food", "eu", "any", "eu"]
    assert asked.find("vat", JULY, market="GB", category="toys").id == "any"
    assert asked.group_of("DE", JUNE) == "EU"
    assert asked.group_of("FR", JUNE) is None


def test_a_market_s_own_row_beats_its_group_s_with_the_same_keys():
    asked = book(
        row("in", "market_group", market="DE", group="EU"), row("eu", market="EU"), row("de", market="DE")
    )
    assert asked.find("vat", JUNE, market="DE").id == "de"


def test_an_own_row_stands_before_the_file_s_with_the_same_keys_and_gives_way_to_a_narrower_one():
    asked = book(row("file", market="US"), row("books", market="US", category="books"))
    own = asked.with_rows(parsed(row("own", market="US", valid_from=JULY, valid_to=date(2026, 8, 1))))
    found = [own.find("vat", d, market="US").id for d in (JUNE, JULY, date(2026, 8, 1), date(2026, 8, 2))]
    assert found == ["file", "own", "own", "file"]
    assert own.find("vat", JULY, market="US", category="books").id == "books"
    assert own.by_id("own").rank == OWN
    assert asked.find("vat", JULY, market="US").id == "file"


def test_own_rows_that_overlap_each_other_are_refused():
    with pytest.raises(Refused, match="overlaps"):
        book().with_rows(parsed(row("one", market="US"), row("two", market="US")))


def test_a_what_if_switches_rows_on_in_its_own_book_only():
    asked = book(
        row("file", market="US"), row("p", market="US", status="proposed", valid_from=JULY, rate=0.3)
    )
    tried = asked.what_if([asked.by_id("p")])
    assert tried.find("vat", JULY, market="US").id == "p"
    assert asked.find("vat", JULY, market="US").id == "file"
    refused = asked.with_decisions({"p": "refused"})
    assert refused.what_if([asked.by_id("p")]).find("vat", JULY, market="US").id == "p"
    (change,) = diff(asked, JULY, JULY, tried)
    assert (change.change, change.values) == ("changed", (("rate", Decimal("0.2"), Decimal("0.3")),))


def test_the_difference_of_two_days_says_for_the_same_question_what_was_and_what_is():
    asked = book(
        row("old", market="DE", valid_to=JUNE, rate=0.16),
        row("new", market="DE", valid_from=JULY, rate=0.19),
        row("p", market="FR", status="proposed", valid_from=JULY), row("went", market="NO", valid_to=JUNE),
        row("came", market="SE", valid_from=JULY, rate=0.25), ENDS,
        row("same1", market="IT", valid_to=JUNE), row("same2", market="IT", valid_from=JULY),
    )  # fmt: skip
    changes = {c.keys["market"]: c for c in diff(asked, JUNE, JULY)}
    assert {m: c.change for m, c in changes.items()} == {
        "DE": "changed", "NO": "went", "SE": "came", "US": "ended",
    }  # fmt: skip
    assert changes["DE"].values == (("rate", Decimal("0.16"), Decimal("0.19")),)
    assert [c.rule.id for c in changes.values()] == ["new", "went", "came", "a"]
    assert changes["NO"].values[0] == ("rate", Decimal("0.2"), None)
    assert diff(asked, JULY, date(2030, 1, 1)) == []


def test_a_narrower_row_that_comes_is_compared_with_the_wider_one_that_spoke_before():
    asked = book(row("any", rate=0.1), row("us", market="US", valid_from=JULY, rate=0.3))
    (change,) = diff(asked, JUNE, JULY)
    assert (change.change, change.old.id, change.new.id) == ("changed", "any", "us")


def test_dates_of_a_life_must_agree():
    said = parse_rules("x", HEAD + row("a", valid_to=JUNE, known_to=JULY)).problems
    assert [p.reason for p in said] == ["lies after valid_to"]
    said = parse_rules("x", HEAD + row("a", known_to=date(2019, 1, 1))).problems
    assert [p.reason for p in said] == ["lies before valid_from"]


def test_a_row_as_a_mapping_is_read_like_one_of_a_file_and_keeps_what_was_written():
    problems = []
    raw = {
        "id": "own.1", "kind": "vat", "market": "DE", "rate": "0.19", "included": True, "name": "VAT",
        "valid_from": JUNE, "source": "s", "reviewed": JUNE, "status": "confirmed", "confidence": "high",
    }  # fmt: skip
    made = read_row("own", raw, problems)
    assert problems == []
    assert made.decimal("rate") == Decimal("0.19")
    assert made.said == {"rate": "0.19", "included": True, "name": "VAT"}
    assert read_row("own", raw | {"rate": "much"}, problems) is None
    assert [p.field for p in problems] == ["own: own.1: rate"]


DAYS = st.dates(date(2020, 1, 1), date(2021, 12, 31))


@given(DAYS, DAYS, DAYS)
def test_a_book_answers_exactly_up_to_what_is_known(known, vouched, on):
    asked = book(row("a", known_to=known)).with_decisions({}, {"a": vouched})
    if on <= max(known, vouched):
        assert asked.find("vat", on).id == "a"
    else:
        with pytest.raises(Unconfirmed):
            asked.find("vat", on)


@given(DAYS, DAYS, DAYS)
def test_no_difference_between_a_day_and_itself_and_the_way_back_mirrors_the_way_there(since, a, b):
    asked = book(row("any", rate=0.1), row("us", market="US", valid_from=since, rate=0.3))
    assert diff(asked, a, a) == []
    there, back = diff(asked, a, b), diff(asked, b, a)
    assert [(c.keys, c.old, c.new) for c in there] == [(c.keys, c.new, c.old) for c in back]
