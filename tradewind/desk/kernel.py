"""The words in which a noun is described to the faces. Data only.

A noun's module says: which rows (a query that takes the actor), which columns, tabs and filters,
what its page shows, which actions it offers. From that come the screen, the API, the CLI and the
CSV/XLSX export; none of them knows any noun by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.contracts import Problem

# Kinds of values; they decide alignment, format, form control and OpenAPI type.
TEXT, INT, DECIMAL, MONEY, PERCENT = "text", "int", "decimal", "money", "percent"
DATE, TIME, STATE, FLAG, LINK, COUNTRY = "date", "time", "state", "flag", "link", "country"
CHOICE, FILE, LONG, SECRET = "choice", "file", "long", "secret"  # in forms only

Label = Any  # str or a lazy translation


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that leads to another row's page."""

    noun: str
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Aim:
    """A value that opens a question with its fields filled in: the address of a tool's or a form's screen.

    Example: Aim(Money(1200, "CNY"), "tools/profit_trace/", {"store": "US1", "component": "fees"}).
    """

    value: Any
    path: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list or table.

    `value` is an attribute path ("store.name") or a function of the row; MONEY columns give Money or
    None, LINK columns a Ref or None. `sort` names the ORM field that sorts it. `hidden` is a field
    class of engine.access.FIELDS: who may not see the class gets neither column nor value, anywhere.
    """

    name: str
    label: Label
    kind: str = TEXT
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    hidden: str = ""
    wide: bool = False  # may take the room that is left


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice beside the list. `choices` gives (value, label); `lookup` is the ORM lookup it sets."""

    name: str
    label: Label
    lookup: str
    choices: Callable[[Actor], Sequence[tuple[str, Label]]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an action's form; `kind` decides the control and the parser."""

    name: str
    label: Label
    kind: str = TEXT
    required: bool = True
    choices: Callable[[Actor], Sequence[tuple[str, Label]]] | None = None
    help: Label = ""
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file given to a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One use of an action: by whom, on which rows, with which values (already typed by the form)."""

    by: Actor
    ids: tuple[int, ...]
    values: Mapping[str, Any]
    now: datetime
    key: str | None = None  # idempotency key of the request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did, in words and numbers. `problems` are rows that were not done and why."""

    message: Label
    changed: int = 0
    goto: Ref | None = None
    problems: tuple[Problem, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


NONE, ONE, MANY = "none", "one", "many"  # rows an action acts on


@dataclass(frozen=True, slots=True)
class Action:
    """A verb offered on a noun. Refused or Denied raised by `run` is shown with every problem.

    `permission` is an action of engine.access; `states` are the states from which it makes sense
    (empty: any), used to offer it, never to guard it: the operation guards itself. `lines` are fields of
    a table in the form; a problem of one names it lines.<number>.<field>.
    """

    code: str
    label: Label
    run: Callable[[Call], Outcome]
    permission: str
    on: str = MANY
    fields: tuple[Field, ...] = ()
    states: tuple[str, ...] = ()
    danger: bool = False
    key: str = ""  # keyboard letter
    confirm: Label = ""  # asked before it runs
    lines: tuple[Field, ...] = ()  # a group that repeats: typed values in a list under "lines"


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value on a detail page; with a Breakdown it opens into its waterfall."""

    label: Label
    value: Any
    kind: str = TEXT
    breakdown: Breakdown | None = None
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a detail page; rows are anything its columns can read."""

    title: Label
    columns: tuple[Column, ...]
    rows: Sequence[Any]
    empty: Label = ""
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A noun's page: facts left, tables and breakdowns in the middle, timeline (from the audit) right."""

    title: str
    subtitle: str = ""
    state: str = ""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    breakdowns: tuple[tuple[Label, Breakdown, str], ...] = ()  # title, tree, hidden class
    alerts: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Noun:
    """Everything the faces know of a noun.

    `rows(actor)` gives only what the actor may see (store scope), with select_related done so that a
    page costs a fixed number of queries. `order` is the default sort ("-placed_at"), always made
    unique by id, in the same direction or as said ("-settlement_id id": newest file, lines in its order).
    `states` lists (state, label, tone) in tab order; tone: idle, wait, good, bad, done.
    `waiting(actor)` counts the rows that wait for somebody: the number in the menu.
    `by_store`: `rows` and `waiting` follow the actor's stores, so that the store switch narrows them.
    """

    code: str  # plural, as in the address: orders
    label: Label
    stage: int  # 0 today, 1..6 of the guide, 7 house
    place: int  # order inside the stage
    icon: str  # lucide name
    prefix: str  # of public ids: ord
    view: str  # permission
    rows: Callable[[Actor], QuerySet[Any]]
    columns: tuple[Column, ...]
    detail: Callable[[Actor, int], Detail | None]
    order: str = "-id"
    search: tuple[str, ...] = ()  # ORM lookups, e.g. external_id__istartswith
    state_field: str = ""
    states: tuple[tuple[str, Label, str], ...] = ()
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    waiting: Callable[[Actor], int] | None = None
    empty: Label = ""  # what to do when there is nothing
    audit_kind: str = ""  # kind in the audit; "" = no timeline
    title_of: str | Callable[[Any], str] = "code"  # for search results and links
    note: Label = ""  # one line under the title: what this list is
    by_store: bool = False

    def public_id(self, pk: int) -> str:
        """ord_17: the id that faces show and take."""
        return f"{self.prefix}_{pk}"

    def row_id(self, text: str) -> int | None:
        """17 out of "ord_17" or "17"; None for anything else."""
        digits = text.removeprefix(f"{self.prefix}_")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
