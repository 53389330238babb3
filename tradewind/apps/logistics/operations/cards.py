"""A forwarder's price list into the house: every band checked, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import RateBand, RateCard, Service
from tradewind.apps.logistics.queries.cards import BAND
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import BIGGEST, Findings
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.rates import FALLS, Band, check_bands
from tradewind.engine.tabular import COUNTRY, DECIMAL, INT, ColumnSpec, Row, read_table


def _grams(name: str, *aliases: str, required: bool = False) -> ColumnSpec:
    return ColumnSpec(name, INT, aliases, required, minimum=0, maximum=30_000_000)


def _price(name: str, *aliases: str, required: bool = False) -> ColumnSpec:
    return ColumnSpec(name, DECIMAL, aliases, required, minimum=0, maximum=100_000_000, style="1,234.56")


COLUMNS = (
    ColumnSpec("country", COUNTRY, ("Country", "国家", "国家代码", "目的国"), required=True),
    _grams("above", "From g", "起始重量(g)", "起重g", "大于g", required=True),
    _grams("to", "To g", "截止重量(g)", "止重g", "小于等于g", required=True),
    _grams("first_weight", "First g", "首重(g)", "首重g"),
    _price("first_price", "First Price", "首重价格", "首重运费"),
    _grams("step_weight", "Step g", "续重(g)", "续重单位g", required=True),
    _price("step_price", "Step Price", "续重价格", "续重运费", required=True),
    _price("parcel", "Per Parcel", "挂号费", "处理费", "操作费"),
    _grams("minimum", "Minimum g", "最低计费重(g)", "最低计费重g"),
)


@dataclass(frozen=True, slots=True)
class NewRateCard:
    """What a price list is of. `divisor` in cm3 per kg; None bills the actual weight only.

    `accept_falling`: the forwarder confirmed that a heavier parcel costs less at a band's edge.
    """

    service_id: int
    currency: str
    valid_from: date
    valid_to: date | None = None
    divisor: int | None = None
    source: str = ""
    accept_falling: bool = False


def import_rate_card(*, card: NewRateCard, name: str, content: bytes, now: datetime, by: Actor) -> int:
    """Read a card (CSV or XLSX) with its bands; its id. From is exclusive, To inclusive, grams.

    Refused with every problem: unreadable cells, overlaps, gaps, falling prices, a card of that day.
    """
    with acting(by, "logistics.change", kind="rate_card", now=now) as act:
        found = Findings()
        new = _card(found, card)
        table = read_table(name, content, COLUMNS)
        found.problems += table.problems
        bands = [_band(found, row, card.currency) for row in table.rows] if not _bad_money(card) else []
        if not table.rows and not table.problems:
            found.at(None).add("file", name, _("the file has no rows"))
        if not any(p.row for p in found.problems):  # prices are judged only where all of them were read
            found.problems += [
                p for p in check_bands(bands) if not (card.accept_falling and p.accepted == FALLS)
            ]
        found.settle()
        new.file, _is_new = store_file(name=name, content=content, now=now, by=by)
        new.save(force_insert=True)
        RateBand.objects.bulk_create(
            RateBand(
                card=new, **{name: getattr(b, name) for name in BAND}
            )
            for b in bands
        )  # fmt: skip
        act.ids = [new.pk]
        act.note(verb="import_rate_card", file=new.file.sha256, bands=len(bands))
        return new.pk


def _bad_money(card: NewRateCard) -> bool:
    probe = Findings()
    probe.currency("currency", card.currency)
    return bool(probe.problems)


def _card(found: Findings, card: NewRateCard) -> RateCard:
    if not Service.objects.filter(pk=card.service_id).exists():
        found.add("service", card.service_id, _("there is no such row"))
    if RateCard.objects.filter(
        service_id=card.service_id, valid_from=card.valid_from, state="active"
    ).exists():
        found.add("valid_from", card.valid_from, _("a card of this service from this day is already there"))
    found.days("valid_to", card.valid_from, card.valid_to)
    return RateCard(
        service_id=card.service_id,
        currency=found.currency("currency", card.currency),
        valid_from=card.valid_from,
        valid_to=card.valid_to,
        divisor=found.whole("divisor", card.divisor, least=1000, most=20000, needed=False),
        source=found.text("source", card.source, 200),
    )


def _band(found: Findings, row: Row, currency: str) -> Band:
    v = row.values
    found.at(row.no)

    def minor(field: str) -> int:
        try:
            amount = Money.of(v[field] or 0, currency.strip().upper()).minor
        except MoneyError as exc:
            found.add(field, v[field], str(exc))
            return 0
        return found.whole(field, amount, most=BIGGEST) or 0

    return Band(
        v["country"], v["above"], v["to"], v["step_weight"], minor("step_price"), v["first_weight"] or 0,
        minor("first_price"), minor("parcel"), v["minimum"] or 0, row=row.no,
    )  # fmt: skip
