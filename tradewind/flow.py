"""The table of contents: every step of the business, in the order in which the goods flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, which noun's rows wait for it, and the pull that does the work."""

    code: str
    label: Any
    stage: int  # 1..6 of the guide
    noun: str  # code of the noun whose rows wait here
    run: Callable[[datetime, Actor], StepResult]  # idempotent, restartable
    every: timedelta
    waiting: Callable[[Actor], int]


STEPS: tuple[Step, ...] = ()
