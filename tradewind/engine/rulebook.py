"""The dated rulebook: which row of a fact was in force on a day, and who says so.

The engine takes text and gives values; `tradewind.rules.load()` is the only reader of files.
A row stands for all days from `valid_from` to `valid_to` (both inclusive); the narrower row wins
(``*`` is the widest, a market's group lies between the market and ``*``); proposed rows are off until
a person confirms them; past `known_to` the answer is a refusal that asks for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_clashes import clashes, repeated
from tradewind.engine.rule_kinds import KINDS
from tradewind.engine.rule_parse import parse_rules
from tradewind.engine.rule_rows import (
    ANY,
    BOOK,
    CONFIRMED,
    OWN,
    PACK,
    PROPOSED,
    REFUSED,
    Example,
    NoRule,
    Rule,
    RuleFile,
    RuleGap,
    Unconfirmed,
)

__all__ = [
    "ANY", "BOOK", "CONFIRMED", "OWN", "PACK", "PROPOSED", "REFUSED", "Example", "NoRule", "Rule", "RuleFile",
    "RuleGap", "Rulebook", "Unconfirmed", "build", "parse_rules",
]  # fmt: skip


_REMEMBERED = 50_000  # answers
Mask = tuple[str, ...]  # names of the keys that are not *
Answer = Rule | tuple[Rule, date] | None  # a row; a row whose known life has ended, and when; nothing
Masks = dict[Mask, dict[tuple[str, ...], list[Rule]]]


class Rulebook:
    """Every row, ready to be asked. Immutable; `with_decisions` and `with_rows` give another one."""

    def __init__(
        self,
        rules: Iterable[Rule],
        examples: Iterable[Example] = (),
        decisions: Mapping[str, str] | None = None,
        known: Mapping[str, date] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.examples = tuple(examples)
        self.decisions: Mapping[str, str] = dict(decisions or {})
        self.known: Mapping[str, date] = dict(known or {})
        self._ids = {rule.id: rule for rule in self.rules}
        on = [rule for rule in self.rules if self.active(rule)]
        problems = [*repeated(self.rules), *clashes(on), *self._unknown_decisions()]
        if problems:
            raise Refused(problems)
        self._names = {(r.kind, key, value) for r in self.rules for key, value in r.keys.items()}
        self._groups: dict[str, list[Rule]] = {}
        for rule in on:
            if rule.kind == "market_group":
                self._groups.setdefault(rule.keys["market"], []).append(rule)
        self._values: dict[tuple[str, str, str], list[str]] = {}
        self._watched = {rule.keys["of"] for rule in on if rule.kind == "knowledge"}
        # kind -> [(mask, {values of its keys: rows})], the narrowest first.
        self._index: dict[str, list[tuple[Mask, dict[tuple[str, ...], list[Rule]]]]] = {}
        self._found: dict[tuple[object, ...], Answer] = {}
        for kind, masks in _by_mask(on).items():
            self._index[kind] = sorted(masks.items(), key=lambda item: -len(item[0]))

    def _unknown_decisions(self) -> list[Problem]:
        return [
            Problem(None, id_, verdict, "is not a verdict on a rule", "confirmed, refused")
            for id_, verdict in self.decisions.items()
            if verdict not in (CONFIRMED, REFUSED)
        ]

    def find(self, kind: str, on: date, **keys: str) -> Rule:
        """The row in force on the day for the keys; the narrower wins, and among equals the company's own.

        NoRule when there is none; Unconfirmed when the day lies past what is known. A key left out matches
        only rows that say ``*`` there. ValueError for an unknown kind or key. Answers are remembered.
        """
        question = (kind, on, *keys.items())
        try:
            found = self._found[question]
        except KeyError:
            found = self._answer(kind, on, keys)
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[question] = found
        if isinstance(found, Rule):
            return found
        if found is None:
            raise NoRule(kind, keys, on)
        raise Unconfirmed(kind, keys, on, *found)

    def each(self, kind: str, over: str, on: date, **keys: str) -> list[Rule]:
        """For every value of the key `over` that a row names: the row in force; by value.

        So the layers of a duty are asked: each("duty", "layer", on, market="US", origin="CN"). Values without
        a row in force are left out; Unconfirmed as in `find`, also when no row at all is in force.
        """
        ended = self._known_life(kind, on, keys)
        if ended is not None:
            raise Unconfirmed(kind, keys, on, *ended)
        found = []
        for value in self.values_of(kind, over):
            try:
                found.append(self.find(kind, on, **keys, **{over: value}))
            except NoRule:
                continue
        return found

    def values_of(self, kind: str, over: str) -> list[str]:
        """Every value of a key that a row of the kind, on or off, names; in order."""
        question = ("values of", kind, over)
        if question not in self._values:
            self._values[question] = sorted({v for k, key, v in self._names if (k, key) == (kind, over)})
        return self._values[question]

    def _answer(self, kind: str, on: date, keys: Mapping[str, str]) -> Answer:
        schema = KINDS.get(kind)
        if schema is None or not keys.keys() <= set(schema.keys):
            raise ValueError(f"no rule kind {kind!r} with keys {sorted(keys)}")
        ended = self._known_life(kind, on, keys)
        if ended is not None:
            return ended
        rule = self._look(kind, on, keys)
        if rule is None:
            return None
        return self._past(rule, on) or rule

    def _known_life(self, kind: str, on: date, keys: Mapping[str, str]) -> tuple[Rule, date] | None:
        """The `knowledge` row that says that what is known of the question has ended, and when."""
        if kind not in self._watched:
            return None
        ask = {"of": kind, **{key: keys[key] for key in ("market", "origin") if key in keys}}
        row = self._look("knowledge", on, ask)
        return self._past(row, on) if row else None

    def _past(self, rule: Rule, on: date) -> tuple[Rule, date] | None:
        known_to = self.known_to(rule)
        return None if known_to is None or on <= known_to else (rule, known_to)

    def _look(self, kind: str, on: date, keys: Mapping[str, str]) -> Rule | None:
        asked = [keys]
        group = self.group_of(keys["market"], on) if "market" in keys else None
        if group is not None:
            asked.append({**keys, "market": group})
        for mask, rows in self._index.get(kind, ()):
            for ask in asked if "market" in mask else asked[:1]:
                for rule in rows.get(tuple(ask.get(name, ANY) for name in mask), ()):
                    if rule.holds(on):
                        return rule
        return None

    def group_of(self, market: str, on: date) -> str | None:
        """The group whose rows speak for a market on a day ("EU" for DE); None when it is in none."""
        return next((r.text("group") for r in self._groups.get(market, ()) if r.holds(on)), None)

    def known_to(self, rule: Rule) -> date | None:
        """The last day a row may answer for: its file's, or a later one a person has vouched for."""
        vouched = self.known.get(rule.id)
        if vouched is None or (rule.known_to is not None and rule.known_to > vouched):
            return rule.known_to
        return vouched

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

    def with_decisions(
        self, decisions: Mapping[str, str], known: Mapping[str, date] | None = None
    ) -> Rulebook:
        """The same rows under people's verdicts (id -> confirmed | refused) and the days they vouch for.

        Refused when rows then clash. Verdicts of rows that no longer exist are kept and do nothing.
        """
        return Rulebook(
            self.rules,
            self.examples,
            {**self.decisions, **decisions},
            {**self.known, **(known or {})},
        )

    def with_rows(self, rows: Iterable[Rule], rank: int = OWN) -> Rulebook:
        """The book with more rows, which stand before rows of lower rank with the same keys.

        Refused when they clash with one another or repeat an id.
        """
        more = [replace(row, rank=rank) for row in rows]
        return Rulebook([*self.rules, *more], self.examples, self.decisions, self.known)

    def what_if(self, rows: Iterable[Rule]) -> Rulebook:
        """The book as it would be were these rows in force: all of them switched on, before all others.

        Rows of the book (proposed ones) may be given themselves. Nothing is switched on in this book.
        """
        wanted = {row.id: replace(row, rank=PACK, status=CONFIRMED) for row in rows}
        kept = [rule for rule in self.rules if rule.id not in wanted]
        decisions = {id_: verdict for id_, verdict in self.decisions.items() if id_ not in wanted}
        return Rulebook([*kept, *wanted.values()], (), decisions, self.known)


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


def _by_mask(rules: list[Rule]) -> dict[str, Masks]:
    out: dict[str, Masks] = {}
    for rule in sorted(rules, key=lambda rule: -rule.rank):
        mask = tuple(name for name, value in rule.keys.items() if value != ANY)
        rows = out.setdefault(rule.kind, {}).setdefault(mask, {})
        rows.setdefault(tuple(rule.keys[name] for name in mask), []).append(rule)
    return out
