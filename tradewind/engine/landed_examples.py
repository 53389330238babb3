"""Cases of landed cost as rule files state them: inputs of TOML in, the figures they may expect out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.consignment import Answer, Consignment, GoodsLine, LandedCost
from tradewind.engine.contracts import FxQuote, Refused
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import landed_cost
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rulebook

_INPUTS = {
    "currency", "lines", "freight", "insurance", "charges", "freight_shown", "rates", "sale_tax_rate",
    "scheme", "way", "incoterm", "seller", "buyer", "region", "shipped_from",
}  # fmt: skip
_LINE = {
    "value", "currency", "qty", "hs", "origin", "weight_g", "category", "duty_rate", "measures", "quantities",
}  # fmt: skip
_WORDS = ("scheme", "way", "incoterm", "seller", "buyer", "region", "shipped_from")


def landed_example(
    rulebook: Rulebook, keys: Mapping[str, str], inputs: Mapping[str, Any], on: date
) -> Mapping[str, Any]:
    """The figures of an example's consignment; what it may expect is what stands in the answer here.

    `inputs.rates` states rates of exchange as {"USD/CAD" = "1.32"}. A refusal gives `refused`: its fields.
    ValueError for an input that does not exist.
    """
    given = {**inputs, **{key: value for key, value in keys.items() if key in _WORDS}}
    _only(given, _INPUTS)
    try:
        told = landed_cost(_consignment(keys["market"], given), rulebook, _rates(inputs, on), on)
    except Refused as refused:
        return {"refused": ", ".join(dict.fromkeys(problem.field for problem in refused.problems))}
    return _figures(told)


def _only(given: Mapping[str, Any], known: set[str]) -> None:
    if strange := sorted(set(given) - known):
        raise ValueError(f"{', '.join(strange)}: not one of {', '.join(sorted(known))}")


def _consignment(market: str, given: Mapping[str, Any]) -> Consignment:
    currency = str(given["currency"])

    def money(name: str) -> Money:
        return Money.of(str(given.get(name, "0")), currency)

    words = {name: str(given[name]) for name in _WORDS if name in given}
    return Consignment(
        market,
        tuple(_line(line, currency) for line in given["lines"]),
        money("freight"),
        money("insurance"),
        charges=money("charges") if "charges" in given else None,
        freight_shown=bool(given.get("freight_shown", True)),
        sale_tax_rate=Decimal(str(given["sale_tax_rate"])) if "sale_tax_rate" in given else None,
        **words,
    )


def _line(line: Mapping[str, Any], currency: str) -> GoodsLine:
    _only(line, _LINE)
    return GoodsLine(
        Money.of(str(line["value"]), str(line.get("currency", currency))),
        int(line.get("qty", 1)),
        str(line.get("hs", "")),
        str(line.get("origin", "CN")),
        line.get("weight_g"),
        str(line.get("category", "")),
        duty_rate=Decimal(str(line["duty_rate"])) if "duty_rate" in line else None,
        measures=frozenset(line["measures"]) if "measures" in line else None,
        quantities={unit: Decimal(str(n)) for unit, n in line.get("quantities", {}).items()},
    )


def _rates(inputs: Mapping[str, Any], on: date) -> Rates:
    stated: Mapping[str, Any] = inputs.get("rates", {})
    pairs = [(pair.split("/"), Decimal(str(rate))) for pair, rate in stated.items()]
    return Rates([FxQuote(base, quote, on, rate, "stated") for (base, quote), rate in pairs])


def _figures(told: LandedCost) -> dict[str, Any]:
    fees = [fee.amount for fee in told.fees]
    out: dict[str, Any] = {
        "landed": _text(told.landed),
        "total": _text(told.total),
        "fees": _text(None) if None in fees else _fees(told),
        "problems": ", ".join(dict.fromkeys(problem.field for problem in told.problems)),
    }
    for name, answer in (("duty", told.duty), ("border_tax", told.border_tax), ("sale_tax", told.sale_tax)):
        out |= _answer(name, answer)
    return out


def _fees(told: LandedCost) -> str:
    (node,) = [part for part in told.breakdown.parts if part.name == "border_fees"]
    return _text(node.amount if isinstance(node.amount, Money) else None)


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    short = name.removesuffix("_tax")
    return {
        name: _text(answer.amount),
        f"{short}_state": answer.state,
        f"{short}_collector": answer.collector,
        f"{short}_payer": answer.payer,
        f"{short}_rule": ", ".join(answer.rules),
    }


def _text(amount: Money | None) -> str:
    return "missing" if amount is None else str(amount.amount)
