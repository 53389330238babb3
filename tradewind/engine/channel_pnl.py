"""Ways of selling compared (row 1.8): marketplace, own store, full and semi consignment (全托, 半托).

Each way's profit and loss over the same months, and its cash month by month: what is sold in a month is
sold evenly over its 30 days, and every amount moves some days before (below zero) or after the sale. All
amounts are in one currency and without VAT. What each way does not have is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.breakdown import ESTIMATED, Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, quantize

MONTH, MOST_MONTHS, MOST_DAYS = 30, 60, 720
MARKETPLACE, OWN_STORE, FULL, SEMI = "marketplace", "own_store", "full_consignment", "semi_consignment"
# What a way of selling must state; the rest of a channel's terms must be left out for it.
NEEDED = {
    MARKETPLACE: ("commission", "per_order", "ads", "fulfilment"),
    OWN_STORE: ("commission", "per_order", "ads", "fulfilment"),
    FULL: (),
    SEMI: ("fulfilment",),
}
# How each component comes about, for its explanation.
FORMULAS = {
    "setup": "stated once",
    "revenue": "units x price",
    "refunds": "revenue x returned share",
    "return_cost": "returned units x cost of a return",
    "commission": "revenue after refunds x commission share",
    "per_order": "units x fee an order",
    "ads": "revenue x advertising share",
    "fulfilment": "units x fulfilment a unit",
    "first_leg": "units x first leg a unit",
    "goods_cost": "units x goods cost a unit",
    "monthly_fee": "months x fixed cost a month",
}
OPTIONAL = ("commission", "per_order", "ads", "fulfilment")


@dataclass(frozen=True, slots=True)
class Goods:
    """What is sold by every way: units of each month, and what the goods of a unit cost.

    `deposit` is the share of the goods cost paid `deposit_days` before the sale; the rest `balance_days`
    before it.
    """

    units: tuple[int, ...]
    cost: Money
    deposit: Decimal
    deposit_days: int
    balance_days: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of selling. Shares are fractions; amounts a unit unless said otherwise.

    `price` is what a unit earns without VAT: the selling price, or the supply price under consignment.
    `commission` with payment fees and `ads` are shares of the price. `returns`: share of units refunded;
    `return_cost`: what a returned unit costs beyond its refund. `first_leg` brings a unit to the buyer's
    market or the platform's warehouse, paid `first_leg_days` before the sale. `settle_days`: from the sale
    to the money, of which the share `reserve` is held `reserve_days` longer. `monthly` is a month's fixed
    cost, `setup` what starting costs, paid `setup_days` before the first month.
    """

    name: str
    kind: str
    price: Money
    returns: Decimal
    return_cost: Money
    first_leg: Money
    first_leg_days: int
    settle_days: int
    reserve: Decimal
    reserve_days: int
    monthly: Money
    setup: Money
    setup_days: int
    commission: Decimal | None = None
    per_order: Money | None = None
    ads: Decimal | None = None
    fulfilment: Money | None = None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month: profit earned in it, money in and out, and the balance after it. Month 1 is the first sold."""

    month: int
    profit: Money
    received: Money
    paid: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class ChannelPnl:
    """A way of selling over the whole time.

    `peak_need` is the deepest the balance goes below zero, at the end of `peak_month`. `cycle_days`: from
    paying for the goods to having the money. `payback_month`: from it on the balance stays at zero or above.
    """

    channel: Channel
    total: Breakdown
    margin: Decimal | None
    months: tuple[MonthLine, ...]
    peak_need: Money
    peak_month: int | None
    cycle_days: Decimal
    payback_month: int | None

    @property
    def profit(self) -> Money:
        """Of all months, after set-up."""
        return Money.total((line.profit for line in self.months), self.peak_need.currency)


@dataclass(frozen=True, slots=True)
class _Flow:
    """An amount of a month's sales and the days from the sale at which it moves."""

    name: str
    amount: Money
    days: int


def channel_pnl(goods: Goods, channels: Sequence[Channel]) -> tuple[ChannelPnl, ...]:
    """Every channel with the same goods, in their order. Refused names all that is missing or cannot be.

    Example: 100 units sold at 10.00 in the first month and settled after 15 days bring 500.00 in it and
    500.00 in the second.
    """
    problems = [*_of_goods(goods)]
    for row, channel in enumerate(channels, 1):
        problems += _of_channel(row, channel, goods.cost.currency)
    if not channels:
        problems.append(Problem(None, "channels", "", "there is no channel", "at least one"))
    if problems:
        raise Refused(problems)
    return tuple(_one(goods, channel) for channel in channels)


def _one(goods: Goods, channel: Channel) -> ChannelPnl:
    zero = Money.zero(goods.cost.currency)
    totals: dict[str, Money] = {}
    profit: dict[int, Money] = {}
    received: dict[int, Money] = {}
    paid: dict[int, Money] = {}
    for month, flow in _all(goods, channel):
        totals[flow.name] = totals.get(flow.name, zero) + flow.amount
        profit[month] = profit.get(month, zero) + flow.amount
        side = received if flow.amount.minor > 0 else paid
        for when, part in _spread(month, flow) if flow.amount else ():
            side[when] = side.get(when, zero) + part
    months = tuple(_lines(zero, profit, received, paid))
    lowest = min(months, key=lambda line: (line.balance.minor, line.month))
    need = -lowest.balance if lowest.balance.minor < 0 else zero
    shown = {"units": str(sum(goods.units)), "months": str(len(goods.units))}
    parts = [
        Breakdown(name, amount, ESTIMATED, FORMULAS[name], shown if "x" in FORMULAS[name] else {})
        for name, amount in totals.items()
    ]
    tree = Breakdown.of("channel_profit", parts, zero=zero)
    revenue = totals["revenue"] + totals["refunds"]
    whole = Money.total((line.profit for line in months), zero.currency)
    return ChannelPnl(
        channel,
        tree,
        quantize(Fraction(whole.minor, revenue.minor), 4) if revenue.minor > 0 else None,
        months,
        need,
        lowest.month if need else None,
        _cycle(goods, channel),
        _payback(months),
    )


def _all(goods: Goods, channel: Channel) -> Iterator[tuple[int, _Flow]]:
    """Every flow of every month that sells, and the set-up in month 1."""
    yield 1, _Flow("setup", -channel.setup, -channel.setup_days)
    for month, units in enumerate(goods.units, 1):
        yield from ((month, flow) for flow in _flows(goods, channel, units))


def _flows(goods: Goods, channel: Channel, units: int) -> Iterator[_Flow]:
    """A month's amounts, each rounded once; what the channel withholds moves when it settles."""
    revenue = channel.price * units
    refunds = -revenue.times(channel.returns)
    held = revenue.times(channel.reserve)
    settle = channel.settle_days
    yield _Flow("revenue", revenue - held, settle)
    yield _Flow("revenue", held, settle + channel.reserve_days)
    yield _Flow("refunds", refunds, settle)
    yield _Flow("return_cost", -channel.return_cost.times(units * Fraction(channel.returns)), settle)
    if channel.commission is not None:
        yield _Flow("commission", -(revenue + refunds).times(channel.commission), settle)
    if channel.per_order is not None:
        yield _Flow("per_order", -(channel.per_order * units), settle)
    if channel.ads is not None:
        yield _Flow("ads", -revenue.times(channel.ads), 0)
    if channel.fulfilment is not None:
        yield _Flow("fulfilment", -(channel.fulfilment * units), 0)
    yield _Flow("first_leg", -(channel.first_leg * units), -channel.first_leg_days)
    cost = goods.cost * units
    deposit = cost.times(goods.deposit)
    yield _Flow("goods_cost", -deposit, -goods.deposit_days)
    yield _Flow("goods_cost", deposit - cost, -goods.balance_days)
    yield _Flow("monthly_fee", -channel.monthly, 0)


def _spread(month: int, flow: _Flow) -> Iterator[tuple[int, Money]]:
    """An amount over the two months it moves in: sales of day 1..30 shifted by whole months and days."""
    months, days = divmod(flow.days, MONTH)
    if flow.name == "setup":
        yield month + months, flow.amount
        return
    early, late = flow.amount.allocate([MONTH - days, days])
    yield month + months, early
    if days:
        yield month + months + 1, late


def _lines(
    zero: Money, profit: dict[int, Money], received: dict[int, Money], paid: dict[int, Money]
) -> Iterator[MonthLine]:
    """Every month from the first payment to the last receipt, none left out."""
    used = [*profit, *received, *paid]
    balance = zero
    for month in range(min(used), max(used) + 1):
        came, went = received.get(month, zero), paid.get(month, zero)
        balance = balance + came + went
        yield MonthLine(month, profit.get(month, zero), came, went, balance)


def _cycle(goods: Goods, channel: Channel) -> Decimal:
    """Days from paying for goods to the money of their sale, each weighted by its share."""
    before = goods.deposit * goods.deposit_days + (1 - goods.deposit) * goods.balance_days
    return quantize(before + channel.settle_days + channel.reserve * channel.reserve_days, 1)


def _payback(months: Sequence[MonthLine]) -> int | None:
    """The month from which on the balance never falls below zero again; None when it ends below."""
    below = [line.month for line in months if line.balance.minor < 0]
    if not below:
        return months[0].month
    return below[-1] + 1 if below[-1] < months[-1].month else None


def _of_goods(goods: Goods) -> Iterator[Problem]:
    if not 1 <= len(goods.units) <= MOST_MONTHS:
        yield Problem(None, "units", str(len(goods.units)), "not a number of months", f"1 to {MOST_MONTHS}")
    for month, units in enumerate(goods.units, 1):
        if not 0 <= units <= 10**9:
            yield Problem(None, "units", f"{units} in month {month}", "not a quantity", "zero or more")
    if goods.cost.minor < 0:
        yield Problem(None, "cost", str(goods.cost), "an amount below zero", "zero or more")
    yield from _share(None, "deposit", goods.deposit)
    for name in ("deposit_days", "balance_days"):
        yield from _span(None, name, getattr(goods, name))


def _of_channel(row: int, channel: Channel, currency: str) -> Iterator[Problem]:
    if channel.kind not in NEEDED:
        yield Problem(row, "kind", channel.kind, "not a way of selling", ", ".join(NEEDED))
        return
    needed = NEEDED[channel.kind]
    for name in OPTIONAL:
        stated = getattr(channel, name) is not None
        if stated != (name in needed):
            reason = "this way of selling has no such cost" if stated else "this is needed"
            yield Problem(row, name, "", reason, "nothing" if stated else "a value, 0 where there is none")
    for name in ("price", "return_cost", "first_leg", "monthly", "setup", "per_order", "fulfilment"):
        yield from _amount(row, name, getattr(channel, name), currency)
    for name in ("returns", "reserve", "commission", "ads"):
        yield from _share(row, name, getattr(channel, name))
    for name in ("first_leg_days", "settle_days", "reserve_days", "setup_days"):
        yield from _span(row, name, getattr(channel, name))


def _amount(row: int, name: str, value: Money | None, currency: str) -> Iterator[Problem]:
    if value is not None and value.currency != currency:
        yield Problem(row, name, value.currency, "another currency than the goods cost", currency)
    elif value is not None and value.minor < 0:
        yield Problem(row, name, str(value), "an amount below zero", "zero or more")


def _share(row: int | None, name: str, value: Decimal | None) -> Iterator[Problem]:
    if value is not None and not 0 <= value <= 1:
        yield Problem(row, name, str(value), "not a share", "0 to 1")


def _span(row: int | None, name: str, value: int) -> Iterator[Problem]:
    if not 0 <= value <= MOST_DAYS:
        yield Problem(row, name, str(value), "not a number of days", f"0 to {MOST_DAYS}")
