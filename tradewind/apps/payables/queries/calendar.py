"""The cash calendar of a company: what lies there, what comes and goes, day by day, in base currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tradewind.apps.markets.queries import rates_for
from tradewind.apps.org.models import Company
from tradewind.apps.payables.models import CashFloor
from tradewind.apps.payables.queries.flows import Gap, incoming, outgoing
from tradewind.apps.treasury.queries import CashPlace, cash_now
from tradewind.engine.access import Actor
from tradewind.engine.cash_calendar import Calendar, Flow, calendar
from tradewind.engine.fx import Rate
from tradewind.engine.money import Money

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class CashCalendar:
    """A calendar in base currency and one in every currency that lies or moves, with what stands behind them.

    `gaps` are what could not be counted, each with its size; nothing of it is in the curves.
    """

    company: Company
    today: date
    places: tuple[CashPlace, ...]
    base: Calendar
    by_currency: dict[str, Calendar]
    flows: tuple[Flow, ...]
    gaps: tuple[Gap, ...]
    floor: Money | None
    rates: dict[str, Rate]

    def in_base(self, money: Money) -> Money | None:
        """An amount at today's rate; None where there is none."""
        return _based(money, self.company.base_currency, self.rates)

    def on(self, day: date) -> list[Flow]:
        """The flows whose likely day is this one; on the first day what is overdue too. Biggest first."""
        first = day == self.today
        mine = [f for f in self.flows if f.on == day or (first and f.on < day)]
        return sorted(mine, key=lambda f: (-abs((self.in_base(f.amount) or f.amount).minor), f.source))


def cash_calendar(actor: Actor, company_id: int, today: date, days: int) -> CashCalendar:
    """What is expected of a company's cash from today on; KeyError when there is no such company.

    Orders and payouts of the stores in the actor's scope; accounts, payables and plans of the company.
    Foreign money counts at today's rate; a currency without one is a gap.
    """
    actor.require("treasury.view")
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        raise KeyError(company_id)
    places = cash_now(company_id)
    came, gaps = incoming(actor, company_id, today)
    went, more = outgoing(company_id, today, days)
    flows = [*came, *went]
    base = company.base_currency
    openings = _openings(places)
    currencies = sorted({base, *openings, *(f.amount.currency for f in flows)})
    found = rates_for({(c, base) for c in currencies if c != base}, today)
    rates = {pair[0]: rate for pair, rate in found.items() if rate is not None}
    gaps += [*more, *_unread(places), *_no_rate(currencies, base, rates, openings, flows)]
    floor = CashFloor.objects.filter(company_id=company_id).first()
    least = None if floor is None else Money(floor.amount_minor, base)
    whole = [m for m in (_based(o, base, rates) for o in openings.values()) if m is not None]
    opening = Money.total(whole, base)
    joined = together(flows)
    own = {
        c: calendar(
            openings.get(c, Money.zero(c)), [f for f in joined if f.amount.currency == c], today, days
        )
        for c in currencies
    }
    floor_minor = None if least is None else least.minor
    all_in = calendar(opening, _in_base(joined, base, rates), today, days, floor_minor)
    return CashCalendar(company, today, tuple(places), all_in, own, tuple(flows), tuple(gaps), least, rates)


def _openings(places: Iterable[CashPlace]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for place in places:
        if place.balance is not None:
            sums[place.currency] = sums.get(place.currency, Money.zero(place.currency)) + place.balance
    return sums


def _unread(places: Iterable[CashPlace]) -> list[Gap]:
    """Accounts of which no statement was read: their balance is not in the opening."""
    missing = [p for p in places if p.balance is None]
    return [Gap("no_balance", len(missing), (), ", ".join(p.code for p in missing))] if missing else []


def _no_rate(
    currencies: Sequence[str], base: str, rates: dict[str, Rate], openings: dict[str, Money],
    flows: Sequence[Flow],
) -> list[Gap]:  # fmt: skip
    gaps = []
    for currency in currencies:
        if currency == base or currency in rates:
            continue
        amounts = [f.amount for f in flows if f.amount.currency == currency]
        whole = Money.total([*amounts, openings.get(currency, Money.zero(currency))], currency)
        gaps.append(Gap("no_rate", len(amounts), (whole,), f"{currency}/{base}"))
    return gaps


def _based(money: Money, base: str, rates: dict[str, Rate]) -> Money | None:
    if money.currency == base:
        return money
    rate = rates.get(money.currency)
    return None if rate is None else rate.convert(money)


def _in_base(flows: Iterable[Flow], base: str, rates: dict[str, Rate]) -> list[Flow]:
    """Flows at today's rates; those without one are left out."""
    out = []
    for flow in flows:
        amount = _based(flow.amount, base, rates)
        if amount is not None:
            least = None if flow.least is None else _based(flow.least, base, rates)
            most = None if flow.most is None else _based(flow.most, base, rates)
            out.append(replace(flow, amount=amount, least=least, most=most))
    return out


def together(flows: Iterable[Flow]) -> list[Flow]:
    """Flows of one kind, currency, direction and days as one: a rate then rounds their sum, not each."""
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    first: dict[tuple[object, ...], Flow] = {}
    for f in flows:
        key = (f.kind, f.amount.currency, f.amount.minor > 0, f.on, f.first, f.last, f.certain)
        first.setdefault(key, f)
        for at, money in enumerate((f.least or f.amount, f.amount, f.most or f.amount)):
            sums[key][at] += money.minor
    return [
        replace(
            f, amount=Money(sums[key][1], f.amount.currency), least=Money(sums[key][0], f.amount.currency),
            most=Money(sums[key][2], f.amount.currency), source="",
        )
        for key, f in first.items()
        if sums[key][1]
    ]  # fmt: skip
