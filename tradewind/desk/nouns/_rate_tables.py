"""What a rate card's page shows: bands, zones, surcharges, slips, changes against the card before."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import RateBand, RateCard, RatePlace, RateSurcharge
from tradewind.apps.logistics.queries.changes import card_before, price_changes
from tradewind.desk.kernel import COUNTRY, DATE, FLAG, INT, MONEY, PERCENT, TEXT, Column, Table
from tradewind.engine.money import Money
from tradewind.engine.price_list_slips import WORDS

# What surcharges are called; the code stands where the card has one of its own.
CODES = {
    "fuel": _("Fuel surcharge"),
    "battery": _("Battery surcharge"),
    "remote": _("Remote-area surcharge"),
    "extended": _("Extended-area surcharge"),
    "peak": _("Peak surcharge"),
    "oversize": _("Oversize surcharge"),
    "overweight": _("Overweight surcharge"),
    "handling": _("Handling surcharge"),
    "signature": _("Signature surcharge"),
    "residential": _("Residential surcharge"),
    "customs": _("Customs surcharge"),
    "insurance": _("Insurance surcharge"),
    "magnet": _("Magnet surcharge"),
    "liquid": _("Liquid surcharge"),
    "powder": _("Powder surcharge"),
}
SIZES = {
    "weight_g": _("weight over %s g"),
    "longest_mm": _("longest side over %s mm"),
    "second_mm": _("second side over %s mm"),
    "girth_mm": _("length and girth over %s mm"),
    "sum_mm": _("sum of sides over %s mm"),
}
SAID = {
    "date": _("a date stands where a weight should be: the spreadsheet turned it into one"),
    "unread_country": _("is not a country or zone that is known"),
    "unread_weight": _("is not a band of weight"),
    "unread_price": _("is not a price"),
    "currency": _("the currency is not stated, or more than one is"),
    "other_currency": _("the file names another currency"),
    "unit": _("the unit of weight is not stated"),
    "no_end": _("the heaviest weight is not stated"),
    "price": _("per kg or per parcel is not stated"),
    "first": _("the first or further weight is not stated"),
    "decimals": _("has more decimals than the currency"),
    "empty": _("the sheet has no price"),
    "dragged_band": _("starts where the band before starts and ends one later: was the cell dragged down?"),
    "dragged_limit": _("rises by one from row to row: was the cell dragged down?"),
    "dragged_price": _("rises by one from row to row: was the cell dragged down?"),
    "overlap": _("overlaps the band before"),
    "gap": _("leaves a gap after the band before"),
    "falls": _("costs less than the band before at the edge: a slip of a digit?"),
    "no_width": _("the band has no width"),
    "free": _("the band is free of charge"),
    "twice": _("the country and band stand twice"),
    "again": _("the country comes again further down"),
    "jump": _("is about ten times the price of the others: a lost decimal point?"),
    "no_zone": _("no country is said to be in this zone"),
}
assert SAID.keys() == WORDS.keys()


def tables(row: RateCard) -> tuple[Table, ...]:
    """Every table of the page that has something to say."""
    made = [_findings(row), _changes(row), _bands(row), _surcharges(row), _places(row)]
    return tuple(table for table in made if table is not None)


def _findings(row: RateCard) -> Table | None:
    columns = (
        Column("row", _("Row"), INT),
        Column("column", _("Column"), INT),
        Column("value", _("Value")),
        Column("words", _("What looks odd"), TEXT, lambda f: SAID.get(f["code"], f["code"]), wide=True),
        Column("hint", _("Perhaps")),
    )
    return Table(_("Likely slips"), columns, row.findings) if row.findings else None


def _changes(row: RateCard) -> Table | None:
    before = card_before(row)
    if before is None:
        return None
    columns = (
        Column("zone", _("Zone")),
        Column("above", _("Above"), INT),
        Column("to", _("Up to"), INT),
        Column("before", _("Before"), MONEY),
        Column("after", _("Now"), MONEY),
        Column("share", _("Change"), PERCENT),
    )
    title = _now("Changes against the card of %(day)s") % {"day": before.valid_from}
    return Table(title, columns, [c for c in price_changes(before, row) if c.before != c.after],
                 _("No price changed."))  # fmt: skip


def _bands(row: RateCard) -> Table:
    columns = (
        Column("zone", _("Zone")),
        Column("above", _("Above"), INT),
        Column("to", _("Up to"), INT),
        Column("first_weight", _("First weight"), INT),
        Column("first", _("First weight price"), MONEY),
        Column("step_weight", _("Further weight"), INT),
        Column("step", _("Further weight price"), MONEY),
        Column("pro_rata", _("By exact weight"), FLAG),
        Column("parcel", _("Per parcel"), MONEY),
        Column("minimum", _("Least weight"), INT),
        Column("least", _("Least price"), MONEY),
    )
    rows = [_band(b, row.currency) for b in RateBand.objects.filter(card=row).order_by("zone", "above")]
    return Table(_("Bands"), columns, rows)


def _band(b: RateBand, currency: str) -> dict[str, Any]:
    return {
        "zone": b.zone, "above": b.above, "to": b.to, "first_weight": b.first,
        "first": Money(b.first_minor, currency), "step_weight": b.step, "step": Money(b.step_minor, currency),
        "pro_rata": b.pro_rata, "parcel": Money(b.parcel_minor, currency), "minimum": b.minimum,
        "least": Money(b.least_minor, currency) if b.least_minor else None,
    }  # fmt: skip


def _surcharges(row: RateCard) -> Table | None:
    columns = (
        Column("code", _("Surcharge"), TEXT, lambda s: s.name or CODES.get(s.code, s.code), wide=True),
        Column("parcel", _("Per parcel"), MONEY, lambda s: _money(s.parcel_minor, row.currency)),
        Column("piece", _("Per box"), MONEY, lambda s: _money(s.piece_minor, row.currency)),
        Column("step", _("Per step"), MONEY, lambda s: _money(s.step_minor, row.currency)),
        Column("step_weight", _("Step"), INT, lambda s: s.step if s.step_minor else None),
        Column("rate", _("Share"), PERCENT, lambda s: s.rate or None),
        Column("of", _("Share of"), TEXT, lambda s: shares_of(s.of) if s.rate else ""),
        Column("when", _("Counts for"), TEXT, conditions, wide=True),
        Column("valid_from", _("From"), DATE),
        Column("valid_to", _("Until"), DATE),
    )
    rows = list(RateSurcharge.objects.filter(card=row).order_by("code", "valid_from", "id"))
    return Table(_("Surcharges"), columns, rows) if rows else None


def _money(minor: int | None, currency: str) -> Money | None:
    return Money(minor, currency) if minor else None


def shares_of(of: str) -> str:
    """What a share is of, in words."""
    return _now("freight and surcharges") if of == "all" else _now("freight")


def conditions(s: RateSurcharge) -> str:
    """When a surcharge counts, in words."""
    words = [s.zone, s.attribute, s.area, s.option]
    words += [str(SIZES[name]) % bound for name, bound in s.over.items()]
    return ", ".join(word for word in words if word) or _now("every parcel")


def limits(row: RateCard) -> str:
    """What a card does not carry, in words."""
    return "; ".join(
        ", ".join([*([limit["zone"]] if limit.get("zone") else []),
                   *(str(SIZES[n]) % b for n, b in limit.items() if n != "zone")])
        for limit in row.limits
    )  # fmt: skip


def _places(row: RateCard) -> Table | None:
    columns = (
        Column("is_area", _("Area"), FLAG),
        Column("name", _("Name")),
        Column("country", _("Country"), COUNTRY),
        Column("ranges", _("Ranges of postcodes"), INT),
    )
    rows = RatePlace.objects.filter(card=row).values("is_area", "name", "country").order_by()
    found = list(rows.annotate(ranges=Count("id")).order_by("is_area", "name", "country"))
    return Table(_("Zones and areas"), columns, found) if found else None
