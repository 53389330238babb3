"""Every noun is whole: known rights, known fields, reachable from every face, words in both languages."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import HOUSE
from tradewind.api.urls import build
from tradewind.cli.main import COMMANDS
from tradewind.desk.kernel import MANY, NONE, ONE
from tradewind.desk.registry import all_nouns
from tradewind.engine.access import ACTIONS, FIELDS
from tradewind.flow import STEPS

NOUNS = list(all_nouns().values())
CODE = re.compile(r"[a-z][a-z0-9_]*")


@pytest.fixture(scope="module")
def schema():
    return build().get_openapi_schema()


def test_every_noun_and_action_asks_for_a_right_that_exists():
    wrong = [f"{n.code}: {n.view}" for n in NOUNS if n.view not in ACTIONS]
    wrong += [
        f"{n.code}.{a.code}: {a.permission}" for n in NOUNS for a in n.actions if a.permission not in ACTIONS
    ]
    assert wrong == []


def test_every_hidden_class_exists():
    wrong = [
        f"{n.code}.{c.name}: {c.hidden}"
        for n in NOUNS
        for c in n.columns
        if c.hidden and c.hidden not in FIELDS
    ]
    assert wrong == []


def test_every_action_in_the_source_asks_for_a_right_that_exists():
    used = {}
    for path in HOUSE.rglob("*.py"):
        for found in re.finditer(r'acting\(\s*\w+,\s*"([a-z_.]+)"', path.read_text(encoding="utf-8")):
            used.setdefault(found.group(1), path.name)
    assert {a: p for a, p in used.items() if a not in ACTIONS} == {}
    assert len(used) > 5


def test_names_are_codes_and_no_noun_is_called_like_a_command_or_like_another():
    codes = [n.code for n in NOUNS]
    assert [c for c in codes if not CODE.fullmatch(c)] == []
    assert set(codes) & set(COMMANDS) == set()
    prefixes = [n.prefix for n in NOUNS]
    assert len(set(prefixes)) == len(prefixes)
    for n in NOUNS:
        actions = [a.code for a in n.actions]
        assert len(set(actions)) == len(actions), n.code
        assert set(actions) & {"list", "show"} == set(), n.code
        names = [c.name for c in n.columns]
        assert len(set(names)) == len(names), n.code
        assert "id" not in names, n.code
        assert {f.name for f in n.filters} & {"search", "after", "limit", "sort", "state"} == set(), n.code


def test_every_action_says_on_how_many_rows_it_acts_and_from_which_states():
    for n in NOUNS:
        states = {s[0] for s in n.states}
        for a in n.actions:
            assert a.on in (NONE, ONE, MANY), f"{n.code}.{a.code}"
            assert not states or set(a.states) <= states, f"{n.code}.{a.code}: {set(a.states) - states}"


def test_every_noun_and_every_action_is_in_the_api(schema):
    paths = set(schema["paths"])
    for n in NOUNS:
        assert {f"/api/{n.code}", f"/api/{n.code}/export.csv", f"/api/{n.code}/{{row_id}}"} <= paths
        for a in n.actions:
            assert f"/api/{n.code}/actions/{a.code}" in paths


def test_the_description_of_the_api_is_of_openapi_3_1_and_has_a_shape_for_every_noun(schema):
    assert schema["openapi"].startswith("3.1")
    for n in NOUNS:
        answer = schema["paths"][f"/api/{n.code}"]["get"]["responses"][200]
        assert "$ref" in answer["content"]["application/json"]["schema"]


def test_every_step_leads_to_a_noun_and_steps_go_from_the_first_stage_to_the_last():
    assert [s.code for s in STEPS if s.noun not in all_nouns()] == []
    stages = [s.stage for s in STEPS]
    assert stages == sorted(stages)
    assert len({s.code for s in STEPS}) == len(STEPS)
