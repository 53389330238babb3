"""Every noun times every role over the API: allowed or 403, nothing hidden in any format, nothing foreign."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from tests.facts import facts_hash
from tests.people import ALICE, NOW, PASSWORD
from tests.trade import make_orders, make_store
from tradewind.apps.org.models import User
from tradewind.apps.org.operations.tokens import create_token
from tradewind.desk.export import table as export_table
from tradewind.desk.export import write_xlsx
from tradewind.desk.kernel import NONE
from tradewind.desk.listing import Wish
from tradewind.desk.registry import all_nouns
from tradewind.engine.access import ACTIONS, FIELDS, OWNER, ROLES

NOUNS = list(all_nouns().values())
every_noun = pytest.mark.parametrize("noun", NOUNS, ids=[n.code for n in NOUNS])
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client, db):
    """Two stores with orders; a person of every role who has the first store; a caller for each."""
    mine, foreign = make_store("S1", "harbour", "USD"), make_store("S2", "harbour", "USD")
    make_orders(mine, 2)
    make_orders(foreign, 2)
    tokens = {}
    for role in ROLES:
        scope = "*" if role == OWNER else [mine.pk]
        user = User.objects.create_user(role, password=PASSWORD, role=role, store_scope=scope)
        tokens[role] = create_token(
            user_id=user.pk, name="t", expires_at=timezone.now() + timedelta(days=1), now=NOW, by=ALICE
        )

    def call(role, method, path, body=None):
        data = json.dumps(body) if body is not None else ""
        bearer = f"Bearer {tokens[role]}"
        return client.generic(
            method, f"/api{path}", data, content_type="application/json", HTTP_AUTHORIZATION=bearer
        )

    return call


def viewers(noun):
    return [role for role in ROLES if role in ACTIONS[noun.view]]


def shown(noun, role):
    return {c.name for c in noun.columns if not c.hidden or role in FIELDS[c.hidden]}


@every_noun
def test_a_list_is_open_to_those_who_may_view_it_and_holds_only_their_columns(world, noun):
    for role in ROLES:
        got = world(role, "GET", f"/{noun.code}")
        if role not in ACTIONS[noun.view]:
            assert got.status_code == 403
            assert world(role, "GET", f"/{noun.code}/export.csv").status_code == 403
            assert world(role, "GET", f"/{noun.code}/{noun.prefix}_1").status_code == 403
            continue
        assert got.status_code == 200, got.content
        for row in got.json()["rows"]:
            assert set(row) == shown(noun, role) | {"id"}


@every_noun
def test_no_file_holds_a_hidden_column(world, noun):
    for role in viewers(noun):
        hidden = {str(c.label) for c in noun.columns if c.hidden and role not in FIELDS[c.hidden]}
        hidden -= {str(c.label) for c in noun.columns if c.name in shown(noun, role)}
        actor = User.objects.get(username=role).actor()
        with translation.override("en"):
            text = b"".join(world(role, "GET", f"/{noun.code}/export.csv").streaming_content).decode(
                "utf-8-sig"
            )
            header = next(csv.reader(io.StringIO(text)))
            rows = list(export_table(noun, actor, Wish()))
        assert not hidden & set(header)
        assert not hidden & set(rows[0])
        book = io.BytesIO()
        write_xlsx(iter(rows), book)

        book.seek(0)
        sheet = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
        assert not hidden & {str(cell) for cell in sheet[0]}


@every_noun
def test_a_verb_is_open_to_those_who_may_do_it_and_an_empty_body_changes_nothing(world, noun):
    for role in ROLES:
        before = facts_hash()
        for one in noun.actions:
            may = role in ACTIONS[noun.view] and role in ACTIONS[one.permission]
            needed = bool(one.lines) or any(f.required for f in one.fields)
            if may and one.on == NONE and not needed:
                continue  # it would really run; the noun's own tests run it
            got = world(role, "POST", f"/{noun.code}/actions/{one.code}", {"values": {}})
            if not needed and one.on == NONE:
                assert got.status_code == 403, (one.code, got.content)
                continue
            allowed = {422} if may else {403, 422}
            assert got.status_code in allowed, (one.code, got.content)
            assert got.json()["error"]["code"]
        assert facts_hash() == before


@every_noun
def test_a_verb_on_a_row_that_is_not_there_is_refused_by_right_first_then_by_row(world, noun):
    for role in ROLES:
        before = facts_hash()
        for one in noun.actions:
            if one.on == NONE:
                continue
            values: dict[str, Any] = {
                f.name: "x" if f.kind != "file" else {"name": "x", "base64": ""} for f in one.fields
            }
            if one.lines:
                values["lines"] = [{f.name: "x" for f in one.lines}]
            got = world(
                role,
                "POST",
                f"/{noun.code}/actions/{one.code}",
                {"ids": [f"{noun.prefix}_987654"], "values": values},
            )
            may = role in ACTIONS[noun.view] and role in ACTIONS[one.permission]
            assert got.status_code == (404 if may else 403), (one.code, got.content)
        assert facts_hash() == before


@every_noun
def test_rows_of_foreign_stores_are_neither_listed_nor_shown_nor_exported_nor_acted_on(world, noun):
    for role in viewers(noun):
        if role == OWNER:
            continue
        everything = {noun.public_id(row.pk) for row in noun.rows(User.objects.get(username=OWNER).actor())}
        mine = {row["id"] for row in world(role, "GET", f"/{noun.code}?limit=500").json()["rows"]}
        foreign = everything - mine
        text = b"".join(world(role, "GET", f"/{noun.code}/export.csv").streaming_content).decode("utf-8-sig")
        exported = {row[0] for row in csv.reader(io.StringIO(text))}
        assert not foreign & exported
        for public in sorted(foreign)[:3]:
            assert world(role, "GET", f"/{noun.code}/{public}").status_code == 404
            for one in noun.actions:
                if one.on == NONE or role not in ACTIONS[one.permission]:
                    continue
                values = {
                    f.name: "x" if f.kind != "file" else {"name": "x", "base64": ""} for f in one.fields
                }
                got = world(
                    role, "POST", f"/{noun.code}/actions/{one.code}", {"ids": [public], "values": values}
                )
                assert got.status_code == 404, one.code


def test_foreign_orders_are_really_among_the_rows_of_these_tests(world):
    assert len(world("service", "GET", "/orders").json()["rows"]) == 2
    assert len(world(OWNER, "GET", "/orders").json()["rows"]) == 4


def test_what_is_hidden_cannot_be_found_by_searching_for_it(world):
    from tradewind.desk.listing import searchable

    noun = all_nouns()["suppliers"]
    people = {role: User.objects.get(username=role).actor() for role in ROLES}
    assert "name__icontains" in searchable(noun, people["purchasing"])
    assert "name__icontains" not in searchable(noun, people["warehouse"])
    assert "code__istartswith" in searchable(noun, people["warehouse"])
