from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.rule_examples import run_examples
from tradewind.engine.rule_formulas import FORMULAS
from tradewind.engine.rulebook import NoRule, Rule, Rulebook, build, parse_rules

HEAD = """
[defaults]
source = "the gazette"
reviewed = 2026-11-22
status = "confirmed"
confidence = "high"
"""


def vat(id, rate, since, until=None, market="DE", category=None, **more):
    lines = [f'id = "{id}"', 'kind = "vat"', f"rate = {rate}", "included = true", 'name = "VAT"']
    lines += [f"valid_from = {since}"] + ([f"valid_to = {until}"] if until else [])
    lines += [f'market = "{market}"'] + ([f'category = "{category}"'] if category else [])
    lines += [f'{key} = "{value}"' for key, value in more.items()]
    return "\n[[rule]]\n" + "\n".join(lines) + "\n"


def book(*rows):
    return build([parse_rules("de.toml", HEAD + "".join(rows))])


def problems(text):
    with pytest.raises(Refused) as refused:
        build([parse_rules("de.toml", text)])
    return [str(problem) for problem in refused.value.problems]


OLD_AND_NEW = (vat("old", 0.16, "2020-07-01", "2020-12-31"), vat("new", 0.19, "2021-01-01"))


@pytest.mark.parametrize(
    ("day", "id"),
    [("2020-07-01", "old"), ("2020-12-31", "old"), ("2021-01-01", "new"), ("2030-01-01", "new")],
)
def test_both_ends_of_an_interval_belong_to_it(day, id):
    rule = book(*OLD_AND_NEW).find("vat", date.fromisoformat(day), market="DE")
    assert rule.id == id


def test_numbers_are_exact():
    rule = book(*OLD_AND_NEW).find("vat", date(2021, 1, 1), market="DE", category="toys")
    assert rule.decimal("rate") == Decimal("0.19")


def test_no_row_is_said_in_words_and_never_guessed():
    with pytest.raises(NoRule, match="no vat rule is in force for market DE on 2020-06-30") as missing:
        book(*OLD_AND_NEW).find("vat", date(2020, 6, 30), market="DE")
    assert (missing.value.kind, missing.value.keys) == ("vat", {"market": "DE"})
    with pytest.raises(NoRule):
        book(*OLD_AND_NEW).find("vat", date(2021, 1, 1), market="FR")


def test_a_question_nobody_foresaw_is_a_mistake_of_the_program():
    for kind, keys in (("vatt", {}), ("vat", {"country": "DE"})):
        with pytest.raises(ValueError, match="no rule kind"):
            book(*OLD_AND_NEW).find(kind, date(2021, 1, 1), **keys)


def test_the_narrower_row_wins_while_it_holds_and_the_wider_stands_behind_it():
    rows = book(
        vat("any", 0.2, "2020-01-01", market="*"),
        vat("de", 0.19, "2020-01-01"),
        vat("books", 0.07, "2021-01-01", "2021-12-31", category="books"),
    )
    ask = [("DE", "books", 2021), ("DE", "books", 2022), ("DE", "toys", 2021), ("FR", "books", 2021)]
    assert [rows.find("vat", date(y, 6, 1), market=m, category=c).id for m, c, y in ask] == [
        "books", "de", "de", "any",
    ]  # fmt: skip


def test_a_key_left_out_matches_only_rows_for_any():
    rows = book(vat("books", 0.07, "2020-01-01", category="books"))
    with pytest.raises(NoRule):
        rows.find("vat", date(2021, 1, 1), market="DE")


def test_a_proposed_row_is_off_until_a_person_confirms_it_and_a_refused_one_is_off():
    rows = book(vat("p", 0.19, "2021-01-01", status="proposed"))
    on = date(2021, 1, 1)
    with pytest.raises(NoRule):
        rows.find("vat", on, market="DE")
    confirmed = rows.with_decisions({"p": "confirmed"})
    assert confirmed.find("vat", on, market="DE").id == "p"
    with pytest.raises(NoRule):
        confirmed.with_decisions({"p": "refused"}).find("vat", on, market="DE")
    with pytest.raises(NoRule):
        rows.find("vat", on, market="DE")
    assert [rule.id for rule in rows.all("vat", market="DE")] == ["p"]


def test_confirming_a_row_that_overlaps_another_is_refused_and_changes_nothing():
    rows = book(vat("a", 0.19, "2021-01-01"), vat("b", 0.2, "2022-01-01", status="proposed"))
    with pytest.raises(Refused, match="overlaps another row"):
        rows.with_decisions({"b": "confirmed"})
    assert rows.find("vat", date(2022, 1, 1), market="DE").id == "a"
    both = rows.with_decisions({"b": "confirmed", "a": "refused"})
    assert both.find("vat", date(2022, 1, 1), market="DE").id == "b"


def test_a_verdict_is_confirmed_or_refused_and_one_on_a_vanished_row_does_nothing():
    rows = book(*OLD_AND_NEW)
    with pytest.raises(Refused, match="not a verdict"):
        rows.with_decisions({"old": "maybe"})
    assert rows.with_decisions({"gone": "confirmed"}).find("vat", date(2021, 1, 1), market="DE").id == "new"


def test_rows_that_overlap_or_are_as_narrow_as_each_other_are_refused():
    said = problems(HEAD + vat("a", 0.1, "2021-01-01") + vat("b", 0.2, "2021-06-01"))
    assert said == ["de.toml: b: overlaps another row (accepted: no row beside a)"]
    said = problems(
        HEAD
        + vat("a", 0.1, "2021-01-01", category="*")
        + vat("b", 0.2, "2021-01-01", market="*", category="books")
    )
    assert said == ["de.toml: b: is as narrow as another row and overlaps it (accepted: no row beside a)"]
    assert problems(HEAD + vat("a", 0.1, "2020-01-01", "2020-12-31") + vat("a", 0.2, "2021-01-01"))


def test_everything_wrong_with_a_file_is_said_at_once():
    text = """
[strange]
[[rule]]
id = "x"
kind = "vat"
colour = "red"
rate = 19
name = "VAT"
valid_from = "soon"
valid_to = 2020-01-01
reviewed = 2026-11-22
status = "sure"
confidence = "high"
[[rule]]
id = "y"
kind = "vatt"
[[example]]
name = "n"
kind = "vat"
on = 2020-01-01
"""
    said = [line.split(" (")[0] for line in problems(text)]
    assert said == [
        "de.toml: strange: unknown table",
        "row 1, de.toml: x: colour: unknown field",
        "row 1, de.toml: x: rate: cannot be read",
        "row 1, de.toml: x: included: is missing",
        "row 1, de.toml: x: valid_from: is not a date",
        "row 1, de.toml: x: source: is missing",
        "row 1, de.toml: x: status: is not known",
        "row 2, de.toml: y: kind: is not known",
        "row 1, de.toml: n: expect: is missing",
    ]


def test_an_interval_turned_round_and_a_confirmed_guess_are_refused():
    said = problems(HEAD + vat("a", 0.1, "2021-01-01", "2020-01-01"))
    assert "lies before valid_from" in said[0]
    said = problems(
        HEAD + vat("a", 0.1, "2021-01-01").replace('kind = "vat"', 'kind = "vat"\nconfidence = "low"')
    )
    assert "low confidence" in said[0]


@pytest.mark.parametrize(
    "tiers",
    [
        "[]",
        "[{ up_to = 10, rate = 0.1 }]",
        "[{ rate = 0.1 }, { rate = 0.2 }]",
        "[{ rate = 1.5 }]",
        '"x"',
        "[{ pct = 1 }]",
        "[{ up_to = 20, rate = 0.1 }, { up_to = 10, rate = 0.2 }, { rate = 0.3 }]",
    ],
)
def test_a_fee_schedule_must_rise_and_end_open(tiers):
    text = (
        HEAD
        + '[[rule]]\nid = "f"\nkind = "referral_fee"\nshape = "flat"\nvalid_from = 2020-01-01\n'
        + f"tiers = {tiers}\n"
    )
    assert "cannot be read" in problems(text)[0]


def test_a_file_that_is_not_toml_is_a_problem_and_not_a_crash():
    assert "is not TOML" in problems("[[rule")[0]
    assert parse_rules("x", "rule = 5").problems[0].reason == "must be a list of tables"


WORDS = (
    """
kind = "vat"|kind = []|id = "a"|id = 3|rate = 0.19|rate = inf|rate = "x"|included = true|name = "n"
name = {}|inputs = 5|valid_from = 2020-01-01|valid_from = 2020-01-01T00:00:00|valid_to = 1|market = []
market = "DE"|on = 2020-01-01|status = "confirmed"|expect = { rate = 1 }|expect = 1|none = 1
source = "s"|formula = "net_of_vat"|reviewed = 2026-01-01|confidence = "high"|confidence = 1|]
""".strip()
    .replace("\n", "|")
    .split("|")
)
LINES = st.lists(st.sampled_from(WORDS), max_size=12, unique_by=lambda line: line.split(" =")[0])
TABLES = st.sampled_from(["[defaults]", "[[rule]]", "[[example]]", "defaults = 5", "rule = 1", "[x]", ""])


@given(st.lists(st.tuples(TABLES, LINES).map(lambda part: "\n".join([part[0], *part[1]])), max_size=4))
def test_no_file_whatever_crashes_the_reader(lines):
    file = parse_rules("x.toml", "\n".join(lines))
    try:
        asked = build([file])
    except Refused:
        assert file.problems
    else:
        assert file.problems == ()
        run_examples(asked)


def test_examples_fail_with_what_was_got():
    text = (
        HEAD
        + vat("a", 0.19, "2021-01-01")
        + """
[[example]]
name = "wrong rate"
kind = "vat"
on = 2021-01-01
market = "DE"
expect = { rate = 0.2, included = true }
[[example]]
name = "a row after all"
kind = "vat"
on = 2021-01-01
market = "DE"
none = true
[[example]]
name = "net"
kind = "vat"
on = 2021-01-01
market = "DE"
formula = "net_of_vat"
inputs = { price = "119.00", currency = "EUR" }
expect = { net = 100, tax = "19.00" }
[[example]]
name = "no inputs"
kind = "vat"
on = 2021-01-01
market = "DE"
formula = "net_of_vat"
expect = { net = 100 }
[[example]]
name = "unknown formula"
kind = "vat"
on = 2021-01-01
market = "DE"
formula = "magic"
expect = { net = 100 }
"""
    )
    failures = [str(f) for f in run_examples(build([parse_rules("de.toml", text)]))]
    known = ", ".join(FORMULAS)
    assert failures == [
        "de.toml: wrong rate: rate is 0.19, expected 0.2",
        "de.toml: a row after all: row is a, expected no row",
        "de.toml: no inputs: inputs is KeyError: 'price', expected what net_of_vat needs",
        f"de.toml: unknown formula: formula is magic, expected {known}",
    ]


def rule(id, keys, since, until):
    values = {"rate": Decimal(0), "included": True, "name": "x"}
    today = date(2026, 1, 1)
    return Rule(id, "vat", keys, values, since, until, "s", today, "confirmed", "high", "f")


DAYS = st.dates(date(2020, 1, 1), date(2020, 12, 31))
ROWS = st.lists(
    st.tuples(st.sampled_from("*AB"), st.sampled_from("*xy"), DAYS, st.integers(0, 90)), max_size=6
)


@given(ROWS, st.sampled_from("ABC"), st.sampled_from("xyz"), DAYS)
def test_a_book_either_refuses_or_always_answers_with_the_narrowest_row_in_force(rows, market, category, on):
    rules = [
        rule(f"r{i}", {"market": m, "category": c}, since, since + timedelta(days=days))
        for i, (m, c, since, days) in enumerate(rows)
    ]
    try:
        asked = Rulebook(rules)
    except Refused:
        return
    fits = [
        r
        for r in rules
        if r.holds(on) and r.keys["market"] in ("*", market) and r.keys["category"] in ("*", category)
    ]
    if not fits:
        with pytest.raises(NoRule):
            asked.find("vat", on, market=market, category=category)
        return
    best = max(fits, key=lambda r: sum(v != "*" for v in r.keys.values()))
    assert asked.find("vat", on, market=market, category=category) is best
    assert Rulebook(reversed(rules)).find("vat", on, market=market, category=category) is best
