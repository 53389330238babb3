"""Is duty due, and how much: free, by the tariff and its layers, or by a regime that stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ACTUAL, Breakdown
from tradewind.engine.contracts import Refused
from tradewind.engine.import_steps import DUTIABLE, DUTY, TARIFF, VALUE
from tradewind.engine.landed_asked import parties, threshold_text
from tradewind.engine.landed_charges import Part, Unknowable, charged, missing, nothing
from tradewind.engine.landed_goods import ZERO, Group, Parcel
from tradewind.engine.rule_kinds.imports import ASK, AT_SALE, CHARGED, FREE
from tradewind.engine.rulebook import Rule, RuleGap, Unconfirmed
from tradewind.engine.tariff import DutyRate

Tariffs = Callable[[str, str, str, date], DutyRate | None]  # market, tariff code, origin, day
Measures = Callable[[str, str, date], frozenset[str] | None]  # market, tariff code, day

REGIME, REPLACES = "regime", "replaces"
# What units are called where tariffs count pieces.
PIECES = ("item", "No.", "no.", "p/st", "pce", "u", "each")


def duty_parts(case: Parcel, tariffs: Tariffs | None, measures: Measures | None) -> list[Part]:
    """The components of the duty, of all goods; sets what each group owes in its `values`.

    A group whose duty is unknown has no value of `duty`.
    """
    parts: list[Part] = []
    regimes: dict[str, list[Group]] = {}
    for group in case.groups:
        group.values.setdefault(DUTIABLE, group.values[VALUE])
        word = group.duty_word
        if word in (FREE, AT_SALE):
            rule = group.sides.duty
            _owe(group, 0, case)
            parts.append(nothing(case, "duty_free", threshold_text(case, rule), rule.id))
        elif word == CHARGED:
            parts += _by_tariff(case, group, tariffs, measures)
        elif word == ASK:
            parts.append(_asks(case, group))
        else:
            regimes.setdefault(word, []).append(group)
    for name in sorted(regimes):
        parts += _by_regime(case, name, regimes[name])
    return parts


def _owe(group: Group, minor: int, case: Parcel) -> None:
    """Note what a group owes by tariff or regime: the names `tariff` and `duty` of the formulas."""
    group.values[TARIFF] = group.values[DUTY] = group.values.get(DUTY, ZERO) + case.amount(minor)


def _asks(case: Parcel, group: Group) -> Part:
    rule = group.sides.duty
    why = case.problem(
        "duty", rule.id, "the rule leaves this case to a person", rule.note or threshold_text(case, rule)
    )
    return missing("duty_asked", why, rule.id)


def gap(case: Parcel, field: str, found: RuleGap) -> str:
    """Note that the book has no answer; gives the words."""
    accepted = "a rule in force for it"
    if isinstance(found, Unconfirmed):
        accepted = f"a person's decision on {found.rule.id}: {found.rule.values.get('why', found.rule.note)}"
        return case.problem(field, str(case.book.on), "the rule is past its known life", accepted)
    return case.problem(field, str(found), "no rule is in force", accepted)


def _by_regime(case: Parcel, name: str, groups: list[Group]) -> list[Part]:
    parts = []
    by_rule: dict[str, tuple[Rule, list[Group]]] = {}
    for group in groups:
        try:
            rule = case.book.rulebook.find(
                "duty", case.book.on, layer=name, origin=group.line.origin, **parties(case.asked)
            )
        except RuleGap as found:
            parts.append(missing(name, gap(case, "duty", found), group.sides.duty.id))
            continue
        group.regime = rule
        by_rule.setdefault(rule.id, (rule, []))[1].append(group)
    for rule, members in by_rule.values():
        try:
            part = charged(case, rule, name, members, DUTIABLE)
        except Unknowable as why:
            part = missing(name, str(why), rule.id)
        for group, minor in part.shares:
            _owe(group, minor, case)
        parts.append(part)
    return parts


def _by_tariff(case: Parcel, group: Group, tariffs: Tariffs | None, measures: Measures | None) -> list[Part]:
    parts = [_tariff(case, group, tariffs)]
    try:
        layers = _layers(case, group, measures)
    except RuleGap as found:
        return [*parts, missing("duty_layers", gap(case, "duty", found))]
    except Unknowable as why:
        return [*parts, missing("duty_layers", str(why))]
    for rule in layers:
        try:
            parts.append(charged(case, rule, rule.keys["layer"], [group], DUTIABLE, (rule.text("scope"),)))
        except Unknowable as why:
            parts.append(missing(rule.keys["layer"], str(why), rule.id))
    if all(part.node.amount is not None for part in parts):
        _owe(group, sum(part.minor for part in parts), case)
    return parts


def _tariff(case: Parcel, group: Group, tariffs: Tariffs | None) -> Part:
    """The tariff's own rate: stated by a person, else asked from the tariff."""
    line, value = group.line, group.values[DUTIABLE]
    if line.duty_rate is not None:
        return _tariff_part(case, group, value * line.duty_rate, f"value x {line.duty_rate}", "")
    if not group.hs:
        return missing(
            "tariff_duty",
            case.problem("hs", "", "the tariff code is needed", "6 to 14 digits, or a duty_rate"),
        )
    try:
        found = tariffs(case.asked.market, group.hs, line.origin, case.book.on) if tariffs else None
    except Refused as refused:  # no such code, or several rates under it
        whys = [case.problem(p.field, p.value, p.reason, p.accepted) for p in refused.problems]
        return missing("tariff_duty", "; ".join(whys))
    if found is None:
        why = "the tariff of the market is not loaded or has no such code"
        return missing(
            "tariff_duty", case.problem("hs", line.hs, why, "a code of the loaded tariff, or a duty_rate")
        )
    charge = found.charge(Fraction(value), case.currency, _quantities(group), _worths(case, found))
    if charge.amount is None:
        needed = ", ".join(charge.missing)
        return missing("tariff_duty", case.problem("hs", line.hs, "the duty needs more to be known", needed))
    amount = Decimal(charge.amount.numerator) / charge.amount.denominator
    return _tariff_part(case, group, amount, f"value x {found.text}", f"{found.source} {found.code}")


def _tariff_part(case: Parcel, group: Group, amount: Decimal, formula: str, source: str) -> Part:
    minor = case.minor(amount)
    inputs = {
        "value": case.words(group.values[DUTIABLE]),
        "hs": group.line.hs,
        "origin": group.line.origin,
    }
    node = Breakdown("tariff_duty", case.money(minor), ACTUAL, formula, inputs, source)
    return Part(node, ((group, minor),))


def _quantities(group: Group) -> dict[str, Decimal]:
    known = dict.fromkeys(PIECES, Decimal(group.qty))
    if group.weight_kg is not None:
        known["kg"] = group.weight_kg
    return known | {unit: quantity for unit, quantity in group.line.quantities.items()}


def _worths(case: Parcel, rate: DutyRate) -> dict[str, Decimal]:
    every = (rate.terms, *rate.at_least, *rate.at_most)
    used = {s.currency for terms in every for s in terms.specific} - {case.currency}
    found = {currency: case.book.worth(currency, case.currency) for currency in used}
    return {currency: worth for currency, worth in found.items() if worth is not None}


def _layers(case: Parcel, group: Group, measures: Measures | None) -> list[Rule]:
    """The layers on top of the tariff that fall on the goods; Unknowable when a list must be known first."""
    keys = parties(case.asked) | {"origin": group.line.origin}
    rows: list[Rule] = case.book.remember(
        ("layers", *keys.values()),
        lambda: _on_top(case.book.rulebook.each("duty", "layer", case.book.on, **keys)),
    )
    if not rows:
        return rows
    hit = [rule for rule in rows if _falls_on(case, rule, group, measures)]
    gone = {rule.text("replaces") for rule in hit if rule.values["stacking"] == REPLACES}
    return [rule for rule in hit if rule.keys["layer"] not in gone]


def _on_top(rows: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in rows if rule.values["stacking"] != REGIME]


def _falls_on(case: Parcel, rule: Rule, group: Group, measures: Measures | None) -> bool:
    values = rule.values
    only, without = values.get("only_hs"), values.get("except_hs")
    if (only or without) and not group.hs:
        raise Unknowable(case.problem("hs", "", "the tariff code is needed", rule.text("scope")))
    if only and not group.hs.startswith(only):
        return False
    if without and group.hs.startswith(without):
        return False
    return _on_list(case, rule, group, measures)


def _on_list(case: Parcel, rule: Rule, group: Group, ask: Measures | None) -> bool:
    lists = rule.values.get("measures")
    if not lists:
        return True
    measures = group.line.measures
    if measures is None and ask is not None and group.hs:
        measures = ask(case.asked.market, group.hs, case.book.on)
    if measures is None:
        scope = rule.text("scope")
        raise Unknowable(
            case.problem("measures", group.line.hs, "whether the goods are on the list is not known", scope)
        )
    return not measures.isdisjoint(lists)
