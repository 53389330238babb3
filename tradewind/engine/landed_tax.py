"""Is a tax due at the border, is one due at the sale and by whom, and what does the entry cost."""

from __future__ import annotations

from decimal import Decimal

from tradewind.engine.breakdown import ACTUAL, Breakdown
from tradewind.engine.formula import FormulaError
from tradewind.engine.import_steps import DUTY, TARIFF, Step, Steps
from tradewind.engine.import_steps import RATE as TAX_RATE
from tradewind.engine.landed_asked import parties, schemes, threshold_text, word
from tradewind.engine.landed_charges import Part, Unknowable, charged, missing, nothing
from tradewind.engine.landed_duty import gap
from tradewind.engine.landed_goods import ZERO, Group, Parcel, spread
from tradewind.engine.money import Money, quantize
from tradewind.engine.rule_kinds.imports import ASK, AT_SALE, CHARGED, FREE, NOBODY
from tradewind.engine.rulebook import Rule, RuleGap, Unconfirmed

NUMBERS = ("qty", "weight_kg", TAX_RATE)  # of the inputs, those that are no money


def fee_parts(case: Parcel) -> list[Part]:
    """What is charged for the entry itself. Fees that enter the base of the tax are noted with the goods."""
    keys = parties(case.asked)
    book = case.book
    try:
        rows: list[Rule] = book.remember(
            ("fees", *keys.values()), lambda: book.rulebook.each("border_fee", "fee", book.on, **keys)
        )
    except RuleGap as found:
        return [missing("border_fees", gap(case, "fees", found))]
    return [part for rule in rows if _in_band(case, rule) for part in [_fee(case, rule)]]


def _in_band(case: Parcel, rule: Rule) -> bool:
    over, up_to = rule.values.get("over"), rule.values.get("up_to")
    if over is None and up_to is None:
        return True
    value = case.total("goods", rule.text("currency"))
    return not (over is not None and value <= over) and not (up_to is not None and value > up_to)


def _fee(case: Parcel, rule: Rule) -> Part:
    name = rule.keys["fee"]
    if rule.values.get("unknown"):
        why = case.problem("fees", rule.id, "the fee exists, its amount was not found", "the fee as charges")
        return missing(name, why, rule.id)
    try:
        part = charged(case, rule, name, case.groups, "goods", (rule.text("scope"),))
    except Unknowable as why:
        return missing(name, str(why), rule.id)
    if rule.values.get("taxed"):
        for group, minor in part.shares:
            group.values["fees"] += case.amount(minor)
    return part


def border_parts(case: Parcel) -> tuple[list[Part], list[Part]]:
    """What the market's formula adds after the tariff: more parts of the duty, and the tax at the border."""
    duty: list[Part] = []
    tax: list[Part] = []
    for group in case.groups:
        more, owed = _after(case, group)
        duty += more
        tax += owed
    return duty, _waived(case, tax)


def _after(case: Parcel, group: Group) -> tuple[list[Part], list[Part]]:
    steps: Steps = case.formula.values["steps"]
    why = _no_tax(case, group)
    if DUTY not in group.values:
        unknown = [missing(s.name, "the duty is not known") for s in steps.after if s.levy == "duty"]
        unsaid = missing("tax", "the duty is not known, and the tax is taken on it", group.sides.tax.id)
        owed = [unsaid] if why is None else [nothing(case, "tax", *why)]
        return unknown, owed
    duty: list[Part] = []
    tax: list[Part] = []
    known = _tax_known(case, group, steps) if why is None else None
    for step in steps.after:
        if step.levy == "tax" and (why is not None or known is not None):
            continue
        part = _step(case, group, step)
        if isinstance(part, Part):
            (tax if step.levy == "tax" else duty).append(part)
    if why is not None:
        return duty, [nothing(case, "tax", *why)]
    return duty, tax if known is None else [known]


def _no_tax(case: Parcel, group: Group) -> tuple[str, str] | None:
    """Why no tax is due at the border, and by which row; None when one is due or nobody knows."""
    rule, side = group.sides.tax, group.tax_word
    if side == FREE:
        return f"free: {threshold_text(case, rule)}", rule.id
    if side == AT_SALE:
        return f"taxed at the sale: {threshold_text(case, rule)}", rule.id
    if group.regime is not None and group.regime.values.get("covers_tax"):
        return f"contained in the duty {group.duty_word}", rule.id
    steps: Steps = case.formula.values["steps"]
    if side == CHARGED and not steps.taxes:
        return "the market takes no tax at the border", case.formula.id
    return None


def _tax_known(case: Parcel, group: Group, steps: Steps) -> Part | None:
    """None when the tax can be computed; else the part that says why not."""
    rule, rate = group.sides.tax, group.sides.rate
    if group.tax_word != CHARGED:
        reason = (
            "the rule leaves this case to a person" if group.tax_word == ASK else "is not a word for a tax"
        )
        return missing("tax", case.problem("tax", rule.id, reason, rule.note or "a decision"), rule.id)
    if rate is not None:
        group.values[TAX_RATE] = rate.decimal("rate")
        return None
    if steps.rated:
        why = case.problem("market", case.asked.market, "no rate of the tax is in force", "a vat rule")
        return missing("tax", why)
    return None


def _step(case: Parcel, group: Group, step: Step) -> Part | None:
    """Run one step; a part when its result is owed or restates the tariff."""
    values = group.values
    if TAX_RATE not in values and TAX_RATE in step.asks:
        return None
    try:
        result = step.formula.within(values)
    except FormulaError as wrong:
        if not step.levy:
            return None
        why = case.problem("weight_g", "", "is needed to compute what is due", str(wrong))
        return missing(step.name, why, case.formula.id)
    if step.name == TARIFF:
        return _restated(case, group, step, result)
    if not step.levy:
        values[step.name] = result
        return None
    minor = case.minor(result)
    values[step.name] = case.amount(minor)
    if step.levy == "duty":
        values[DUTY] += values[step.name]
    return Part(_node(case, group, step, minor), ((group, minor),))


def _restated(case: Parcel, group: Group, step: Step, result: Decimal) -> Part | None:
    change = result - group.values[TARIFF]
    group.values[TARIFF] = result
    group.values[DUTY] += change
    if not change:
        return None
    minor = case.minor(change)
    node = Breakdown("truncation", case.money(minor), formula=step.formula.text, source=case.formula.id)
    return Part(node, ((group, minor),))


def _node(case: Parcel, group: Group, step: Step, minor: int) -> Breakdown:
    inputs = {}
    for name in step.asks:
        value = group.values[name]
        if name == TAX_RATE and group.sides.rate is not None:
            inputs[name] = str(group.sides.rate.values["rate"])
        elif name in NUMBERS:
            inputs[name] = f"{quantize(value, 3)}"
        else:
            inputs[name] = case.words(value)
    rate = group.sides.rate
    source = case.formula.id if rate is None else f"{case.formula.id}, {rate.id}"
    return Breakdown(step.name, case.money(minor), ACTUAL, step.formula.text, inputs, source)


def _waived(case: Parcel, parts: list[Part]) -> list[Part]:
    """The tax again, where the tax itself decides: nothing when it is up to the threshold."""
    rules = {g.sides.tax.id: g.sides.tax for g in case.groups if g.sides.tax.values["basis"] == "tax_amount"}
    for rule in rules.values():
        minors = sum(part.minor for part in parts)
        value = case.book.convert(case.amount(minors), case.currency, rule.text("currency"))
        if minors and word(rule, value) == FREE and all(p.node.amount is not None for p in parts):
            why = f"waived: {Money(minors, case.currency)} of tax against {threshold_text(case, rule)}"
            return [nothing(case, "tax", why, rule.id)]
    return parts


def sale_parts(case: Parcel) -> tuple[list[Part], Rule | None]:
    """The tax at the sale on the goods that are taxed there, and the row that says who collects it."""
    groups = [group for group in case.groups if group.tax_word == AT_SALE]
    if not groups:
        return [], None
    rule = _sale_row(case)
    if isinstance(rule, Part):
        return [rule], None
    if rule.values["collector"] == NOBODY:
        return [nothing(case, "sale_tax", rule.note or "nobody takes it", rule.id)], rule
    if rule.values.get("stated") and case.asked.sale_tax_rate is None:
        why = case.problem(
            "sale_tax_rate",
            case.asked.region,
            "the rate depends on the buyer's address",
            "a share such as 0.08",
        )
        return [missing("sale_tax", why, rule.id)], rule
    by_rate: dict[Decimal | None, list[Group]] = {}
    for group in groups:
        by_rate.setdefault(_sale_rate(case, rule, group), []).append(group)
    return [_sale_part(case, rule, rate, members) for rate, members in by_rate.items()], rule


def _sale_row(case: Parcel) -> Rule | Part:
    asked = case.asked
    keys = parties(asked) | {"seller": asked.seller}
    if asked.region:
        keys["region"] = asked.region
    try:
        return case.book.rulebook.find("sale_tax", case.book.on, **keys)
    except Unconfirmed as found:
        return missing("sale_tax", gap(case, "sale_tax", found))
    except RuleGap as found:
        accepted = ", ".join(schemes(asked.market, case.book)) or "a sale_tax rule for this seller"
        why = case.problem("scheme", asked.scheme, "who takes the tax of this sale is not known", accepted)
        return missing("sale_tax", f"{why}: {found}")


def _sale_rate(case: Parcel, rule: Rule, group: Group) -> Decimal | None:
    if rule.values.get("stated"):
        return case.asked.sale_tax_rate or ZERO
    own = rule.values.get("rate")
    if own is not None:
        return Decimal(own)
    return None if group.sides.rate is None else group.sides.rate.decimal("rate")


def _sale_part(case: Parcel, rule: Rule, rate: Decimal | None, groups: list[Group]) -> Part:
    base = rule.values.get("base")
    if rate is None:
        why = case.problem("market", case.asked.market, "no rate of the tax is in force", "a vat rule")
        return missing("sale_tax", why, rule.id)
    if base is not None and DUTY in base.names and any(DUTY not in g.values for g in groups):
        return missing("sale_tax", "the duty is not known, and the tax is taken on it", rule.id)
    exact = [(g.values["goods"] if base is None else base.within(g.values)) * rate for g in groups]
    total = case.minor(sum(exact, ZERO))
    shares = spread(total, exact)
    shown = groups[0].sides.rate
    own = rule.values.get("rate")
    said = case.asked.sale_tax_rate if rule.values.get("stated") else own
    source = rule.id if said is not None or shown is None else f"{rule.id}, {shown.id}"
    said = said if said is not None or shown is None else shown.values["rate"]
    formula = f"({base.text if base else 'goods'}) x {said}"
    node = Breakdown("sale_tax", case.money(total), ACTUAL, formula, {"name": rule.text("name")}, source)
    return Part(node, tuple(zip(groups, shares, strict=True)))
