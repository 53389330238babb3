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
    held_qualifications: frozenset[str] = frozenset()
    taboo_flags: Mapping[str, str] | None = None  # flag -> strength (strong, mild, weak); None: not screened


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


def judge(evidence: Evidence, limits: Limits | None = None) -> list[Verdict]:
    """Every gate in the order of GATES."""
    raise NotImplementedError


def may_pass(verdicts: list[Verdict], overridden: frozenset[str] = frozenset()) -> bool:
    """Whether no gate stands in the way: each passes or was overridden by a named person."""
    raise NotImplementedError
