"""What a consignment costs to land and sell on a day: duty, tax at the border, tax at the sale, fees.

Three questions, each with its own answer (due, not due, unknown), who collects it and who bears it. Every
number names the row it stands on. What is not known is unknown, with what would make it known; never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import localcontext
from typing import ParamSpec, TypeVar

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.consignment import (
    BUYER,
    DDP,
    DUE,
    NOT_DUE,
    SELLER,
    UNKNOWN,
    Answer,
    Consignment,
    GoodsLine,
    LandedCost,
    LineShare,
)
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.formula import EXACT
from tradewind.engine.fx import Rates
from tradewind.engine.landed_asked import formula_row, sides, words
from tradewind.engine.landed_charges import Part
from tradewind.engine.landed_duty import Measures, Tariffs, duty_parts
from tradewind.engine.landed_goods import ZERO, Book, Group, Parcel, parcel, spread
from tradewind.engine.landed_tax import border_parts, fee_parts, sale_parts
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule, Rulebook

__all__ = [
    "Answer",
    "Consignment",
    "GoodsLine",
    "LandedCost",
    "Landing",
    "LineShare",
    "landed_cost",
    "landed_costs",
]

P = ParamSpec("P")
T = TypeVar("T")


def landed_cost(
    consignment: Consignment,
    rulebook: Rulebook,
    rates: Rates,
    on: date,
    tariffs: Tariffs | None = None,
    measures: Measures | None = None,
) -> LandedCost:
    """The three answers, fees, who pays what and the total, in the market's currency.

    `tariffs` gives the tariff's rate, asked for lines that state none; `measures` the headings of chapter 99
    a code points to, asked for lines that do not say. Refused with every problem when the question itself
    cannot be: unknown market, scheme or region, no rate of exchange, amounts below zero, no rule of the
    market in force. What can be answered is answered: an unknown duty leaves the fees known.
    """
    return Landing(rulebook, rates, on, tariffs, measures)(consignment)


def landed_costs(
    consignments: Iterable[Consignment],
    rulebook: Rulebook,
    rates: Rates,
    on: date,
    tariffs: Tariffs | None = None,
    measures: Measures | None = None,
) -> list[LandedCost | tuple[Problem, ...]]:
    """Many at once, in order: each its answer, or the problems that keep it from one."""
    landing = Landing(rulebook, rates, on, tariffs, measures)
    return [_answered(consignment, landing) for consignment in consignments]


class Landing:
    """Landed costs of a day, asked one after the other; rules and rates found once are remembered."""

    def __init__(
        self,
        rulebook: Rulebook,
        rates: Rates,
        on: date,
        tariffs: Tariffs | None = None,
        measures: Measures | None = None,
    ) -> None:
        self.book = Book(rulebook, rates, on)
        self.tariffs = _remembering(self.book, "tariff", tariffs) if tariffs else None
        self.measures = _remembering(self.book, "measures", measures) if measures else None

    def __call__(self, consignment: Consignment) -> LandedCost:
        """As `landed_cost`; Refused with every problem."""
        with localcontext(EXACT):
            return _landed(consignment, self.book, self.tariffs, self.measures)


def _answered(consignment: Consignment, landing: Landing) -> LandedCost | tuple[Problem, ...]:
    try:
        return landing(consignment)
    except Refused as refused:
        return refused.problems


def _remembering(book: Book, name: str, ask: Callable[P, T]) -> Callable[P, T]:
    def asked(*question: P.args, **more: P.kwargs) -> T:
        found: T = book.remember((name, *question), lambda: ask(*question, **more))
        return found

    return asked


def _landed(asked: Consignment, book: Book, tariffs: Tariffs | None, measures: Measures | None) -> LandedCost:
    formula = formula_row(asked, book)
    case = parcel(asked, book, formula, sides(asked, book, formula))
    words(case)
    fees = fee_parts(case)
    duty = duty_parts(case, tariffs, measures)
    more, tax = border_parts(case)
    duty += more
    sale, sale_row = sale_parts(case)
    return _told(case, duty, tax, fees, sale, sale_row)


def _told(
    case: Parcel, duty: list[Part], tax: list[Part], fees: list[Part], sale: list[Part], sale_row: Rule | None
) -> LandedCost:
    sums = _sum(case, duty), _sum(case, tax), _sum(case, sale), _sum(case, fees)
    answers = (
        _border(case, duty, "duty", sums[0]),
        _border(case, tax, "tax", sums[1]),
        _sale(case, sale, sale_row, sums[2]),
    )
    return LandedCost(
        *answers,
        tuple([part.node for part in fees]),
        _pays(case, answers, fees),
        _shares(case, (duty, tax, sale, fees), sums),
        _tree(case, duty, tax, fees, sale),
        tuple(case.problems),
        tuple(case.alerts),
    )


def _sum(case: Parcel, parts: Sequence[Part]) -> Money | None:
    """What parts come to; None while one is unknown."""
    minor = 0
    for part in parts:
        amount = part.node.amount
        if type(amount) is not Money:
            return None
        minor += amount.minor
    return case.money(minor)


def _state(amount: Money | None) -> str:
    if amount is None:
        return UNKNOWN
    return DUE if amount else NOT_DUE


def _why(parts: Sequence[Part]) -> str:
    """Reasons in words, each once; those of what is unknown alone when there are any."""
    if len(parts) == 1:
        return parts[0].node.formula
    unknown = [part for part in parts if part.node.amount is None]
    return "; ".join(dict.fromkeys([part.node.formula for part in unknown or parts if part.node.formula]))


def _sources(parts: Iterable[Part]) -> list[str]:
    found = []
    for part in parts:
        source = part.node.source
        if ", " in source:
            found += source.split(", ")
        elif source:
            found.append(source)
    return found


def _border(case: Parcel, parts: list[Part], levy: str, amount: Money | None) -> Answer:
    rows = [group.sides.duty if levy == "duty" else group.sides.tax for group in case.groups]
    if len(rows) > 1:
        rows = list({row.id: row for row in rows}.values())
    rules = dict.fromkeys([row.id for row in rows] + _sources(parts))
    collector = payer = ""
    state = _state(amount)
    if state != NOT_DUE:
        collector = ", ".join(dict.fromkeys([row.text("collector") for row in rows]))
        payer = ", ".join(dict.fromkeys([_payer(case, row, levy) for row in rows]))
    return Answer(state, amount, collector, payer, _why(parts), tuple(rules))


def _payer(case: Parcel, row: Rule, levy: str) -> str:
    """Who bears it: what the threshold row or the scheme says, else the delivery term."""
    asked = case.asked
    if "payer" in row.values:
        return row.text("payer")
    if levy == "duty" and asked.scheme:
        scheme = case.book.find("scheme", market=asked.market, scheme=asked.scheme)
        if scheme is not None and "duty_payer" in scheme.values:
            return scheme.text("duty_payer")
    return SELLER if asked.incoterm == DDP else BUYER


def _sale(case: Parcel, parts: list[Part], row: Rule | None, amount: Money | None) -> Answer:
    if not parts:
        return Answer(NOT_DUE, case.zero, why="the tax of these goods is a matter of the border")
    state = _state(amount)
    collector = row.text("collector") if row is not None and state != NOT_DUE else ""
    payer = BUYER if state != NOT_DUE else ""
    rules = tuple(dict.fromkeys(_sources(parts)))
    return Answer(state, amount, collector, payer, _why(parts), rules)


def _tree(case: Parcel, duty: list[Part], tax: list[Part], fees: list[Part], sale: list[Part]) -> Breakdown:
    asked = case.asked
    parts = [
        _goods(case),
        _stated(case, "freight", asked.freight),
        _stated(case, "insurance", asked.insurance),
    ]
    if asked.charges is not None:
        parts.append(_stated(case, "charges", asked.charges))
    parts += [
        _branch(case, "duty", duty),
        _branch(case, "border_tax", tax),
        _branch(case, "border_fees", fees),
        _branch(case, "sale_tax", sale),
    ]
    return Breakdown.of("total_landed", parts)


def _goods(case: Parcel) -> Breakdown:
    total = case.money(case.minor(sum(case.worths, ZERO)))
    currencies = {line.value.currency for line in case.asked.lines} - {case.currency}
    inputs = {f"{c}/{case.currency}": case.book.worth_words(c, case.currency) for c in sorted(currencies)}
    return Breakdown("goods", total, formula="converted" if inputs else "stated", inputs=inputs)


def _stated(case: Parcel, name: str, amount: Money) -> Breakdown:
    if not amount:
        return _zero(case, name, "stated")
    if amount.currency == case.currency:
        return Breakdown(name, amount, formula="stated")
    return Breakdown(name, case.money(case.stated[name]), formula="converted", inputs={"amount": str(amount)})


def _zero(case: Parcel, name: str, formula: str) -> Breakdown:
    """A part that is nothing: the same one for every consignment of a currency."""
    found: Breakdown = case.book.remember(
        ("zero", name, formula, case.currency), lambda: Breakdown(name, case.zero, formula=formula)
    )
    return found


def _branch(case: Parcel, name: str, parts: list[Part]) -> Breakdown:
    if not parts:
        return _zero(case, name, "none")
    if len(parts) == 1:
        node = parts[0].node
        if node.name == name:
            return node
    return Breakdown.of(name, [part.node for part in parts])


def _pays(case: Parcel, answers: Sequence[Answer], fees: list[Part]) -> dict[str, Money]:
    """What seller and buyer bear beside the goods; unknown amounts are left out."""
    pays = {SELLER: sum(case.stated.values()), BUYER: 0}
    for answer in answers:
        if answer.amount is not None and answer.payer in pays:
            pays[answer.payer] += answer.amount.minor
    pays[SELLER if case.asked.incoterm == DDP else BUYER] += sum([part.minor for part in fees])
    return {who: case.money(minor) for who, minor in pays.items()}


def _shares(
    case: Parcel, columns: Sequence[list[Part]], sums: Sequence[Money | None]
) -> tuple[tuple[int | None, ...], ...]:
    """Every amount shared out to the lines it falls on, by value, so that they sum to the whole."""
    goods = case.minor(sum(case.worths, ZERO))
    freight = case.stated["freight"] + case.stated["insurance"]
    minors = [None if amount is None else amount.minor for amount in sums]
    if len(case.worths) == 1:
        return ((goods, freight, *minors),)
    cut: list[list[int | None]] = [[*spread(whole, case.worths)] for whole in (goods, freight)]
    cut += [_by_line(case, parts, whole) for parts, whole in zip(columns, minors, strict=True)]
    return tuple(zip(*cut, strict=True))


def _by_line(case: Parcel, parts: list[Part], whole: int | None) -> list[int | None]:
    if not whole:
        return [whole] * len(case.worths)
    out = [0] * len(case.worths)
    for part in parts:
        for group, minor in part.shares:
            if len(group.rows) == 1:
                out[group.rows[0]] += minor
                continue
            for row, own in zip(group.rows, _in_group(case, group, minor), strict=True):
                out[row] += own
    return [*out]


def _in_group(case: Parcel, group: Group, minor: int) -> list[int]:
    return spread(minor, [case.worths[row] for row in group.rows])
