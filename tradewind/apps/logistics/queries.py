"""Questions about ways and their prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tradewind.apps.logistics.models import Carrier, RateBand, RateCard, Service, Warehouse
from tradewind.apps.markets.queries import rates_between
from tradewind.engine.access import Actor
from tradewind.engine.fx import Rate
from tradewind.engine.money import Money
from tradewind.engine.rates import Band, Card, Parcel, Quote


def carriers(actor: Actor) -> QuerySet[Carrier]:
    """Every carrier."""
    actor.require("logistics.view")
    return Carrier.objects.all()


def services(actor: Actor) -> QuerySet[Service]:
    """Every service with its carrier."""
    actor.require("logistics.view")
    return Service.objects.select_related("carrier")


def warehouses(actor: Actor) -> QuerySet[Warehouse]:
    """Every place that holds stock."""
    actor.require("logistics.view")
    return Warehouse.objects.all()


def rate_cards(actor: Actor) -> QuerySet[RateCard]:
    """Every card, with its service and its number of bands."""
    actor.require("logistics.view")
    return RateCard.objects.select_related("service", "service__carrier", "file").annotate(
        band_count=Count("bands")
    )


@dataclass(frozen=True, slots=True)
class PricedService:
    """A service with the card in force, ready to be asked."""

    service: Service
    card_id: int
    card: Card


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service asks for a parcel. `compare` is the price in the currency of the ranking.

    A refused quote (no such country, too heavy ...) or a missing rate has no `compare` and ranks last.
    """

    service: Service
    card_id: int
    quote: Quote
    compare: Money | None


def cards_in_force(
    on: date,
    *,
    kinds: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    countries: Iterable[str] | None = None,
) -> list[PricedService]:
    """The services that can be priced on a day, each with the newest card in force: two queries."""
    cards = (
        RateCard.objects.select_related("service", "service__carrier")
        .filter(valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
        .order_by("service_id", "valid_from")
    )
    if kinds is not None:
        cards = cards.filter(service__kind__in=list(kinds))
    if codes is not None:
        cards = cards.filter(service__code__in=list(codes))
    newest = {card.service_id: card for card in cards}
    rows = RateBand.objects.filter(card_id__among=[c.pk for c in newest.values()])
    if countries is not None:
        rows = rows.filter(country__among=sorted(set(countries)))
    bands: dict[int, list[Band]] = {}
    names = ("country", "above_g", "to_g", "step_g", "step_minor", "first_g", "first_minor", "parcel_minor")
    for card_id, *values in rows.values_list("card_id", *names, "minimum_g"):
        bands.setdefault(card_id, []).append(Band(*values))
    return [
        PricedService(
            c.service, c.pk, Card(bands.get(c.pk, ()), c.currency, c.divisor, f"rate card {c.pk}: {c.source}")
        )
        for c in newest.values()
    ]


def quotes(
    parcels: Sequence[Parcel],
    on: date,
    *,
    currency: str = "CNY",
    kinds: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
) -> list[list[Offer]]:
    """Every service's offer for every parcel, cheapest first, compared in one currency.

    The cards and rates are read once, whatever the number of parcels.
    """
    priced = cards_in_force(on, kinds=kinds, codes=codes, countries={p.country for p in parcels})
    theirs = {p.card.currency for p in priced}
    rates = rates_between(on, on, {currency, *theirs})
    to_ours = {c: rates.find(c, currency, on) for c in theirs}
    return [_ranked(parcel, priced, to_ours) for parcel in parcels]


def _ranked(
    parcel: Parcel, priced: Sequence[PricedService], to_ours: Mapping[str, Rate | None]
) -> list[Offer]:
    offers = []
    for one in priced:
        quote = one.card.quote(parcel)
        rate = to_ours[quote.currency]
        compare = rate.convert(quote.amount) if rate and quote.amount is not None else None
        offers.append(Offer(one.service, one.card_id, quote, compare))
    offers.sort(key=lambda o: (o.compare is None, o.compare.minor if o.compare else 0, o.service.code))
    return offers
