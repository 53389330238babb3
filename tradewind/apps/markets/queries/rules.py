"""Questions about the rules in force, what-ifs, and what people said of rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from tradewind.apps.markets.models import RuleDecision, RuleRow
from tradewind.engine.access import Actor
from tradewind.engine.rule_data import row_of
from tradewind.engine.rulebook import CONFIRMED, OWN, PROPOSED, REFUSED, Rule, Rulebook
from tradewind.rules import load

IN_BOOK, OWN_ROW, IN_PACK = "book", "own", "pack"  # places of a row
# What a row is on a day.
PAST, COMING, SUPERSEDED, TRIED = "past", "coming", "superseded", "pack"
_COLUMNS = (
    "rule_id", "kind", "keys", "values", "valid_from", "valid_to", "known_to", "source", "reviewed",
    "status", "confidence", "note", "file",
)  # fmt: skip


def as_rule(row: RuleRow) -> Rule:
    """The engine's row of a stored one."""
    return _rule({name: getattr(row, name) for name in _COLUMNS})


def _rule(stored: dict[str, Any]) -> Rule:
    return row_of({**stored, "id": stored["rule_id"]})


@lru_cache(maxsize=8)
def _book(decisions: tuple[tuple[str, str, date | None], ...], own: tuple[tuple[str, str], ...]) -> Rulebook:
    rows = RuleRow.objects.filter(place=OWN_ROW).order_by("rule_id").values(*_COLUMNS) if own else ()
    shipped = load()
    return Rulebook(
        [*shipped.rules, *(_own(_rule(dict(row))) for row in rows)],
        shipped.examples,
        {rule_id: verdict for rule_id, verdict, _until in decisions},
        {rule_id: until for rule_id, _verdict, until in decisions if until is not None},
    )


def _own(rule: Rule) -> Rule:
    return replace(rule, rank=OWN)


def rulebook() -> Rulebook:
    """The dated rules as shipped, with the company's own rows, under the decisions people took."""
    decisions = RuleDecision.objects.annotate(of=Value(IN_BOOK))
    own = RuleRow.objects.filter(place=OWN_ROW).annotate(of=Value(OWN_ROW))
    found = decisions.values_list("of", "rule_id", "verdict", "until").union(
        own.values_list("of", "rule_id", "digest", "valid_to"), all=True
    )
    rows = sorted(found, key=lambda row: (row[0], row[1]))
    return _book(
        tuple((rule_id, verdict, until) for of, rule_id, verdict, until in rows if of == IN_BOOK),
        tuple((rule_id, digest) for of, rule_id, digest, _end in rows if of == OWN_ROW),
    )


def rulebook_with(*, pack: str = "", rows: Iterable[Rule] = (), kind: str = "", market: str = "") -> Rulebook:
    """The book as it would be with a stored pack, given rows, or every proposed row of a kind or market.

    For what-ifs: nothing is switched on. Refused when the rows clash with one another.
    """
    book = rulebook()
    tried = list(rows)
    if pack:
        stored = RuleRow.objects.filter(place=IN_PACK, pack=pack).order_by("rule_id").values(*_COLUMNS)
        tried += [_rule(dict(row)) for row in stored]
    if kind or market:
        tried += [rule for rule in book.rules if _waits(book, rule) and _of(rule, kind, market)]
    return book.what_if(tried)


def _waits(book: Rulebook, rule: Rule) -> bool:
    return not book.active(rule) and rule.id not in book.decisions


def _of(rule: Rule, kind: str, market: str) -> bool:
    return kind in ("", rule.kind) and market in ("", rule.keys.get("market", ""))


def packs(actor: Actor) -> list[str]:
    """The names of the packs of proposed rows, in order."""
    actor.require("markets.view")
    names = RuleRow.objects.filter(place=IN_PACK).order_by("pack").values_list("pack", flat=True).distinct()
    return list(names)


def rule_decisions(actor: Actor) -> QuerySet[RuleDecision]:
    """What people said of rule rows."""
    actor.require("markets.view")
    return RuleDecision.objects.all()


def decisions_on(rule_id: str) -> list[RuleDecision]:
    """What people said of one row, the newest first."""
    return list(RuleDecision.objects.filter(rule_id=rule_id).order_by("-decided_at"))


def rule_rows(actor: Actor, on: date) -> QuerySet[RuleRow]:
    """Every row of the book, with `standing`: what it is on a day, and `known`: the last day it answers for.

    past: known no longer, a person must confirm; superseded: ended, or an own row stands before it;
    coming: not yet in force; pack: a proposal to be tried; else refused, confirmed or proposed.
    """
    actor.require("markets.view")
    said = RuleDecision.objects.filter(rule_id=OuterRef("rule_id"))
    own = RuleRow.objects.filter(
        Q(valid_to__gte=on) | Q(valid_to=None), place=OWN_ROW, kind=OuterRef("kind"),
        keys_text=OuterRef("keys_text"), valid_from__lte=on,
    ).exclude(pk=OuterRef("pk"))  # fmt: skip
    rows = RuleRow.objects.annotate(
        verdict=Coalesce(Subquery(said.values("verdict")[:1]), F("status"), output_field=CharField()),
        vouched=Subquery(said.values("until")[:1], output_field=DateField()),
    )
    rows = rows.annotate(
        known=Case(
            When(known_to=None, then=F("vouched")),
            When(vouched=None, then=F("known_to")),
            default=Greatest(F("known_to"), F("vouched")),
            output_field=DateField(),
        )
    )
    return rows.annotate(
        standing=Case(
            When(place=IN_PACK, then=Value(TRIED)),
            When(verdict=REFUSED, then=Value(REFUSED)),
            When(valid_to__lt=on, then=Value(SUPERSEDED)),
            When(Q(place=IN_BOOK) & Exists(own), then=Value(SUPERSEDED)),
            When(verdict=PROPOSED, then=Value(PROPOSED)),
            When(known__lt=on, then=Value(PAST)),
            When(valid_from__gt=on, then=Value(COMING)),
            default=Value(CONFIRMED),
            output_field=CharField(),
        )
    )


def rules_past(on: date) -> int:
    """How many rows are past their known life and wait for a person."""
    book = rulebook()
    return sum(
        1
        for rule in book.rules
        if book.active(rule) and rule.holds(on) and (known := book.known_to(rule)) is not None and known < on
    )
