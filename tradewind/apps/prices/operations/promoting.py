"""Promotions in the calendar: planned, checked in every stacking, cleared only when the floor is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.listings.models import Listing
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.prices.models import Promotion
from tradewind.apps.prices.queries import promotions
from tradewind.apps.prices.stacking import stack_checks
from tradewind.apps.prices.states import KINDS, PROMOTION
from tradewind.apps.stores.queries import store_coded
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, exponent
from tradewind.engine.promotions import AMOUNT, BUY_X, PERCENT, PRICE


@dataclass(frozen=True, slots=True)
class NewPromotion:
    """A promotion as people plan it. `value`: a share for percent and buy_x, else major units of the store's
    currency; `listings`: external SKUs of the store; `fee`: major units a unit sold under it."""

    code: str
    store: str
    kind: str
    value: Decimal
    starts_at: datetime
    ends_at: datetime
    listings: tuple[str, ...]
    sequence: int = 0
    group: str = ""
    alone: bool = False
    buys: int = 1
    gets: int = 0
    fee: Decimal = Decimal(0)


def plan_promotions(*, new: Sequence[NewPromotion], now: datetime, by: Actor) -> list[int]:
    """Put promotions into the calendar as planned; their ids. Refused with every problem of all of them."""
    with acting(by, "prices.change", kind="promotion", now=now) as act:
        found, made = Findings(), []
        for n, one in enumerate(new, 1):
            made.append(_checked(found.at(n if len(new) > 1 else None), one, by))
        found.settle()
        for promotion, listing_ids in made:
            promotion.save()
            promotion.listings.set(listing_ids)
        act.ids = [p.pk for p, _listings in made]
        act.note(verb="plan_promotions", codes=[p.code for p, _listings in made])
    return [p.pk for p, _listings in made]


def _checked(found: Findings, one: NewPromotion, by: Actor) -> tuple[Promotion, list[int]]:
    store = store_coded(one.store, by)
    found.code("code", one.code)
    found.one_of("kind", one.kind, KINDS)
    if Promotion.objects.filter(store=store, code=one.code).exists():
        found.add("code", one.code, _("is already there"))
    if one.ends_at <= one.starts_at:
        found.add("ends_at", one.ends_at, _("ends before it starts"))
    known = dict(
        Listing.objects.filter(store=store, external_sku__among=list(one.listings)).values_list(
            "external_sku", "id"
        )
    )
    for sku in one.listings:
        found.known("listings", sku, known)
    if not one.listings:
        found.add("listings", "", _("this is needed"), _("external SKUs of the store"))
    share, minor = _value(found, one, store.currency)
    return Promotion(
        code=one.code, store=store, kind=one.kind, share=share, amount_minor=minor, sequence=one.sequence,
        stack_group=one.group, alone=one.alone, buys=one.buys, gets=one.gets,
        fee_minor=_minor(found, "fee", one.fee, store.currency), starts_at=one.starts_at, ends_at=one.ends_at,
    ), sorted(known.values())  # fmt: skip


def _value(found: Findings, one: NewPromotion, currency: str) -> tuple[Decimal | None, int | None]:
    if one.kind in (PERCENT, BUY_X):
        if not 0 < one.value <= 1:
            found.add("value", one.value, _("a share lies between 0 and 100 %"), "0.20")
        if one.kind == BUY_X and (one.buys < 1 or one.gets < 1):
            found.add("gets", one.gets, _("buys and gets at least one"), "2 + 1")
        return one.value, None
    if one.kind in (AMOUNT, PRICE) and one.value <= 0:
        found.add("value", one.value, _("is not a price of this currency"), "5.00")
    return None, _minor(found, "value", one.value, currency)


def _minor(found: Findings, field: str, value: Decimal, currency: str) -> int:
    minor = value.scaleb(exponent(currency))
    if minor < 0 or minor % 1:
        found.add(field, value, _("is not a price of this currency"), str(Money(1234, currency)))
    return int(minor)


def clear_promotions(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Let promotions run; how many. Refused, naming listing and stack, where any stacking with promotions
    that are planned or cleared falls below a floor, or where a floor is not known."""
    with acting(by, "prices.change", kind="promotion", ids=ids, now=now) as act:
        wanted = _in_scope(ids, by)
        found = Findings()
        for check in stack_checks(wanted, now.date()):
            if check.missing:
                found.add(check.listing.external_sku, "", _("its floor is not known"), check.missing)
            for stack, profit in check.below[:3]:
                found.add(
                    check.listing.external_sku, " + ".join(stack.codes) or "-",
                    _("falls below the floor at %(price)s")
                    % {"price": Money(stack.price, check.listing.currency)},
                    str(profit or ""),
                )  # fmt: skip
        found.settle()
        move_all(Promotion, PROMOTION, "clear", ids)
        act.note(verb="clear_promotions", promotions=sorted(set(ids)))
    return len(set(ids))


def reopen_promotions(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take cleared promotions back to planned; how many."""
    return _move("reopen", ids, now, by)


def cancel_promotions(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take promotions out of the calendar; how many."""
    return _move("cancel", ids, now, by)


def _move(name: str, ids: Sequence[int], now: datetime, by: Actor) -> int:
    with acting(by, "prices.change", kind="promotion", ids=ids, now=now) as act:
        _in_scope(ids, by)
        moved = move_all(Promotion, PROMOTION, name, ids)
        act.note(verb=f"{name}_promotions", moved=len(moved))
    return len(moved)


def _in_scope(ids: Sequence[int], by: Actor) -> list[Promotion]:
    rows = list(promotions(by).filter(pk__in=list(ids)))
    found = Findings()
    for pk in sorted(set(ids) - {p.pk for p in rows}):
        found.add("promotion", pk, _("there is no such row"))
    found.settle()
    return rows
