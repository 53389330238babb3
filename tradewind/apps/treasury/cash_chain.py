"""The cash chain of a payout: channel, collection account, withdrawal, conversion (结汇), bank."""

from __future__ import annotations

from decimal import Decimal

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.chain import Drawn, Hop, Out, back, draw, fx_loss, loss_bp, part_of
from tradewind.apps.treasury.models import CollectionLine, Conversion, Payout
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

WAITING, DONE, SHORT, CARRIED = "waiting", "done", "short", "carried"


def cash_chain(actor: Actor, payout_id: int) -> list[Hop]:
    """One row a hop with the loss so far; KeyError when there is no such payout in scope.

    A collection account mixes payouts: its withdrawals draw on receipts first in, first out, and
    fees and conversions are shared in that proportion, so that the parts of all payouts sum to the
    statement exactly.
    """
    payout = queries.payouts(actor).filter(pk=payout_id).first()
    if payout is None:
        raise KeyError(payout_id)
    if payout.receipt is None:
        state = CARRIED if payout.state == "carried" else WAITING
        document = f"settlement:{payout.settlement.external_id}"
        return [Hop("payout", document, None, payout.amount, None, None, None, None, state)]
    got = _received(payout, payout.receipt)
    lost = payout.amount - got
    hops = [
        Hop(
            "payout", f"collection_line:{payout.receipt.external_id}", payout.receipt.at, payout.amount, got,
            lost, None, loss_bp(payout.amount, lost), DONE,
        )
    ]  # fmt: skip
    left = got
    known: Money | None = lost
    for conversion, mine in _drawn(payout, payout.receipt, got):
        part = Money(mine, got.currency)
        rows, known = _conversion_hops(payout, conversion, part, known)
        hops += rows
        left = left - part
    if left.minor > 0:
        hops.append(
            Hop("on_account", payout.receipt.account.code, None, left, None, None, None, None, WAITING)
        )
    return hops


def _received(payout: Payout, receipt: CollectionLine) -> Money:
    """This payout's part of its receipt."""
    together = queries.paid_by(receipt)
    parts = receipt.amount.allocate([p.amount_minor for p in together])
    return next(part for p, part in zip(together, parts, strict=True) if p.pk == payout.pk)


def _drawn(payout: Payout, receipt: CollectionLine, got: Money) -> list[tuple[Conversion, int]]:
    """The withdrawals that drew on this payout's money, with how much of it (fees included).

    A receipt that paid several payouts gives each withdrawal's draw to them in the order of their ids.
    """
    account = receipt.account_id
    found = {c.pk: c for c in Conversion.objects.filter(collection_id=account).select_related("bank_line")}
    outs = [Out(c.pk, c.at, c.sold_minor) for c in found.values()]
    alone = CollectionLine.objects.filter(account_id=account, group="", amount_minor__lt=0)
    outs += [Out(-x.pk, x.at, -x.amount_minor) for x in alone]
    mine = [d for d in draw(queries.received_on(account), outs) if d.receipt_id == receipt.pk]
    return [(found[d.out_id], d.minor) for d in _of_payout(payout, receipt, mine, got) if d.out_id in found]


def _of_payout(payout: Payout, receipt: CollectionLine, mine: list[Drawn], got: Money) -> list[Drawn]:
    together = queries.paid_by(receipt)
    if len(together) == 1:
        return mine
    parts = receipt.amount.allocate([p.amount_minor for p in together])
    before = sum(part.minor for p, part in zip(together, parts, strict=True) if p.pk < payout.pk)
    after, at, out = before + got.minor, 0, []
    for d in mine:
        low, high = max(at, before), min(at + d.minor, after)
        if high > low:
            out.append(Drawn(d.out_id, d.receipt_id, high - low))
        at += d.minor
    return out


def _conversion_hops(
    payout: Payout, c: Conversion, part: Money, lost: Money | None
) -> tuple[list[Hop], Money | None]:
    """Withdrawal, conversion and bank arrival of one draw, and the loss of the chain after them."""
    start, ref = payout.amount, c.reference_rate
    fee = part_of(c.fee, part.minor, c.sold_minor)
    bought = part_of(c.bought, part.minor, c.sold_minor)
    given = part - fee
    lost = None if lost is None else lost + fee
    first = Hop("withdrawal", c.group, c.at, part, given, fee, None, _bp(start, lost), DONE)
    fx = fx_loss(given, bought, ref)
    lost = _more(lost, fx, start.currency, ref)
    second = Hop("conversion", c.group, c.at, given, bought, None, fx, _bp(start, lost), DONE)
    if c.bank_line is None:
        third = Hop("bank", c.group, None, bought, None, None, None, None, WAITING)
        return [first, second, third], lost
    arrived = part_of(c.bank_line.amount, part.minor, c.sold_minor)
    gone = bought - arrived
    lost = _more(lost, gone, start.currency, ref)
    state = DONE if c.state == "arrived" else SHORT
    third = Hop(
        "bank",
        f"bank_line:{c.bank_line.external_id}",
        None,
        bought,
        arrived,
        gone,
        None,
        _bp(start, lost),
        state,
    )
    return [first, second, third], lost


def _more(lost: Money | None, more: Money | None, currency: str, ref: Decimal | None) -> Money | None:
    if lost is None or more is None:
        return None
    stated = back(more, currency, ref)
    return None if stated is None else lost + stated


def _bp(start: Money, lost: Money | None) -> Decimal | None:
    return None if lost is None else loss_bp(start, lost)
