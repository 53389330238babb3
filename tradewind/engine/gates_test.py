from dataclasses import replace
from decimal import Decimal

import pytest

from tradewind.engine.gates import FAIL, GATES, MISSING, PASS, Evidence, Limits, judge, may_pass

GOOD = Evidence(
    margin=Decimal("0.15"),
    monthly_units=300,
    hhi=Decimal(1800),
    weight_g=9000,
    longest_mm=450,
    required_qualifications=frozenset({"CE"}),
    held_qualifications=frozenset({"CE", "FCC"}),
    taboo_flags={},
)


def verdict(evidence, gate):
    return next(v for v in judge(evidence) if v.gate == gate)


def test_every_bound_belongs_to_the_good_side():
    assert [(v.gate, v.verdict) for v in judge(GOOD)] == [(gate, PASS) for gate in GATES]
    assert may_pass(judge(GOOD))


@pytest.mark.parametrize(
    ("change", "gate", "reason"),
    [
        ({"margin": Decimal("0.1499")}, "profit", "margin_beyond"),
        ({"monthly_units": 299}, "demand", "monthly_units_beyond"),
        ({"hhi": Decimal("1800.01")}, "competition", "hhi_beyond"),
        ({"weight_g": 9001}, "size", "weight_g_beyond"),
        ({"longest_mm": 451, "weight_g": None}, "size", "longest_mm_beyond"),
        ({"required_qualifications": frozenset({"CE", "KC"})}, "qualification", "qualification_lacking"),
        ({"taboo_flags": {"number 4": "mild", "pork": "strong"}}, "taboo", "strong_caution"),
    ],
)
def test_one_step_beyond_a_bound_fails_with_its_reason(change, gate, reason):
    evidence = replace(GOOD, **change)
    assert (verdict(evidence, gate).verdict, verdict(evidence, gate).reason) == (FAIL, reason)
    assert [v.gate for v in judge(evidence) if v.verdict != PASS] == [gate]
    assert not may_pass(judge(evidence))


@pytest.mark.parametrize(
    ("field", "gate", "reason"),
    [
        ("margin", "profit", "margin_unknown"),
        ("monthly_units", "demand", "monthly_units_unknown"),
        ("hhi", "competition", "hhi_unknown"),
        ("weight_g", "size", "weight_g_unknown"),
        ("longest_mm", "size", "longest_mm_unknown"),
        ("required_qualifications", "qualification", "requirements_unknown"),
        ("taboo_flags", "taboo", "not_screened"),
    ],
)
def test_what_is_not_known_never_passes(field, gate, reason):
    evidence = replace(GOOD, **{field: None})
    assert (verdict(evidence, gate).verdict, verdict(evidence, gate).reason) == (MISSING, reason)
    assert not may_pass(judge(evidence))


def test_weak_and_mild_cautions_are_hints_and_never_block():
    found = verdict(replace(GOOD, taboo_flags={"green": "weak", "number 4": "mild"}), "taboo")
    assert (found.verdict, found.reason, found.evidence) == (
        PASS,
        "hints_only",
        "green (weak), number 4 (mild)",
    )


def test_nothing_required_is_something_to_state():
    found = verdict(replace(GOOD, required_qualifications=frozenset()), "qualification")
    assert (found.verdict, found.evidence) == (PASS, "none required")


def test_a_named_override_opens_its_own_gate_only():
    verdicts = judge(replace(GOOD, hhi=Decimal(5000), margin=None))
    assert not may_pass(verdicts, frozenset({"competition"}))
    assert may_pass(verdicts, frozenset({"competition", "profit"}))


def test_a_gate_nobody_judged_is_closed():
    assert not may_pass([])


def test_the_house_s_limits_are_editable_and_the_evidence_says_the_numbers():
    found = judge(GOOD, Limits(min_margin=Decimal("0.2")))[0]
    assert (found.verdict, found.evidence) == (FAIL, "margin 0.15, wanted at least 0.2")
    assert found.numbers == {"value": "0.15", "limit": "at least 0.2"}
