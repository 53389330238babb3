"""A noun over companies: every kind of column, one hidden; actions that work, refuse, fail."""

from __future__ import annotations

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations.acting import acting
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
    FILE,
    INT,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
)
from tradewind.engine.contracts import OutsideError, Problem, Refused
from tradewind.engine.money import Money

EFFECTS: list[tuple[str, tuple[int, ...]]] = []


def rows(actor):
    """The owner sees every company; others only those whose code begins with their store's number."""
    found = Company.objects.all()
    return found if actor.stores is None else found.filter(code__in=[f"C{n}" for n in actor.stores])


def rename(call: Call) -> Outcome:
    with acting(call.by, "org.view", kind="company", ids=call.ids, now=call.now):
        Company.objects.filter(pk__in=call.ids).update(name=call.values["name"])
        EFFECTS.append(("rename", call.ids))
    return Outcome("renamed", len(call.ids), detail={"size": call.values["size"]})


def fill(call: Call) -> Outcome:
    upload = call.values["paper"]
    if b"bad" in upload.content:
        raise Refused([Problem(2, "b", "x", "is bad", "good"), Problem(5, "c", "y", "is worse")])
    return Outcome(upload.name, len(upload.content))


def stuck(call: Call) -> Outcome:
    raise WrongState("rename", call.ids)


def away(call: Call) -> Outcome:
    raise OutsideError("the channel is down", code="down", retry_after=7)


def detail(actor, pk):
    found = rows(actor).filter(pk=pk).first()
    if found is None:
        return None
    return Detail(
        found.name, facts=(Fact("cost", Money(500, "EUR"), MONEY, hidden="cost"), Fact("code", found.code))
    )


THINGS = Noun(
    code="things",
    label="Things",
    stage=7,
    place=99,
    icon="box",
    prefix="thg",
    view="org.view",
    rows=rows,
    columns=(
        Column("code", "Code", sort="code"),
        Column("length", "Length", INT, lambda c: len(c.name)),
        Column("cost", "Cost", MONEY, lambda c: Money(1234, "EUR"), hidden="cost"),
        Column("itself", "Itself", LINK, lambda c: None),
    ),
    detail=detail,
    order="code",
    search=("name__icontains",),
    title_of="code",
    filters=(Filter("country", "Country", "country", lambda a: [("CN", "China"), ("DE", "Germany")]),),
    actions=(
        Action(
            "rename",
            "Rename",
            rename,
            "org.view",
            MANY,
            (Field("name", "Name"), Field("size", "Size", INT, False)),
        ),
        Action(
            "one",
            "One",
            rename,
            "org.change",
            ONE,
            (Field("name", "Name"), Field("size", "Size", INT, False)),
        ),
        Action("fill", "Fill", fill, "org.view", NONE, (Field("paper", "Paper", FILE),)),
        Action("stuck", "Stuck", stuck, "org.view", MANY),
        Action("away", "Away", away, "org.view", NONE),
    ),
)
