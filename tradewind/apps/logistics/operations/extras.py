"""What a card adds and does not carry: dated surcharges, remote areas, limits, terms of a service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import RateCard, RatePlace, RateSurcharge, Service
from tradewind.apps.logistics.queries.cards import SURCHARGE
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem
from tradewind.engine.rates import NO_SIZE, Limit, Place, Size, Surcharge, check_places, check_surcharges
from tradewind.engine.restrictions import ALLOWED, REFUSED, WITH_PAPERS, Term

_MOST = 500  # rows of terms or limits


def add_surcharges(*, card_id: int, surcharges: Sequence[Surcharge], now: datetime, by: Actor) -> list[int]:
    """Add surcharges to a card; amounts in minor units of its currency. Their ids in order.

    Refused: nothing added, an area without postcodes, dates the wrong way round, below zero.
    """
    with acting(by, "logistics.change", kind="rate_card", ids=[card_id], now=now) as act:
        found = Findings()
        found.known("card", card_id, set(RateCard.objects.filter(pk=card_id).values_list("id", flat=True)))
        areas = RatePlace.objects.filter(card_id=card_id, is_area=True).values_list("name", flat=True)
        numbered = [replace(s, row=row) for row, s in rows(surcharges)]
        found.problems += check_surcharges(numbered, set(areas))
        for s in numbered:
            found.at(s.row).code("code", s.code, 20)
            _not_below_zero(found, s)
        found.settle()
        made = RateSurcharge.objects.bulk_create(_row(card_id, s) for s in surcharges)
        act.note(verb="add_surcharges", codes=[s.code for s in surcharges])
        return [row.pk for row in made]


def _row(card_id: int, s: Surcharge) -> RateSurcharge:
    values = {name: getattr(s, name) for name in SURCHARGE}
    over = _size_data(s.over) if s.over != NO_SIZE else {}
    return RateSurcharge(card_id=card_id, **values, over=over, valid_from=s.valid_from, valid_to=s.valid_to)


def _size_data(size: Size) -> dict[str, int]:
    named = {f.name: getattr(size, f.name) for f in fields(Size)}
    return {name: bound for name, bound in named.items() if bound is not None}


def _not_below_zero(found: Findings, s: Surcharge) -> None:
    for name in ("parcel_minor", "piece_minor", "step_minor", "least_minor", "rate"):
        if getattr(s, name) < 0:
            found.add(name, getattr(s, name), _("below zero"), _("zero or more"))
    if s.rate > 5:
        found.add("rate", s.rate, _("a share above 500 %"), "0.165")


def end_surcharges(*, card_id: int, code: str, last: date, now: datetime, by: Actor) -> int:
    """Let the open surcharges of a code end with a day (inclusive), as last month's fuel does; how many."""
    with acting(by, "logistics.change", kind="rate_card", ids=[card_id], now=now) as act:
        open_ones = RateSurcharge.objects.filter(card_id=card_id, code=code, valid_to=None)
        found = Findings()
        for row in open_ones:
            found.days("last", row.valid_from, last)
        if not open_ones:
            found.add("code", code, _("the card has no open surcharge of this code"))
        found.settle()
        done = open_ones.update(valid_to=last)
        act.note(verb="end_surcharges", code=code, last=last)
        return done


def set_area(*, card_id: int, name: str, places: Sequence[Place], now: datetime, by: Actor) -> int:
    """State the postcodes of an area (remote, extended ...) of a card anew; how many ranges it has now."""
    with acting(by, "logistics.change", kind="rate_card", ids=[card_id], now=now) as act:
        found = Findings()
        found.known("card", card_id, set(RateCard.objects.filter(pk=card_id).values_list("id", flat=True)))
        clean = found.text("name", name, 40)
        for row, place in rows(places):
            found.at(row).country("country", place.country)
        others = RatePlace.objects.filter(card_id=card_id, is_area=True).exclude(name=clean)
        kept = [Place(p.name, p.country, p.first, p.last) for p in others]
        numbered = [replace(p, name=clean, row=row) for row, p in rows(places)]
        found.problems += check_places([*kept, *numbered])
        found.settle()
        RatePlace.objects.filter(card_id=card_id, is_area=True, name=clean).delete()
        RatePlace.objects.bulk_create(
            [
                RatePlace(
                    card_id=card_id, is_area=True, name=clean, country=p.country, first=p.first, last=p.last
                )
                for p in places
            ],
            batch_size=2000,
        )
        act.note(verb="set_area", area=clean, ranges=len(places))
        return len(places)


def set_limits(*, card_id: int, limits: Sequence[Limit], now: datetime, by: Actor) -> None:
    """State the largest and heaviest box a card carries (by zone, or everywhere) anew."""
    with acting(by, "logistics.change", kind="rate_card", ids=[card_id], now=now) as act:
        found = Findings()
        for row, limit in rows(limits):
            found.at(row)
            for bound in limit.most.bounds:
                found.whole("limit", bound, least=1, needed=False)
            if limit.most == NO_SIZE:
                found.add(
                    "limit", "", _("bounds nothing"), "weight_g, longest_mm, second_mm, girth_mm, sum_mm"
                )
        found.settle()
        data = [{"zone": limit.zone, **_size_data(limit.most)} for limit in limits]
        act.note(
            verb="set_limits", changed=RateCard.objects.filter(pk=card_id).update(limits=data), limits=data
        )


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What a service says of attributes, whole: what is not named it does not speak of."""

    service_id: int
    terms: tuple[Term, ...]


def set_terms(*, services: Sequence[ServiceTerms], now: datetime, by: Actor) -> list[int]:
    """State what services take, with papers, or refuse; their ids."""
    ids = [one.service_id for one in services]
    with acting(by, "logistics.change", kind="service", ids=ids, now=now) as act:
        found = Findings()
        held = Service.objects.in_bulk(ids)
        for row, one in rows(services):
            found.at(row).known("service", one.service_id, held)
            found.problems += _term_problems(row, one.terms)
        found.settle()
        for one in services:
            held[one.service_id].terms = [_term_data(term) for term in one.terms]
        Service.objects.bulk_update(held.values(), ["terms"])
        act.note(verb="set_terms", terms={str(s.service_id): len(s.terms) for s in services})
        return ids


def _term_problems(row: int | None, terms: Sequence[Term]) -> Iterable[Problem]:
    found, seen = Findings(), set[str]()
    found.at(row)
    for term in terms[:_MOST]:
        found.code("attribute", term.attribute)
        found.one_of("verdict", term.verdict, (ALLOWED, WITH_PAPERS, REFUSED))
        if term.attribute in seen:
            found.add("attribute", term.attribute, _("stands twice in this batch"))
        if term.most_wh is not None and term.most_wh <= 0:
            found.add("most_wh", term.most_wh, _("below zero"), "100")
        seen.add(term.attribute)
    return found.problems


def _term_data(term: Term) -> Mapping[str, Any]:
    most: Decimal | None = term.most_wh
    return {
        "attribute": term.attribute, "verdict": term.verdict, "documents": list(term.documents),
        "labels": list(term.labels), "most_wh": None if most is None else f"{most:f}", "note": term.note,
    }  # fmt: skip
