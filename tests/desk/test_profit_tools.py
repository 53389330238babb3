"""The explorer, its documents, shared costs and the identity as people ask them."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from python_calamine import CalamineWorkbook

from tradewind.apps.profit.step import run
from tradewind.apps.profit.tests.test_profit import FLOW, NOW
from tradewind.apps.profit.tests.worlds import World
from tradewind.desk.answer_sheet import answer_rows
from tradewind.desk.asking import Answer, ask
from tradewind.desk.doing import do
from tradewind.desk.export import write_xlsx
from tradewind.desk.kernel import MONEY, Aim, Column, Fact, Table
from tradewind.desk.nouns._profit import COMPONENTS
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, PURCHASING, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
OWN, OPS = Actor(1, "alice", OWNER, None), Actor(2, "otto", OPERATIONS, None)


@pytest.fixture
def world():
    made = World(21, 16)
    run(NOW, FLOW)
    for _ in range(10):
        made.event()
    run(NOW, FLOW)
    return made


def asked(code, by=OWN, **given):
    return ask(tool(code), by=by, given=[given], now=NOW)[0]


def cells(table):
    return [{c.name: row[c.name] for c in table.columns} for row in table.rows]


def test_every_money_cell_of_a_pivot_opens_documents_that_sum_to_it(world):
    (table,) = asked("profit_explorer", rows="sku", then="store").tables
    opened = 0
    for row in cells(table):
        for name in ("revenue", "fees", "goods", "freight"):
            aim = row[name]
            assert isinstance(aim, Aim)
            assert aim.path == "tools/profit_trace/"
            found = asked("profit_trace", **aim.given)
            documents = Money.total((r["amount"] for r in found.tables[0].rows), "CNY")
            assert documents == aim.value
            assert found.figures["lines"] == row["lines"]
            opened += 1
    assert opened >= 20


def test_columns_by_a_dimension_add_up_to_their_total(world):
    (table,) = asked("profit_explorer", rows="store", across="month", measure="revenue").tables
    for row in cells(table):
        parts = [row[c.name] for c in table.columns if c.name.startswith("c") and row[c.name] is not None]
        assert Money.total((p.value for p in parts), "CNY") == row["total"].value
    (plain,) = asked("profit_explorer", rows="store").tables
    assert {r["store"]: r["revenue"].value for r in cells(plain)} == {
        r["store"]: r["total"].value for r in cells(table)
    }


def test_who_may_not_see_costs_gets_no_column_and_no_waterfall_of_them(world):
    found = asked("profit_explorer", by=OPS, rows="sku")
    names = {c.name for c in found.tables[0].columns}
    assert {"revenue", "profit", "margin"} <= names
    assert not names & {"goods", "landed", "freight"}
    assert all(f.breakdown is None for f in found.facts)
    told = asked("profit_trace", by=OPS, component="profit")
    assert {str(r["component"]) for r in told.tables[0].rows} <= {
        str(COMPONENTS[n][0]) for n in ("revenue", "fees", "refund")
    }
    assert asked("profit_trace", by=OPS, component="goods").problems[0].field == "component"
    with pytest.raises(Denied):
        asked("profit_explorer", by=Actor(3, "pu", PURCHASING, None), rows="sku")


def test_a_question_that_cannot_be_answered_says_every_field(world):
    found = asked("profit_explorer", rows="day", sku="NO-SUCH")
    assert [p.field for p in found.problems] == ["sku"]
    assert [p.field for p in asked("profit_explorer", rows="day").problems] == ["since"]
    late = asked("profit_explorer", rows="sku", since="2026-06-01", until="2026-05-01")
    assert [p.field for p in late.problems] == ["until"]


def test_the_identity_is_shown_with_every_step_to_the_books(world):
    found = asked("profit_identity", company="GZ")
    assert found.figures["unexplained"] == Money(0, "CNY")
    ((_title, tree, _hidden),) = found.breakdowns
    assert tree.amount == found.figures["ledger"]
    with pytest.raises(Denied):
        asked("profit_identity", by=Actor(4, "f", FINANCE, frozenset({1})), company="GZ")


def test_shared_costs_show_the_alternative_beside_the_rules(world):
    found = asked("shared_costs", company="GZ", basis="units")
    assert found.figures["source"] == found.figures["shared"] + found.figures["left"]
    assert {"other", "difference"} <= {c.name for c in found.tables[0].columns}


def test_a_view_is_kept_out_of_the_explorer_and_opens_it_again(world, django_user_model):
    ann = django_user_model.objects.create(username="ann", role=OWNER, store_scope="*").actor()
    keep = asked("profit_explorer", by=ann, rows="sku", across="month").facts[-1].value
    assert keep.path == "profit_views/do/save"
    views = noun("profit_views")
    done = do(views, "save", by=ann, ids=(), given={"name": "Months", **keep.given}, now=NOW)
    row = views.rows(ann).get(pk=done.goto.id)
    assert row.question == dict(parse_qsl(keep.given["question"]))
    assert not asked("profit_explorer", by=ann, **row.question).problems
    assert not views.rows(Actor(999, "bob", OWNER, None)).exists()
    for wrong in ("rows=sku&evil=1", "across=month", ""):
        with pytest.raises(Refused):
            do(views, "save", by=ann, ids=(), given={"name": "x", "question": wrong}, now=NOW)


def test_an_answer_as_a_sheet_keeps_numbers_and_runs_no_formula():
    columns = (Column("name", "Name"), Column("amount", "Amount", MONEY))
    rows = [
        {"name": "=1+1", "amount": Aim(Money(-12_34, "CNY"), "tools/x/", {})}, {"name": "b", "amount": None},
    ]  # fmt: skip
    answer = Answer("@title", (Fact("Sum", Money(-1, "USD"), MONEY),), (Table("T", columns, rows),))
    out = BytesIO()
    write_xlsx(answer_rows(answer), out)
    out.seek(0)
    sheet = CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()
    read = [[v for v in row if v != ""] for row in sheet]
    assert read == [
        ["'@title"], ["Sum", -0.01, "USD"], [], ["T"], ["Name", "Amount", "Amount ¤"],
        ["'=1+1", -12.34, "CNY"], ["b"],
    ]  # fmt: skip


def test_what_moved_profit_names_its_orders(world):
    moved = noun("restatements")
    row = moved.rows(OWN).order_by("id").first()
    page = moved.detail(OWN, row.pk)
    assert page.tables[0].rows
    narrow = Actor(5, "n", FINANCE, frozenset({world.stores[0].pk}))
    inside = sum(r.orders_moved for r in moved.rows(narrow))
    other = Actor(5, "n", FINANCE, frozenset({world.stores[1].pk}))
    both = sum(r.moved_by for r in moved.rows(narrow)) + sum(r.moved_by for r in moved.rows(other))
    assert both == sum(r.moved_by for r in moved.rows(OWN))
    assert inside <= sum(r.orders_moved for r in moved.rows(OWN))
