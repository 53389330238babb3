"""What collecting money really costs: the effective rate of every hop, from the statements themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.treasury.models import CollectionLine, Conversion, Payout
from tradewind.apps.treasury.states import INNER, RECEIVED
from tradewind.engine.access import Actor
from tradewind.engine.contracts import FEE, RECEIVE
from tradewind.engine.money import Money, minor_ratio, quantize, round_half_up

PLATFORM, RECEIPT, ACCOUNT, WITHDRAWAL = "platform", "receipt", "account", "withdrawal"
FX, AT_BANK = "fx", "bank"
HOPS = (PLATFORM, RECEIPT, ACCOUNT, WITHDRAWAL, FX, AT_BANK)


@dataclass(frozen=True, slots=True)
class HopCost:
    """What a hop took of what passed it; `bp` of its own volume, None where nothing passed.

    `unknown`: conversions without a reference rate; they are in neither volume nor loss.
    """

    hop: str
    count: int
    volume: Money
    lost: Money
    bp: Decimal | None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """One provider and currency over a period: hops, the sum of their rates, and the published card.

    `all_in_bp` is the sum of the hops' own rates: what one unit paid by a channel loses until it is in
    the bank. `complete` is False while a conversion has no reference rate.
    """

    provider: str
    currency: str
    hops: tuple[HopCost, ...]
    all_in_bp: Decimal | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What a provider publishes, in basis points; `confirmed` once a person has said that it holds."""

    provider: str
    rule_id: str
    receive_bp: Decimal
    low_bp: Decimal
    high_bp: Decimal
    confirmed: bool
    source: str


@dataclass(slots=True)
class _Sum:
    count: int = 0
    volume: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    unknown: int = 0

    def add(self, volume: int | Fraction, lost: int | Fraction) -> None:
        self.count += 1
        self.volume += volume
        self.lost += lost


_Sums = dict[tuple[str, str], dict[str, _Sum]]


def collection_costs(
    actor: Actor, first: date, last: date, company_id: int | None = None
) -> list[ProviderCost]:
    """Effective rates by provider and currency of what moved from a day to a day, both included (UTC)."""
    actor.require("treasury.view")
    since = datetime.combine(first, time(), UTC)
    until = datetime.combine(last + timedelta(1), time(), UTC)
    lines = CollectionLine.objects.filter(at__gte=since, at__lt=until).select_related("account")
    moves = Conversion.objects.filter(at__gte=since, at__lt=until, collection__isnull=False)
    moves = moves.select_related("collection", "bank_line__account", "landed__account")
    if company_id is not None:
        lines = lines.filter(account__company_id=company_id)
        moves = moves.filter(collection__company_id=company_id)
    sums: _Sums = defaultdict(lambda: defaultdict(_Sum))
    _receipts(sums, list(lines.filter(kind__in=(RECEIVE, FEE)).order_by("id")))
    for c in moves.order_by("id"):
        _conversion(sums, c)
    return [_cost(provider, currency, found) for (provider, currency), found in sorted(sums.items())]


def _receipts(sums: _Sums, lines: list[CollectionLine]) -> None:
    receipts = [x for x in lines if x.kind == RECEIVE and x.amount_minor > 0]
    own = {(x.account_id, x.external_id) for x in receipts}
    paid: dict[int, int] = defaultdict(int)
    ids = [x.pk for x in receipts]
    for receipt_id, minor in Payout.objects.filter(state=RECEIVED, receipt_id__among=ids).values_list(
        "receipt_id", "amount_minor"
    ):
        paid[receipt_id or 0] += minor
    for x in receipts:
        of = sums[x.account.provider, x.account.currency]
        if x.pk in paid:
            of[PLATFORM].add(paid[x.pk], paid[x.pk] - x.amount_minor)
        of[RECEIPT].add(x.amount_minor, 0)
        of[ACCOUNT].add(x.amount_minor, 0)
    for x in lines:
        if x.kind == FEE and not x.group:
            hop = RECEIPT if (x.account_id, x.reference) in own else ACCOUNT
            sums[x.account.provider, x.account.currency][hop].lost -= x.amount_minor


def _conversion(sums: _Sums, c: Conversion) -> None:
    assert c.collection is not None
    of = sums[c.collection.provider, c.sold_currency]
    if c.returned_id:
        of[WITHDRAWAL].lost += c.sold_minor - (c.returned.amount_minor if c.returned else 0)
        return
    of[WITHDRAWAL].add(c.sold_minor, c.fee_minor)
    given, same = c.sold_minor - c.fee_minor, c.sold_currency == c.bought_currency
    if not same and c.reference_rate is None:
        of[FX].unknown += 1
        return
    top, bottom = minor_ratio(c.sold_currency, c.bought_currency, c.reference_rate or Decimal(1))
    worth = Fraction(bottom, top)  # minor units sold per minor unit bought
    if not same:
        of[FX].add(given, given - c.bought_minor * worth)
    if c.end is not None and c.kind != INNER:
        of[AT_BANK].add(c.bought_minor * worth, (c.bought_minor - c.end.amount_minor) * worth)


def _cost(provider: str, currency: str, found: dict[str, _Sum]) -> ProviderCost:
    hops = tuple(
        HopCost(
            hop, s.count, Money(round_half_up(s.volume), currency), Money(round_half_up(s.lost), currency),
            quantize(s.lost / s.volume * 10_000, 2) if s.volume else None, s.unknown,
        )
        for hop in HOPS
        if (s := found.get(hop)) is not None and (s.count or s.lost or s.unknown)
    )  # fmt: skip
    exact = [s.lost / s.volume for hop in HOPS if (s := found.get(hop)) is not None and s.volume]
    all_in = quantize(sum(exact, Fraction(0)) * 10_000, 2) if exact else None
    return ProviderCost(provider, currency, hops, all_in, not any(h.unknown for h in hops))


def cards(providers: Iterable[str], on: date) -> dict[str, Card]:
    """Provider -> its published card of the day, confirmed or not; providers without one are left out."""
    book = rulebook()
    found = {}
    for provider in sorted(set(providers)):
        rules = book.all("collection_fee", on, provider=provider)
        for rule in sorted(rules, key=lambda r: (book.active(r), r.rank)):  # the last one stands
            values = rule.values
            receive, low, high = (
                quantize(Fraction(values[name]) * 10_000, 1)
                for name in ("receive_rate", "withdraw_low", "withdraw_high")
            )
            found[provider] = Card(provider, rule.id, receive, low, high, book.active(rule), rule.source)
    return found


def most_share(on: date) -> Fraction | None:
    """The share of a company's cash that may lie with one provider, as confirmed; None: not set."""
    book = rulebook()
    rules = [r for r in book.all("collection_exposure", on) if book.active(r)]
    rules.sort(key=lambda r: r.rank)
    return Fraction(rules[-1].values["most_share"]) if rules else None
