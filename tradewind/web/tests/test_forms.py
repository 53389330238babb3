"""The detail and form kits: pages, actions, problems at their fields, nothing lost, nothing done twice."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.facts import facts_hash
from tradewind.apps.org.operations import acting
from tradewind.engine.access import system
from tradewind.web.tests import sample

pytestmark = pytest.mark.django_db
KEY = "11111111-2222-3333-4444-555555555555"


def test_a_page_shows_facts_tables_waterfall_and_actions(enter, noun, rows):
    html = enter("alice").get(f"/samples/smp_{rows[0].pk}/").content.decode()
    assert "Look twice" in html
    assert "United States" in html
    assert '<svg class="waterfall"' in html
    assert "15 % of 53.61" in html
    assert 'data-action="confirm"' in html
    assert "Timeline" in html


def test_hidden_fields_are_not_in_the_page(enter, noun, rows):
    html = enter("charlie").get(f"/samples/smp_{rows[0].pk}/")
    assert html.status_code == 404  # no store in scope
    bob = enter("bob").get(f"/samples/smp_{rows[0].pk}/").content.decode()
    assert "1.11" not in bob
    assert "Profit of the order" in bob


def test_a_row_of_another_store_is_404(enter, noun, rows):
    assert enter("bob").get(f"/samples/smp_{rows[1].pk}/").status_code == 404
    assert enter("bob").get("/samples/ord_1/").status_code == 404


def test_what_was_done_to_a_row_stands_in_its_timeline(enter, noun, rows):
    with acting(system("robot"), "orders.change", kind="order", ids=[rows[0].pk], now=sample.NOW) as act:
        act.note(verb="hold", reason="looks odd")
    html = enter("alice").get(f"/samples/smp_{rows[0].pk}/").content.decode()
    assert "looks odd" in html
    assert "robot" in html


def test_an_action_runs_on_the_chosen_rows(enter, noun, rows):
    ids = [f"smp_{rows[0].pk}", f"smp_{rows[2].pk}"]
    answer = enter("alice").post("/samples/do/confirm", {"id": ids, "_key": KEY}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"tw:done": {"message": "Confirmed"}}
    assert sample.CALLS[0].ids == (rows[0].pk, rows[2].pk)
    assert sample.CALLS[0].key == f"ui:1:{KEY}"
    assert sample.CALLS[0].by.name == "alice"


def test_an_action_on_all_takes_exactly_what_is_filtered(enter, noun, rows):
    enter("alice").post("/samples/do/confirm", {"_all": "1", "_wish": "state=shipped&store=s1"})
    assert sample.CALLS[0].ids == tuple(rows[n].pk for n in range(0, 60, 6))


def test_a_dangerous_action_first_shows_how_many(enter, noun, rows):
    html = enter("alice").get("/samples/do/drop?_all=1&_wish=state%3Dshipped").content.decode()
    assert "All 20 rows that fit the filters of “Samples”" in html
    assert "Really?" in html
    assert "A-00000" in html
    assert sample.CALLS == []


def test_rows_out_of_scope_are_refused_before_anything_runs(enter, noun, rows):
    client = enter("bob")
    before = facts_hash(without=("django_session",))
    answer = client.post("/samples/do/confirm", {"id": [f"smp_{rows[1].pk}"]})
    assert answer.status_code == 422
    assert "there is no such row" in answer.content.decode()
    assert sample.CALLS == []
    assert facts_hash(without=("django_session",)) == before


def test_all_problems_come_at_once_at_their_fields_and_the_input_stays(enter, noun, rows):
    answer = enter("alice").post(
        "/samples/do/price",
        {"id": f"smp_{rows[0].pk}", "qty": "many", "rate": "12,x", "note": "keep <me>", "_key": KEY},
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="many"' in html
    assert 'value="12,x"' in html
    assert 'value="keep &lt;me&gt;"' in html
    assert html.count('class="control wrong"') == 2
    assert f'value="{KEY}"' in html


def test_problems_of_the_operation_come_with_row_and_reason(enter, noun, rows):
    data = {"id": f"smp_{rows[0].pk}", "qty": "1", "rate": "1"}
    answer = enter("alice").post("/samples/do/price", data, HTTP_HX_REQUEST="true")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#problems"
    assert "Row 3" in html
    assert "must be above zero" in html
    assert "all wrong" in html
    assert "<form" not in html  # the form stays as it is, chosen files too


def test_a_file_reaches_the_operation(enter, noun, rows):
    paper = SimpleUploadedFile("a.csv", b"sku,qty\n")
    answer = enter("alice").post("/samples/do/make", {"name": "x", "color": "r", "paper": paper})
    assert answer.status_code == 302
    assert answer["Location"] == f"/samples/smp_{rows[-1].pk}/"
    assert sample.CALLS[0].values["paper"].content == b"sku,qty\n"
    assert sample.CALLS[0].ids == ()


def test_a_choice_that_is_not_offered_is_refused(enter, noun, rows):
    answer = enter("alice").post("/samples/do/make", {"name": "x", "color": "green"})
    assert answer.status_code == 422
    assert "not one of the choices" in answer.content.decode()
    assert sample.CALLS == []


def test_the_same_form_sent_twice_has_one_effect_and_one_answer(enter, noun, rows):
    data = {"id": f"smp_{rows[0].pk}", "_key": KEY}
    client = enter("alice")
    first = client.post("/samples/do/confirm", data, HTTP_HX_REQUEST="true")
    again = client.post("/samples/do/confirm", data, HTTP_HX_REQUEST="true")
    assert (first.status_code, again.status_code) == (204, 204)
    assert first["HX-Trigger"] == again["HX-Trigger"]
    assert len(sample.CALLS) == 1


def test_an_edited_form_with_a_used_key_is_refused(enter, noun, rows):
    client = enter("alice")
    client.post("/samples/do/make", {"name": "x", "color": "r", "_key": KEY})
    answer = client.post("/samples/do/make", {"name": "y", "color": "r", "_key": KEY})
    assert answer.status_code == 422
    assert "this form was sent before" in answer.content.decode()
    assert len(sample.CALLS) == 1


def test_a_refused_form_may_be_corrected_and_sent_again(enter, noun, rows):
    client = enter("alice")
    assert client.post("/samples/do/make", {"name": "", "color": "r", "_key": KEY}).status_code == 422
    assert client.post("/samples/do/make", {"name": "y", "color": "r", "_key": KEY}).status_code == 302
    assert len(sample.CALLS) == 1


def test_a_missing_right_is_named_in_words(enter, noun, rows, users):
    users["bob"].role = "warehouse"
    answer = enter("bob").post("/samples/do/confirm", {"id": f"smp_{rows[0].pk}"})
    assert answer.status_code == 403
    assert "You lack the right “change · orders”" in answer.content.decode()
    part = enter("bob").post("/samples/do/confirm", {"id": f"smp_{rows[0].pk}"}, HTTP_HX_REQUEST="true")
    assert part.status_code == 403
    assert "<html" not in part.content.decode()
    assert sample.CALLS == []


def test_an_action_that_is_not_there_is_404(enter, noun, rows):
    assert enter("alice").get("/samples/do/fly").status_code == 404
