"""The dated rulebook: which row of a fact was in force on a day, and who says so.

The engine takes text and gives values; `tradewind.rules.load()` is the only reader of files.
A row stands for all days from `valid_from` to `valid_to` (both inclusive); the narrower row wins
(``*`` is the widest); proposed rows are off until a person confirms them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_kinds import KINDS
from tradewind.engine.rule_parse import parse_rules
from tradewind.engine.rule_rows import ANY, CONFIRMED, PROPOSED, REFUSED, Example, NoRule, Rule, RuleFile

__all__ = [
    "ANY", "CONFIRMED", "PROPOSED", "REFUSED", "Change", "Example", "NoRule", "Rule", "RuleFile", "Rulebook",
    "build", "diff", "parse_rules",
]  # fmt: skip


_REMEMBERED = 50_000  # answers


@dataclass(frozen=True, slots=True)
class Change:
    """A row that came or went between two days."""

    change: str  # came, went
    rule: Rule


class Rulebook:
    """Every row, ready to be asked. Immutable; `with_decisions` gives another one."""

    def __init__(
        self,
        rules: Iterable[Rule],
        examples: Iterable[Example] = (),
        decisions: Mapping[str, str] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.examples = tuple(examples)
        self.decisions: Mapping[str, str] = dict(decisions or {})
        self._ids = {rule.id: rule for rule in self.rules}
        on = [rule for rule in self.rules if self.active(rule)]
        problems = _repeated(self.rules) + list(_clashes(on)) + self._unknown_decisions()
        if problems:
            raise Refused(problems)
        # kind -> [(names of the keys that are not *, {their values: rows})], the narrowest first.
        self._index: dict[str, list[tuple[tuple[str, ...], dict[tuple[str, ...], list[Rule]]]]] = {}
        self._names = {(r.kind, key, value) for r in self.rules for key, value in r.keys.items()}
        self._found: dict[tuple[object, ...], Rule | None] = {}
        for kind, masks in _by_mask(on).items():
            self._index[kind] = sorted(masks.items(), key=lambda item: -len(item[0]))

    def _unknown_decisions(self) -> list[Problem]:
        return [
            Problem(None, id_, verdict, "is not a verdict on a rule", "confirmed, refused")
            for id_, verdict in self.decisions.items()
            if verdict not in (CONFIRMED, REFUSED)
        ]

    def find(self, kind: str, on: date, **keys: str) -> Rule:
        """The row in force on the day for the keys; the narrower wins. NoRule when there is none.

        A key left out matches only rows that say ``*`` there. ValueError for an unknown kind or key.
        Answers are remembered.
        """
        question = (kind, on, *keys.items())
        try:
            found = self._found[question]
        except KeyError:
            found = self._look(kind, on, keys)
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[question] = found
        if found is None:
            raise NoRule(kind, keys, on)
        return found

    def _look(self, kind: str, on: date, keys: Mapping[str, str]) -> Rule | None:
        schema = KINDS.get(kind)
        if schema is None or not keys.keys() <= set(schema.keys):
            raise ValueError(f"no rule kind {kind!r} with keys {sorted(keys)}")
        for mask, rows in self._index.get(kind, ()):
            for rule in rows.get(tuple(keys.get(name, ANY) for name in mask), ()):
                if rule.holds(on):
                    return rule
        return None

    def speaks_of(self, kind: str, key: str, value: str) -> bool:
        """Whether any row of a kind, on or off, names this value of a key."""
        return (kind, key, value) in self._names

    def all(self, kind: str | None = None, on: date | None = None, **keys: str) -> list[Rule]:
        """Rows (switched on or not) of a kind, in force on a day, whose own keys equal those given."""
        return [
            rule
            for rule in self.rules
            if (kind is None or rule.kind == kind)
            and (on is None or rule.holds(on))
            and all(rule.keys.get(key) == value for key, value in keys.items())
        ]

    def active(self, rule: Rule) -> bool:
        """Whether a row is switched on: confirmed by its file or by a person, and not refused."""
        return self.decisions.get(rule.id, rule.status) == CONFIRMED

    def by_id(self, rule_id: str) -> Rule | None:
        """The row of an id, or None."""
        return self._ids.get(rule_id)

    def with_decisions(self, decisions: Mapping[str, str]) -> Rulebook:
        """The same rows under people's verdicts (id -> confirmed | refused). Refused when rows then clash.

        Verdicts of rows that no longer exist are kept and do nothing.
        """
        return Rulebook(self.rules, self.examples, {**self.decisions, **decisions})


def build(files: Iterable[RuleFile]) -> Rulebook:
    """A rulebook of files; Refused with the problems of all of them at once."""
    files = list(files)
    problems = [problem for file in files for problem in file.problems]
    rules = [rule for file in files for rule in file.rules]
    try:
        book = Rulebook(rules, [example for file in files for example in file.examples])
    except Refused as refused:
        raise Refused(problems + list(refused.problems)) from None
    if problems:
        raise Refused(problems)
    return book


def diff(rulebook: Rulebook, a: date, b: date) -> list[Change]:
    """Switched-on rows in force on only one of two days: `went` with a, `came` with b; by id."""
    rows = [rule for rule in rulebook.rules if rulebook.active(rule) and rule.holds(a) != rule.holds(b)]
    rows.sort(key=lambda rule: (rule.kind, rule.id))
    return [Change("went" if rule.holds(a) else "came", rule) for rule in rows]


def _by_mask(rules: list[Rule]) -> dict[str, dict[tuple[str, ...], dict[tuple[str, ...], list[Rule]]]]:
    out: dict[str, dict[tuple[str, ...], dict[tuple[str, ...], list[Rule]]]] = {}
    for rule in rules:
        mask = tuple(name for name, value in rule.keys.items() if value != ANY)
        rows = out.setdefault(rule.kind, {}).setdefault(mask, {})
        rows.setdefault(tuple(rule.keys[name] for name in mask), []).append(rule)
    return out


def _repeated(rules: tuple[Rule, ...]) -> list[Problem]:
    seen: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        if rule.id in seen:
            where = f"{rule.file}: {rule.id}"
            problems.append(Problem(None, where, rule.id, "the id stands twice", seen[rule.id].file))
        seen[rule.id] = rule
    return problems


def _clashes(rules: list[Rule]) -> Iterator[Problem]:
    """Pairs of rows that hold on one day for one question with neither narrower than the other."""
    groups: dict[str, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(rule.kind, []).append(rule)
    for group in groups.values():
        for i, one in enumerate(group):
            for two in group[i + 1 :]:
                reason = _clash(one, two)
                if reason:
                    where = f"{two.file}: {two.id}"
                    yield Problem(None, where, two.id, reason, f"no row beside {one.id}")


def _clash(one: Rule, two: Rule) -> str:
    if one.valid_to is not None and one.valid_to < two.valid_from:
        return ""
    if two.valid_to is not None and two.valid_to < one.valid_from:
        return ""
    narrower_one = narrower_two = False
    for key, a in one.keys.items():
        b = two.keys[key]
        if a == b:
            continue
        if a != ANY and b != ANY:
            return ""
        narrower_one |= b == ANY
        narrower_two |= a == ANY
    if narrower_one and narrower_two:
        return "is as narrow as another row and overlaps it"
    return "" if narrower_one or narrower_two else "overlaps another row"
