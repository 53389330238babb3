"""A tool on every face: typed questions, every problem, good rows answered beside bad ones."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from tests.faces import tool as made
from tests.faces.tool import ASKED, CUP, GOOD, TOOL
from tests.facts import facts_hash
from tests.people import ALICE, BOB, CHARLIE, NOW
from tradewind.apps.org.operations.tokens import create_token
from tradewind.cli.main import main
from tradewind.desk import registry
from tradewind.desk.asking import ask, plain_answer
from tradewind.desk.export import csv_lines, write_xlsx
from tradewind.desk.sheets import answered, read_questions, template
from tradewind.engine.access import Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money
from tradewind.engine.tabular import ColumnSpec, read_table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    ASKED.clear()
    monkeypatch.setattr(registry, "all_tools", lambda: {"basket_cost": TOOL})
    with translation.override("en"):
        yield


def answers(*given, by=ALICE):
    return ask(TOOL, by=by, given=given, now=NOW)


def test_a_question_is_typed_and_answered():
    [found] = answers({**GOOD, "share": "0.25"})
    assert found.figures == {"total": Money(300, "EUR"), "lines": 1, "margin": 7}
    [row] = ASKED[0].rows
    assert row["lines"] == [{"what": "cup", "qty": 2, "price": Money(150, "EUR")}]
    assert str(row["share"]) == "0.25"


def test_bad_rows_say_why_and_good_rows_are_answered():
    bad = {"place": "ZZ", "lines": [CUP, {"what": "", "qty": "1.5", "price": "12"}], "colour": "red"}
    first, second, third = answers(bad, GOOD, {**GOOD, "place": "YY"})
    assert sorted(p.field for p in first.problems) == [
        "colour", "lines.2.price", "lines.2.qty", "lines.2.what", "place",
    ]  # fmt: skip
    assert second.problems == ()
    assert second.figures["total"] == Money(300, "EUR")
    assert [(p.field, p.accepted) for p in third.problems] == [("place", "XX")]


def test_a_question_without_lines_is_refused():
    for lines in (None, [], "cup", [1]):
        [found] = answers({"place": "XX", "lines": lines})
        assert [p.field for p in found.problems] == [
            "lines" if not isinstance(lines, list) or not lines else "lines.1"
        ]
    assert ASKED == []


def test_what_is_hidden_is_left_out_everywhere():
    [found] = answers(GOOD, by=CHARLIE)
    data = plain_answer(TOOL, found, CHARLIE)
    assert [f["label"] for f in data["facts"]] == ["Total"]
    assert [b["title"] for b in data["breakdowns"]] == ["Basket"]
    assert set(data["figures"]) == {"total", "lines"}
    [found] = answers(GOOD, by=BOB)
    assert set(plain_answer(TOOL, found, BOB)["figures"]) == {"total", "lines", "margin"}


def test_who_may_not_is_denied():
    with pytest.raises(Denied):
        answers(GOOD, by=Actor(9, "eve", "nobody", frozenset()))
    assert ASKED == []


def test_a_sheet_holds_questions_and_their_lines():
    text = "ref,Place,What,Quantity,Price\na,XX,cup,2,1.50 EUR\na,,pot,1,4.00 EUR\nb,YY,cup,1,1 EUR\n"
    questions = read_questions(TOOL, "q.csv", text.encode())
    assert questions.rows == (2, 4)
    assert [len(q["lines"]) for q in questions.given] == [2, 1]
    rows = list(answered(TOOL, questions, answers(*questions.given), ALICE))
    assert rows[0] == ["Row", "Place", "Share", "Total", "Total ¤", "Lines", "Margin", "Problems"]
    assert [str(v) for v in rows[1]] == ["2", "XX", "None", "7.00", "EUR", "2", "7", "None"]
    assert rows[2][-1] == "place: nothing is known of it (accepted: XX)"


def test_a_bad_sheet_is_refused_with_every_problem():
    text = "ref,Place,What,Wat\na,XX,cup,2\na,YY,pot,1\n"
    with pytest.raises(Refused) as refused:
        read_questions(TOOL, "q.csv", text.encode())
    assert [p.field for p in refused.value.problems] == ["Wat"]
    text = "ref,Place,What\na,XX,cup\na,YY,pot\n"
    with pytest.raises(Refused) as refused:
        read_questions(TOOL, "q.csv", text.encode())
    assert [(p.row, p.field, p.value, p.accepted) for p in refused.value.problems] == [
        (3, "place", "YY", "XX")
    ]
    for content in (b"", b"{", b"[]", b"[1]"):
        with pytest.raises(Refused):
            read_questions(TOOL, "q.json", content)


def test_the_sheet_to_fill_in_can_be_read_back():
    out = io.BytesIO()
    write_xlsx(template(TOOL), out)
    [given] = read_questions(TOOL, "t.xlsx", out.getvalue()).given
    assert given == {"place": "XX", "lines": [{"what": "cup", "qty": "2", "price": "1.50 EUR"}]}
    assert "".join(csv_lines(template(TOOL))).splitlines()[0] == "\ufeffref,Place,Share,What,Quantity,Price"


@pytest.mark.urls("tests.faces.tool_urls")
def test_the_api_answers_row_by_row(client, users):
    key = create_token(
        user_id=users["alice"].pk, name="t", now=NOW, by=ALICE, expires_at=timezone.now() + timedelta(days=1)
    )

    def send(body):
        got = client.post(
            "/api/tools/basket_cost", json.dumps(body), content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {key}",
        )  # fmt: skip
        return got.status_code, json.loads(got.content)

    before = facts_hash()
    price = {"amount": "1.50", "currency": "EUR"}
    status, data = send({"rows": [{"place": "XX", "lines": [{**CUP, "price": price}]}, {"place": "ZZ"}]})
    assert status == 200
    assert data["answers"][0]["figures"]["total"] == {"minor": 300, "currency": "EUR", "amount": "3.00"}
    assert sorted(p["field"] for p in data["answers"][1]["problems"]) == ["lines", "place"]
    status, data = send({"rows": [{"place": "ZZ"}]})
    assert (status, {p["row"] for p in data["error"]["problems"]}) == (422, {1})
    assert send({"rows": []})[0] == 422
    assert client.post("/api/tools/basket_cost").status_code == 401
    assert facts_hash() == before


def test_the_command_line_takes_options_files_and_json(users, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADEWIND_LANGUAGE", "en")
    line = "what=cup qty=2 price='1.50 EUR'"
    assert main(["basket-cost", "--place", "XX", "--line", line, "--json", "--as", "alice"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["total"]["amount"] == "3.00"
    assert main(["basket-cost", "--place", "XX", "--line", line, "--as", "alice"]) == 0
    assert "basket  3.00 EUR" in " ".join(capsys.readouterr().out.split("\n")).replace("   ", "  ")
    path = tmp_path / "many.json"
    path.write_text(json.dumps([GOOD, {"place": "YY", "lines": [CUP]}]))
    assert main(["basket-cost", str(path), "--json", "--as", "alice"]) == 1
    data = json.loads(capsys.readouterr().out)["answers"]
    assert [len(one["problems"]) for one in data] == [0, 1]
    out = tmp_path / "out.xlsx"
    assert main(["basket-cost", str(path), "--out", str(out), "--as", "alice"]) == 1
    table = read_table("out.xlsx", out.read_bytes(), [ColumnSpec("place"), ColumnSpec("total", "decimal")])
    assert [(r.values["place"], str(r.values["total"])) for r in table.rows] == [("XX", "3"), ("YY", "None")]
    assert main(["basket-cost", "nothing.csv", "--as", "alice"]) == 1
    assert "file: No such file or directory" in capsys.readouterr().err


def test_the_screen_answers_as_one_types(client, users):
    users["alice"].language = "en"
    users["alice"].save()
    client.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/tools/basket_cost/").content.decode()
    assert "Basket to XX" in page
    assert 'name="lines-2-what"' in page
    typed = {
        "place": "XX",
        "lines-0-what": "<b>",
        "lines-0-qty": "3",
        "lines-0-price": "2 EUR",
        "lines-7-what": "",
    }
    part = client.post("/tools/basket_cost/answer", typed).content.decode()
    assert "6.00" in part
    assert "<b>" not in part.replace("<b>Line", "")
    wrong = client.post("/tools/basket_cost/answer", {**typed, "lines-0-qty": "x"}).content.decode()
    assert "Line 1, Quantity" in wrong
    assert client.get("/tools/nothing/").status_code == 404
    sheet = client.get("/tools/basket_cost/sheet.xlsx")
    assert b"".join(sheet.streaming_content)[:2] == b"PK"
    text = b"Place,What,Quantity,Price\nXX,cup,2,1.50 EUR\nZZ,cup,1,1 EUR\n"
    answer = client.post("/tools/basket_cost/many", {"file": SimpleUploadedFile("q.csv", text), "as": "page"})
    assert "3.00" in answer.content.decode()
    assert "not one of the choices" in answer.content.decode()
    bad = client.post("/tools/basket_cost/many", {"file": SimpleUploadedFile("q.csv", b"a,b\n1,2\n")})
    assert bad.status_code == 422


def test_a_tool_is_in_the_menu_of_those_who_may(client, users):
    client.force_login(users["charlie"], backend="django.contrib.auth.backends.ModelBackend")
    assert "/tools/basket_cost/" in client.get("/").content.decode()
    assert made.TOOL.command == "basket-cost"
