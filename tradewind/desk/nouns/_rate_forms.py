"""What people do with rate cards: read a price list, confirm it, state surcharges, areas and limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import RateCard, Service
from tradewind.apps.logistics.operations import (
    NewDraft,
    add_surcharges,
    confirm_rate_cards,
    discard_rate_cards,
    draft_rate_cards,
    end_surcharges,
    set_area,
    set_limits,
)
from tradewind.apps.logistics.queries.cards import limits_of
from tradewind.apps.markets.queries import rulebook
from tradewind.db.states import WrongState
from tradewind.desk.kernel import Call, Outcome, Ref
from tradewind.desk.nouns._rate_tables import CODES
from tradewind.desk.nouns._upstream import of_code, text
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.price_list import Said, SheetCard, read_price_list
from tradewind.engine.rates import Limit, Place, Size, Surcharge
from tradewind.engine.restrictions import ATTRIBUTES

Choices = Sequence[tuple[str, Any]]


def weighings(_actor: Actor) -> Choices:
    """Carriers' ways of weighing in the rulebook."""
    rows = rulebook().all("volume_divisor")
    return sorted({(f"{r.keys['carrier']}/{r.keys['service']}",) * 2 for r in rows})


def units(_actor: Actor) -> Choices:
    return [("kg", "kg"), ("g", "g")]


def price_kinds(_actor: Actor) -> Choices:
    return [("per_kg", _("per kg")), ("per_parcel", _("per parcel"))]


def codes(_actor: Actor) -> Choices:
    return list(CODES.items())


def shares(_actor: Actor) -> Choices:
    return [("base", _("freight")), ("all", _("freight and surcharges"))]


def attributes(_actor: Actor) -> Choices:
    from tradewind.desk.nouns._attributes import ATTRIBUTE_WORDS

    return [(code, ATTRIBUTE_WORDS.get(code, code)) for code in ATTRIBUTES]


def _said(call: Call) -> Said:
    v = call.values
    heaviest: Decimal | None = v["heaviest_kg"]
    return Said(
        text(call, "currency"), text(call, "unit"), text(call, "price"),
        None if heaviest is None else int(heaviest * 1000), v["first_g"], v["step_g"],
    )  # fmt: skip


def draft(call: Call) -> Outcome:
    """One sheet of a price list as a draft."""
    v = call.values
    new = NewDraft(
        of_code(Service, "service", v["service"]).pk, v["valid_from"], text(call, "source"),
        text(call, "sheet"), v["valid_to"], v["divisor"], text(call, "weighed_as"),
    )  # fmt: skip
    [pk] = draft_rate_cards(
        drafts=[new],
        said=_said(call),
        name=v["file"].name,
        content=v["file"].content,
        now=call.now,
        by=call.by,
    )
    odd = len(RateCard.objects.get(pk=pk).findings)
    message = _now("The draft is kept; it prices nothing until you confirm it. Findings to look at: %(n)s.")
    return Outcome(message % {"n": odd}, 1, Ref("rate_cards", pk, v["service"]))


def check(call: Call) -> Outcome:
    """What a price list would give, without keeping anything."""
    call.by.require("logistics.change")
    cards = read_price_list(call.values["file"].name, call.values["file"].content, _said(call))
    told = [_told(card) for card in cards]
    lines = "; ".join(
        _now("%(sheet)s: %(bands)s bands, %(stops)s to correct, %(looks)s to look at") % line for line in told
    )
    problems = tuple(finding.problem(card.sheet) for card in cards for finding in card.findings)
    return Outcome(lines, 0, None, problems, {"sheets": told})


def _told(card: SheetCard) -> dict[str, Any]:
    stops = len(card.stops)
    return {
        "sheet": card.sheet or "-", "layout": card.layout, "currency": card.currency,
        "bands": len(card.bands), "zones": len(card.places), "stops": stops,
        "looks": len(card.findings) - stops, "notes": list(card.notes[:20]),
    }  # fmt: skip


def _in_state(act: Any) -> int:
    try:
        return len(act())
    except WrongState:
        raise Refused([Problem(None, "state", "", _now("only drafts: nothing was changed"))]) from None


def confirm(call: Call) -> Outcome:
    """Drafts price from their first day on."""
    done = _in_state(
        lambda: confirm_rate_cards(ids=call.ids, reason=text(call, "reason"), now=call.now, by=call.by)
    )
    return Outcome(_now("%(n)s cards are in force.") % {"n": done}, done)


def discard(call: Call) -> Outcome:
    """Drafts are put aside."""
    done = _in_state(lambda: discard_rate_cards(ids=call.ids, now=call.now, by=call.by))
    return Outcome(_now("%(n)s drafts are discarded.") % {"n": done}, done)


def _minor(field: str, amount: Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    try:
        return Money.of(amount, currency).minor
    except MoneyError as exc:
        raise Refused([Problem(None, field, str(amount), str(exc), "12.34")]) from None


def surcharge(call: Call) -> Outcome:
    """Another surcharge of a card."""
    v, pk = call.values, call.ids[0]
    currency = RateCard.objects.get(pk=pk).currency
    rate: Decimal | None = v["rate"]
    new = Surcharge(
        v["code"], text(call, "name"), _minor("parcel", v["parcel"], currency) or 0,
        step_minor=_minor("per_kg", v["per_kg"], currency) or 0, pro_rata=True,
        rate=rate / 100 if rate else Decimal(0), of=v["of"] or "base",
        least_minor=_minor("least", v["least"], currency) or 0,
        most_minor=_minor("most", v["most"], currency),
        zone=text(call, "zone"), attribute=text(call, "attribute"), area=text(call, "area"),
        option=text(call, "option"), over=Size(v["weight_g"], v["longest_mm"], girth_mm=v["girth_mm"]),
        valid_from=v["valid_from"], valid_to=v["valid_to"],
    )  # fmt: skip
    add_surcharges(card_id=pk, surcharges=[new], now=call.now, by=call.by)
    return Outcome(_now("The surcharge is added."), 1)


def end(call: Call) -> Outcome:
    """The open surcharges of a code end."""
    v = call.values
    done = end_surcharges(card_id=call.ids[0], code=v["code"], last=v["last"], now=call.now, by=call.by)
    return Outcome(_now("%(n)s surcharges end.") % {"n": done}, done)


def area(call: Call) -> Outcome:
    """The postcodes of an area: lines of country and ranges."""
    places: list[Place] = []
    for no, line in enumerate(call.values["postcodes"].splitlines(), 1):
        words = line.replace(",", " ").split()
        for word in words[1:]:
            first, _dash, last = word.partition("-")
            places.append(Place("", words[0].upper(), first, last or first, no))
        if len(words) == 1:
            places.append(Place("", words[0].upper(), row=no))
    done = set_area(card_id=call.ids[0], name=text(call, "name"), places=places, now=call.now, by=call.by)
    return Outcome(_now("The area has %(n)s ranges of postcodes.") % {"n": done}, done)


def limit(call: Call) -> Outcome:
    """What boxes a card carries to a zone, or everywhere."""
    v, pk = call.values, call.ids[0]
    zone = text(call, "zone")
    kept = [one for one in limits_of(RateCard.objects.get(pk=pk)) if one.zone != zone]
    size = Size(v["weight_g"], v["longest_mm"], v["second_mm"], v["girth_mm"], v["sum_mm"])
    new = [] if size == Size() else [Limit(size, zone)]
    set_limits(card_id=pk, limits=[*kept, *new], now=call.now, by=call.by)
    return Outcome(_now("The limits are stated."), 1)
