"""The shapes of requests and answers, built from a noun's columns, filters and fields."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as Shape

from tradewind.desk.doing import MOST_LINES
from tradewind.desk.kernel import (
    DATE,
    DECIMAL,
    FILE,
    FLAG,
    INT,
    LINK,
    MONEY,
    NONE,
    PERCENT,
    TIME,
    Action,
    Field,
    Noun,
)
from tradewind.desk.listing import MOST, PAGE
from tradewind.desk.values import cell, plain, visible
from tradewind.engine.access import Actor


class MoneyShape(BaseModel):
    """Minor units and their currency; `amount` is the same in major units."""

    minor: int
    currency: str
    amount: str


class RefShape(BaseModel):
    """Another row."""

    id: str
    noun: str
    text: str


class FileShape(BaseModel):
    """A file: its name and its bytes in base64."""

    model_config = ConfigDict(extra="forbid")
    name: str = Shape(min_length=1, max_length=200)
    base64: str


class FactShape(BaseModel):
    """A labelled value; with `breakdown` the tree it is the sum of."""

    label: str
    kind: str
    value: Any = None
    breakdown: dict[str, Any] | None = None


class TableShape(BaseModel):
    """Rows that belong to the thing shown."""

    title: str
    rows: list[dict[str, Any]]


class DetailShape(BaseModel):
    """Everything the house knows of one row, as far as the caller may see it."""

    id: str
    title: str
    subtitle: str
    state: str
    facts: list[FactShape]
    tables: list[TableShape]
    breakdowns: list[dict[str, Any]]
    alerts: list[str]


class ProblemInOutcome(BaseModel):
    """A row that was not done, and why."""

    row: int | None
    field: str
    value: str
    reason: str
    accepted: str


class OutcomeShape(BaseModel):
    """What an action did."""

    message: str
    changed: int
    goto: RefShape | None
    problems: list[ProblemInOutcome]
    detail: dict[str, Any]


_OF_COLUMN: dict[str, Any] = {
    INT: int,
    DECIMAL: str,
    PERCENT: str,
    MONEY: MoneyShape,
    DATE: date,
    TIME: datetime,
    FLAG: bool,
    LINK: RefShape,
}


def named(noun: Noun, what: str) -> str:
    return "".join(part.title() for part in noun.code.replace("-", "_").split("_")) + what


def row_shape(noun: Noun) -> type[BaseModel]:
    """A row of the list. Columns the caller may not see are left out, so none but the id is required."""
    fields: dict[str, Any] = {"id": (str, Shape(description=f"{noun.prefix}_17"))}
    for column in noun.columns:
        kind = _OF_COLUMN.get(column.kind, str)
        fields[column.name] = (kind | None, Shape(default=None, description=str(column.label)))
    return create_model(named(noun, "Row"), __doc__=str(noun.label), **fields)


def list_shape(noun: Noun) -> type[BaseModel]:
    """A page of rows; `next` goes into `after` of the next request, empty at the end."""
    row: Any = row_shape(noun)
    return create_model(named(noun, "Page"), rows=(list[row], ...), next=(str, ...))


def row_data(noun: Noun, actor: Actor, row: Any) -> dict[str, Any]:
    """A row in its shape."""
    out: dict[str, Any] = {"id": noun.public_id(row.pk)}
    for column in visible(noun.columns, actor):
        out[column.name] = _fit(column.kind, plain(cell(column, row)))
    return out


def _fit(kind: str, value: Any) -> Any:
    if value is None or kind in (INT, FLAG, MONEY, LINK):
        return value
    if isinstance(value, dict):
        return value.get("text") or value.get("amount") or ""
    return str(value)


def query_shape(noun: Noun) -> type[BaseModel]:
    """What may be asked of a list."""
    states = [s[0] for s in noun.states]
    sorts = [sign + c.name for c in noun.columns if c.sort for sign in ("", "-")]
    fields: dict[str, Any] = {
        "search": (str, Shape(default="", max_length=100)),
        "after": (str, Shape(default="", max_length=2000, description="`next` of the page before")),
        "limit": (int, Shape(default=PAGE, ge=1, le=MOST)),
    }
    if noun.state_field and states:
        fields["state"] = (Literal[tuple(["", *states])], Shape(default=""))
    if sorts:
        fields["sort"] = (Literal[tuple(["", *sorts])], Shape(default=""))
    for one in noun.filters:
        fields.setdefault(one.name, (str, Shape(default="", max_length=200, description=str(one.label))))
    return create_model(named(noun, "Query"), **fields)


def body_shape(noun: Noun, one: Action) -> type[BaseModel]:
    """The body of an action: the rows it acts on and the values of its form."""
    shapes: dict[str, Any] = {f.name: _field_shape(f) for f in one.fields}
    verb = one.code.title().replace("_", "")
    strict = ConfigDict(extra="forbid")
    if one.lines:
        parts: dict[str, Any] = {f.name: _field_shape(f) for f in one.lines}
        line: Any = create_model(named(noun, verb + "Line"), __config__=strict, **parts)
        shapes["lines"] = (list[line], Shape(min_length=1, max_length=MOST_LINES))
    values = create_model(named(noun, verb + "Values"), __config__=strict, **shapes)
    fields: dict[str, Any] = {}
    if one.on != NONE:
        most = 1 if one.on == "one" else 5000
        fields["ids"] = (
            list[str],
            Shape(min_length=1, max_length=most, description=f"ids of rows, e.g. {noun.prefix}_17"),
        )
    needed = bool(one.lines) or any(f.required for f in one.fields)
    fields["values"] = (values, ... if needed else Shape(default_factory=values))
    return create_model(named(noun, verb + "Body"), __config__=strict, **fields)


def _field_shape(field: Field) -> tuple[Any, Any]:
    words = str(field.help or field.label)
    kind: Any = {
        FILE: FileShape,
        FLAG: bool | str,
        INT: int | str,
        DECIMAL: str | int,
        PERCENT: str | int,
    }.get(field.kind, str)
    if field.required:
        return kind, Shape(description=words)
    return kind | None, Shape(default=None, description=words)
