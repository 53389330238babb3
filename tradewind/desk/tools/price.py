"""What must the price be: every range of good prices, the one advised, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog.queries import skus_by_code
from tradewind.apps.markets.models import Market
from tradewind.apps.prices.facts import Asked, UnitFacts, unit_facts
from tradewind.apps.prices.judging import SELLER, Judge, target_of
from tradewind.apps.prices.queries import judge_on
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, DECIMAL, INT, MONEY, PERCENT, TEXT, Column, Fact, Field, Table
from tradewind.desk.nouns._prices import COST, IMPORTERS, PROFIT, TARGETS, percent, reason_of, schemes, share
from tradewind.desk.nouns._upstream import currencies, markets, services
from tradewind.engine.access import Actor
from tradewind.engine.border import Border
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import EXPONENTS, Money, MoneyError, exponent
from tradewind.engine.price_endings import endings
from tradewind.engine.price_terms import Sale
from tradewind.engine.pricing import (
    CEILING,
    ENDING,
    NET,
    NEVER,
    Band,
    Charge,
    Cost,
    PriceCurve,
    Priced,
    Target,
    margin_of,
)
from tradewind.engine.pricing import PROFIT as PROFIT_KIND

COSTS = ("fulfilment", "first_leg", "goods_cost", "duty")
WHY = {
    NEVER: _("No price is enough: fees, tax, allowances and the target take all of every further unit."),
    CEILING: _("Every good price lies above the ceiling."),
    ENDING: _("No good price has the wanted ending."),
}


def run(ask: Ask) -> list[Answer]:
    """Every question solved; the SKUs they name are read at once."""
    places = {m.code: m for m in Market.objects.all()}
    units, problems = _units(ask)
    judges: dict[date, Judge] = {}
    answers = []
    for row, unit, wrong in zip(ask.rows, units, problems, strict=True):
        on = row["on"] or ask.now.date()
        judges.setdefault(on, judge_on(on))
        try:
            if wrong:
                raise Refused(wrong)
            answers.append(_answered(row, unit, places[row["market"]], judges[on]))
        except Refused as refused:
            answers.append(Answer(problems=refused.problems))
    return answers


def _units(ask: Ask) -> tuple[list[UnitFacts | None], list[list[Problem]]]:
    """What is known of the SKUs that the questions name, in few queries."""
    codes = {row["sku"] for row in ask.rows if row["sku"]}
    known = skus_by_code(codes, ask.by) if codes else {}
    problems = [
        [Problem(None, "sku", row["sku"], _now("there is no such SKU"), _now("a SKU code"))]
        if row["sku"] and row["sku"] not in known
        else []
        for row in ask.rows
    ]
    units: list[UnitFacts | None] = [None] * len(ask.rows)
    for on in {row["on"] or ask.now.date() for row in ask.rows}:
        mine = [
            i for i, row in enumerate(ask.rows)
            if row["sku"] in known and (row["on"] or ask.now.date()) == on
        ]  # fmt: skip
        asked = [
            Asked(known[r["sku"]].pk, r["market"], r["qty"] or 1, service=r["service"] or "")
            for r in (ask.rows[i] for i in mine)
        ]
        for i, found in zip(mine, unit_facts(asked, on), strict=True):
            units[i] = found
    return units, problems


def _answered(row: Mapping[str, Any], unit: UnitFacts | None, market: Market, judge: Judge) -> Answer:
    currency = row["currency"] or market.currency
    base = row["base_currency"]
    costs = _costs(row, unit, base)
    at_border = _border(row, unit, costs, market.code, currency, judge)
    curve = _curve(row, unit, market, currency, judge, at_border)
    target, ends, ceiling = _wishes(row, currency, base)
    if at_border is not None and at_border.known_to is not None:
        ceiling = _lower(ceiling, Money(at_border.known_to, currency))
    found = curve.solve(costs, target, endings=ends, ceiling=ceiling)
    if found.missing:
        raise Refused([_lacking(name, costs) for name in found.missing])
    return _told(row, curve, costs, found, Money.zero(currency))


def _border(
    row: Mapping[str, Any],
    unit: UnitFacts | None,
    costs: Sequence[Cost],
    market: str,
    currency: str,
    judge: Judge,
) -> Border | None:
    """What we bear at the border for a SKU by its landed cost, where nobody states it; None: nothing such."""
    if row["import_by"] != SELLER or unit is None or unit.imported or _stated(row):
        return None
    sent = replace(unit, costs=tuple(costs), way=unit.way or "line")
    found = judge.importing.border(sent, market, currency, row["scheme"] or "")
    if found.charge is None:
        raise Refused([Problem(None, "duty", "", reason_of(found.why), _now("state it, or what it lacks"))])
    return found


def _stated(row: Mapping[str, Any]) -> bool:
    return row["duty"] is not None or row["import_rate"] is not None


def _lower(one: Money | None, two: Money) -> Money:
    return two if one is None or two < one else one


def _curve(
    row: Mapping[str, Any],
    unit: UnitFacts | None,
    market: Market,
    currency: str,
    judge: Judge,
    at_border: Border | None,
) -> PriceCurve:
    category = row["category"] or (unit.goods.category if unit else "")
    sale = Sale(
        market.code, row["channel"], category, currency, share(row["ads_rate"]), share(row["returns_rate"]),
        share(row["fx_buffer_rate"]), row["base_currency"],
    )  # fmt: skip
    extra: tuple[Charge, ...] = ()
    if row["import_rate"] is not None and row["duty"] is None:
        words = f"net price x {share(row['import_rate']).normalize():f}"
        extra = (Charge("duty", (Band(None, Fraction(share(row["import_rate"]))),), NET, words=words),)
    if at_border is not None and at_border.charge is not None:
        extra = (at_border.charge,)
    terms, curve = judge.curve(sale, extra, at_border.taxed_to if at_border else None)
    if curve is None:
        raise Refused([Problem(None, _FIELD.get(name, name), "", _now(why)) for name, why in terms.missing])
    return curve


_FIELD = {"net_price": "market", "referral_fee": "category", "payment_fee": "channel"}


def _costs(row: Mapping[str, Any], unit: UnitFacts | None, base: str) -> list[Cost]:
    """What is stated, else what the house knows of the SKU; nothing stated and nothing known is missing."""
    known = {c.name: c for c in unit.costs} if unit else {}
    found = []
    for name in COSTS:
        if row[name] is not None:
            found.append(Cost(name, row[name]))
        elif name == "duty":
            found += _no_duty(row, unit, base)
        else:
            found.append(known.get(name, Cost(name, None, formula=_now("this is needed"))))
    return found


def _no_duty(row: Mapping[str, Any], unit: UnitFacts | None, base: str) -> list[Cost]:
    """Where no duty is stated: the buyer's affair, a share of the price, a SKU's landed cost, or missing."""
    if row["import_by"] != SELLER:
        return [Cost("duty", Money.zero(base), formula="the buyer pays at the border")]
    if row["import_rate"] is not None or unit is not None:
        return []
    return [Cost("duty", None, formula=_now("this is needed"))]


def _lacking(name: str, costs: Sequence[Cost]) -> Problem:
    cost = next((c for c in costs if c.name == name), None)
    why = _now("the exchange rate is not known")
    if cost is not None and cost.amount is None:
        why = _now(cost.formula)
    return Problem(None, name, "", why, _now("an amount with its currency, or a SKU that has it"))


def _wishes(row: Mapping[str, Any], currency: str, base: str) -> tuple[Target, Any, Money | None]:
    problems = []
    kind, value = row["target_kind"], row["target"]
    if kind == "margin" and not -100 < value < 100:
        problems.append(
            Problem(None, "target", str(value), _now("a margin is a share of the net price"), "25")
        )
    ends: Any = ()
    try:
        ends = endings(row["endings"] or "", currency)
    except MoneyError:
        problems.append(Problem(None, "endings", row["endings"], _now("is not an ending of a price"), ".99"))
    ceiling = None
    if row["ceiling"] is not None:
        minor = row["ceiling"].scaleb(exponent(currency))
        if minor <= 0 or minor % 1:
            why = _now("is not a price of this currency")
            problems.append(Problem(None, "ceiling", str(row["ceiling"]), why, "49.99"))
        ceiling = Money(int(minor), currency)
    if problems:
        raise Refused(problems)
    return target_of(kind, value if kind == PROFIT_KIND else share(value), base), ends, ceiling


def _told(
    row: Mapping[str, Any], curve: PriceCurve, costs: Sequence[Cost], found: Priced, zero: Money
) -> Answer:
    good: list[dict[str, Any]] = [
        {"low": Money(low, zero.currency), "high": None if high is None else Money(high, zero.currency)}
        for low, high in found.intervals
    ]
    facts = [
        Fact(_("Advised price"), found.price, MONEY),
        Fact(_("Profit a unit"), found.profit, MONEY, None, PROFIT),
        Fact(_("Margin"), percent(found.margin), PERCENT, None, PROFIT),
    ]
    trees = [] if found.breakdown is None else [(_("A unit at the advised price"), found.breakdown, COST)]
    figures: dict[str, Any] = {
        "price": found.price, "profit": found.profit, "margin": percent(found.margin),
        "lowest": good[0]["low"] if good else None,
        "ranges": "; ".join(f"{g['low'].amount}-{g['high'].amount if g['high'] else ''}" for g in good),
        "reason": str(WHY.get(found.reason, "")),
    }  # fmt: skip
    if row["price"] is not None:
        _own_price(row, curve, costs, found, zero.currency, facts, trees, figures)
    return Answer(
        str(found.price or _now("No price")), tuple(facts),
        (Table(_("Good prices"), _RANGES, good, _("There are none.")),), tuple(trees),
        (WHY[found.reason],) if found.reason in WHY else (), figures,
    )  # fmt: skip


def _own_price(
    row: Mapping[str, Any],
    curve: PriceCurve,
    costs: Sequence[Cost],
    found: Priced,
    currency: str,
    facts: list[Fact],
    trees: list[Any],
    figures: dict[str, Any],
) -> None:
    """What the price somebody has in mind leaves, beside the advised one."""
    minor = row["price"].scaleb(exponent(currency))
    if minor < 1 or minor % 1:
        why = _now("is not a price of this currency")
        raise Refused([Problem(None, "price", str(row["price"]), why, "19.99")])
    tree, profit, net = curve.explain(int(minor), costs)
    margin = percent(margin_of(profit, net))
    facts += [
        Fact(_("Profit at your price"), profit, MONEY, None, PROFIT),
        Fact(_("Margin at your price"), margin, PERCENT, None, PROFIT),
    ]
    trees.append((_("A unit at your price"), tree, COST))
    figures |= {"own_profit": profit, "own_margin": margin, "own_good": found.holds(int(minor))}


def _choices(words: Mapping[str, Any]) -> Any:
    return lambda _actor: list(words.items())


def _base(_actor: Actor) -> list[tuple[str, Any]]:
    return [(c, c) for c in ["CNY", *sorted(set(EXPONENTS) - {"CNY"})]]


_RANGES = (Column("low", _("At least"), MONEY), Column("high", _("At most"), MONEY))

TOOL = Tool(
    code="price",
    label=_("Price solver"),
    stage=4,
    place=23,
    icon="badge-dollar-sign",
    view="prices.view",
    fields=(
        Field("sku", _("SKU"), TEXT, False, help=_("Takes its costs, weight and category from the house")),
        Field("qty", _("Units each"), INT, False, initial="1"),
        Field("market", _("Market"), CHOICE, choices=markets),
        Field("channel", _("Channel"), TEXT, initial="amazon"),
        Field("category", _("Category"), TEXT, False),
        Field("currency", _("Currency"), CHOICE, False, choices=currencies, help=_("Empty: the market's")),
        Field("goods_cost", _("Goods cost"), MONEY, False, help=_("e.g. 35.50 CNY; empty: the SKU's")),
        Field("first_leg", _("First leg"), MONEY, False),
        Field("fulfilment", _("Fulfilment"), MONEY, False),
        Field("service", _("Shipping service"), CHOICE, False, choices=services,
              help=_("Empty: the cheapest that takes the parcel")),
        Field("import_by", _("Who pays at the border"), CHOICE, choices=_choices(IMPORTERS), initial="buyer"),
        Field("duty", _("Duty"), MONEY, False,
              help=_("Empty: of a SKU by the rules and the tariff, where we pay at the border")),
        Field("scheme", _("Import scheme"), CHOICE, False, choices=schemes),
        Field("import_rate", _("Duty and tax at the border, % of the net price"), DECIMAL, False),
        Field("target_kind", _("Target is"), CHOICE, choices=_choices(TARGETS), initial="margin"),
        Field("target", _("Target"), DECIMAL, initial="25"),
        Field("endings", _("Price endings"), TEXT, False, initial=".99"),
        Field("ceiling", _("Ceiling"), DECIMAL, False),
        Field("ads_rate", _("Set aside for ads, %"), DECIMAL, initial="5"),
        Field("returns_rate", _("Set aside for returns, %"), DECIMAL, initial="3"),
        Field("fx_buffer_rate", _("Set aside for exchange rates, %"), DECIMAL, initial="1"),
        Field("price", _("Your price"), DECIMAL, False),
        Field("base_currency", _("Base currency"), CHOICE, choices=_base, initial="CNY"),
        Field("on", _("On"), DATE, False),
    ),
    run=run,
    columns=(
        Column("price", _("Advised price"), MONEY),
        Column("profit", _("Profit a unit"), MONEY, hidden=PROFIT),
        Column("margin", _("Margin"), PERCENT, hidden=PROFIT),
        Column("lowest", _("Lowest good price"), MONEY),
        Column("ranges", _("Good prices")),
        Column("reason", _("Why")),
        Column("own_profit", _("Profit at your price"), MONEY, hidden=PROFIT),
        Column("own_margin", _("Margin at your price"), PERCENT, hidden=PROFIT),
        Column("own_good", _("Your price is good")),
    ),
    note=_("Exact: fees that jump make several ranges of good prices with dead zones between them."),
    example={
        "market": "US", "channel": "amazon", "category": "baby", "goods_cost": "28.40 CNY",
        "first_leg": "0 CNY", "fulfilment": "4.00 USD", "target": "10", "ads_rate": "0", "returns_rate": "0",
        "fx_buffer_rate": "0", "endings": ".99", "import_by": "buyer", "target_kind": "margin",
        "base_currency": "CNY",
    },
)  # fmt: skip
