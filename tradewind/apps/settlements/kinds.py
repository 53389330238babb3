"""What a line means: a person's dated word first, then the rulebook; else unknown, never a guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.settlements.models import KindMapping
from tradewind.connectors import registry
from tradewind.engine.rulebook import RuleGap

UNKNOWN = ("", "")
Words = tuple[str, str, str]  # type, amount type, description as the file says them
Meaning = tuple[str, str]  # kind, and whose word: a rule's id or mapping:<id>


def meanings(channel: str, on: date) -> Callable[[Words], Meaning]:
    """The meaning of a channel's words on a day; each combination is looked up once."""
    book = rulebook()
    said = _said(channel, on)
    ruled = _ruled_as(channel)
    known: dict[Words, Meaning] = dict(said)

    def meaning(words: Words) -> Meaning:
        found = known.get(words)
        if found is None:
            found = known[words] = _by_rule(words)
        return found

    def _by_rule(words: Words) -> Meaning:
        kind, amount, what = words
        try:
            rule = book.find(
                "settlement_kind", on, channel=ruled, type=kind, amount_type=amount, description=what
            )
        except RuleGap:
            return UNKNOWN
        return rule.text("means"), rule.id

    return meaning


def _ruled_as(channel: str) -> str:
    """The channel under which the rulebook knows its words: a shop's payments are those of any own store."""
    try:
        return registry.channel(channel).manifest.settles_as or channel
    except KeyError:  # a connector that is not installed any more
        return channel


def _said(channel: str, on: date) -> dict[Words, Meaning]:
    """People's mappings in force on a day; the newest of a combination stands."""
    rows = KindMapping.objects.filter(channel=channel, valid_from__lte=on).order_by("valid_from", "id")
    return {(m.type, m.amount_type, m.description): (m.kind, f"mapping:{m.pk}") for m in rows}
