"""A tool for tests only: what a basket of lines costs; one fact hidden, one place refused."""

from __future__ import annotations

from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DECIMAL, INT, MONEY, TEXT, Column, Fact, Field, Table
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

ASKED: list[Ask] = []


def _one(row) -> Answer:
    if row["place"] == "YY":
        raise Refused([Problem(None, "place", "YY", "nothing is known of it", "XX")])
    parts = [Breakdown(line["what"], line["price"] * line["qty"]) for line in row["lines"]]
    tree = Breakdown.of("basket", parts, zero=Money(0, "EUR"))
    return Answer(
        f"Basket to {row['place']}",
        facts=(Fact("Total", tree.amount, MONEY, tree), Fact("Margin", 7, INT, hidden="profit")),
        tables=(Table("Lines", (Column("what", "What"), Column("qty", "Qty", INT)), row["lines"]),),
        breakdowns=(("Basket", tree, ""), ("Secret", tree, "cost")),
        alerts=("heavy",) if len(row["lines"]) > 2 else (),
        figures={"total": tree.amount, "lines": len(row["lines"]), "margin": 7},
    )


def run(ask: Ask) -> list[Answer]:
    ASKED.append(ask)
    return [_one(row) for row in ask.rows]


TOOL = Tool(
    code="basket_cost",
    label="Basket cost",
    stage=3,
    place=99,
    icon="calculator",
    view="org.view",
    fields=(
        Field("place", "Place", CHOICE, choices=lambda by: [("XX", "Here"), ("YY", "There")]),
        Field("share", "Share", DECIMAL, False),
    ),
    lines=(Field("what", "What", TEXT), Field("qty", "Quantity", INT), Field("price", "Price", MONEY)),
    run=run,
    columns=(
        Column("total", "Total", MONEY),
        Column("lines", "Lines", INT),
        Column("margin", "Margin", INT, hidden="profit"),
    ),
    note="What it costs.",
    example={"place": "XX", "lines": [{"what": "cup", "qty": "2", "price": "1.50 EUR"}]},
)
CUP = {"what": "cup", "qty": 2, "price": "1.50 EUR"}
GOOD = {"place": "XX", "lines": [CUP]}
