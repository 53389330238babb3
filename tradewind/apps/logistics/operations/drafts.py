"""Price lists as forwarders send them: drafts to look at, confirmed or discarded by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import RateBand, RateCard, RatePlace, Service
from tradewind.apps.logistics.queries.cards import BAND
from tradewind.apps.logistics.states import CARD
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import Findings, needed_reason, rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.price_list import Said, SheetCard, read_price_list


@dataclass(frozen=True, slots=True)
class NewDraft:
    """One sheet of a price list for one service. Without a sheet: the only one, or the one of its name.

    `divisor` in cm3 per kg, or `weighed_as` "carrier/service" of the rulebook; neither bills scale weight.
    """

    service_id: int
    valid_from: date
    source: str
    sheet: str = ""
    valid_to: date | None = None
    divisor: int | None = None
    weighed_as: str = ""


def draft_rate_cards(
    *, drafts: Sequence[NewDraft], said: Said, name: str, content: bytes, now: datetime, by: Actor
) -> list[int]:
    """Read sheets of a price list into drafts, which price nothing until confirmed; their ids in order.

    Refused with every problem of every sheet asked for; nothing is kept then.
    """
    with acting(by, "logistics.change", kind="rate_card", now=now) as act:
        found = Findings()
        known = dict(Service.objects.values_list("id", "code"))
        cards = read_price_list(name, content, said)
        made = []
        for row, draft in rows(drafts):
            found.at(row).known("service", draft.service_id, known)
            sheet = _sheet(found, cards, draft, known.get(draft.service_id, ""))
            made.append((_draft(found, draft), sheet))
            found.problems += sheet.problems() if sheet else []
        found.settle()
        kept, _new = store_file(name=name, content=content, now=now, by=by)
        for card, sheet in made:
            assert sheet is not None
            card.file, card.currency, card.sheet = kept, sheet.currency, sheet.sheet[:80]
            card.findings = [f.to_json() for f in sheet.findings]
            card.save(force_insert=True)
            _insert(card, sheet)
        act.ids = [card.pk for card, _sheet in made]
        act.note(verb="draft_rate_cards", file=kept.sha256, bands=[len(s.bands) for _c, s in made if s])
        return act.ids


def _sheet(found: Findings, cards: Sequence[SheetCard], draft: NewDraft, code: str) -> SheetCard | None:
    """The sheet a draft is of."""
    wanted = draft.sheet or (code if any(c.sheet == code for c in cards) else "")
    fits = [c for c in cards if c.sheet == wanted] if wanted else list(cards)
    if len(fits) != 1:
        names = ", ".join(c.sheet for c in cards)
        found.add("sheet", wanted, _("which sheet is meant is not clear"), names)
        return None
    return fits[0]


def _draft(found: Findings, draft: NewDraft) -> RateCard:
    found.days("valid_to", draft.valid_from, draft.valid_to)
    if draft.weighed_as and draft.divisor is not None:
        found.add(
            "weighed_as", draft.weighed_as, _("a card weighs by its own divisor or by a rule, not both")
        )
    return RateCard(
        state="draft",
        service_id=draft.service_id,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        divisor=found.whole("divisor", draft.divisor, least=1000, most=20000, needed=False),
        weighed_as=draft.weighed_as,
        source=found.text("source", draft.source, 200),
    )


def _insert(card: RateCard, sheet: SheetCard) -> None:
    RateBand.objects.bulk_create(
        [RateBand(card=card, **{n: getattr(b, n) for n in BAND}) for b in sheet.bands], batch_size=2000
    )
    RatePlace.objects.bulk_create(
        [
            RatePlace(card=card, name=p.name, country=p.country, first=p.first, last=p.last)
            for p in sheet.places
        ],
        batch_size=2000,
    )


def confirm_rate_cards(*, ids: Iterable[int], reason: str = "", now: datetime, by: Actor) -> list[int]:
    """Let drafts price from their first day on; the reason is needed where something looked odd.

    Refused: another card of the service from that day is already in force.
    """
    wanted = sorted(set(ids))
    with acting(by, "logistics.change", kind="rate_card", ids=wanted, now=now) as act:
        found = Findings()
        cards = list(RateCard.objects.filter(id__among=wanted).order_by("id"))
        if any(card.findings for card in cards):
            needed_reason(reason)
        taken = set(RateCard.objects.filter(state="active").values_list("service_id", "valid_from"))
        for row, card in rows(cards):
            found.at(row)
            if (card.service_id, card.valid_from) in taken:
                day = card.valid_from
                found.add("valid_from", day, _("a card of this service from this day is already there"))
            taken.add((card.service_id, card.valid_from))
        found.settle()
        moved = move_all(RateCard, CARD, "confirm", wanted)
        act.note(verb="confirm_rate_cards", reason=reason, findings=[len(c.findings) for c in cards])
        return moved


def discard_rate_cards(*, ids: Iterable[int], now: datetime, by: Actor) -> list[int]:
    """Put drafts aside; they stay to be looked at and never price anything."""
    wanted = sorted(set(ids))
    with acting(by, "logistics.change", kind="rate_card", ids=wanted, now=now) as act:
        moved = move_all(RateCard, CARD, "discard", wanted)
        act.note(verb="discard_rate_cards")
        return moved
