"""Kinds of what it takes to bring goods into a market and to sell them there.

Three questions are answered by rows of their own: is duty due (`de_minimis` of levy duty, then `duty`),
is a tax due at the border (`de_minimis` of levy tax, then `import_formula` and `vat`), and is a tax due at
the sale and by whom (`sale_tax`). docs/ideas/landed-cost.md tells how they work together.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tradewind.engine.formula import Formula, FormulaError
from tradewind.engine.import_steps import read_steps
from tradewind.engine.rule_kinds.schema import (
    KindSchema,
    Value,
    count,
    currency,
    decimal,
    flag,
    fraction,
    one_of,
    text,
    texts,
)

# What a threshold is compared with. item: the price of one unit; tax_amount: the tax itself.
BASES = ("intrinsic", "goods", "goods_plus_freight", "fob", "cif", "customs_value", "item", "tax_amount")
# What happens on a side of a threshold. Any other word names a `duty` row that stands alone (a regime).
FREE, CHARGED, AT_SALE, ASK = "free", "due", "sale", "ask"
COLLECTORS = ("marketplace", "seller", "carrier", "customs")
NOBODY = "nobody"
UNITS = ("item", "subheading", "consignment", "kg")
# What the base of the tax at the sale may ask for.
SALE_NAMES = ("goods", "freight", "insurance", "charges", "duty", "qty", "weight_kg")
# What a fee's base may ask for.
FEE_NAMES = ("goods", "freight", "insurance", "qty", "weight_kg")


def hs_prefixes(raw: Any) -> tuple[str, ...]:
    """Beginnings of tariff codes, digits only: ["61", "6204"]."""
    found = texts(raw)
    if not all(one.isdigit() and 2 <= len(one) <= 10 for one in found):
        raise ValueError('beginnings of tariff codes, two to ten digits: ["61", "6204"]')
    return found


def hs_rates(raw: Any) -> tuple[tuple[str, Decimal], ...]:
    """Rates by goods: [{hs = ["61", "62"], rate = 0.25}], the longest beginning wins."""
    wanted = "a list of {hs, rate}"
    if not isinstance(raw, list) or not raw or not all(isinstance(r, dict) for r in raw):
        raise ValueError(wanted)
    if any(set(r) != {"hs", "rate"} for r in raw):
        raise ValueError(wanted)
    pairs = [(prefix, decimal(r["rate"])) for r in raw for prefix in hs_prefixes(r["hs"])]
    if len({prefix for prefix, _ in pairs}) < len(pairs):
        raise ValueError("each beginning once")
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


def formula_of(*names: str) -> Any:
    def read(raw: Any) -> Formula:
        try:
            return Formula.read(text(raw), names)
        except FormulaError as wrong:
            raise ValueError(str(wrong)) from None

    return read


def _levels(row: Mapping[str, Any]) -> Mapping[str, str]:
    if ("ceiling" in row) != ("beyond" in row):
        return {"ceiling": "needs `beyond`, and `beyond` needs it"}
    if "ceiling" in row and row["ceiling"] <= row["threshold"]:
        return {"ceiling": "lies above the threshold"}
    return {}


def _charge(row: Mapping[str, Any]) -> Mapping[str, str]:
    """A row that charges: a rate or an amount, and amounts with their currency and unit."""
    wrong = {}
    if bool({"rate", "by_hs", "amount"} & set(row)) == bool(row.get("unknown")):
        wrong["rate"] = "a rate or an amount is needed, unless it is unknown"
    if ("amount" in row) != ("per" in row):
        wrong["per"] = "needs `amount`, and `amount` needs it"
    sums = {"amount", "least", "most", "less", "over", "up_to"} & set(row)
    if sums and "currency" not in row:
        wrong["currency"] = "is needed beside an amount"
    return wrong


def _duty(row: Mapping[str, Any]) -> Mapping[str, str]:
    wrong = dict(_charge(row))
    if (row["stacking"] == "replaces") != ("replaces" in row):
        wrong["replaces"] = "names the layer it stands for, and only stacking replaces does"
    return wrong


_AMOUNTS = {
    "amount": Value(decimal, False),
    "per": Value(one_of(*UNITS), False),
    "least": Value(decimal, False),
    "most": Value(decimal, False),
    "currency": Value(currency, False),
}
_PARTIES = ("way", "scheme", "buyer")

IMPORTS: dict[str, KindSchema] = {
    # What is in a price: `included` says whether shoppers are shown prices with the tax in them.
    "vat": KindSchema(
        ("market", "category", "region"),
        {"rate": Value(fraction), "included": Value(flag), "name": Value(text)},
    ),
    # The order of computation. `by_region`: the rate of the tax needs the region of the receiver.
    "import_formula": KindSchema(
        ("market", *_PARTIES),
        {
            "currency": Value(currency),
            "basis": Value(one_of("fob", "cif", "delivered")),
            "steps": Value(read_steps),
            "by_region": Value(flag, False),
        },
    ),
    # What happens to a levy up to a threshold, above it, and beyond a ceiling. levy: duty, tax or * (both).
    "de_minimis": KindSchema(
        ("market", "levy", *_PARTIES, "seller", "origin", "shipped_from"),
        {
            "threshold": Value(decimal),
            "currency": Value(currency),
            "basis": Value(one_of(*BASES)),
            "below": Value(text),  # free, due, sale, ask or a regime; also what holds at the threshold
            "above": Value(text),
            "ceiling": Value(decimal, False),
            "beyond": Value(text, False),
            "collector": Value(one_of(*COLLECTORS)),
            "payer": Value(one_of("seller", "buyer"), False),  # else by the delivery term
        },
        _levels,
    ),
    # A layer on top of the tariff (adds), one that stands for another (replaces), or a regime of its own.
    "duty": KindSchema(
        ("market", "layer", "origin", *_PARTIES),
        {
            "stacking": Value(one_of("adds", "replaces", "regime")),
            "scope": Value(text),  # in words
            "replaces": Value(text, False),
            "covers_tax": Value(flag, False),  # a regime in which the tax at the border is contained
            "rate": Value(decimal, False),
            "by_hs": Value(hs_rates, False),
            "base": Value(formula_of("customs_value", *FEE_NAMES), False),  # else the customs value
            "less": Value(decimal, False),  # taken off the whole, never below zero
            "least_per": Value(one_of("consignment", "kg"), False),
            "digits": Value(count, False),  # how many digits make a subheading, else 6
            "only_hs": Value(hs_prefixes, False),
            "except_hs": Value(hs_prefixes, False),
            "measures": Value(texts, False),  # headings the tariff line must point to
        }
        | _AMOUNTS,
        _duty,
    ),
    # What is charged for the entry itself; `over`, `up_to`: the value of the goods it applies to.
    "border_fee": KindSchema(
        ("market", "fee", *_PARTIES),
        {
            "scope": Value(text),
            "rate": Value(fraction, False),
            "base": Value(formula_of(*FEE_NAMES), False),  # else the goods
            "over": Value(decimal, False),
            "up_to": Value(decimal, False),
            "taxed": Value(flag, False),  # enters the base of the tax
            "unknown": Value(flag, False),  # it exists, its size was not found: the answer is unknown
            "collector": Value(one_of(*COLLECTORS)),
        }
        | _AMOUNTS,
        _charge,
    ),
    # Who takes the tax at the sale, on what. Without a rate of its own the market's `vat` row is asked.
    "sale_tax": KindSchema(
        ("market", "region", "scheme", "seller", "buyer", "way"),
        {
            "collector": Value(one_of(*COLLECTORS, NOBODY)),
            "name": Value(text),
            "base": Value(formula_of(*SALE_NAMES), False),
            "rate": Value(fraction, False),
            "stated": Value(flag, False),  # the rate depends on the address: a person states it
        },
    ),
    # The schemes a seller may use, and who owes the duty under one.
    "scheme": KindSchema(
        ("market", "scheme"),
        {"name": Value(text), "duty_payer": Value(one_of("seller", "buyer"), False)},
    ),
}
