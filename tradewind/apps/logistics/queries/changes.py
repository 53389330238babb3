"""What changed between two cards, band by band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tradewind.apps.logistics.models import RateBand, RateCard
from tradewind.apps.logistics.queries.cards import BAND
from tradewind.engine.money import Money, quantize
from tradewind.engine.rates import Band


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A band's price at its heaviest parcel, surcharges apart, in two cards; None where one has none.

    `share` of the older price that it rose (1.3 % is 0.013); None when one of the two is missing or the
    currencies differ.
    """

    zone: str
    above: int
    to: int
    before: Money | None
    after: Money | None
    share: Decimal | None


def card_before(card: RateCard) -> RateCard | None:
    """The card in force for the service when this one begins."""
    older = RateCard.objects.filter(
        service_id=card.service_id, state="active", valid_from__lt=card.valid_from
    )
    return older.order_by("-valid_from").first()


def price_changes(before: RateCard, after: RateCard) -> list[PriceChange]:
    """Every band of the newer card against the older at the same weight, then bands that went."""
    bands: dict[int, dict[str, list[Band]]] = {before.pk: {}, after.pk: {}}
    rows = RateBand.objects.filter(card_id__in=[before.pk, after.pk]).order_by("zone", "above")
    for card_id, *values in rows.values_list("card_id", *BAND):
        band = Band(*values)
        bands[card_id].setdefault(band.zone, []).append(band)
    return list(_changes(before, after, bands[before.pk], bands[after.pk]))


def _changes(
    before: RateCard, after: RateCard, old: dict[str, list[Band]], new: dict[str, list[Band]]
) -> Iterator[PriceChange]:
    for zone, bands in new.items():
        for band in bands:
            was = _price(old.get(zone, []), band.to)
            then = None if was is None else Money(was, before.currency)
            now = Money(band.price(band.to), after.currency)
            yield PriceChange(zone, band.above, band.to, then, now, _share(then, now))
    for zone, bands in old.items():
        for band in bands:
            if _price(new.get(zone, []), band.to) is None:
                price = Money(band.price(band.to), before.currency)
                yield PriceChange(zone, band.above, band.to, price, None, None)


def _price(bands: list[Band], units: int) -> int | None:
    return next((band.price(units) for band in bands if band.above < units <= band.to), None)


def _share(before: Money | None, after: Money) -> Decimal | None:
    if before is None or before.currency != after.currency or not before.minor:
        return None
    return quantize(Decimal(after.minor - before.minor) / before.minor, 3)
