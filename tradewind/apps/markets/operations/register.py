"""Markets into the register and through their states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import Market
from tradewind.apps.markets.states import MARKET
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


@dataclass(frozen=True, slots=True)
class NewMarket:
    """A country to watch: ISO code, names, currency, IANA zone of its main time."""

    code: str
    name: str
    name_zh: str
    currency: str
    zone: str
    note: str = ""


def register_markets(*, markets: Sequence[NewMarket], now: datetime, by: Actor) -> list[int]:
    """Start watching countries; their ids in order."""
    with acting(by, "markets.change", kind="market", now=now) as act:
        found = Findings()
        zones = available_timezones()
        made = []
        for row, one in rows(markets):
            found.at(row)
            if one.zone not in zones:
                found.add("zone", one.zone, _("not a time zone"), _("an IANA name, e.g. Europe/Berlin"))
            made.append(
                Market(
                    code=found.country("code", one.code),
                    name=found.text("name", one.name, 80),
                    name_zh=found.text("name_zh", one.name_zh, 80),
                    currency=found.currency("currency", one.currency),
                    zone=one.zone,
                    note=found.text("note", one.note, 5000, needed=False),
                )
            )
        codes = [m.code for m in made]
        found.fresh("code", codes, set(Market.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [m.pk for m in Market.objects.bulk_create(made)]
        act.note(verb="register_markets", codes=codes)
        return act.ids


def move_markets(*, ids: Sequence[int], move: str, now: datetime, by: Actor) -> list[int]:
    """Enter, leave or watch markets. WrongState when one of them cannot; then nothing moves."""
    with acting(by, "markets.change", kind="market", ids=ids, now=now) as act:
        act.note(verb=f"{move}_markets")
        return move_all(Market, MARKET, move, ids)
