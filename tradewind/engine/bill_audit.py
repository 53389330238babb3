"""A carrier's bill against the rate card: what each line should have been, what is too much, and why.

Every line is priced with our weight, sizes and destination. What is above that is split into its causes so
that they sum to it exactly. What cannot be judged is named and never a finding. Minor units of one currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tradewind.engine.bill_pricing import (
    DUPLICATE,
    EXACT,
    NO_CARD,
    NO_PARCEL,
    RATE,
    SERVICE,
    SURCHARGE,
    UNKNOWN_PARCEL,
    Billed,
    Ours,
    Pricing,
    Tolerance,
)
from tradewind.engine.rates import Asked, Card, Parcel, Quote, Weight

FREIGHT, TOTAL = "freight", "total"
# What corrects the freight of a parcel billed before, or takes something off it.
CORRECTIONS = frozenset({"weight_adjustment", "discount"})
BASES = frozenset({FREIGHT, TOTAL}) | CORRECTIONS
Key = tuple[str, str]  # parcel, charge code


class Wrong(NamedTuple):
    """Too much for one reason: minor units above zero, and what was compared."""

    reason: str
    excess: int
    facts: Mapping[str, str]


@dataclass(slots=True)
class Verdict:
    """What a line should have been (None: not known), what is wrong with it, what could not be judged."""

    expected: int | None = None
    source: str = ""
    wrongs: list[Wrong] = field(default_factory=list)
    unjudged: list[tuple[str, str]] = field(default_factory=list)  # what, why

    @property
    def excess(self) -> int:
        """The sum of what is wrong."""
        return sum(w.excess for w in self.wrongs)


def audit_bill(
    lines: Iterable[Billed],
    ours: Mapping[str, Ours],
    already: Mapping[Key, str],
    tolerance: Tolerance = EXACT,
) -> dict[int, Verdict]:
    """Every line's verdict. `already`: what earlier bills charged, by parcel and code, and where.

    A code charged twice for one parcel is a duplicate, whatever the second amount; base prices are one code.
    Example: a card of 10 for every started 100 g: 300 g billed at 45, measured 200 g, is 25 too much: 10 of
    weight, 15 of rate.
    """
    verdicts: dict[int, Verdict] = {}
    together: dict[str, list[Billed]] = {}
    seen = dict(already)
    for line in lines:
        verdict = verdicts[line.line] = Verdict()
        if not line.parcel:
            verdict.unjudged.append(("parcel", NO_PARCEL))
            continue
        left = _without_duplicates(line, seen, verdict)
        if _judge_whole(left, ours.get(line.parcel, Ours(refused=UNKNOWN_PARCEL)), verdict):
            together.setdefault(line.parcel, []).append(left)
    for code, some in together.items():
        mine = ours[code]
        if mine.parcel is not None and mine.card is not None:
            _Parcel(some, mine, mine.parcel, mine.card, tolerance).judge(verdicts)
    return verdicts


def charge_key(parcel: str, code: str) -> Key:
    """Under which a charge is known: whole prices and base prices are one."""
    return parcel, FREIGHT if code == TOTAL else code


def _judge_whole(line: Billed, mine: Ours, verdict: Verdict) -> bool:
    """What needs no price; whether there is something left to be priced."""
    if not line.charges:
        verdict.expected = 0
        return False
    if mine.refused:
        verdict.expected = 0
        if line.amount > 0:
            verdict.wrongs.append(Wrong(mine.refused, line.amount, {}))
        return False
    if mine.unjudged or mine.card is None or mine.parcel is None:
        verdict.unjudged.append(("price", mine.unjudged or NO_CARD))
        return False
    return True


def _without_duplicates(line: Billed, seen: dict[Key, str], verdict: Verdict) -> Billed:
    """The line without what was charged before, which is noted."""
    kept, twice, where = {}, 0, ""
    for code, minor in line.charges.items():
        key = charge_key(line.parcel, code)
        if key in seen and code not in CORRECTIONS and minor > 0:
            twice, where = twice + minor, seen[key]
        else:
            kept[code] = minor
    for code in kept:
        seen[charge_key(line.parcel, code)] = f"#{line.line}"
    if twice:
        verdict.wrongs.append(Wrong(DUPLICATE, twice, {"charged_before": where}))
    return Billed(
        line.line, line.parcel, kept, line.billed_g, line.scale_g, line.sides_mm, line.country, line.zone
    )


class _Parcel:
    """All lines of one parcel: its base price judged once, each surcharge by itself."""

    def __init__(
        self, lines: Sequence[Billed], ours: Ours, parcel: Parcel, card: Card, tolerance: Tolerance
    ) -> None:
        self.lines, self.ours, self.parcel, self.card, self.tolerance = lines, ours, parcel, card, tolerance
        self.main = next((one for one in lines if {FREIGHT, TOTAL} & set(one.charges)), lines[0])
        self.whole = TOTAL in self.main.charges
        self.pricing = Pricing(ours, parcel, card, self.main, tolerance)
        self.chain = self.pricing.chain()
        self.right = self.chain[0][1]
        self.causes: dict[int, dict[str, int]] = {line.line: {} for line in lines}

    def judge(self, verdicts: Mapping[int, Verdict]) -> None:
        if self.right.minor is None:
            for line in self.lines:
                verdicts[line.line].unjudged += self.pricing.unjudged or [("price", self.right.reason)]
            return
        facts = _facts(self.pricing, self.ours)
        for line in self.lines:
            verdicts[line.line].source, verdicts[line.line].expected = self.right.source, 0
        verdicts[self.main.line].unjudged += self.pricing.unjudged
        self._judge_base(verdicts[self.main.line])
        for line in self.lines:
            self._judge_surcharges(line, verdicts[line.line])
            found = self.causes[line.line]
            verdicts[line.line].wrongs += [Wrong(why, minor, facts) for why, minor in found.items()]

    def _price(self, quote: Quote) -> int | None:
        """What of a quote stands against the base price of the bill."""
        if quote.minor is None or self.whole:
            return quote.minor
        return quote.minor - sum(c.minor for c in quote.charged)

    def _judge_base(self, verdict: Verdict) -> None:
        billed = [minor for line in self.lines for code, minor in line.charges.items() if code in BASES]
        if not billed:
            return
        prices = [(why, self._price(quote)) for why, quote in self.chain]
        verdict.expected = prices[0][1] or 0
        if self.whole and self.right.unjudged:
            verdict.unjudged += list(self.right.unjudged)
        elif sum(billed) - verdict.expected > self.tolerance.minor:
            causes: dict[str, int] = {}
            _split(sum(billed), prices, causes)
            if RATE in causes and self._is_of_billed_service(sum(billed)):
                causes[SERVICE] = causes.pop(RATE)
            self._lay(causes)

    def _lay(self, causes: dict[str, int]) -> None:
        """Give the excess of the base price to the lines that charged it, the last first."""
        room = [(line, sum(m for code, m in line.charges.items() if code in BASES)) for line in self.lines]
        for line, most in reversed(room):
            mine = self.causes[line.line]
            for why in list(causes):
                part = min(causes[why], max(most, 0))
                if part > 0:
                    mine[why] = mine.get(why, 0) + part
                    causes[why], most = causes[why] - part, most - part

    def _is_of_billed_service(self, base: int) -> bool:
        """Whether the bill's own service, where it is another, costs exactly what was billed."""
        card, theirs = self.ours.billed_card, self.pricing.theirs
        if card is None:
            return False
        quotes = [card.quote(self.parcel)]
        if theirs is not None:
            quotes.append(card.quote_at(Asked(self.parcel), Weight(theirs)))
        return any(self._price(quote) == base for quote in quotes)

    def _judge_surcharges(self, line: Billed, verdict: Verdict) -> None:
        causes, unknown = self.causes[line.line], dict(self.right.unjudged)
        for code, minor in line.charges.items():
            if code in BASES or minor <= 0:
                continue
            due = _surcharge(self.right, code) or 0
            verdict.expected = (verdict.expected or 0) + due
            if code in unknown:
                verdict.unjudged.append((code, unknown[code]))
                verdict.expected += minor - due
            elif not due:
                causes[SURCHARGE] = causes.get(SURCHARGE, 0) + minor
            elif minor - due > self.tolerance.minor:
                _split(minor, [(why, _surcharge(quote, code)) for why, quote in self.chain], causes)


def _split(billed: int, prices: Sequence[tuple[str, int | None]], causes: dict[str, int]) -> None:
    """What is above the first price, by cause; the parts sum to it. What no cause explains is the rate."""
    before = prices[0][1] or 0
    left = billed - before
    for why, price in prices[1:]:
        part = left if price is None else min(max(price - before, 0), left)
        before = before if price is None else price
        if part > 0:
            causes[why] = causes.get(why, 0) + part
            left -= part
    if left > 0:
        causes[RATE] = causes.get(RATE, 0) + left


def _surcharge(quote: Quote, code: str) -> int | None:
    """What a quote charges under a code; None where it has no price."""
    if quote.minor is None:
        return None
    return sum(c.minor for c in quote.charged if c.surcharge.code == code)


def _facts(pricing: Pricing, ours: Ours) -> dict[str, str]:
    """What was compared, as codes and numbers."""
    parcel, billed = pricing.parcel, pricing.billed
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm) if ours.measured else ()
    found = {
        "our_weight_g": str(parcel.weight_g) if ours.weighed else "",
        "our_sides_mm": " x ".join(str(side) for side in sides if side),
        "our_place": f"{parcel.country} {parcel.postcode}".strip(),
        "our_zone": pricing.zone if pricing.zone != parcel.country else "",
        "billed_weight_g": str(billed.billed_g or ""),
        "billed_scale_g": str(billed.scale_g or ""),
        "billed_sides_mm": " x ".join(map(str, billed.sides_mm or ())),
        "billed_place": billed.country if billed.country != parcel.country else "",
        "billed_zone": billed.zone,
    }
    return {name: value for name, value in found.items() if value}
