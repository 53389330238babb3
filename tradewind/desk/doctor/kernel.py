"""What a check is. Most are one SQL statement that finds the rows that break a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tradewind.db.sql import fetch


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that must hold; `run` gives what breaks it, in words."""

    code: str
    label: Any  # str or a lazy translation
    run: Callable[[], Iterable[Any]]


def sql_check(code: str, label: Any, sql: str, words: str) -> Check:
    """A check made of a statement: `words` says a row that breaks the rule, "{0}" its first value."""
    return Check(code, label, lambda: [words.format(*row) for row in fetch(sql)])
