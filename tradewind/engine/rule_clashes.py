"""Rows that cannot stand in one book: an id twice, or two rows that answer one question on one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from tradewind.engine.contracts import Problem
from tradewind.engine.rule_rows import ANY, Rule

Group = dict[tuple[str, ...], list[Rule]]  # rows that name the same keys, by some of their values


def repeated(rules: Iterable[Rule]) -> list[Problem]:
    """Rows whose id another row has already."""
    seen: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        if rule.id in seen:
            where = f"{rule.file}: {rule.id}"
            problems.append(Problem(None, where, rule.id, "the id stands twice", seen[rule.id].file))
        seen[rule.id] = rule
    return problems


def clashes(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Pairs of rows of one kind and rank that hold on one day for one question, neither the narrower."""
    kinds: dict[tuple[str, int], dict[tuple[str, ...], list[Rule]]] = {}
    for rule in rules:
        mask = tuple(name for name, value in rule.keys.items() if value != ANY)
        kinds.setdefault((rule.kind, rule.rank), {}).setdefault(mask, []).append(rule)
    for masks in kinds.values():
        for mask, rows in masks.items():
            yield from _same_keys(_grouped(rows, mask))
        for one, two in combinations(masks, 2):
            if not set(one) <= set(two) and not set(two) <= set(one):
                shared = tuple(name for name in one if name in two)
                yield from _crosswise(_grouped(masks[one], shared), _grouped(masks[two], shared))


def _grouped(rows: list[Rule], names: tuple[str, ...]) -> Group:
    out: Group = {}
    for rule in rows:
        out.setdefault(tuple(rule.keys[name] for name in names), []).append(rule)
    return out


def _same_keys(groups: Group) -> Iterator[Problem]:
    for rows in groups.values():
        rows.sort(key=lambda rule: rule.valid_from)
        longest = rows[0]
        for rule in rows[1:]:
            if _together(longest, rule):
                yield _problem(longest, rule, "overlaps another row")
            if longest.valid_to is not None and (rule.valid_to is None or rule.valid_to > longest.valid_to):
                longest = rule


def _crosswise(ones: Group, twos: Group) -> Iterator[Problem]:
    for values, rows in ones.items():
        for one in rows:
            for two in twos.get(values, ()):
                if _together(one, two):
                    yield _problem(one, two, "is as narrow as another row and overlaps it")


def _together(one: Rule, two: Rule) -> bool:
    if one.valid_to is not None and one.valid_to < two.valid_from:
        return False
    return two.valid_to is None or two.valid_to >= one.valid_from


def _problem(one: Rule, two: Rule, reason: str) -> Problem:
    return Problem(None, f"{two.file}: {two.id}", two.id, reason, f"no row beside {one.id}")
