"""Settlements, payouts, fees and conversions into the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from tradewind.apps.ledger import plans
from tradewind.apps.ledger.booking import Booking
from tradewind.apps.ledger.operations.dating import open_days
from tradewind.apps.ledger.operations.entries import post_entries
from tradewind.apps.ledger.operations.purchasing import book, unbooked
from tradewind.apps.ledger.operations.rules import booked_to
from tradewind.apps.org.operations import acting
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import mark_settlements_posted
from tradewind.apps.settlements.queries import explained_settlements
from tradewind.apps.treasury.models import BankLine, CollectionLine, Conversion, Payout
from tradewind.db.sql import among, fetch, id_set
from tradewind.engine import chart
from tradewind.engine.access import Actor
from tradewind.engine.contracts import StepResult
from tradewind.engine.money import Money, to_currency

LINES_A_BATCH = 200_000


def post_settlements(*, now: datetime, by: Actor) -> StepResult:
    """Book explained settlements, whole ones at a time; each entry and its state change in one act."""
    done = 0
    for batch in _batches(list(explained_settlements(by).select_related("store"))):
        with acting(by, "ledger.change", kind="settlement", ids=[s.pk for s in batch], now=now) as act:
            mark_settlements_posted(ids=[s.pk for s in batch], now=now, by=by)
            found = _settlement_plans(batch)
            for company_id, entries in sorted(found.items()):
                done += len(post_entries(company_id=company_id, entries=entries, now=now, by=by))
            act.note(verb="post_settlements", settlements=len(batch))
    return StepResult(done)


def _batches(settlements: Sequence[SettlementFile]) -> list[list[SettlementFile]]:
    batches: list[list[SettlementFile]] = []
    size = LINES_A_BATCH
    for one in settlements:
        if size + one.line_count > LINES_A_BATCH:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += one.line_count
    return batches


def _settlement_plans(batch: Sequence[SettlementFile]) -> dict[int, list[Booking]]:
    sums, day, found, accounts = kind_sums(batch), open_days(), defaultdict(list), booked_to()
    for s in batch:
        company_id = s.store.company_id
        on = day(company_id, s.end_at.date())
        to = accounts(s.store.channel, s.end_at.date())
        plan = plans.settlement(s.pk, s.external_id, on, s.store_id, s.total, sums[s.pk], to)
        if plan:
            found[company_id].append(plan)
    return found


def kind_sums(batch: Sequence[SettlementFile]) -> dict[int, list[plans.KindSum]]:
    """Settlement id -> what it says of each order, and of none, by kind."""
    by_id = {s.pk: s for s in batch}
    sums: dict[int, list[plans.KindSum]] = defaultdict(list)
    rows = fetch(
        "SELECT x.settlement_id, x.kind, x.order_id, x.minor, o.id IS NOT NULL FROM (SELECT settlement_id, "
        "kind, order_id, sum(amount_minor) AS minor FROM settlements_settlementline "
        f"WHERE {among('settlement_id')} GROUP BY settlement_id, kind, order_id) x LEFT JOIN orders_order o "
        "ON o.id = x.order_id AND o.state || '' = 'elsewhere' AND NOT o.by_channel",
        [id_set(by_id)],
    )
    for pk, kind, order_id, minor, unsold in rows:
        amount = Money(int(minor), by_id[pk].currency)
        sums[pk].append(plans.KindSum(kind, order_id, amount, bool(unsold)))
    return sums


def post_payouts(*, now: datetime, by: Actor) -> StepResult:
    """Book payouts that have arrived, once their settlement is booked."""
    rows = unbooked(Payout, "payout", "payout").filter(state="received", settlement__state="posted")
    payouts = list(rows.select_related("settlement", "store", "receipt__account"))
    receipts = {p.receipt_id: p.receipt for p in payouts if p.receipt}
    together: dict[int, list[Payout]] = defaultdict(list)
    for p in Payout.objects.filter(receipt_id__in=list(receipts)).order_by("id"):
        together[p.receipt_id or 0].append(p)
    parts: dict[int, Money] = {}
    for receipt_id, mine in together.items():
        amounts = receipts[receipt_id].amount.allocate([p.amount_minor for p in mine])
        parts |= {p.pk: amount for p, amount in zip(mine, amounts, strict=True)}
    day, found = open_days(), defaultdict(list)
    for p in payouts:
        company = p.store.company_id
        on = day(company, receipts[p.receipt_id].at.date())
        plan = plans.payout(p.pk, p.settlement.external_id, on, p.store_id, parts[p.pk])
        found[company].append(plan)
    return StepResult(book(found, now, by))


def post_fees(*, now: datetime, by: Actor) -> StepResult:
    """Book fees of collection providers that belong to no withdrawal."""
    rows = unbooked(CollectionLine, "collection_fee", "collection_line").filter(kind="fee", group="")
    day, found = open_days(), defaultdict(list)
    for line in rows.exclude(amount_minor=0).select_related("account"):
        company = line.account.company_id
        on = day(company, line.at.date())
        found[company].append(plans.collection_fee(line.pk, line.memo or line.external_id, on, -line.amount))
    return StepResult(book(found, now, by))


def post_conversions(*, now: datetime, by: Actor) -> StepResult:
    """Book withdrawals when the money leaves, and their conversion when it reaches the bank.

    Without a reference rate no loss is booked: it shows when the month is revalued. A withdrawal that
    came short waits for a person to accept it; what lacks is then a fee of the way (6604).
    """
    day, found = open_days(), defaultdict(list)
    gone = unbooked(Conversion, "withdrawal", "conversion")
    for c in gone.select_related("collection", "sold_line__account"):
        company = c.origin.company_id
        on = day(company, c.at.date())
        source = chart.COLLECTION if c.collection is not None else chart.BANK
        found[company].append(plans.withdrawal(c.pk, c.group, on, c.sold, c.fee, source))
    left = book(found, now, by)
    found = defaultdict(list)
    rows = unbooked(Conversion, "conversion", "conversion").filter(state="arrived")
    for c in rows.select_related("collection", "bank_line__account", "landed__account", "sold_line__account"):
        assert c.end is not None
        company = c.origin.company_id
        arrived, bought = c.end.amount, c.bought
        loss = Money.zero(bought.currency)
        if c.reference_rate is not None:
            loss = to_currency(c.sold - c.fee, bought.currency, c.reference_rate) - bought
        on = day(company, c.end.on if isinstance(c.end, BankLine) else c.end.at.date())
        came, short = c.sold - c.fee, bought - arrived
        target = chart.BANK if isinstance(c.end, BankLine) else chart.COLLECTION
        found[company].append(plans.arrival(c.pk, c.group, on, came, arrived, loss, short, target))
    waiting = Conversion.objects.filter(state="short").count()
    return StepResult(left + book(found, now, by), waiting)
