"""Running an action from any face: rights, typed values, every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    DECIMAL,
    FILE,
    FLAG,
    INT,
    MANY,
    MONEY,
    NONE,
    ONE,
    PERCENT,
    Action,
    Call,
    Field,
    Noun,
    Outcome,
    Upload,
)  # fmt: skip
from tradewind.engine.access import Actor, Denied
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError, parse_decimal

MOST_LINES = 500  # lines of one question or form
_SHOWN = 12  # choices named where none of them was given


def action(noun: Noun, code: str) -> Action:
    """An action of a noun; KeyError when there is none."""
    for one in noun.actions:
        if one.code == code:
            return one
    raise KeyError(code)


def offered(
    noun: Noun, actor: Actor, *, on: Sequence[str] = (NONE, ONE, MANY), state: str = ""
) -> list[Action]:
    """The actions this actor may use on rows in this state."""
    return [
        a
        for a in noun.actions
        if a.on in on and actor.can(a.permission) and (not state or not a.states or state in a.states)
    ]


def do(
    noun: Noun,
    code: str,
    *,
    by: Actor,
    ids: Sequence[int],
    given: Mapping[str, Any],
    now: datetime,
    key: str | None = None,
) -> Outcome:
    """Run an action. Raises Denied, Refused (all problems), KeyError (no such action).

    Rows outside the actor's sight are refused as unknown before anything runs.
    """
    one = action(noun, code)
    if not by.can(noun.view):
        raise Denied(by, noun.view)
    by.require(one.permission)
    values = typed_all(one.fields, one.lines, given, by)
    wanted = () if one.on == NONE else tuple(dict.fromkeys(ids))
    if one.on != NONE:
        _check_rows(noun, one, by, wanted)
    return one.run(Call(by, wanted, values, now, key))


def _check_rows(noun: Noun, one: Action, by: Actor, wanted: tuple[int, ...]) -> None:
    if not wanted:
        raise Refused([Problem(None, "ids", "", _("nothing is selected"), _("at least one row"))])
    if one.on == ONE and len(wanted) != 1:
        raise Refused([Problem(None, "ids", str(len(wanted)), _("too many rows"), _("one row"))])
    seen = set(noun.rows(by).filter(id__among=wanted).values_list("id", flat=True))
    unknown = [pk for pk in wanted if pk not in seen]
    if unknown:
        raise Refused([Problem(None, "ids", noun.public_id(pk), _("there is no such row")) for pk in unknown])


def typed_all(
    fields: Sequence[Field],
    lines: Sequence[Field],
    given: Mapping[str, Any],
    by: Actor,
    *,
    lines_needed: bool = True,
) -> dict[str, Any]:
    """Values of a form and of the lines in it; Refused with the problems of its fields and of every line."""
    if not lines:
        return typed(fields, given, by)
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    try:
        values = typed(fields, {name: value for name, value in given.items() if name != "lines"}, by)
    except Refused as refused:
        problems += refused.problems
    values["lines"] = _typed_lines(lines, given.get("lines"), by, problems, lines_needed)
    if problems:
        raise Refused(problems)
    return values


def _typed_lines(
    lines: Sequence[Field], given: Any, by: Actor, problems: list[Problem], needed: bool
) -> list[dict[str, Any]]:
    if not given and not needed:
        return []
    if not isinstance(given, list) or not given:
        problems.append(Problem(None, "lines", "", _("this is needed"), _("at least one line")))
        return []
    if len(given) > MOST_LINES:
        problems.append(Problem(None, "lines", str(len(given)), _("too many lines"), str(MOST_LINES)))
        return []
    out = []
    for number, line in enumerate(given, 1):
        if not isinstance(line, Mapping):
            problems.append(Problem(None, f"lines.{number}", str(line)[:80], _("not a line of named values")))
            continue
        try:
            out.append(typed(lines, line, by))
        except Refused as refused:
            problems += [replace(p, field=f"lines.{number}.{p.field}") for p in refused.problems]
    return out


def typed(fields: Sequence[Field], given: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """Form values as Python values; Refused with every problem, unknown fields included."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name in given.keys() - {f.name for f in fields}:
        problems.append(Problem(None, name, "", _("unknown field"), ", ".join(f.name for f in fields)))
    for one in fields:
        raw = given.get(one.name)
        if raw is None or raw == "":
            if one.required:
                problems.append(Problem(None, one.name, "", _("this is needed")))
            values[one.name] = None
            continue
        try:
            values[one.name] = _parse(one, raw, by)
        except (ValueError, MoneyError, TypeError) as exc:
            problems.append(Problem(None, one.name, str(raw)[:80], str(exc), _accepted(one, by)))
    if problems:
        raise Refused(problems)
    return values


def _parse(one: Field, raw: Any, by: Actor) -> Any:
    if one.kind == FILE:
        if not isinstance(raw, Upload):
            raise ValueError(_("a file is needed"))
        return raw
    if one.kind == MONEY and isinstance(raw, Mapping):  # as the API writes money
        raw = f"{raw.get('amount', '')} {raw.get('currency', '')}"
    text = str(raw).strip()
    if "\x00" in text or len(text) > 100_000:
        raise ValueError(_("not acceptable text"))
    if one.choices is not None:
        if text not in {str(value) for value, _label in one.choices(by)}:
            raise ValueError(_("not one of the choices"))
        return text
    return _PARSERS.get(one.kind, str)(text)


def _named(choices: list[str]) -> str:
    """The first choices; more than a person reads are counted."""
    shown = ", ".join(choices[:_SHOWN])
    return shown if len(choices) <= _SHOWN else f"{shown} ... ({len(choices)})"


def _whole(text: str) -> int:
    value = parse_decimal(text)
    if value != value.to_integral_value():
        raise ValueError(_("not a whole number"))
    return int(value)


def _flag(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def _country(text: str) -> str:
    if len(text) != 2 or not text.isalpha():
        raise ValueError(_("not a country code"))
    return text.upper()


def _decimal(text: str) -> Decimal:
    return parse_decimal(text.replace(",", ""))


def _money(text: str) -> Money:
    amount, _space, currency = text.replace(",", "").rpartition(" ")
    if not amount.strip():
        raise ValueError(_("not an amount with its currency"))
    return Money.of(amount.strip(), currency.upper())


_PARSERS: dict[str, Callable[[str], Any]] = {
    INT: _whole, DECIMAL: _decimal, PERCENT: _decimal, DATE: date.fromisoformat, FLAG: _flag,
    COUNTRY: _country, CHOICE: str, MONEY: _money,
}  # fmt: skip


def _accepted(one: Field, by: Actor) -> str:
    if one.choices is not None:
        return _named([str(value) for value, _label in one.choices(by)])
    return {
        INT: _("a whole number, e.g. 12"),
        DECIMAL: _("a number, e.g. 12.34"),
        PERCENT: _("a number, e.g. 15"),
        MONEY: _("amount and currency, e.g. 29.99 USD"),
        DATE: _("a date, e.g. 2026-11-22"),
        COUNTRY: _("two letters, e.g. DE"),
    }.get(one.kind, "")
