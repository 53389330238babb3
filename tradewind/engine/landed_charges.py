"""What a row that charges comes to: rates, amounts a unit, least and most, over the goods it falls on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradewind.engine.breakdown import ACTUAL, Breakdown
from tradewind.engine.formula import FormulaError
from tradewind.engine.landed_goods import ZERO, Group, Parcel, spread
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rule

SUBHEADING = 6  # digits


class Unknowable(ValueError):
    """An amount that cannot be known from what is stated; says why, and the parcel has the problem."""


@dataclass(frozen=True, slots=True)
class Part:
    """One component, explained, and what of it falls on which goods (nothing while it is unknown)."""

    node: Breakdown
    shares: tuple[tuple[Group, int], ...] = ()

    @property
    def minor(self) -> int:
        return self.node.amount.minor if isinstance(self.node.amount, Money) else 0


def missing(name: str, why: str, source: str = "") -> Part:
    """A component that is not known."""
    return Part(Breakdown.missing(name, why, source=source))


def nothing(case: Parcel, name: str, why: str, source: str = "") -> Part:
    """A component that is known to be zero."""
    return Part(Breakdown(name, case.zero, formula=why, source=source))


def charged(
    case: Parcel, rule: Rule, name: str, groups: Sequence[Group], base: str, words: Sequence[str] = ()
) -> Part:
    """What a row charges on goods: one component. `base` names the value of a group its rate is taken of.

    Rates are rounded for each tariff line; what is counted for the whole is rounded once and shared out.
    Unknowable where a weight or a code is needed and not stated.
    """
    exact = [_rated(case, rule, group, base) for group in groups]
    total, whole = sum(exact, ZERO), False
    if "amount" in rule.values:
        total, whole = total + _amount(case, rule, groups), True
    limited = _limited(case, rule, groups, total)
    if whole or limited != total:
        weights = exact if total and not whole else [group.goods for group in groups]
        minors = spread(case.minor(limited), weights)
    else:
        minors = [case.minor(amount) for amount in exact]
    inputs = {"charged_on": case.words(sum((g.values[base] for g in groups), ZERO))}
    node = Breakdown(name, case.money(sum(minors)), ACTUAL, formula_words(rule, *words), inputs, rule.id)
    return Part(node, tuple(zip(groups, minors, strict=True)))


def _rated(case: Parcel, rule: Rule, group: Group, base: str) -> Decimal:
    rate = rate_of(rule, group)
    if not rate:
        return ZERO
    own = rule.values.get("base")
    if own is None:
        return group.values[base] * rate
    try:
        charged_on: Decimal = own.within(group.values)
        return charged_on * rate
    except FormulaError:
        raise Unknowable(case.problem("weight_g", "", "is needed to compute the duty", "grams")) from None


def rate_of(rule: Rule, group: Group) -> Decimal | None:
    """The rate for goods: that of the longest beginning of their code, else the row's own."""
    for prefix, rate in rule.values.get("by_hs", ()):
        if group.hs.startswith(prefix):
            found: Decimal = rate
            return found
    return rule.values.get("rate")


def _amount(case: Parcel, rule: Rule, groups: Sequence[Group]) -> Decimal:
    count = _count(case, rule, groups)
    each: Decimal = rule.values["amount"]
    return case.book.convert(each, rule.text("currency"), case.currency) * count


def _count(case: Parcel, rule: Rule, groups: Sequence[Group]) -> Decimal:
    per = rule.text("per")
    if per == "item":
        return Decimal(sum(group.qty for group in groups))
    if per == "kg":
        return _weight(case, groups)
    if per == "consignment":
        return Decimal(1)
    size = rule.values.get("digits", SUBHEADING)
    if any(len(group.hs) < size for group in groups):
        raise Unknowable(
            case.problem("hs", "", "the tariff code is needed to count subheadings", f"{size} digits")
        )
    return Decimal(len({group.hs[:size] for group in groups}))


def _weight(case: Parcel, groups: Sequence[Group]) -> Decimal:
    weights = [group.weight_kg for group in groups]
    known = [weight for weight in weights if weight is not None]
    if len(known) < len(weights):
        raise Unknowable(
            case.problem("weight_g", "", "the weight is needed for an amount a kilogram", "grams")
        )
    return sum(known, ZERO)


def _limited(case: Parcel, rule: Rule, groups: Sequence[Group], total: Decimal) -> Decimal:
    """The whole, less what is taken off, at least and at most what the row says."""
    values = rule.values

    def own(name: str) -> Decimal:
        return case.book.convert(values[name], rule.text("currency"), case.currency)

    if "less" in values:
        total = max(total - own("less"), ZERO)
    if "least" in values:
        times = _weight(case, groups) if values.get("least_per") == "kg" else 1
        total = max(total, own("least") * times)
    if "most" in values:
        total = min(total, own("most"))
    return total


def formula_words(rule: Rule, *more: str) -> str:
    """How a row charges, in words of formulas."""
    values = rule.values
    words = []
    if "rate" in values or "by_hs" in values:
        base = values["base"].text if "base" in values else "value"
        words.append(f"{base} x {values.get('rate', 'rate by goods')}")
    if "amount" in values:
        words.append(f"{values['amount']} {values['currency']} per {values['per']}")
    if "less" in values:
        words.append(f"less {values['less']} {values['currency']}")
    if "least" in values:
        per = f" per {values['least_per']}" if "least_per" in values else ""
        words.append(f"at least {values['least']} {values['currency']}{per}")
    if "most" in values:
        words.append(f"at most {values['most']} {values['currency']}")
    return ", ".join([*words, *more])
