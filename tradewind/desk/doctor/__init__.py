"""The doctor: every invariant of the data and the installation, checked on the live database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tradewind.desk.doctor import books, goods, house, installation, payables
from tradewind.desk.doctor.kernel import Check

MOST = 20  # findings shown of one check; the rest is counted


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found; nothing is good."""

    code: str
    label: str
    findings: tuple[str, ...]


def checks() -> tuple[Check, ...]:
    """Every check, the cheap ones about the installation first."""
    return (*installation.CHECKS, *house.CHECKS, *goods.CHECKS, *books.CHECKS, *payables.CHECKS)


def examine(only: Collection[str] = ()) -> list[Result]:
    """Run the checks (or only those named); a check that breaks is itself a finding."""
    return [_run(one) for one in checks() if not only or one.code in only]


def _run(one: Check) -> Result:
    try:
        found = [str(f) for f in one.run()]
    except Exception as exc:  # a broken check must not hide the others' findings
        found = [f"the check itself failed: {type(exc).__name__}: {exc}"]
    more = len(found) - MOST
    return Result(
        one.code, str(one.label), tuple([*found[:MOST], *([f"and {more} more"] if more > 0 else [])])
    )
