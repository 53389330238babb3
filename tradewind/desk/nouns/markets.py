"""Markets at the desk."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.operations import NewMarket, move_markets, register_markets
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    DECIMAL,
    INT,
    LONG,
    MANY,
    NONE,
    STATE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import currencies, text
from tradewind.engine.access import Actor


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.markets(actor).filter(pk=pk).first()
    if row is None:
        return None
    ranking = queries.market_ranking(actor)
    place = next((s for s in ranking if s.country == row.code), None)
    numbers = list(queries.indicators(actor).filter(country=row.code).order_by("name", "-year")[:200])
    rules = [r for r in queries.rulebook().rules if r.keys.get("market") == row.code]
    active = queries.rulebook().active
    told = [
        {"id": r.id, "kind": r.kind, "valid_from": r.valid_from, "valid_to": r.valid_to, "source": r.source,
         "state": "confirmed" if active(r) else "proposed"}
        for r in rules
    ]  # fmt: skip
    return Detail(
        str(row),
        row.name,
        row.state,
        (
            Fact(_("Currency"), row.currency),
            Fact(_("Time zone"), row.zone),
            Fact(
                _("Place among %(n)s countries") % {"n": len(ranking)},
                place.rank if place else None,
                INT,
            ),
            Fact(_("Note"), row.note, LONG),
        ),
        (
            Table(
                _("Public numbers"),
                (
                    Column("name", _("Indicator"), wide=True),
                    Column("year", _("Year")),
                    Column("value", _("Value"), DECIMAL),
                    Column("source", _("Source")),
                ),
                numbers,
                _("None imported yet."),
            ),
            Table(
                _("Rules"),
                (
                    Column("id", _("Rule"), wide=True),
                    Column("kind", _("Kind")),
                    Column("valid_from", _("From"), DATE),
                    Column("valid_to", _("Until"), DATE),
                    Column("state", _("State"), STATE),
                    Column("source", _("Source")),
                ),
                told,
                _("No rule is known for this market."),
            ),
        ),
        ((_("Score by public numbers"), place.score, ""),) if place else (),
    )


def _register(call: Call) -> Outcome:
    v = call.values
    new = NewMarket(v["code"], v["name"], v["name_zh"], v["currency"], v["zone"], text(call, "note"))
    [pk] = register_markets(markets=[new], now=call.now, by=call.by)
    return Outcome(_("The market is watched."), 1, Ref("markets", pk, new.code))


def _move(name: str) -> Callable[[Call], Outcome]:
    def run(call: Call) -> Outcome:
        return Outcome(_("Done."), len(move_markets(ids=call.ids, move=name, now=call.now, by=call.by)))

    return run


NOUN = Noun(
    code="markets",
    label=_("Markets"),
    stage=1,
    place=10,
    icon="globe",
    prefix="mkt",
    view="markets.view",
    rows=queries.markets,
    columns=(
        Column("code", _("Code"), COUNTRY, sort="code"),
        Column("name_zh", _("Name in Chinese"), sort="name_zh"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("currency", _("Currency")),
        Column("zone", _("Time zone")),
        Column("state", _("State"), STATE),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains", "name_zh__icontains"),
    state_field="state",
    states=(
        ("watched", _("Watched"), "wait"),
        ("entered", _("Entered"), "good"),
        ("left", _("Left"), "idle"),
        ("confirmed", _("In force"), "good"),
        ("proposed", _("To be confirmed"), "wait"),
    ),
    actions=(
        Action(
            "register", _("Watch a market"), _register, "markets.change", NONE,
            (
                Field("code", _("Country"), COUNTRY),
                Field("name", _("Name")),
                Field("name_zh", _("Name in Chinese")),
                Field("currency", _("Currency"), CHOICE, choices=currencies),
                Field("zone", _("Time zone"), help=_("e.g. Europe/Berlin")),
                Field("note", _("Note"), LONG, False),
            ), key="n",
        ),
        Action("enter", _("Enter"), _move("enter"), "markets.change", MANY, states=("watched", "left")),
        Action("leave", _("Leave"), _move("leave"), "markets.change", MANY, states=("entered",), danger=True),
    ),
    empty=_("Watch a country, then import public numbers and a research table for it."),
    audit_kind="market",
    title_of="code",
    note=_("Countries you look at or sell to."),
)  # fmt: skip
