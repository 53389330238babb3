"""Landed costs a CPU second, each with its three answers and Breakdown; published cases beside a peer."""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import Consignment, GoodsLine, LandedCost, landed_cost, landed_costs
from tradewind.engine.money import Money
from tradewind.engine.rulebook import Rulebook
from tradewind.rules import load

SEED, TODAY, BAR, COUNT = 20261123, date(2026, 7, 10), 5_000, 12_000
PER_EURO = {"CNY": "8.1", "USD": "1.16", "GBP": "0.87", "CAD": "1.58", "AUD": "1.75"}
RATES = Rates([FxQuote("EUR", code, TODAY, Decimal(rate), "bench") for code, rate in PER_EURO.items()])
CODES = ("6109.10.00.10", "6404.19.00.00", "9102.11.00.00", "8518.30.95", "3924.10.40", "4202.92.31")
WHERE: tuple[dict[str, Any], ...] = (
    {"market": "DE", "scheme": "ioss"},
    {"market": "FR"},
    {"market": "GB"},
    {"market": "US", "sale_tax_rate": Decimal("0.08")},
    {"market": "CA", "region": "ON"},
    {"market": "AU"},
)


def _parcels() -> list[Consignment]:
    """One to three lines each, from a few units to several hundred in value, in three currencies."""
    draw = random.Random(SEED)
    return [
        Consignment(
            lines=tuple(
                GoodsLine(
                    Money(draw.randint(300, 20_000), draw.choice(("CNY", "USD", "EUR"))),
                    draw.randint(1, 4),
                    draw.choice(CODES),
                    "CN",
                    draw.randint(50, 2000),
                    duty_rate=draw.choice((Decimal(0), Decimal("0.065"), Decimal("0.12"))),
                    measures=frozenset({"9903.88.15"}),
                )
                for _ in range(draw.randint(1, 3))
            ),
            freight=Money(draw.randint(0, 3000), "USD"),
            insurance=Money(0, "USD"),
            **WHERE[i % len(WHERE)],
        )
        for i in range(COUNT)
    ]


def _rate(parcels: list[Consignment], book: Rulebook) -> tuple[float, list[Any]]:
    best, found = 0.0, []
    for _ in range(3):
        began = time.process_time()
        found = landed_costs(parcels, book, RATES, TODAY)
        best = max(best, COUNT / (time.process_time() - began))
    return best, found


def run() -> bool:
    """A SKU in a market against the bar, and whole parcels; false when it is missed or a case is wrong."""
    parcels, book = _parcels(), load()
    landed_costs(parcels[:200], book, RATES, TODAY)
    whole, _found = _rate(parcels, book)
    best, found = _rate([replace(parcel, lines=parcel.lines[:1]) for parcel in parcels], book)
    told = [one for one in found if isinstance(one, LandedCost)]
    parts = sum(1 for one in told for _ in one.breakdown.walk())
    print(
        f"landed costs of a SKU in a market: {best:,.0f} a CPU second, bar {BAR:,}: ratio {best / BAR:.2f}; "
        f"of parcels of 1-3 lines: {whole:,.0f}; {len(told):,} of {COUNT:,} answered, "
        f"{sum(one.landed is not None for one in told):,} whole, {parts / len(told):.1f} parts each"
    )
    right = sum(_ours(case) == case.total for case in CASES)
    print(f"published cases right to the cent: {right} of {len(CASES)}")
    _peer()
    return best >= BAR and right == len(CASES)


@dataclass(frozen=True, slots=True)
class Case:
    """A published total: what is asked, and what the law comes to. `vat` is for the peer alone."""

    name: str
    total: str
    on: date
    where: dict[str, Any]
    goods: tuple[str, ...]
    of: str  # currency of the goods
    duty: str
    vat: float
    fx: tuple[str, str] = ("EUR/USD", "1.1")
    assume: str = ""  # proposed rows taken as confirmed: those whose id begins so


MARCH, JUNE, JULY = date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1)
ONTARIO = {"market": "CA", "region": "ON"}
BR = {"market": "BR", "region": "SP", "scheme": "remessa_conforme"}
REAL, PESO, CAD = ("USD/BRL", "1"), ("MXN/USD", "0.055"), ("USD/CAD", "1.32")
CASES = (
    Case("duty 17 %, HST 13 %", "261.78", MARCH, ONTARIO, ("150",), "USD", "0.17", 0.13, CAD),
    Case("EUR 3 a subheading", "67.20", JULY, {"market": "FR"}, ("20", "30"), "EUR", "0.12", 0.20),
    Case("no duty the day before", "59.50", JUNE, {"market": "DE"}, ("20", "30"), "EUR", "0.12", 0.19),
    Case("VAT at the sale", "162.00", JULY, {"market": "GB"}, ("135",), "GBP", "0.12", 0.20),
    Case("20 %, ICMS in its base", "72.29", MARCH, BR, ("50",), "USD", "0.20", 0.17, REAL, "BR."),
    Case("60 % less USD 20", "168.67", MARCH, BR, ("100",), "USD", "0.60", 0.17, REAL, "BR."),
    Case("33.5 % in all", "1335.00", MARCH, {"market": "MX"}, ("1000",), "MXN", "0.335", 0.0, PESO, "MX."),
)  # fmt: skip
HS = ("6109.10", "6404.11")


def _ours(case: Case) -> str:
    book = load()
    if case.assume:
        proposed = [r.id for r in book.rules if r.id.startswith(case.assume) and r.status == "proposed"]
        book = book.with_decisions(dict.fromkeys(proposed, "confirmed"))
    base, quote = case.fx[0].split("/")
    rates = Rates([FxQuote(base, quote, case.on, Decimal(case.fx[1]), "stated")])
    lines = tuple(
        GoodsLine(Money.of(value, case.of), hs=hs, origin="CN", duty_rate=Decimal(case.duty))
        for value, hs in zip(case.goods, HS, strict=False)
    )
    none = Money.zero(case.of)
    asked = Consignment(lines=lines, freight=none, insurance=none, **case.where)
    total = landed_cost(asked, book, rates, case.on).total
    return "unknown" if total is None else str(total.amount)


def _peer() -> None:
    """The calculator of the package index, given rates by hand: it knows no threshold, day or scheme."""
    try:
        peer: Any = importlib.import_module("landed_cost")
    except ImportError:
        print("landed-cost-calculator is not installed: not compared")
        return
    calculate: Callable[..., dict[str, Any]] = peer.calculate
    right = 0
    for case in CASES:
        value = float(sum(Decimal(v) for v in case.goods))
        fx = float(case.fx[1]) if case.fx is CAD else 1.0
        got = calculate(value, 1, tariff_rate=float(case.duty), vat_rate=case.vat, fx_rate=fx)
        right += f"{got['total_landed_cost']:.2f}" == case.total
    began, count = time.process_time(), 100_000
    for i in range(count):
        calculate(10.0 + i % 90, 2, freight_total=5.0, tariff_rate=0.12, vat_rate=0.19, fx_rate=0.13)
    rate = count / (time.process_time() - began)
    print(
        f"landed-cost-calculator: {right} of {len(CASES)} right given each rate by hand; {rate:,.0f}/s of "
        "one product of floats, without rules, thresholds, days or explanation"
    )
