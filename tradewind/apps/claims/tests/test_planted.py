"""A carrier's bill of 2,000 lines with 60 planted errors: found with their amounts, nothing else found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from tradewind.apps.claims.models import BillLine, Finding
from tradewind.apps.claims.operations import audit_bills
from tradewind.apps.claims.tests.shop import BY, NOW, Shop, price, row
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.org.models import Company

LINES, ERRORS = 2000, 60
Planted = tuple[str, dict[str, int]]  # tracking number, reason -> excess


def test_sixty_planted_errors_in_two_thousand_lines_are_found_exactly_and_nothing_else(shop: Shop) -> None:
    planted = dict(_bill(shop))
    found: dict[str, dict[str, int]] = {}
    columns = ("bill_line__tracking_no", "reason", "excess_minor")
    for tracking, reason, excess in Finding.objects.values_list(*columns):
        found.setdefault(tracking, {})[reason] = excess
    hits = [number for number, reasons in planted.items() if found.get(number) == reasons]
    false = sorted(set(found) - set(planted))
    assert len(planted) == ERRORS
    assert (len(hits), false) == (ERRORS, [])
    states = list(BillLine.objects.filter(bill__number="YT-2610").values_list("state", flat=True))
    assert len(states) == LINES
    assert (states.count("clean"), states.count("unjudged")) == (LINES - ERRORS, 0)


def _bill(shop: Shop) -> Iterator[tuple[str, dict[str, int]]]:
    dice = random.Random(20261123)
    parcels = shop.parcels(LINES)
    extra = shop.parcels(4, prefix="C", state="cancelled")
    theirs = shop.parcels(
        2, prefix="T", company=Company.objects.create(code="HK", name="HK", country="HK", base_currency="HKD")
    )
    earlier = shop.bill([row(p) for p in parcels[-3:]], number="YT-2608", on=date(2026, 8, 31))
    audit_bills(ids=[earlier.pk], now=NOW, by=BY)
    assert not Finding.objects.exists()
    rows, planted = [], {}
    ways = [_rate] * 10 + [_weight] * 12 + [_place] * 8 + [_surcharge] * 10 + [_fuel] * 5
    for parcel, way in zip(parcels[:45], ways, strict=True):
        made, reasons = way(parcel, dice)
        rows.append(made)
        planted[parcel.tracking_no] = reasons
    for parcel in parcels[-3:]:  # billed in August already
        rows.append(row(parcel))
        planted[parcel.tracking_no] = {"duplicate": _sum(row(parcel))}
    for parcel in extra:
        rows.append(row(parcel))
        planted[parcel.tracking_no] = {"not_shipped": _sum(row(parcel))}
    for parcel in theirs:
        rows.append(row(parcel))
        planted[parcel.tracking_no] = {"other_company": _sum(row(parcel))}
    for n in range(4):
        rows.append(row(parcels[0], tracking=f"NOBODY{n}"))
        planted[f"NOBODY{n}"] = {"unknown_parcel": _sum(rows[-1])}
    clean = parcels[45 : LINES - ERRORS + 45]
    for parcel in clean:  # scales differ by a little
        rows.append(row(parcel, grams=(parcel.weight_g or 0) + dice.randint(-40, 20)))
    for parcel in clean[:2]:  # the same line again at the end
        rows.append(row(parcel))
        planted[parcel.tracking_no] = {"duplicate": _sum(row(parcel))}
    assert len(rows) == LINES
    bill = shop.bill(rows)
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    yield from planted.items()


def _sum(made: tuple[object, ...]) -> int:
    return sum(int(str(minor)) for minor in made[4:])


def _rate(parcel: Parcel, dice: random.Random) -> tuple[tuple[object, ...], dict[str, int]]:
    freight, _fuel_minor = price(parcel.order.country, parcel.weight_g or 0)
    more = dice.randint(1, 500)
    return row(parcel, freight=freight + more), {"rate": more}


def _fuel(parcel: Parcel, dice: random.Random) -> tuple[tuple[object, ...], dict[str, int]]:
    _freight, fuel = price(parcel.order.country, parcel.weight_g or 0)
    more = dice.randint(1, 300)
    return row(parcel, fuel=fuel + more), {"rate": more}


def _weight(parcel: Parcel, dice: random.Random) -> tuple[tuple[object, ...], dict[str, int]]:
    grams = (parcel.weight_g or 0) + 200 + dice.randint(0, 800)
    right, wrong = (price(parcel.order.country, g) for g in (parcel.weight_g or 0, grams))
    return row(parcel, grams=grams), {"weight": sum(wrong) - sum(right)}


def _place(parcel: Parcel, _dice: random.Random) -> tuple[tuple[object, ...], dict[str, int]]:
    country = "US" if parcel.order.country != "US" else ""
    if not country:  # nothing is dearer than US: a zone cannot be wrong to our cost, so the rate is
        made = row(parcel, freight=price("US", parcel.weight_g or 0)[0] + 7)
        return made, {"rate": 7}
    right, wrong = (price(c, parcel.weight_g or 0) for c in (parcel.order.country, country))
    return row(parcel, country=country), {"zone": sum(wrong) - sum(right)}


def _surcharge(parcel: Parcel, dice: random.Random) -> tuple[tuple[object, ...], dict[str, int]]:
    more = dice.randint(100, 900)
    return row(parcel, other=more), {"surcharge": more}
