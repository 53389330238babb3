"""What changed between two days (or two books): rows that came and went, and the answers they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.engine.rule_rows import Rule
from tradewind.engine.rulebook import NoRule, Rulebook, Unconfirmed

CAME, WENT, CHANGED, ENDED = "came", "went", "changed", "ended"
Question = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose answer is another one: what was said, and what is said now.

    `change`: came (there was no answer), went (there is none now), changed, ended (what was known has
    reached its end: `new` is the row that must be confirmed, it answers nothing).
    """

    change: str
    kind: str
    keys: Mapping[str, str]
    old: Rule | None
    new: Rule | None

    @property
    def rule(self) -> Rule:
        """The row to name: the new one, else the old one."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def values(self) -> tuple[tuple[str, Any, Any], ...]:
        """Values that differ: (name, old value, new value); None where a side does not state it."""
        old = self.old.values if self.old else {}
        new = self.new.values if self.new and self.change != ENDED else {}
        names = [*new, *(name for name in old if name not in new)]
        return tuple((n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n))


def diff(rulebook: Rulebook, a: date, b: date, other: Rulebook | None = None) -> list[Change]:
    """Every question answered differently on two days, by kind and keys. `other` answers for day b.

    A narrower row that comes or goes is compared with the wider one that speaks when it does not. Rows that
    say the same in other words of `source` or dates are no change.
    """
    after = other or rulebook
    questions = dict.fromkeys([*_touched(rulebook, a, b), *_touched(after, a, b)])
    if other is not None:
        questions |= dict.fromkeys(_differing(rulebook, other))
    found = (_change(rulebook, a, after, b, question) for question in sorted(questions))
    return [change for change in found if change is not None]


def _touched(book: Rulebook, a: date, b: date) -> Iterator[Question]:
    for rule in book.rules:
        if book.active(rule) and _answers(book, rule, a) != _answers(book, rule, b):
            yield _question(rule)


def _answers(book: Rulebook, rule: Rule, on: date) -> tuple[bool, bool]:
    known_to = book.known_to(rule)
    return rule.holds(on), known_to is None or on <= known_to


def _differing(one: Rulebook, two: Rulebook) -> Iterator[Question]:
    for book, beside in ((one, two), (two, one)):
        for rule in book.rules:
            twin = beside.by_id(rule.id)
            if book.active(rule) and (twin is None or twin != rule or not beside.active(twin)):
                yield _question(rule)


def _question(rule: Rule) -> Question:
    return rule.kind, tuple(rule.keys.items())


def _ask(book: Rulebook, question: Question, on: date) -> tuple[Rule | None, bool]:
    try:
        return book.find(question[0], on, **dict(question[1])), False
    except NoRule:
        return None, False
    except Unconfirmed as gap:
        return gap.rule, True


def _change(one: Rulebook, a: date, two: Rulebook, b: date, question: Question) -> Change | None:
    (old, old_ended), (new, new_ended) = _ask(one, question, a), _ask(two, question, b)
    kind, keys = question[0], dict(question[1])
    if new_ended:
        return None if old_ended else Change(ENDED, kind, keys, old, new)
    if old_ended:
        old = None
    if old is None or new is None:
        found = new or old
        return None if found is None else Change(CAME if new else WENT, kind, keys, old, new)
    return None if old.values == new.values else Change(CHANGED, kind, keys, old, new)
