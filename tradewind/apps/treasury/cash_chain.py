"""A payout followed from the settlement to the bank: every hop with fee, currency loss and loss so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.chain import Hop, Out, draw, fx_loss, loss_bp, part_of
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
    Payout,
)
from tradewind.apps.treasury.states import INNER, RETURNED, WITHDRAWAL_KIND
from tradewind.apps.treasury.states import SHORT as FELL_SHORT
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CONVERT, FEE, RECEIVE, WITHDRAW
from tradewind.engine.money import Money, to_currency

WAITING, DONE, SHORT, CARRIED, FAILED = "waiting", "done", "short", "carried", "failed"
_DEEPEST = 8  # accounts in a row: inner conversions and banks


Rate = Fraction | None  # the payout's units per unit of the money now; None: not known


@dataclass(slots=True)
class _Purse:
    """What is lost so far, in the payout's currency; unknown from where a reference rate is not known."""

    start: Money
    lost: Money | None

    def lose(self, gone: Money | None, rate: Rate) -> Decimal | None:
        """Take a loss in the currency of now; the loss so far in basis points."""
        if self.lost is None or gone is None or (rate is None and gone):
            self.lost = None
            return None
        if rate is not None and gone:
            same = gone.currency == self.start.currency and rate == 1
            self.lost += gone if same else to_currency(gone, self.start.currency, rate)
        return loss_bp(self.start, self.lost)


def _through(rate: Rate, reference: Decimal | None) -> Rate:
    """The rate after a conversion at a reference rate."""
    return None if rate is None or reference is None else rate / Fraction(reference)


def cash_chain(actor: Actor, payout_id: int) -> list[Hop]:
    """One row a hop with the loss so far; KeyError when there is no such payout in scope.

    An account mixes payouts: what leaves it draws on what came in first, and fees and conversions are
    shared along these stretches, so that the parts of all payouts sum to the statement exactly.
    """
    payout = queries.payouts(actor).filter(pk=payout_id).first()
    if payout is None:
        raise KeyError(payout_id)
    if payout.receipt is None:
        return [_not_here(payout)]
    receipt = payout.receipt
    low, high = _stretch(payout, receipt)
    got = Money(high - low, payout.currency)
    lost = payout.amount - got
    purse = _Purse(payout.amount, Money.zero(payout.currency))
    bp = purse.lose(lost, Fraction(1))
    hops = [
        Hop(
            "payout", f"collection_line:{receipt.external_id}", receipt.at, payout.amount, got, lost, None,
            bp, DONE, "collection_lines", receipt.pk,
        )
    ]  # fmt: skip
    hops += _follow(_Line.of(receipt), low, high, purse, Fraction(1), _DEEPEST)
    return hops


def _not_here(payout: Payout) -> Hop:
    state = payout.state if payout.state in (CARRIED, FAILED) else WAITING
    document = f"settlement:{payout.settlement.external_id}"
    return Hop("payout", document, None, payout.amount, None, None, None, None, state, "payouts", payout.pk)


def _stretch(payout: Payout, receipt: CollectionLine) -> tuple[int, int]:
    """This payout's stretch of its receipt, in the order of ids."""
    together = queries.paid_by(receipt)
    parts = receipt.amount.allocate([p.amount_minor for p in together])
    before = sum(part.minor for p, part in zip(together, parts, strict=True) if p.pk < payout.pk)
    mine = next(part.minor for p, part in zip(together, parts, strict=True) if p.pk == payout.pk)
    return before, before + mine


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with money in: where it lies and how much of it there is."""

    row: CollectionLine | BankLine
    account: CollectionAccount | BankAccount
    minor: int

    @classmethod
    def of(cls, row: CollectionLine | BankLine) -> _Line:
        return cls(row, row.account, row.amount_minor)


@dataclass(slots=True)
class _Place:
    """An account as a queue: what came in, what left, and what that was."""

    receipts: list[tuple[int, datetime, int]]
    outs: list[Out]
    conversions: dict[int, Conversion]
    lines: dict[int, CollectionLine | BankLine]  # by minus their id
    own_fees: dict[int, list[CollectionLine]]  # fees that name their receipt


def _collection(account: CollectionAccount) -> _Place:
    lines = list(CollectionLine.objects.filter(account=account).exclude(amount_minor=0).order_by("at", "id"))
    found = {c.pk: c for c in _conversions(Q(collection=account))}
    grouped = {c.group for c in found.values()}
    by_id = {x.external_id: x for x in lines if x.kind == RECEIVE}
    own: dict[int, list[CollectionLine]] = {}
    for x in lines:
        if x.kind == FEE and not x.group and x.reference in by_id:
            own.setdefault(by_id[x.reference].pk, []).append(x)
    taken = {x.pk for some in own.values() for x in some}
    back = {c.returned_id for c in found.values() if c.returned_id}
    receipts = [
        (x.pk, x.at, x.amount_minor + sum(f.amount_minor for f in own.get(x.pk, ())))
        for x in lines
        if x.amount_minor > 0 and x.pk not in back
    ]
    outs = [Out(c.pk, c.at, _left(c)) for c in found.values()]
    alone = [x for x in lines if x.amount_minor < 0 and x.pk not in taken and x.group not in grouped]
    outs += [Out(-x.pk, x.at, -x.amount_minor) for x in alone]
    return _Place(receipts, outs, found, {-x.pk: x for x in alone}, own)


def _left(c: Conversion) -> int:
    """What a conversion took for good: all, or what lacks of money that came back."""
    return int(c.sold_minor) - (c.returned.amount_minor if c.returned is not None else 0)


def _bank(account: BankAccount) -> _Place:
    lines = list(BankLine.objects.filter(account=account).exclude(amount_minor=0).order_by("on", "id"))
    found = {c.pk: c for c in _conversions(Q(sold_line__account=account))}
    sold = {c.sold_line_id for c in found.values()}
    alone = [x for x in lines if x.amount_minor < 0 and x.pk not in sold]
    outs = [Out(c.pk, c.at, c.sold_minor) for c in found.values()]
    outs += [Out(-x.pk, _moment(x), -x.amount_minor) for x in alone]
    receipts = [(x.pk, _moment(x), x.amount_minor) for x in lines if x.amount_minor > 0]
    return _Place(receipts, outs, found, {-x.pk: x for x in alone}, {})


def _moment(x: BankLine) -> datetime:
    return datetime.combine(x.on, time(), UTC)


def _conversions(which: Q) -> Iterator[Conversion]:
    related = ("bank_line__account__company", "landed__account__company", "returned", "collection")
    yield from Conversion.objects.filter(which).select_related(*related)


def _follow(line: _Line, low: int, high: int, purse: _Purse, rate: Rate, deep: int) -> Iterator[Hop]:
    """Hops of a stretch of a line with money in, until it is spent, lies there, or has reached home."""
    account = line.account
    place = _collection(account) if isinstance(account, CollectionAccount) else _bank(account)
    fees = place.own_fees.get(line.row.pk, [])
    if fees:
        hop, low, high = _receipt_fee(line, fees, low, high, purse, rate)
        yield hop
    left = high - low
    for d in draw(place.receipts, place.outs):
        first, last = max(d.receipt_from, low), min(d.receipt_from + d.minor, high)
        if d.receipt_id != line.row.pk or last <= first:
            continue
        left -= last - first
        start = d.out_from + first - d.receipt_from
        c = place.conversions.get(d.out_id)
        if c is not None and c.state != RETURNED:
            yield from _converted(c, start, start + last - first, purse, rate, deep)
        else:
            yield _spent(place, d.out_id, Money(last - first, account.currency), purse, rate)
    if left > 0:
        rest = Money(left, account.currency)
        noun = "collection_accounts" if isinstance(account, CollectionAccount) else "bank_accounts"
        yield Hop("on_account", account.code, None, rest, None, None, None, None, WAITING, noun, account.pk)


def _receipt_fee(
    line: _Line, fees: list[CollectionLine], low: int, high: int, purse: _Purse, rate: Rate
) -> tuple[Hop, int, int]:
    """What the provider kept of a receipt: its share, and the stretch in what is left of the receipt."""
    whole, kept = line.minor, -sum(f.amount_minor for f in fees)
    before, mine = part_of(kept, 0, low, whole), part_of(kept, low, high, whole)
    into, fee = Money(high - low, line.account.currency), Money(mine, line.account.currency)
    one = fees[0]
    hop = Hop(
        "receipt_fee", f"collection_line:{one.external_id}", one.at, into, into - fee, fee, None,
        purse.lose(fee, rate), DONE, "collection_lines", one.pk,
    )  # fmt: skip
    return hop, low - before, high - before - mine


def _spent(place: _Place, out_id: int, part: Money, purse: _Purse, rate: Rate) -> Hop:
    """A part that went no further: a fee by itself, a payment, what a withdrawal that came back cost."""
    zero = Money.zero(part.currency)
    c = place.conversions.get(out_id)
    if c is not None:
        bp = purse.lose(part, rate)
        return Hop("returned", c.group, c.at, part, zero, part, None, bp, DONE, "conversions", c.pk)
    x = place.lines[out_id]
    if isinstance(x, BankLine):
        row = (DONE, "bank_lines", x.pk)
        document, at = f"bank_line:{x.shown}", _moment(x)
        return Hop("payment", document, at, part, None, None, None, purse.lose(zero, rate), *row)
    document = f"collection_line:{x.external_id}"
    if x.kind in (FEE, WITHDRAW):
        bp = purse.lose(part, rate)
        row = (DONE, "collection_lines", x.pk)
        return Hop("account_fee", document, x.at, part, zero, part, None, bp, *row)
    name, state = ("conversion", WAITING) if x.kind == CONVERT else ("payment", DONE)
    row = (state, "collection_lines", x.pk)
    return Hop(name, document, x.at, part, None, None, None, purse.lose(zero, rate), *row)


def _converted(c: Conversion, low: int, high: int, purse: _Purse, rate: Rate, deep: int) -> Iterator[Hop]:
    """Withdrawal, conversion and arrival of a stretch of what a conversion sold, and the way from there."""
    whole, row = c.sold_minor, (DONE, "conversions", c.pk)
    part = Money(high - low, c.sold_currency)
    fee = Money(part_of(c.fee_minor, low, high, whole), c.sold_currency)
    bought = Money(part_of(c.bought_minor, low, high, whole), c.bought_currency)
    given = part - fee
    bp = purse.lose(fee, rate)
    shown: Money | None = fee
    if c.kind == WITHDRAWAL_KIND:
        yield Hop("withdrawal", c.group, c.at, part, given, fee, None, bp, *row)
        part, shown = given, None
    if c.sold_currency != c.bought_currency or c.kind != WITHDRAWAL_KIND:
        loss = fx_loss(given, bought, c.reference_rate)
        rate = rate if c.sold_currency == c.bought_currency else _through(rate, c.reference_rate)
        yield Hop("conversion", c.group, c.at, part, bought, shown, loss, purse.lose(loss, rate), *row)
    if c.end is None:
        name = "landing" if c.kind == INNER else "bank"
        yield Hop(name, c.group, None, bought, None, None, None, None, WAITING, *row[1:])
        return
    low, high = (part_of(c.end.amount_minor, 0, at, whole) for at in (low, high))
    yield from _arrived(c, c.end, low, high, bought, purse, rate, deep)


def _arrived(
    c: Conversion, end: BankLine | CollectionLine, low: int, high: int, bought: Money,
    purse: _Purse, rate: Rate, deep: int,
) -> Iterator[Hop]:  # fmt: skip
    arrived = Money(high - low, c.bought_currency)
    gone = bought - arrived
    bp = purse.lose(gone, rate)
    home = False
    if isinstance(end, BankLine):
        home = end.account.currency == end.account.company.base_currency
        row = (SHORT if c.state == FELL_SHORT else DONE, "bank_lines", end.pk)
        document = f"bank_line:{end.shown}"
        yield Hop("bank", document, _moment(end), bought, arrived, gone, None, bp, *row)
    if not home and deep > 0:
        yield from _follow(_Line.of(end), low, high, purse, rate, deep - 1)
