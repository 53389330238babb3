"""Questions about markets and the public numbers known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import QuerySet

from tradewind.apps.markets.models import Indicator, Market
from tradewind.engine import scoring
from tradewind.engine.access import Actor


def markets(actor: Actor) -> QuerySet[Market]:
    """Every country watched, entered or left."""
    actor.require("markets.view")
    return Market.objects.all()


def indicators(actor: Actor) -> QuerySet[Indicator]:
    """Every public number."""
    actor.require("markets.view")
    return Indicator.objects.all()


def market_ranking(
    actor: Actor,
    weights: Mapping[str, Decimal] | None = None,
    countries: Iterable[str] | None = None,
) -> list[scoring.MarketScore]:
    """Countries by stated weights of public numbers, best first, every score explained.

    `weights` None takes the house's; only the indicators that are weighed are read.
    """
    wanted = dict(weights or scoring.MARKET_WEIGHTS)
    rows = indicators(actor).filter(name__in=sorted(wanted))
    if countries is not None:
        rows = rows.filter(country__among=sorted(set(countries)))
    facts = [
        scoring.IndicatorRow(*row)
        for row in rows.order_by("country", "name", "year").values_list(
            "country", "name", "year", "value", "source"
        )
    ]
    return scoring.market_ranking(facts, wanted)
