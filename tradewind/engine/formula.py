"""Arithmetic of rule files: read once, checked against the names that exist, run exactly.

There is nothing but + - * / ( ) and the functions named here, so a rule file can say how a tax is computed
and can do nothing else. Numbers are decimals of DIGITS digits. A division may leave a rest in the last of
them, so whatever rounds first lets go of all beyond GUARD decimals: amounts of money over prices and rates
of a dozen digits lie either exactly on a rounding edge or much further from it than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
    localcontext,
)

DIGITS, GUARD = 60, 30
EXACT = Context(prec=DIGITS)  # what sums of rules are computed under
_EDGE = Decimal(1).scaleb(-GUARD)

Run = Callable[[Mapping[str, Decimal]], Decimal]
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z_][a-z0-9_]*)|([-+*/(),]))")
_DEEPEST = 30  # brackets in brackets


class FormulaError(ValueError):
    """A text that is no formula, or a formula that cannot be computed."""


def whole(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The value as a whole number, halves away from zero unless told otherwise. Run under EXACT."""
    return value.quantize(_EDGE).to_integral_value(rounding)


def _floor_to(value: Decimal, step: Decimal) -> Decimal:
    return whole(value / step, ROUND_FLOOR) * step


def _ceil_to(value: Decimal, step: Decimal) -> Decimal:
    return whole(value / step, ROUND_CEILING) * step


def _round_to(value: Decimal, step: Decimal) -> Decimal:
    return whole(value / step) * step


# Name -> (function, how many arguments; 0 is two or more).
FUNCTIONS: dict[str, tuple[Callable[..., Decimal], int]] = {
    "max": (max, 0),
    "min": (min, 0),
    "floor_to": (_floor_to, 2),
    "ceil_to": (_ceil_to, 2),
    "round_to": (_round_to, 2),
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula ready to run. `names`: what it asks for. Example: Formula.read("base * rate")."""

    text: str
    names: frozenset[str]
    run: Run = field(compare=False, repr=False)

    @classmethod
    def read(cls, text: str, known: Collection[str] | None = None) -> Formula:
        """A formula out of text; FormulaError names the place, or the names that are not `known`."""
        reader = _Reader(text)
        run = reader.whole()
        if known is not None and (strange := sorted(reader.names - set(known))):
            raise FormulaError(f"{', '.join(strange)}: not known here ({', '.join(sorted(known))})")
        return cls(text, frozenset(reader.names), run)

    def __call__(self, values: Mapping[str, Decimal]) -> Decimal:
        """The result under EXACT; FormulaError for a name without a value and for a division by zero."""
        with localcontext(EXACT):
            return self.within(values)

    def within(self, values: Mapping[str, Decimal]) -> Decimal:
        """The same for a caller that runs under EXACT already: for very many."""
        try:
            return self.run(values)
        except KeyError as missing:
            raise FormulaError(f"{self.text}: no value for {missing}") from None
        except ZeroDivisionError:
            raise FormulaError(f"{self.text}: divides by zero") from None
        except InvalidOperation:
            raise FormulaError(f"{self.text}: a number beyond reason") from None


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text, self.names, self.depth = text, set[str](), 0
        self.tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if found is None:
                raise self.wrong(f"{text[at:].strip()[:20]!r} cannot be read")
            kind = ("number", "name", "sign")[(found.lastindex or 1) - 1]
            self.tokens.append((kind, found.group(found.lastindex or 1)))
            at = found.end()
        self.at = 0

    def wrong(self, why: str) -> FormulaError:
        return FormulaError(f"{self.text!r}: {why}")

    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def take(self, *signs: str) -> str:
        kind, word = self.next()
        if kind == "sign" and word in signs:
            self.at += 1
            return word
        return ""

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise self.wrong(f"{sign} is missing before {self.next()[1]}")

    def whole(self) -> Run:
        run = self.sum()
        if self.next()[0] != "end":
            raise self.wrong(f"{self.next()[1]} stands where an operator belongs")
        return run

    def sum(self) -> Run:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong("too deep")
        run = self.product()
        while sign := self.take("+", "-"):
            run = (_plus if sign == "+" else _minus)(run, self.product())
        self.depth -= 1
        return run

    def product(self) -> Run:
        run = self.factor()
        while sign := self.take("*", "/"):
            run = (_times if sign == "*" else _over)(run, self.factor())
        return run

    def factor(self) -> Run:
        minus = False
        while self.take("-"):
            minus = not minus
        run = self.atom()
        return (lambda values: -run(values)) if minus else run

    def atom(self) -> Run:
        kind, word = self.next()
        self.at += 1
        if kind == "number":
            number = Decimal(word)
            return lambda values: number
        if kind == "name":
            return self.call(word) if self.next() == ("sign", "(") else self.name(word)
        if (kind, word) == ("sign", "("):
            run = self.sum()
            self.need(")")
            return run
        raise self.wrong(f"a number, a name or a bracket belongs where {word} stands")

    def name(self, word: str) -> Run:
        self.names.add(word)
        return lambda values: values[word]

    def call(self, word: str) -> Run:
        if word not in FUNCTIONS:
            raise self.wrong(f"{word} is not one of {', '.join(FUNCTIONS)}")
        self.need("(")
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.need(")")
        function, count = FUNCTIONS[word]
        if len(arguments) != count and (count or len(arguments) < 2):
            raise self.wrong(f"{word} takes {count or 'two or more'} arguments")
        return _applied(function, arguments)


def _applied(function: Callable[..., Decimal], arguments: Sequence[Run]) -> Run:
    if len(arguments) == 2:
        one, two = arguments
        return lambda values: function(one(values), two(values))
    return lambda values: function(*[argument(values) for argument in arguments])


def _plus(one: Run, two: Run) -> Run:
    return lambda values: one(values) + two(values)


def _minus(one: Run, two: Run) -> Run:
    return lambda values: one(values) - two(values)


def _times(one: Run, two: Run) -> Run:
    return lambda values: one(values) * two(values)


def _over(one: Run, two: Run) -> Run:
    return lambda values: one(values) / two(values)
