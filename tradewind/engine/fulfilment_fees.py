"""What a channel's own warehouses charge: the size tier of a unit, its fulfilment and its storage.

Everything comes from dated rows; a tier or a card that is not known is missing with its reason, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import Money, quantize
from tradewind.engine.rule_rows import Rule
from tradewind.engine.rulebook import NoRule, Rulebook, RuleGap, Unconfirmed

MM_PER_INCH, G_PER_LB = Fraction(254, 10), Fraction(45359237, 100000)
GRAMS = {"g": Fraction(1), "kg": Fraction(1000), "lb": G_PER_LB, "oz": G_PER_LB / 16}
MM3 = {"ft3": (12 * MM_PER_INCH) ** 3, "m3": Fraction(10**9)}
_HALF = Fraction(1, 2)  # whole millimetres and grams are known to half of one


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as it is packed: sides in mm, weight in g."""

    sides_mm: tuple[int, int, int]
    weight_g: int

    @property
    def mm3(self) -> int:
        """Volume in cubic millimetres."""
        a, b, c = self.sides_mm
        return a * b * c


@dataclass(frozen=True, slots=True)
class Tier:
    """The size tier of a unit and the weight (exact grams) it is billed by."""

    rule: Rule
    billed_g: Fraction

    @property
    def code(self) -> str:
        """The tier's name as fees are asked for."""
        return self.rule.keys["tier"]


def size_tier(book: Rulebook, on: date, unit: Unit, *, channel: str, market: str) -> Tier:
    """The first size tier the unit fits. NoRule when it fits none that is known; Unconfirmed when it fits one
    that is past its known life.

    Example: 300 x 200 x 18 mm and 400 g are small standard at Amazon US (15 x 12 x 0.75 in, 1 lb).
    """
    keys = {"channel": channel, "market": market}
    for row, gap in _tiers(book, on, keys):
        billed = _billed(row, unit)
        if _fits(row, unit, billed):
            if gap is not None:
                raise gap
            return Tier(row, billed)
    raise NoRule("size_tier", keys, on)


def _tiers(book: Rulebook, on: date, keys: dict[str, str]) -> list[tuple[Rule, Unconfirmed | None]]:
    """Tiers in the order in which they are tried; with the refusal of those past their known life."""
    found: list[tuple[Rule, Unconfirmed | None]] = []
    for tier in book.values_of("size_tier", "tier"):
        try:
            found.append((book.find("size_tier", on, **keys, tier=tier), None))
        except Unconfirmed as gap:
            found.append((gap.rule, gap))
        except NoRule:
            continue
    return sorted(found, key=lambda row: int(row[0].values["place"]))


def _billed(row: Rule, unit: Unit) -> Fraction:
    """Grams a unit is judged and billed by: scale weight, or the greater of it and volume."""
    scale = max(unit.weight_g - _HALF, Fraction(0))
    if "divisor" not in row.values:
        return scale
    per = Fraction(int(row.values["divisor"]))
    inches = row.values["unit"] == "in_lb"
    volume = unit.mm3 / MM_PER_INCH**3 / per * G_PER_LB if inches else unit.mm3 / per
    return max(scale, volume)


def _fits(row: Rule, unit: Unit, billed_g: Fraction) -> bool:
    inches = row.values["unit"] == "in_lb"
    mm, grams = (MM_PER_INCH, G_PER_LB) if inches else (Fraction(10), Fraction(1000))
    near = [side - _HALF for side in sorted(unit.sides_mm, reverse=True)]
    girth = near[0] + 2 * (near[1] + near[2])
    limits = zip(("longest", "median", "shortest", "length_plus_girth"), [*near, girth], strict=True)
    if any(name in row.values and size > Fraction(row.values[name]) * mm for name, size in limits):
        return False
    return "max_weight" not in row.values or billed_g <= Fraction(row.values["max_weight"]) * grams


def fulfilment_fee(rule: Rule, billed_g: Fraction | int) -> Breakdown:
    """Fee of one unit by a card's row: the step its weight falls in; above the last, a base and so much more.

    Example: steps to 3 lb, then 6.92 + 0.08 for each started quarter pound: 3.1 lb are 7.00.
    """
    values, unit = rule.values, rule.values["weight_unit"]
    weight = Fraction(billed_g) / GRAMS[unit]
    inputs = {"weight": f"{quantize(weight, 3)} {unit}"}
    step = next((amount for up_to, amount in values["steps"] if weight <= Fraction(up_to)), None)
    if step is not None:
        fee = Money.rounded(step, values["currency"])
        return Breakdown("fulfilment_fee", fee, formula="step of the card", inputs=inputs, source=rule.id)
    if "beyond_each" not in values:
        why = f"the card ends at {values['steps'][-1][0]} {unit}"
        return Breakdown.missing("fulfilment_fee", why, inputs=inputs, source=rule.id)
    over = weight - Fraction(values["steps"][-1][0])
    pieces = ceil(over / Fraction(values["beyond_each"]))
    fee = Money.rounded(values["beyond_base"] + pieces * values["beyond_amount"], values["currency"])
    formula = f"{values['beyond_base']} + {pieces} x {values['beyond_amount']}"
    return Breakdown("fulfilment_fee", fee, formula=formula, inputs=inputs, source=rule.id)


def storage_fee(rule: Rule, mm3: int, months: Fraction | int = 1) -> Breakdown:
    """Storage of a volume (mm3) for months, rounded half up once; a row of `storage_fee` or `aged_stock_fee`.

    A row with a minimum charges at least that for the unit and month.
    """
    values = rule.values
    share = Fraction(mm3) / MM3[values["volume"]]
    each = share * Fraction(values["amount"])
    least = Fraction(values.get("minimum", 0))
    fee = Money.rounded(max(each, least) * months, values["currency"])
    formula = "minimum x months" if least > each else f"volume x {values['amount']} x months"
    inputs = {"volume": f"{quantize(share, 5)} {values['volume']}", "months": str(months)}
    return Breakdown(rule.kind, fee, formula=formula, inputs=inputs, source=rule.id)


def storage_of(
    book: Rulebook, on: date, unit: Unit, *, channel: str, market: str, size: str, months: Fraction | int = 1
) -> Breakdown:
    """Storage of a unit at the season's rate of the day; missing with the reason when no rate is known."""
    try:
        rows = book.each("storage_fee", "season", on, channel=channel, market=market, size=size)
    except RuleGap as gap:
        return Breakdown.missing("storage_fee", str(gap))
    row = next((r for r in rows if on.month in r.values["months"]), None)
    if row is None:
        none = NoRule("storage_fee", {"channel": channel, "market": market, "size": size}, on)
        return Breakdown.missing("storage_fee", str(none))
    return storage_fee(row, unit.mm3, months)


def fulfilment_of(
    book: Rulebook,
    on: date,
    unit: Unit,
    *,
    channel: str,
    market: str,
    goods: str = "*",
    price_band: str = "*",
) -> Breakdown:
    """Tier, card and fee of a unit on a day; missing with the reason where any of it is not known."""
    try:
        tier = size_tier(book, on, unit, channel=channel, market=market)
        keys = {"channel": channel, "market": market, "tier": tier.code}
        asked = {name: key for name, key in (("goods", goods), ("price_band", price_band)) if key != "*"}
        card = book.find("fulfilment_fee", on, **keys, **asked)
    except RuleGap as gap:
        return Breakdown.missing("fulfilment_fee", str(gap))
    return fulfilment_fee(card, tier.billed_g)


def fixed_fee(rule: Rule, price: Money) -> Breakdown:
    """A sum that falls due, by the band the price falls in; missing where the row is of another currency."""
    values = rule.values
    if values["currency"] != price.currency:
        why = f"the fee is in {values['currency']}, the price in {price.currency}"
        return Breakdown.missing(rule.keys["fee"], why, source=rule.id)
    amount = next(a for bound, a in values["amounts"] if bound is None or price.amount <= bound)
    fee = Money.rounded(amount, price.currency)
    return Breakdown(rule.keys["fee"], fee, formula=f"per {values['per']}", source=rule.id)
