"""Overseas warehouse or direct parcels (row 2.4): monthly cost of both, break-even volume, payback.

A month has 30 days and a year 365. A batch is sent to the warehouse when the last one is sold: it sells
evenly over batch / monthly units, so small volumes pay the dear ages of storage. All amounts are in one
currency; sums for the break-even are exact, amounts shown are rounded to the minor unit, each part once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tradewind.engine.breakdown import ESTIMATED, Breakdown
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, exponent, quantize

MONTH, YEAR = 30, 365
MOST_UNITS = 10_000_000  # a month; beyond it no break-even is looked for
M3 = 10**9  # mm3


@dataclass(frozen=True, slots=True)
class StorageAge:
    """The daily price of a cubic metre for goods that have lain so many days, until the next age begins."""

    from_day: int
    per_m3_day: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sold: units a month, units an order, the volume and cost of a unit, units of a batch.

    `return_rate` and the yearly `capital_rate` are fractions: Decimal("0.05") is 5 %.
    """

    units: int
    units_per_order: Decimal
    volume_mm3: int
    goods_cost: Money
    batch_units: int
    return_rate: Decimal
    capital_rate: Decimal


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The way over the warehouse. `resale`: the share of returned units that is sold again."""

    first_leg: Money  # a unit
    shipment: Money  # a batch: clearance, booking, documents
    receiving: Money  # a unit
    duty: Money  # a unit, with tax that is not recovered
    storage: tuple[StorageAge, ...]
    pick: Money  # an order
    tail: Money  # an order
    monthly: Money
    setup: Money  # once
    return_handling: Money  # a returned unit
    resale: Decimal
    transit_days: int


@dataclass(frozen=True, slots=True)
class Direct:
    """The way straight to the buyer."""

    parcel: Money  # an order
    duty: Money  # an order, with tax the seller bears
    return_handling: Money  # a returned unit
    resale: Decimal
    transit_days: int


@dataclass(frozen=True, slots=True)
class WarehouseRoi:
    """A month of both ways, explained, and what follows.

    `break_even` is the least number of units a month at which the warehouse costs no more; None when it
    never does. `roi` is a year's saving over what is tied up (set-up and stock on the way and in store).
    """

    warehouse: Breakdown
    direct: Breakdown
    saving: Money
    stock_days: Decimal
    break_even: int | None
    invested: Money
    roi: Decimal | None
    payback_months: Decimal | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """One driver changed by a share: the month's saving then, and the break-even."""

    driver: str
    change: Decimal
    saving: Money
    break_even: int | None


def warehouse_roi(plan: Plan, warehouse: Warehouse, direct: Direct) -> WarehouseRoi:
    """Both ways at the plan's volume. Refused names every amount, rate or currency that cannot be.

    Example: with a fee of 600 a month and 2.00 saved on each unit the break-even is 300 units.
    """
    _check(plan, warehouse, direct)
    currency, units = plan.goods_cost.currency, plan.units
    ours = _tree("warehouse_month", _warehouse(plan, warehouse, units), units, currency)
    theirs = _tree("direct_month", _direct(plan, direct), units, currency)
    saving = _money(theirs) - _money(ours)
    invested = warehouse.setup + Money.rounded(_stock(plan, warehouse) / 10 ** exponent(currency), currency)
    return WarehouseRoi(
        ours,
        theirs,
        saving,
        quantize(_days(plan, units), 1),
        break_even(plan, warehouse, direct),
        invested,
        quantize(Fraction(saving.minor * 12, invested.minor), 4) if invested.minor else None,
        quantize(Fraction(warehouse.setup.minor, saving.minor), 1) if saving.minor > 0 else None,
    )


def break_even(plan: Plan, warehouse: Warehouse, direct: Direct) -> int | None:
    """The least units a month at which a unit over the warehouse costs no more; None when it never does.

    A unit's cost over the warehouse only falls with volume, so bisection finds it exactly.
    """
    limit = sum(_direct(plan, direct).values())

    def dearer(units: int) -> bool:
        return sum(_warehouse(plan, warehouse, units).values()) > limit

    if dearer(MOST_UNITS):
        return None
    low, high = 0, MOST_UNITS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if dearer(middle) else (low, middle)
    return high


def sensitivity(
    plan: Plan, warehouse: Warehouse, direct: Direct, changes: tuple[Decimal, ...]
) -> tuple[Sensitivity, ...]:
    """The saving and the break-even with each driver changed by each share, the others as they are."""
    out = []
    for driver in DRIVERS:
        for change in changes:
            p, w, d = _changed(driver, 1 + Fraction(change), plan, warehouse, direct)
            got = warehouse_roi(p, w, d)
            out.append(Sensitivity(driver, change, got.saving, got.break_even))
    return tuple(out)


DRIVERS = ("units", "first_leg", "storage", "tail", "parcel", "direct_duty", "return_rate")


def _changed(
    driver: str, by: Fraction, plan: Plan, warehouse: Warehouse, direct: Direct
) -> tuple[Plan, Warehouse, Direct]:
    if driver == "units":
        return replace(plan, units=max(round(plan.units * by), 1)), warehouse, direct
    if driver == "return_rate":
        rate = min(quantize(Fraction(plan.return_rate) * by, 6), Decimal(1))
        return replace(plan, return_rate=rate), warehouse, direct
    if driver == "storage":
        ages = tuple(replace(age, per_m3_day=age.per_m3_day.times(by)) for age in warehouse.storage)
        return plan, replace(warehouse, storage=ages), direct
    if driver == "parcel":
        return plan, warehouse, replace(direct, parcel=direct.parcel.times(by))
    if driver == "direct_duty":
        return plan, warehouse, replace(direct, duty=direct.duty.times(by))
    return plan, replace(warehouse, **{driver: getattr(warehouse, driver).times(by)}), direct


def _warehouse(plan: Plan, way: Warehouse, units: int) -> dict[str, Fraction]:
    """Minor units a unit sold, by component."""
    per_order = 1 / Fraction(plan.units_per_order)
    days = _days(plan, units)
    landed = _landed(plan, way)
    return {
        "first_leg": Fraction(way.first_leg.minor),
        "shipment": Fraction(way.shipment.minor, plan.batch_units),
        "receiving": Fraction(way.receiving.minor),
        "duty": Fraction(way.duty.minor),
        "storage": storage_cost(way.storage, plan.volume_mm3, days),
        "pick_and_pack": way.pick.minor * per_order,
        "tail_delivery": way.tail.minor * per_order,
        "returns": _returns(plan, way.return_handling, way.resale),
        "capital": landed * Fraction(plan.capital_rate) * (way.transit_days + days / 2) / YEAR,
        "monthly_fee": Fraction(way.monthly.minor, units),
    }


def _direct(plan: Plan, way: Direct) -> dict[str, Fraction]:
    per_order = 1 / Fraction(plan.units_per_order)
    return {
        "parcel_freight": way.parcel.minor * per_order,
        "duty": way.duty.minor * per_order,
        "returns": _returns(plan, way.return_handling, way.resale),
        "capital": plan.goods_cost.minor * Fraction(plan.capital_rate) * way.transit_days / YEAR,
    }


def storage_cost(ages: tuple[StorageAge, ...], volume_mm3: int, days: Fraction) -> Fraction:
    """Minor units of storage a unit pays on average when its batch sells evenly over so many days.

    Of an age that reaches from a to b a unit sold at a day spread over 0..D pays, on average,
    ((h - a)^2 / 2 + (h - a)(D - h)) / D days, with h the smaller of b and D.
    """
    total = Fraction(0)
    for age, ends in zip(ages, [*(a.from_day for a in ages[1:]), None], strict=True):
        if age.from_day < days:
            end = days if ends is None else min(Fraction(ends), days)
            span = end - age.from_day
            total += age.per_m3_day.minor * (span * span / 2 + span * (days - end)) / days
    return total * volume_mm3 / M3


def _returns(plan: Plan, handling: Money, resale: Decimal) -> Fraction:
    lost = plan.goods_cost.minor * (1 - Fraction(resale))
    return Fraction(plan.return_rate) * (handling.minor + lost)


def _days(plan: Plan, units: int) -> Fraction:
    """Days until a batch is sold."""
    return Fraction(plan.batch_units * MONTH, units)


def _landed(plan: Plan, way: Warehouse) -> Fraction:
    """What a unit in the warehouse has cost."""
    one = plan.goods_cost + way.first_leg + way.receiving + way.duty
    return one.minor + Fraction(way.shipment.minor, plan.batch_units)


def _stock(plan: Plan, way: Warehouse) -> Fraction:
    """Minor units tied up on average: what is on the way and half a batch."""
    held = Fraction(plan.units * way.transit_days, MONTH) + Fraction(plan.batch_units, 2)
    return held * _landed(plan, way)


def _tree(name: str, costs: dict[str, Fraction], units: int, currency: str) -> Breakdown:
    parts, major = [], 10 ** exponent(currency)
    for part, each in costs.items():
        amount = Money.rounded(each * units / major, currency)
        shown = {"units": str(units), "per unit": str(quantize(each / major, 4))}
        parts.append(Breakdown(part, amount, ESTIMATED, "units x cost of a unit", shown))
    return Breakdown.of(name, parts)


def _money(tree: Breakdown) -> Money:
    if not isinstance(tree.amount, Money):
        raise TypeError("a month's cost is money")
    return tree.amount


def _check(plan: Plan, warehouse: Warehouse, direct: Direct) -> None:
    problems = [*_amounts("", plan, plan), *_amounts("", warehouse, plan), *_amounts("direct_", direct, plan)]
    for name, least in (("units", 1), ("volume_mm3", 1), ("batch_units", 1)):
        value = getattr(plan, name)
        if not least <= value <= M3 * 1000:
            problems.append(Problem(None, name, str(value), "not a quantity", f"{least} or more"))
    if plan.units_per_order < 1:
        problems.append(
            Problem(None, "units_per_order", str(plan.units_per_order), "not a quantity", "1 or more")
        )
    starts = [age.from_day for age in warehouse.storage]
    if starts != sorted(set(starts)) or starts[:1] != [0]:
        problems.append(
            Problem(None, "storage", str(starts), "the ages do not begin at 0 and rise", "0, 31, 61 ...")
        )
    for age in warehouse.storage:
        problems += _amount("storage", age.per_m3_day, plan)
    if problems:
        raise Refused(problems)


def _amounts(prefix: str, given: Any, plan: Plan) -> Iterator[Problem]:
    """Every amount in the plan's currency and not below zero, every rate a fraction, no days below zero."""
    for one in fields(given):
        value, name = getattr(given, one.name), prefix + one.name
        if isinstance(value, Money):
            yield from _amount(name, value, plan)
        elif isinstance(value, Decimal) and name != "units_per_order" and not 0 <= value <= 1:
            yield Problem(None, name, str(value), "not a share", "0 to 1")
        elif one.name == "transit_days" and not 0 <= value <= YEAR:
            yield Problem(None, name, str(value), "not a number of days", f"0 to {YEAR}")


def _amount(name: str, value: Money, plan: Plan) -> Iterator[Problem]:
    if value.currency != plan.goods_cost.currency:
        yield Problem(
            None, name, value.currency, "another currency than the goods cost", plan.goods_cost.currency
        )
    elif value.minor < 0:
        yield Problem(None, name, str(value), "an amount below zero", "zero or more")
