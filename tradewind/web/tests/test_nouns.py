"""Every noun of the house is drawn by the kit: its list, its forms, in both languages, for every role."""

import re
from html import unescape

import pytest
from django.utils import translation

from tradewind.desk.doing import offered
from tradewind.desk.kernel import NONE
from tradewind.desk.registry import all_nouns
from tradewind.engine.access import ROLES
from tradewind.web.kit import wish
from tradewind.web.tests.test_pages import inline_code

pytestmark = pytest.mark.django_db
NOUNS = list(all_nouns())


@pytest.mark.parametrize("code", NOUNS)
def test_its_list_opens_and_says_what_to_do_when_it_is_empty(enter, code):
    noun = all_nouns()[code]
    for language in ("zh-hans", "en"):
        html = enter("alice", language).get(f"/{code}/").content.decode()
        assert re.search(r"<h1><svg.*?</svg> [^<]+</h1>", html, re.S)
        assert inline_code(html) == []
        assert noun.empty, "an empty list says what to do"
        if 'class="empty"' in html:
            with translation.override(language):
                assert str(noun.empty) in unescape(html)


@pytest.mark.parametrize("code", NOUNS)
def test_its_forms_open_and_refuse_an_empty_one_with_every_problem(enter, code, users):
    noun = all_nouns()[code]
    client = enter("alice")
    for action in offered(noun, users["alice"].actor(), on=(NONE,)):
        page = client.get(f"/{code}/do/{action.code}")
        assert page.status_code == 200, action.code
        assert inline_code(page.content.decode()) == []
        needed = [f for f in action.fields if f.required and f.kind != "flag"]
        if needed:
            answer = client.post(f"/{code}/do/{action.code}")
            assert answer.status_code == 422, action.code
            assert answer.content.decode().count('class="control wrong"') == len(needed), action.code


@pytest.mark.parametrize("code", NOUNS)
def test_its_filters_have_names_of_their_own(code):
    noun = all_nouns()[code]
    names = [f.name for f in noun.filters]
    assert len(set(names)) == len(names)
    assert set(names) & wish.RESERVED == set()
    assert [a.code for a in noun.actions if not re.fullmatch(r"[a-z][a-z0-9_]*", a.code)] == []
    keys = [a.key for a in noun.actions if a.key]
    assert len(set(keys)) == len(keys)
    assert set(keys) & {"x", "/"} == set(), "the list itself uses these keys"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_exactly_the_lists_it_may_see(enter, users, role):
    users["bob"].role = role
    client = enter("bob")
    actor = users["bob"].actor()
    for code, noun in all_nouns().items():
        wanted = 200 if actor.can(noun.view) else 403
        assert client.get(f"/{code}/").status_code == wanted, code
    for page in ("/", "/flow/", "/tour/", "/search?q=a1", "/counts"):
        assert client.get(page).status_code == 200, page
