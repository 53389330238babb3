"""What it costs to land a consignment: duty, tax at the border, tax at the sale, fees, who pays what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets.queries import rates_between, rulebook, tariffs_on
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    FLAG,
    INT,
    MONEY,
    PERCENT,
    TEXT,
    Column,
    Fact,
    Field,
    Label,
    Table,
)
from tradewind.desk.nouns.candidates import WAY_LABELS
from tradewind.engine import consignment as told_as
from tradewind.engine.access import Actor
from tradewind.engine.consignment import Consignment, GoodsLine, LandedCost
from tradewind.engine.contracts import Problem
from tradewind.engine.landed_cost import landed_costs
from tradewind.engine.money import Money

STATES = {
    told_as.DUE: _("Due"),
    told_as.NOT_DUE: _("Not due"),
    told_as.UNKNOWN: _("Unknown"),
}
PARTIES = {
    "": "",
    "seller": _("Seller"),
    "buyer": _("Buyer"),
    "marketplace": _("Marketplace"),
    "carrier": _("Carrier"),
    "customs": _("Customs"),
    "nobody": _("Nobody"),
}
SELLERS = {"marketplace": _("On a marketplace"), "own_store": _("In an own store")}
BUYERS = {"consumer": _("A consumer"), "business": _("A business")}
TERMS = {"DDP": _("DDP: the seller pays duty and tax"), "DAP": _("DAP: the buyer pays duty and tax")}
QUESTIONS: dict[str, Label] = {
    "duty": _("Duty"),
    "border_tax": _("Tax at the border"),
    "sale_tax": _("Tax at the sale"),
}


def _choices(words: Mapping[str, Label]) -> Callable[[Actor], Sequence[tuple[str, Label]]]:
    return lambda _actor: list(words.items())


def run(ask: Ask) -> list[Answer]:
    """Every consignment by the rules, tariffs and rates of its own day."""
    days: dict[date, list[int]] = {}
    for at, row in enumerate(ask.rows):
        days.setdefault(row["on"] or ask.now.date(), []).append(at)
    answers: dict[int, Answer] = {}
    book = rulebook()
    for on, places in days.items():
        tariffs = tariffs_on(on)
        asked = [_consignment(ask.rows[at]) for at in places]
        found = landed_costs(asked, book, rates_between(on, on), on, tariffs, tariffs.measures)
        for at, question, got in zip(places, asked, found, strict=True):
            answers[at] = _answer(question, got, on)
    return [answers[at] for at in range(len(ask.rows))]


def _consignment(row: Mapping[str, Any]) -> Consignment:
    lines = tuple(_line(line) for line in row["lines"])
    none = Money.zero(lines[0].value.currency)
    rate = row["sale_tax_rate"]
    return Consignment(
        row["market"].strip().upper(),
        lines,
        row["freight"],
        row["insurance"] or none,
        way=row["way"],
        scheme=(row["scheme"] or "").strip(),
        incoterm=row["incoterm"],
        seller=row["seller"],
        buyer=row["buyer"],
        region=(row["region"] or "").strip().upper(),
        shipped_from=row["shipped_from"],
        freight_shown=not row["freight_hidden"],
        charges=row["charges"],
        sale_tax_rate=None if rate is None else rate.scaleb(-2),
    )


def _line(line: Mapping[str, Any]) -> GoodsLine:
    rate: Decimal | None = line["duty_rate"]
    measures = line["measures"]
    return GoodsLine(
        line["value"],
        line["qty"],
        (line["hs"] or "").strip(),
        line["origin"],
        line["weight_g"],
        (line["category"] or "").strip(),
        (line["name"] or "").strip(),
        None if rate is None else rate.scaleb(-2),
        measures=None if measures is None else frozenset(measures.replace(",", " ").split()) - {"none"},
    )


def _answer(asked: Consignment, got: LandedCost | tuple[Problem, ...], on: date) -> Answer:
    if isinstance(got, tuple):
        return Answer(title=asked.market, problems=tuple(_located(problem) for problem in got))
    facts = [
        Fact(_("Landed, without the tax at the sale"), got.landed, MONEY, got.breakdown),
        Fact(_("With the tax at the sale"), got.total, MONEY),
        Fact(_("The seller bears beside the goods"), got.pays["seller"], MONEY),
        Fact(_("The buyer bears beside the price"), got.pays["buyer"], MONEY),
    ]
    tables = [Table(_("Three questions"), _QUESTIONS, _questions(got))]
    if len(asked.lines) > 1:
        tables.append(Table(_("By line"), _LINES, _by_line(asked, got)))
    alerts = [_words(problem) for problem in got.problems]
    return Answer(
        f"{asked.market} · {on}",
        tuple(facts),
        tuple(tables),
        ((_("Landed cost and taxes"), got.breakdown, ""),),
        tuple(alerts),
        _figures(got),
    )


def _located(problem: Problem) -> Problem:
    """A problem of the n-th line at that line, in the reader's words."""
    field = problem.field if problem.row is None else f"lines.{problem.row}.{problem.field}"
    return replace(problem, row=None, field=field, reason=_now(problem.reason))


def _words(problem: Problem) -> str:
    words = f"{_now(problem.reason)}: {problem.value}" if problem.value else _now(problem.reason)
    return f"{words} ({problem.accepted})" if problem.accepted else words


def _questions(got: LandedCost) -> list[dict[str, Any]]:
    return [
        {
            "question": QUESTIONS[name], "state": STATES[answer.state], "amount": answer.amount,
            "collector": _parties(answer.collector), "payer": _parties(answer.payer),
            "why": answer.why, "rules": ", ".join(answer.rules),
        }
        for name, answer in _three(got)
    ]  # fmt: skip


def _three(got: LandedCost) -> tuple[tuple[str, told_as.Answer], ...]:
    return (("duty", got.duty), ("border_tax", got.border_tax), ("sale_tax", got.sale_tax))


def _parties(codes: str) -> str:
    return ", ".join(str(PARTIES.get(code, code)) for code in codes.split(", "))


def _by_line(asked: Consignment, got: LandedCost) -> list[dict[str, Any]]:
    return [
        {
            "goods": line.name or line.hs, "value": share.goods, "freight": share.freight, "duty": share.duty,
            "border_tax": share.border_tax, "sale_tax": share.sale_tax, "fees": share.fees,
        }
        for line, share in zip(asked.lines, got.lines, strict=True)
    ]  # fmt: skip


def _figures(got: LandedCost) -> dict[str, Any]:
    fees = None
    if all(isinstance(node.amount, Money) for node in got.fees):
        fees = Money.total((node.amount for node in got.fees if isinstance(node.amount, Money)), got.currency)
    out: dict[str, Any] = {"landed": got.landed, "total": got.total, "fees": fees}
    for name, answer in _three(got):
        out |= {
            name: answer.amount,
            f"{name}_state": answer.state,
            f"{name}_collector": answer.collector,
            f"{name}_payer": answer.payer,
        }
    return out | {"rules": ", ".join(got.rules), "open": "; ".join(_words(p) for p in got.problems)}


_QUESTIONS = (
    Column("question", _("Question")),
    Column("state", _("Answer")),
    Column("amount", _("Amount"), MONEY),
    Column("collector", _("Collected by")),
    Column("payer", _("Borne by")),
    Column("why", _("Reckoning"), wide=True),
    Column("rules", _("Rules"), wide=True),
)
_LINES = (
    Column("goods", _("Goods"), wide=True),
    Column("value", _("Value"), MONEY),
    Column("freight", _("Freight and insurance"), MONEY),
    Column("duty", _("Duty"), MONEY),
    Column("border_tax", _("Tax at the border"), MONEY),
    Column("sale_tax", _("Tax at the sale"), MONEY),
    Column("fees", _("Fees of the entry"), MONEY),
)

TOOL = Tool(
    code="landed_cost",
    label=_("Landed cost and taxes"),
    stage=1,
    place=50,
    icon="calculator",
    view="markets.view",
    fields=(
        Field("market", _("Market"), TEXT, help=_("Two letters of the country, e.g. DE")),
        Field("on", _("On the day"), DATE, False, help=_("Today when left out")),
        Field("way", _("Way of entry"), CHOICE, choices=_choices(WAY_LABELS), initial="express"),
        Field("seller", _("Sold"), CHOICE, choices=_choices(SELLERS), initial="marketplace"),
        Field("buyer", _("Bought by"), CHOICE, choices=_choices(BUYERS), initial="consumer"),
        Field("scheme", _("Tax scheme"), TEXT, False, help=_("e.g. ioss; empty for none")),
        Field("incoterm", _("Delivery term"), CHOICE, choices=_choices(TERMS), initial="DDP"),
        Field("region", _("Region of the receiver"), TEXT, False, help=_("Where taxes differ, e.g. ON, SP")),
        Field("shipped_from", _("Shipped from"), COUNTRY, initial="CN"),
        Field("freight", _("Freight"), MONEY, help=_("Amount and currency; 0 if there is none")),
        Field("freight_hidden", _("The invoice does not show freight by itself"), FLAG, False),
        Field("insurance", _("Insurance"), MONEY, False, help=_("Blank: none is paid")),
        Field("charges", _("Charges after arrival"), MONEY, False,
              help=_("Clearance and delivery; blank: none")),
        Field("sale_tax_rate", _("Rate of the sales tax in %"), PERCENT, False,
              help=_("Where it depends on the buyer's address, e.g. in the US")),
    ),
    lines=(
        Field("name", _("Goods"), TEXT, False),
        Field("value", _("Value of the line"), MONEY, help=_("Without tax, all units together")),
        Field("qty", _("Quantity"), INT, initial="1"),
        Field("hs", _("Tariff code"), TEXT, False, help=_("e.g. 6109.10")),
        Field("origin", _("Country of origin"), COUNTRY, initial="CN"),
        Field("weight_g", _("Weight in g"), INT, False, help=_("All units together")),
        Field("duty_rate", _("Duty rate in %"), PERCENT, False, help=_("Empty to ask the tariff")),
        Field("measures", _("Headings of chapter 99"), TEXT, False,
              help=_("Empty to ask the tariff; none if there are none")),
        Field("category", _("Tax category"), TEXT, False, help=_("Empty for the standard rate")),
    ),
    run=run,
    columns=(
        Column("landed", _("Landed, without the tax at the sale"), MONEY),
        Column("total", _("With the tax at the sale"), MONEY),
        Column("duty", _("Duty"), MONEY), Column("duty_state", _("Duty: answer")),
        Column("duty_collector", _("Duty: collected by")), Column("duty_payer", _("Duty: borne by")),
        Column("border_tax", _("Tax at the border"), MONEY),
        Column("border_tax_state", _("Border: answer")),
        Column("border_tax_collector", _("Border: collected by")),
        Column("border_tax_payer", _("Border: borne by")),
        Column("sale_tax", _("Tax at the sale"), MONEY), Column("sale_tax_state", _("Sale: answer")),
        Column("sale_tax_collector", _("Sale: collected by")), Column("sale_tax_payer", _("Sale: borne by")),
        Column("fees", _("Fees of the entry"), MONEY), Column("open", _("Not known"), wide=True),
        Column("rules", _("Rules"), wide=True),
    ),
    note=_("Three questions, each with its own answer. What is not known is never taken as zero."),
    example={
        "market": "DE", "scheme": "ioss", "freight": "5.00 EUR",
        "lines": [
            {"name": "T-shirt", "value": "20.00 EUR", "qty": 2, "hs": "6109.10", "origin": "CN"},
            {"name": "Watch", "value": "30.00 EUR", "qty": 1, "hs": "9102.11", "origin": "CN"},
        ],
    },
)  # fmt: skip
