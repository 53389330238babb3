"""The API: who may, what comes, one error shape, one effect a key."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from tests.faces.noun import EFFECTS
from tests.facts import facts_hash
from tests.people import ALICE, NOW, PASSWORD
from tradewind.apps.org.models import AuditEntry, Company, Job
from tradewind.apps.org.operations.tokens import create_token

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.urls")]


@pytest.fixture
def things(users):
    EFFECTS.clear()
    return [
        Company.objects.create(
            code=f"C{n}", name=f"name {n}", country="CN" if n < 3 else "DE", base_currency="CNY"
        )
        for n in (1, 2, 3)
    ]


@pytest.fixture
def call(client, users):
    tokens = {
        n: create_token(
            user_id=u.pk, name="t", now=NOW, by=ALICE, expires_at=timezone.now() + timedelta(days=1)
        )
        for n, u in users.items()
    }

    def send(method, path, body=None, by="alice", **headers):
        extra = {f"HTTP_{k.upper()}": v for k, v in headers.items()}
        if by:
            extra["HTTP_AUTHORIZATION"] = f"Bearer {tokens[by]}"
        data = None if body is None else json.dumps(body)
        got = client.generic(method, f"/api{path}", data or "", content_type="application/json", **extra)
        got.data = json.loads(got.content) if not got.streaming and got.content else None
        return got

    return send


def problem(got):
    return [(p["row"], p["field"], p["reason"]) for p in got.data["error"]["problems"]]


def test_a_list_gives_rows_in_order_and_goes_on_by_cursor(call, things):
    first = call("GET", "/things?limit=2")
    assert [r["code"] for r in first.data["rows"]] == ["C1", "C2"]
    assert first.data["rows"][0] == {
        "id": f"thg_{things[0].pk}", "code": "C1", "length": 6,
        "cost": {"minor": 1234, "currency": "EUR", "amount": "12.34"}, "itself": None,
    }  # fmt: skip
    second = call("GET", f"/things?limit=2&after={first.data['next']}")
    assert [r["code"] for r in second.data["rows"]] == ["C3"]
    assert second.data["next"] == ""


def test_filters_search_and_sort(call, things):
    assert [r["code"] for r in call("GET", "/things?country=DE").data["rows"]] == ["C3"]
    assert [r["code"] for r in call("GET", "/things?search=name+2").data["rows"]] == ["C2"]
    assert [r["code"] for r in call("GET", "/things?sort=-code").data["rows"]] == ["C3", "C2", "C1"]


@pytest.mark.parametrize(
    "query", ["country=XX", "colour=red", "sort=cost", "limit=0", "limit=x", "search=%00", "country=CN&x=1"]
)
def test_a_question_that_makes_no_sense_is_refused(call, things, query):
    got = call("GET", f"/things?{query}")
    assert got.status_code == 422
    assert got.data["error"]["problems"]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "WyJhIiwgMV0=", "e30=", "WzEsICJ4Il0="])
def test_a_made_up_cursor_never_breaks_the_server(call, things, cursor):
    assert call("GET", f"/things?after={cursor}").status_code in (200, 422)


def test_hidden_columns_are_in_no_list_no_page_and_no_file(call, things):
    assert "cost" not in call("GET", "/things", by="bob").data["rows"][0]
    page = call("GET", f"/things/thg_{things[0].pk}", by="bob")
    assert [f["label"] for f in page.data["facts"]] == ["code"]
    text = b"".join(call("GET", "/things/export.csv", by="bob").streaming_content).decode()
    assert "Cost" not in text
    assert "12.34" not in text
    assert "12.34" in b"".join(call("GET", "/things/export.csv").streaming_content).decode()


def test_rows_of_others_do_not_exist_and_one_of_them_spoils_the_whole_batch(call, things):
    mine, foreign = f"thg_{things[0].pk}", f"thg_{things[1].pk}"
    assert [r["code"] for r in call("GET", "/things", by="bob").data["rows"]] == ["C1"]
    assert call("GET", f"/things/{foreign}", by="bob").status_code == 404
    before = facts_hash()
    got = call("POST", "/things/actions/rename", {"ids": [mine, foreign], "values": {"name": "z"}}, by="bob")
    assert (got.status_code, got.data["error"]["code"]) == (404, "not_found")
    assert facts_hash() == before
    assert EFFECTS == []


@pytest.mark.parametrize("row_id", ["thg_0", "ord_1", "x", "thg_99999999999999999999", "1e3", "-1", "١"])
def test_ids_that_are_no_rows_are_404(call, things, row_id):
    assert call("GET", f"/things/{row_id}").status_code == 404


def test_an_action_acts_and_the_audit_knows_over_which_face(call, things):
    got = call(
        "POST",
        "/things/actions/rename",
        {"ids": [f"thg_{things[0].pk}"], "values": {"name": "new", "size": 3}},
    )
    assert got.status_code == 200
    assert got.data == {
        "message": "renamed",
        "changed": 1,
        "goto": None,
        "problems": [],
        "detail": {"size": 3},
    }
    assert Company.objects.get(code="C1").name == "new"
    assert AuditEntry.objects.order_by("-id").first().source == "api"


def test_without_a_token_with_a_wrong_one_and_with_an_old_one_nobody_comes_in(call, client, things, users):
    for headers in ({}, {"authorization": "Bearer tw_wrong"}, {"authorization": "Basic x"}):
        got = call("GET", "/things", by=None, **headers)
        assert (got.status_code, got.data["error"]["code"]) == (401, "unauthenticated")
    old = create_token(user_id=1, name="old", expires_at=NOW + timedelta(days=1), now=NOW, by=ALICE)
    assert call("GET", "/things", by=None, authorization=f"Bearer {old}").status_code == 401


def test_a_missing_right_is_403_and_comes_before_everything_else(call, things):
    got = call("POST", "/things/actions/one", {"ids": ["thg_999"], "values": {"name": "x"}}, by="bob")
    assert (got.status_code, problem(got)) == (403, [(None, "permission", "is missing")])


def test_a_wrong_body_is_422_with_every_problem(call, things):
    got = call("POST", "/things/actions/rename", {"ids": [], "values": {"size": "x", "colour": 1}, "more": 1})
    assert got.status_code == 422
    assert {p[1] for p in problem(got)} == {"ids", "values.name", "values.colour", "more"}
    got = call(
        "POST",
        "/things/actions/rename",
        {"ids": [f"thg_{things[0].pk}"], "values": {"name": "x", "size": "3.5"}},
    )
    assert [p[1] for p in problem(got)] == ["size"]
    assert EFFECTS == []


def test_a_body_that_is_not_json_is_400_in_the_same_shape(client, call, things, users):
    token = create_token(user_id=1, name="x", now=NOW, by=ALICE)
    got = client.post(
        "/api/things/actions/rename",
        "{",
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )
    assert (got.status_code, got.json()["error"]["code"]) == (400, "malformed")


def test_files_come_as_base64_and_their_problems_go_out_by_row(call, things):
    def paper(content):
        return {"values": {"paper": {"name": "p.csv", "base64": base64.b64encode(content).decode()}}}

    assert call("POST", "/things/actions/fill", paper(b"abc")).data["changed"] == 3
    got = call("POST", "/things/actions/fill", paper(b"bad"))
    assert (got.status_code, problem(got)) == (422, [(2, "b", "is bad"), (5, "c", "is worse")])
    broken = call("POST", "/things/actions/fill", {"values": {"paper": {"name": "p", "base64": "%%%"}}})
    assert broken.status_code == 422


def test_a_wrong_state_is_409_and_an_outage_502_with_the_time_to_wait(call, things):
    got = call("POST", "/things/actions/stuck", {"ids": [f"thg_{things[0].pk}"]})
    assert (got.status_code, got.data["error"]["code"]) == (409, "wrong_state")
    got = call("POST", "/things/actions/away", {})
    assert (got.status_code, got.data["error"]["code"], got["Retry-After"]) == (502, "down", "8")


def test_other_methods_are_405_and_other_addresses_404_in_the_same_shape(call, things):
    got = call("DELETE", "/things")
    assert (got.status_code, got.data["error"]["code"], got["Allow"]) == (405, "method_not_allowed", "GET")
    assert call("GET", "/nothing/here").data["error"]["code"] == "not_found"
    assert call("POST", "/things/actions/nothing", {}).status_code == 404


def send(call, things, name, key, by="alice"):
    body = {"ids": [f"thg_{things[0].pk}"], "values": {"name": name}}
    return call("POST", "/things/actions/rename", body, by=by, idempotency_key=key)


def test_the_same_key_has_one_effect_and_the_same_answer(call, things):
    first, second = send(call, things, "a", "k1"), send(call, things, "a", "k1")
    assert first.data == second.data
    assert second["Idempotent-Replay"] == "true"
    assert len(EFFECTS) == 1
    assert AuditEntry.objects.filter(key="api:1:k1").count() == 1


def test_the_same_key_with_another_body_is_422_and_does_nothing(call, things):
    send(call, things, "a", "k1")
    got = send(call, things, "b", "k1")
    assert (got.status_code, problem(got)[0][1]) == (422, "Idempotency-Key")
    assert Company.objects.get(code="C1").name == "a"


def test_the_same_key_while_the_first_runs_is_409(call, things):
    send(call, things, "a", "k1")
    Job.objects.filter(key="api:1:k1").update(
        state="running", result=None, lease_until=timezone.now() + timedelta(1)
    )
    got = send(call, things, "a", "k1")
    assert (got.status_code, got.data["error"]["code"]) == (409, "running")
    assert len(EFFECTS) == 1


def test_a_key_belongs_to_one_person(call, things):
    assert send(call, things, "a", "k1").status_code == 200
    assert send(call, things, "b", "k1", by="bob").status_code == 200
    assert Company.objects.get(code="C1").name == "b"


def test_a_refused_request_may_be_corrected_under_its_key(call, things):
    assert send(call, things, "", "k1").status_code == 422
    assert send(call, things, "right", "k1").status_code == 200


def test_an_effect_whose_answer_was_lost_is_never_repeated(call, things):
    send(call, things, "a", "k1")
    Job.objects.filter(key="api:1:k1").update(state="running", lease_until=NOW - timedelta(1))
    EFFECTS.clear()
    Company.objects.filter(code="C1").update(name="changed since")
    got = send(call, things, "a", "k1")
    assert (got.status_code, got.data["error"]["code"]) == (409, "already_applied")
    assert Company.objects.get(code="C1").name == "changed since"


def test_a_session_needs_its_csrf_token_for_verbs_and_not_for_questions(client, things, users):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    body = json.dumps({"ids": [f"thg_{things[0].pk}"], "values": {"name": "q"}})
    path = "/api/things/actions/rename"
    assert strict.get("/api/things").status_code == 200
    got = strict.post(path, body, content_type="application/json")
    assert (got.status_code, got.json()["error"]["code"]) == (403, "denied")
    strict.cookies["csrftoken"] = "x" * 32
    ok = strict.post(path, body, content_type="application/json", HTTP_X_CSRFTOKEN="x" * 32)
    assert ok.status_code == 200
    assert PASSWORD


def test_a_broken_constraint_inside_an_action_is_no_replay(call, things, monkeypatch):
    from tests.faces import noun

    def breaks(call):
        raise IntegrityError("something else")

    action = next(a for a in noun.THINGS.actions if a.code == "away")
    object.__setattr__(action, "run", breaks)
    try:
        got = call("POST", "/things/actions/away", {}, idempotency_key="k9")
        assert (got.status_code, got.data["error"]["code"]) == (500, "internal")
        assert not Job.objects.filter(key="api:1:k9").exists()
    finally:
        object.__setattr__(action, "run", noun.away)


@pytest.mark.urls("tradewind.conf.urls")
def test_the_description_is_open_and_its_browser_only_for_those_who_are_signed_in(client, users):
    assert client.get("/api/openapi.json").json()["openapi"].startswith("3.1")
    assert client.get("/api/docs").status_code == 302
    client.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "cdn" not in page.content.decode()
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
