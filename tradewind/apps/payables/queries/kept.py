"""Kept forecasts beside what came: the error by how many days ahead it was foretold.

The curve of a forecast: `rates` to base currency that day, `days` with [low, likely, high] of the evening's
balance and what was likely to come and go, `lines` the worth of all statement lines known when it was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from tradewind.apps.payables.models import Forecast
from tradewind.apps.treasury.models import BankLine, CollectionLine
from tradewind.engine.access import Actor
from tradewind.engine.cash_calendar import percentile
from tradewind.engine.money import Money, quantize, to_currency

HORIZONS = (1, 3, 7, 14, 30, 60, 89)  # days ahead


def forecasts(actor: Actor) -> QuerySet[Forecast]:
    """Every kept forecast."""
    actor.require("treasury.view")
    return Forecast.objects.select_related("company")


@dataclass(frozen=True, slots=True)
class Miss:
    """What was foretold for an evening and what was there, in base currency at the rates of the forecast.

    `share` of the money foretold to move until then, a percentage; None where none was.
    """

    horizon: int
    on: date
    foretold: Money
    came: Money
    low: Money
    high: Money
    share: Decimal | None

    @property
    def error(self) -> Money:
        """What came beyond what was foretold."""
        return self.came - self.foretold

    @property
    def within(self) -> bool:
        """Whether it lay between the cautious and the hopeful reading."""
        return self.low <= self.came <= self.high


@dataclass(frozen=True, slots=True)
class HorizonError:
    """How well forecasts of one company did so many days ahead: half of them were closer than `median`."""

    horizon: int
    forecasts: int
    within: int
    mean: Money  # with its sign: above zero, more came than was foretold
    median: Money  # without a sign
    worst: Money


def lines_worth(company_id: int, rates: Mapping[str, str], base: str, until: date | None = None) -> int:
    """Minor units in base currency of all lines of a company's accounts up to a day, at given rates."""
    banks = BankLine.objects.filter(account__company_id=company_id)
    others = CollectionLine.objects.filter(account__company_id=company_id)
    if until is not None:
        banks, others = banks.filter(on__lte=until), others.filter(at__date__lte=until)
    sums: dict[str, int] = defaultdict(int)
    for rows in (banks, others):
        by_currency: Any = (
            rows.order_by().values_list("account__currency").annotate(minor=Sum("amount_minor"))
        )
        for currency, minor in by_currency:
            sums[currency] += int(minor)
    return sum(
        minor
        if currency == base
        else to_currency(Money(minor, currency), base, Decimal(rates[currency])).minor
        for currency, minor in sums.items()
        if currency == base or currency in rates
    )


def misses(forecast: Forecast, today: date) -> list[Miss]:
    """The error of a forecast at each horizon whose evening is over; evenings to come are left out.

    What came is the opening and all lines since, those told late included.
    """
    curve: Any = forecast.curve
    base, out = forecast.currency, []
    for horizon in HORIZONS:
        on = forecast.made_on + timedelta(days=horizon)
        if on >= today or horizon >= len(curve["days"]):
            continue
        there = lines_worth(forecast.company_id, curve["rates"], base, on)
        came = forecast.opening_minor + there - int(curve["lines"])
        low, likely, high, _coming, _going = curve["days"][horizon]
        moved = sum(abs(day[3]) + abs(day[4]) for day in curve["days"][: horizon + 1])
        share = quantize(Fraction(abs(came - likely) * 100, moved), 1) if moved else None
        out.append(
            Miss(
                horizon,
                on,
                Money(likely, base),
                Money(came, base),
                Money(low, base),
                Money(high, base),
                share,
            )
        )
    return out


def horizon_errors(found: Sequence[Forecast], today: date) -> list[HorizonError]:
    """The errors of one company's forecasts by horizon; horizons nobody has reached are left out."""
    by_horizon: dict[int, list[Miss]] = defaultdict(list)
    for one in found:
        for miss in misses(one, today):
            by_horizon[miss.horizon].append(miss)
    out = []
    for horizon, rows in sorted(by_horizon.items()):
        base = rows[0].came.currency
        signed = [m.error.minor for m in rows]
        sizes = sorted(map(abs, signed))
        mean = Money(_mean(signed), base)
        out.append(
            HorizonError(
                horizon, len(rows), sum(m.within for m in rows), mean, Money(percentile(sizes, 50), base),
                Money(sizes[-1], base),
            )
        )  # fmt: skip
    return out


def _mean(numbers: Sequence[int]) -> int:
    return int(quantize(Fraction(sum(numbers), len(numbers)), 0))
