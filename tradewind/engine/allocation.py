"""Bills laid on batches: each fee by a key of its own, to the cent, no batch guessed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import share

# What a bill can be for. `vat_refund` and `credit` come back: their amount is below zero.
KINDS = (
    "freight", "duty", "import_vat", "vat_refund", "insurance", "handling", "packaging", "inspection",
    "domestic_freight", "credit", "other",
)  # fmt: skip
GIVEN_BACK = ("vat_refund", "credit")
WEIGHT, VOLUMETRIC, CHARGEABLE, VOLUME = "weight", "volumetric", "chargeable", "volume"
QTY, VALUE, DECLARED, CUSTOM = "qty", "value", "declared", "custom"
BASES = (WEIGHT, VOLUMETRIC, CHARGEABLE, VOLUME, QTY, VALUE, DECLARED, CUSTOM)
_FIELDS = {
    WEIGHT: ("weight_g",), VOLUMETRIC: ("volume_mm3",), CHARGEABLE: ("weight_g", "volume_mm3"),
    VOLUME: ("volume_mm3",), QTY: ("qty",), VALUE: ("value_minor",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A batch that shares a bill. Weight, volume, value: totals of the batch; None where not known."""

    key: int
    qty: int
    weight_g: int | None = None
    volume_mm3: int | None = None
    value_minor: int | None = None
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """By what a bill is shared.

    `divisor` (cm3 a kg) belongs to volumetric and chargeable weight. `stated` belongs to `declared` and
    `custom`: a figure a SKU; the declared ones are amounts and sum to the bill.
    Example: Key("chargeable", 6000), Key("declared", stated={"SKU-1": Fraction(12)}).
    """

    basis: str
    divisor: int | None = None
    stated: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """A batch's part of a bill and the figure it was measured by, exactly."""

    key: int
    measure: Fraction
    minor: int


def allocate(total: int, lines: Sequence[Line], key: Key, amount: Fraction | None = None) -> list[Share]:
    """Split minor units over batches by a key; the parts sum to the total, largest remainders first.

    `amount` is the bill in major units of its own currency: what declared lines must sum to. Refused
    with every problem: a measure that is not known or below zero (never taken as zero), all zero, a SKU
    not stated or stated and not there, a sum of declared lines that is not the bill.
    Example: 100 by weight on 1 g and 2 g gives 33 and 67.
    """
    problems = _key_problems(key, lines, amount)
    if problems:
        raise Refused(problems)
    if key.basis in (DECLARED, CUSTOM):
        return _by_sku(total, lines, key.stated)
    measures = [_measure(line, key) for line in lines]
    if not sum(measures):
        raise Refused([Problem(None, _FIELDS[key.basis][0], "0", _NOTHING, "above zero")])
    return _shares(lines, measures, share(total, measures))


_NOTHING = "nothing to share by: every line is zero"


def _key_problems(key: Key, lines: Sequence[Line], amount: Fraction | None) -> list[Problem]:
    if key.basis not in BASES:
        return [Problem(None, "basis", key.basis, "is not known", ", ".join(BASES))]
    if not lines:
        return [Problem(None, "lines", "", "there are no batches to share by")]
    if key.basis in (DECLARED, CUSTOM):
        return _stated_problems(key, lines, amount)
    problems = []
    if key.basis in (VOLUMETRIC, CHARGEABLE) and (key.divisor is None or key.divisor < 1):
        problems.append(
            Problem(None, "divisor", str(key.divisor or ""), "is needed for volumetric weight", "5000")
        )
    for line in lines:
        for name in _FIELDS[key.basis]:
            value = getattr(line, name)
            if value is None or value < 0:
                why = "is not known" if value is None else "is below zero"
                problems.append(Problem(line.key, name, line.sku or str(line.key), why, "0 or more"))
    return problems


def _stated_problems(key: Key, lines: Sequence[Line], amount: Fraction | None) -> list[Problem]:
    here = {line.sku for line in lines}
    problems = [
        Problem(None, "stated", sku, "is not stated: give 0 if it takes no part", "0 or more")
        for sku in sorted(here - key.stated.keys())
    ]
    problems += [
        Problem(None, "stated", sku, "is not among the goods", ", ".join(sorted(here))[:200])
        for sku in sorted(key.stated.keys() - here)
    ]
    back = key.basis == DECLARED and amount is not None and amount < 0
    for sku, figure in key.stated.items():
        if (figure < 0 and not back) or (figure > 0 and back):
            problems.append(Problem(None, "stated", sku, "has the wrong sign"))
    whole = sum(key.stated.values())
    if key.basis == DECLARED and amount is not None and whole != amount:
        reason = "the declared lines do not sum to the bill"
        problems.append(Problem(None, "stated", _text(whole), reason, _text(amount)))
    elif not whole:
        problems.append(Problem(None, "stated", "0", _NOTHING, "above zero"))
    return problems


def _text(figure: int | Fraction) -> str:
    """A figure as people write it, to six decimals."""
    return f"{Decimal(Fraction(figure).numerator) / Decimal(Fraction(figure).denominator):.6f}".rstrip(
        "0"
    ).rstrip(".")


def _measure(line: Line, key: Key) -> Fraction:
    if key.basis == VOLUMETRIC:
        return _volumetric(line, key)
    if key.basis == CHARGEABLE:
        return max(Fraction(line.weight_g or 0), _volumetric(line, key))
    return Fraction(getattr(line, _FIELDS[key.basis][0]))


def _volumetric(line: Line, key: Key) -> Fraction:
    """Grams of volumetric weight: cm3 over the divisor is kg, so mm3 over the divisor is grams."""
    return Fraction(line.volume_mm3 or 0, key.divisor or 1)


def _by_sku(total: int, lines: Sequence[Line], stated: Mapping[str, Fraction]) -> list[Share]:
    """First to the SKUs, so that each has exactly its own, then to their batches by units."""
    codes = sorted({line.sku for line in lines})
    found: dict[int, Share] = {}
    for sku, part in zip(codes, share(total, [abs(stated[sku]) for sku in codes]), strict=True):
        mine = [line for line in lines if line.sku == sku]
        units = sum(line.qty for line in mine)
        measures = [abs(stated[sku]) * line.qty / units for line in mine]
        for one in _shares(mine, measures, share(part, [line.qty for line in mine])):
            found[one.key] = one
    return [found[line.key] for line in lines]


def _shares(lines: Sequence[Line], measures: Sequence[Fraction], parts: Sequence[int]) -> list[Share]:
    return [Share(line.key, m, part) for line, m, part in zip(lines, measures, parts, strict=True)]
