"""Questions about exchange rates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet

from tradewind.apps.markets.models import FxRate
from tradewind.engine.access import Actor
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rate, Rates

MAX_AGE_DAYS = 7  # the longest run of days on which central banks quote nothing is shorter
# Where sources quote the same pair and day: the central banks first.
SOURCES = ("ECB", "PBOC", "SAFE")


def fx_rates(actor: Actor) -> QuerySet[FxRate]:
    """Every stored rate."""
    actor.require("markets.view")
    return FxRate.objects.all()


def rates_between(
    first: date, last: date, currencies: Iterable[str] | None = None, *, max_age_days: int = MAX_AGE_DAYS
) -> Rates:
    """Every quote usable from a day to a day, in one query: ask the result with `find(base, quote, on)`.

    With currencies only pairs within them (and the euro, through which crosses go) are read.
    """
    rows = FxRate.objects.filter(on__gte=first - timedelta(max_age_days), on__lte=last)
    if currencies is not None:
        wanted = sorted({*currencies, "EUR"})
        rows = rows.filter(base__in=wanted, quote__in=wanted)
    quotes = (FxQuote(*row) for row in rows.values_list("base", "quote", "on", "rate", "source").iterator())
    return Rates(quotes, max_age_days=max_age_days, sources=SOURCES)


def rates_for(pairs: Iterable[tuple[str, str]], on: date) -> dict[tuple[str, str], Rate | None]:
    """The rate of each (base, quote) in force on a day, one query for all; None where none is known."""
    wanted = set(pairs)
    rates = rates_between(on, on, {c for pair in wanted for c in pair})
    return {pair: rates.find(*pair, on) for pair in wanted}


def rate_on(base: str, quote: str, on: date) -> Rate | None:
    """The rate in force on a day: at most seven days old, else None, never a guess."""
    return rates_for([(base, quote)], on)[base, quote]


def newest_rate_day() -> date | None:
    """The day of the newest rate in the house; None before any came in."""
    return FxRate.objects.order_by("-on").values_list("on", flat=True).first()
