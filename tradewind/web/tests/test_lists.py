"""The list kit: what is shown to whom, how it is sorted, searched, paged and exported."""

import csv
import io
import re
import zipfile

import pytest

from tradewind.apps.orders.models import Order
from tradewind.web import kept

pytestmark = pytest.mark.django_db


def numbers(html: str) -> list[str]:
    return re.findall(r'<a href="/samples/smp_\d+/">(A-\d+)</a>', html)


def test_a_stranger_is_sent_to_the_login(client, noun):
    answer = client.get("/samples/?state=new")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/samples/%3Fstate%3Dnew"


def test_alice_sees_every_row_with_tabs_counts_and_cost(enter, noun, rows):
    html = enter("alice").get("/samples/").content.decode()
    assert len(numbers(html)) == 50
    assert numbers(html)[:2] == ["A-00000", "A-00001"]
    assert "60 rows" in html
    assert re.search(r">New <b>40</b>", html)
    assert re.search(r">Shipped <b>20</b>", html)
    assert 'Held <b class="none">0</b>' in html
    assert "3.21" in html


def test_bob_sees_only_his_store_and_no_cost(enter, noun, rows):
    html = enter("bob").get("/samples/").content.decode()
    assert len(numbers(html)) == 30
    assert "Store 2</a>" not in html
    assert "3.21" not in html
    assert ">Cost<" not in html


def test_charlie_without_a_store_sees_none(enter, noun, rows):
    html = enter("charlie").get("/samples/").content.decode()
    assert numbers(html) == []
    assert "Import orders to begin." in html


def test_pages_follow_one_another_without_gap_or_repeat(enter, noun, rows):
    client = enter("alice")
    first = client.get("/samples/?size=25").content.decode()
    seen = numbers(first)
    url = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get(url).content.decode()
    seen += numbers(second)
    url = re.search(r'href="([^"]+)" rel="next"', second)[1].replace("&amp;", "&")
    seen += numbers(client.get(url).content.decode())
    assert seen == [f"A-{n:05d}" for n in range(60)]


def test_sort_search_filter_and_state_work_together(enter, noun, rows):
    client = enter("alice")
    html = client.get("/samples/?state=shipped&store=s1&sort=external_id").content.decode()
    assert numbers(html) == [f"A-{n:05d}" for n in range(0, 60, 6)]
    assert 'aria-sort="ascending"' in html
    assert numbers(client.get("/samples/?search=A-0001").content.decode()) == [
        f"A-000{n}" for n in range(10, 20)
    ]


def test_nothing_found_says_how_to_go_on(enter, noun, rows):
    html = enter("alice").get("/samples/?search=nothing").content.decode()
    assert "Nothing fits these filters." in html


def test_a_script_gets_only_the_body_of_the_list(enter, noun, rows):
    html = enter("alice").get("/samples/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list").content.decode()
    assert "<html" not in html
    assert len(numbers(html)) == 50


def test_chosen_columns_come_from_the_cookie(enter, noun, rows):
    client = enter("alice")
    client.cookies["tw_cols_samples"] = "external_id-total"
    html = client.get("/samples/").content.decode()
    heads = re.findall(r"<th class=\"k-[^>]*>(?:<a [^>]*>)?([^<]+)", html)
    assert heads == ["Number", "Total"]


def test_csv_holds_exactly_what_is_filtered(enter, noun, rows):
    answer = enter("alice").get("/samples/export.csv?state=shipped&store=s1")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == [
        "id", "Number", "State", "Store", "Goods", "Total", "Total ¤", "Cost", "Cost ¤", "Country", "Placed",
    ]  # fmt: skip
    assert [row[1] for row in table[1:]] == [f"A-{n:05d}" for n in range(0, 60, 6)]


def test_bobs_export_holds_neither_cost_nor_other_stores(enter, noun, rows):
    answer = enter("bob").get("/samples/export.csv")
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert "Cost" not in table[0]
    assert {row[3] for row in table[1:]} == {"Store 1"}


def test_formulas_are_neutralised_and_negative_numbers_stay_numbers(enter, noun, rows):
    Order.objects.filter(pk=rows[0].pk).update(external_id="=HYPERLINK(1)", goods_minor=-1250)
    answer = enter("alice").get("/samples/export.csv")
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert table[1][1] == "'=HYPERLINK(1)"
    assert table[1][5] == "-12.50"


def test_xlsx_holds_numbers_as_numbers_and_no_formula(enter, noun, rows):
    Order.objects.filter(pk=rows[0].pk).update(external_id="=1+1", goods_minor=-1250)
    answer = enter("alice").get("/samples/export.xlsx?sort=-placed_at")
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="F2"[^>]*><v>-12.50</v></c>', sheet), sheet[:1500]
    assert "<f>" not in sheet
    assert "'=1+1" in sheet


def test_the_number_of_queries_does_not_grow_with_the_rows(enter, noun, rows, queries_of):
    client = enter("alice")
    few = queries_of(lambda: client.get("/samples/?size=5"))
    many = queries_of(lambda: client.get("/samples/?size=60"))
    assert few == many


def test_an_unknown_noun_is_404_in_words(enter, noun):
    answer = enter("alice").get("/nonsense/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_slow_count_is_kept_until_an_action_changes_the_list(enter, noun, rows, monkeypatch):
    monkeypatch.setattr(kept, "SLOW_S", -1)
    client = enter("alice")
    assert re.search(r">New <b>40</b>", client.get("/samples/").content.decode())
    Order.objects.filter(state="new").update(state="held")
    assert re.search(r">New <b>40</b>", client.get("/samples/").content.decode())
    client.post("/samples/do/confirm", {"id": f"smp_{rows[0].pk}"})
    html = client.get("/samples/").content.decode()
    assert 'New <b class="none">0</b>' in html
    assert re.search(r">Held <b>40</b>", html)
