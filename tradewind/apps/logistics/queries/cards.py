"""Cards out of the database, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from tradewind.apps.logistics.models import RateBand, RateCard, RatePlace, RateSurcharge, Service
from tradewind.apps.markets.queries import rulebook
from tradewind.engine.rates import (
    Band,
    Card,
    Limit,
    Place,
    Size,
    Surcharge,
    Weighing,
    in_force,
)
from tradewind.engine.rule_rows import NoRule

NO_WEIGHING = "no_weighing"  # the rulebook has no way of weighing in force for the carrier
BAND = (
    "zone", "above", "to", "step", "step_minor", "first", "first_minor", "parcel_minor", "minimum",
    "pro_rata", "least_minor",
)  # fmt: skip
SURCHARGE = (
    "code", "name", "parcel_minor", "piece_minor", "step_minor", "step", "pro_rata", "rate", "of",
    "least_minor", "most_minor", "zone", "attribute", "area", "option",
)  # fmt: skip
_DECIMALS = ("volume_times", "volume_share")


@dataclass(frozen=True, slots=True)
class PricedService:
    """A service with the card in force, ready to be asked."""

    service: Service
    card_id: int
    card: Card


def cards_in_force(
    on: date,
    *,
    kinds: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    countries: Iterable[str] | None = None,
) -> list[PricedService]:
    """The services that can be priced on a day, each with the newest card in force: four queries."""
    cards = (
        RateCard.objects.select_related("service", "service__carrier")
        .filter(state="active", valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
        .order_by("service_id", "valid_from")
    )
    if kinds is not None:
        cards = cards.filter(service__kind__in=list(kinds))
    if codes is not None:
        cards = cards.filter(service__code__in=list(codes))
    newest = list({card.service_id: card for card in cards}.values())
    made = engine_cards(newest, on, countries)
    return [PricedService(card.service, card.pk, made[card.pk]) for card in newest]


def engine_card(card: RateCard, on: date) -> Card:
    """One card as the engine asks it."""
    return engine_cards([card], on)[card.pk]


def engine_cards(
    cards: Sequence[RateCard], on: date, countries: Iterable[str] | None = None
) -> dict[int, Card]:
    """Cards as the engine asks them on a day, by id; only what parcels to some countries need."""
    ids = [card.pk for card in cards]
    wanted = None if countries is None else sorted(set(countries))
    places, areas, zones = _places(ids, wanted)
    bands: dict[int, list[Band]] = {}
    rows = RateBand.objects.filter(card_id__among=ids)
    if wanted is not None:
        rows = rows.filter(zone__among=sorted({*wanted, *zones}))
    for card_id, *values in rows.values_list("card_id", *BAND):
        bands.setdefault(card_id, []).append(Band(*values))
    surcharges = _surcharges(ids, on)
    out = {}
    for card in cards:
        weighing, blocked = weighing_of(card, on)
        out[card.pk] = Card(
            bands.get(card.pk, ()), card.currency, weighing, f"rate card {card.pk}: {card.source}",
            places=places.get(card.pk, ()), areas=areas.get(card.pk, ()),
            surcharges=surcharges.get(card.pk, ()), limits=limits_of(card), blocked=blocked,
        )  # fmt: skip
    return out


def _places(
    ids: Sequence[int], countries: Sequence[str] | None
) -> tuple[dict[int, list[Place]], dict[int, list[Place]], set[str]]:
    """Zones and areas by card, and every zone's name."""
    zones: dict[int, list[Place]] = {}
    areas: dict[int, list[Place]] = {}
    names: set[str] = set()
    rows = RatePlace.objects.filter(card_id__among=list(ids))
    if countries is not None:
        rows = rows.filter(country__among=list(countries))
    for card_id, is_area, name, country, first, last in rows.values_list(
        "card_id", "is_area", "name", "country", "first", "last"
    ):
        place = Place(name, country, first, last)
        (areas if is_area else zones).setdefault(card_id, []).append(place)
        if not is_area:
            names.add(place.name)
    return zones, areas, names


def _surcharges(ids: Sequence[int], on: date) -> dict[int, list[Surcharge]]:
    out: dict[int, list[Surcharge]] = {}
    rows = RateSurcharge.objects.filter(card_id__among=list(ids)).order_by("id")
    for row in rows:
        out.setdefault(row.card_id, []).append(surcharge_of(row))
    return {card_id: in_force(found, on) for card_id, found in out.items()}


def surcharge_of(row: RateSurcharge) -> Surcharge:
    """A stored surcharge as the engine reads it."""
    values = {name: getattr(row, name) for name in SURCHARGE}
    return Surcharge(**values, over=Size(**row.over), valid_from=row.valid_from, valid_to=row.valid_to)


def limits_of(card: RateCard) -> list[Limit]:
    """A card's limits: [{"zone": "", "weight_g": 30000, "longest_mm": 1500}]."""
    return [
        Limit(Size(**{k: v for k, v in row.items() if k != "zone"}), row.get("zone", ""))
        for row in card.limits
    ]


def weighing_of(card: RateCard, on: date) -> tuple[Weighing, str]:
    """How a card weighs on a day, by itself or by the rulebook; and the reason when that is not known."""
    if not card.weighed_as:
        values: dict[str, Any] = {**card.weighing, "divisor": card.divisor}
        values |= {k: Decimal(v) for k, v in values.items() if k in _DECIMALS}
        return Weighing(**values), ""
    carrier, _slash, service = card.weighed_as.partition("/")
    try:
        rule = rulebook().find("volume_divisor", on, carrier=carrier, service=service)
    except NoRule:
        return Weighing(), NO_WEIGHING
    own = {k: v for k, v in card.weighing.items() if k not in _DECIMALS}
    return Weighing.by_rule({**rule.values, **own}), ""
