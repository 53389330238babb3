"""The gates of a candidate (row 3.1): pass, fail or missing, always with the reason and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

PASS, FAIL, MISSING = "pass", "fail", "missing"
GATES = ("profit", "demand", "competition", "size", "qualification", "taboo")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a candidate; None is unknown."""

    margin: Decimal | None = None  # fraction of the net price
    monthly_units: int | None = None  # of the niche
    hhi: Decimal | None = None  # 0..10000, sellers or brands
    weight_g: int | None = None
    longest_mm: int | None = None
    required_qualifications: frozenset[str] | None = None  # None: nobody looked yet
    held_qualifications: frozenset[str] = frozenset()  # in force
    taboo_flags: Mapping[str, str] | None = None  # flag -> strong, mild, weak; None: not screened


@dataclass(frozen=True, slots=True)
class Limits:
    """The house's thresholds, editable; each is an inclusive bound."""

    min_margin: Decimal = Decimal("0.15")
    min_monthly_units: int = 300
    max_hhi: Decimal = Decimal(1800)
    max_weight_g: int = 9000
    max_longest_mm: int = 450


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says: pass, fail or missing; `reason` a code, `evidence` plain words with the numbers."""

    gate: str
    verdict: str
    reason: str
    evidence: str
    numbers: Mapping[str, str] = field(default_factory=dict)


def _bound(
    gate: str, what: str, value: Decimal | int | None, low: Decimal | int | None, high: Decimal | int | None
) -> Verdict:
    """A number against one bound."""
    limit = f"at least {low}" if low is not None else f"at most {high}"
    if value is None:
        return Verdict(
            gate, MISSING, f"{what}_unknown", f"{what} is not known, wanted {limit}", {"limit": limit}
        )
    good = (low is None or value >= low) and (high is None or value <= high)
    verdict, reason = (PASS, f"{what}_within") if good else (FAIL, f"{what}_beyond")
    numbers = {"value": str(value), "limit": limit}
    return Verdict(gate, verdict, reason, f"{what} {value}, wanted {limit}", numbers)


def _size(evidence: Evidence, limits: Limits) -> Verdict:
    """Weight and the longest side: a fail of one decides, then a missing one."""
    both = (
        _bound("size", "weight_g", evidence.weight_g, None, limits.max_weight_g),
        _bound("size", "longest_mm", evidence.longest_mm, None, limits.max_longest_mm),
    )
    for verdict in (FAIL, MISSING):
        for one in both:
            if one.verdict == verdict:
                return one
    numbers = {"weight_g": str(evidence.weight_g), "longest_mm": str(evidence.longest_mm)}
    return Verdict("size", PASS, "size_within", "; ".join(one.evidence for one in both), numbers)


def _qualification(evidence: Evidence) -> Verdict:
    if evidence.required_qualifications is None:
        return Verdict("qualification", MISSING, "requirements_unknown", "nobody has stated what is required")
    lacking = sorted(evidence.required_qualifications - evidence.held_qualifications)
    numbers = {"required": ", ".join(sorted(evidence.required_qualifications))}
    if lacking:
        words = f"not held: {', '.join(lacking)}"
        return Verdict("qualification", FAIL, "qualification_lacking", words, numbers)
    words = f"held: {numbers['required']}" if evidence.required_qualifications else "none required"
    return Verdict("qualification", PASS, "qualification_held", words, numbers)


def _taboo(evidence: Evidence) -> Verdict:
    """Only strong cautions stop a candidate; mild and weak ones are named as hints."""
    if evidence.taboo_flags is None:
        return Verdict("taboo", MISSING, "not_screened", "the product was not screened for the market")
    flags = dict(sorted(evidence.taboo_flags.items()))
    words = ", ".join(f"{flag} ({strength})" for flag, strength in flags.items())
    if "strong" in flags.values():
        return Verdict("taboo", FAIL, "strong_caution", words, flags)
    return Verdict("taboo", PASS, "hints_only" if flags else "no_caution", words or "no caution found", flags)


def judge(evidence: Evidence, limits: Limits | None = None) -> list[Verdict]:
    """Every gate in the order of GATES. A missing number never passes."""
    at = limits or Limits()
    return [
        _bound("profit", "margin", evidence.margin, at.min_margin, None),
        _bound("demand", "monthly_units", evidence.monthly_units, at.min_monthly_units, None),
        _bound("competition", "hhi", evidence.hhi, None, at.max_hhi),
        _size(evidence, at),
        _qualification(evidence),
        _taboo(evidence),
    ]


def may_pass(verdicts: list[Verdict], overridden: frozenset[str] = frozenset()) -> bool:
    """Whether no gate stands in the way: every gate was judged, and passes or was overridden by name."""
    judged = {verdict.gate: verdict.verdict for verdict in verdicts}
    return all(judged.get(gate) == PASS or gate in overridden for gate in GATES)
