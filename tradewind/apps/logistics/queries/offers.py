"""Every service's offer for every parcel, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tradewind.apps.logistics.models import Service
from tradewind.apps.logistics.queries.cards import PricedService, cards_in_force
from tradewind.apps.logistics.queries.terms import danger_rules, terms_of
from tradewind.apps.markets.queries import rates_between
from tradewind.engine.money import Money, minor_ratio
from tradewind.engine.rates import Parcel, Quote
from tradewind.engine.rates_deck import Choice, Deck, Ranking, Way, Weights
from tradewind.engine.restrictions import Judgement

CHEAPEST = Weights(Decimal(0), Decimal(0), Decimal(0), Decimal(0))  # by price alone


class Offer:
    """What a service asks for a parcel, or why it does not.

    `compare` is the price in the currency of the ranking; a refused parcel and a price without a rate have
    none and rank last. `score` is what the ranking went by (see engine.rates_deck.Weights).
    """

    __slots__ = ("_choice", "_currency", "_deck", "_quote", "_ranking", "card_id", "service")

    def __init__(
        self, priced: PricedService, deck: Deck, ranking: Ranking, choice: Choice, currency: str
    ) -> None:
        self.service: Service = priced.service
        self.card_id = priced.card_id
        self._deck, self._ranking, self._choice, self._currency = deck, ranking, choice, currency
        self._quote: Quote | None = None

    @property
    def quote(self) -> Quote:
        """The whole quote, ready to explain itself."""
        if self._quote is None:
            self._quote = self._ranking.quote(self._choice)
        return self._quote

    @property
    def compare(self) -> Money | None:
        """The price in the currency of the ranking."""
        minor = self._choice.compare
        return None if minor is None else Money(minor, self._currency)

    @property
    def score(self) -> int | None:
        """What the ranking went by; comparable within one parcel only."""
        return self._choice.score

    @property
    def reason(self) -> str:
        """Why there is no price, or none that can be compared."""
        return self._choice.reason

    @property
    def judgement(self) -> Judgement:
        """What the service says of the goods, with the papers it wants."""
        return self._deck.judgement(self._choice.at, self._ranking.parcel.goods)

    @property
    def factors(self) -> tuple[Decimal, Decimal]:
        """By what the price was multiplied for promised days, and for risk."""
        days, risk = self._deck.factors(self._choice.at, self.judgement.verdict)
        return Decimal(days.numerator) / days.denominator, Decimal(risk.numerator) / risk.denominator


def quotes(
    parcels: Sequence[Parcel],
    on: date,
    *,
    currency: str = "CNY",
    kinds: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    weights: Weights = CHEAPEST,
    late: Mapping[int, Decimal] | None = None,
) -> list[list[Offer]]:
    """Every service's offer for every parcel, best first, compared in one currency.

    By price alone, unless `weights` count promise and risk; `late` is the share seen late by service id.
    The cards and rates are read once, whatever the number of parcels.
    """
    priced = cards_in_force(on, kinds=kinds, codes=codes, countries={p.country for p in parcels})
    deck = deck_of(priced, on, currency, weights, late or {})
    return [
        [Offer(priced[choice.at], deck, ranking, choice, currency) for choice in ranking]
        for ranking in deck.rank(parcels)
    ]


def deck_of(
    priced: Sequence[PricedService], on: date, currency: str, weights: Weights, late: Mapping[int, Decimal]
) -> Deck:
    """Services as a deck, with the rates of the day, their terms and the rules on batteries by air."""
    theirs = {p.card.currency for p in priced}
    rates = rates_between(on, on, {currency, *theirs})
    found = {c: rates.find(c, currency, on) for c in theirs}
    ratios = {c: None if rate is None else minor_ratio(c, currency, rate.rate) for c, rate in found.items()}
    ways = [
        Way(
            p.card, ratios[p.card.currency], p.service.promise_days, p.service.tracked,
            late.get(p.service.pk), terms_of(p.service.terms), p.service.mode,
        )
        for p in priced
    ]  # fmt: skip
    law = danger_rules(on) if any(p.service.mode == "air" for p in priced) else ()
    return Deck(ways, weights, law)
