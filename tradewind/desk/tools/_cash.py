"""How flows of cash are shown: words, documents, the curve as a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.models import Order
from tradewind.apps.payables.models import CashPlan, Payable
from tradewind.apps.payables.queries import flows as known
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.sourcing.models import PurchaseOrder
from tradewind.apps.treasury.models import Conversion, Payout
from tradewind.desk.asking import Picture, Shape
from tradewind.desk.kernel import DATE, LINK, MONEY, Column, Ref
from tradewind.desk.nouns._payables import KINDS
from tradewind.engine.cash_calendar import Calendar, Day, Flow
from tradewind.engine.money import Money

FLOW_KINDS = {
    known.RELEASE: _("Orders paid out by channels"),
    known.RESERVE: _("Reserves kept back"),
    known.PAYOUT: _("Announced payouts"),
    known.WITHDRAWAL: _("Withdrawals under way"),
    "income": _("Money coming in"),
    known.PURCHASE: _("Rest of purchase orders"),
    **KINDS,
}
GAPS = {
    "no_rule": _("No rule of the channel says when it pays"),
    "no_delivery": _("Delivery is neither scanned nor promised"),
    "no_share": _("Too few settled orders to tell what the store keeps"),
    "stale": _("Long past its day and in no settlement"),
    "payout_without_day": _("Payouts without a day, or that failed"),
    "order_without_day": _("Purchase orders without a day of delivery"),
    "no_balance": _("Accounts without a statement"),
    "no_rate": _("No exchange rate"),
}
BY_STATE = {"actual": _("Known"), "estimated": _("Estimated"), "missing": _("Nothing known")}
# Prefix of a source -> model, the field that names it, and the noun of its page.
_NOUNS: Mapping[str, tuple[Any, str, str]] = {
    "order": (Order, "external_id", "orders"),
    "payable": (Payable, "number", "payables"),
    "payout": (Payout, "settlement__external_id", "payouts"),
    "cash_plan": (CashPlan, "name", "cash_plans"),
    "purchase_order": (PurchaseOrder, "number", "purchase_orders"),
    "settlement": (SettlementFile, "external_id", "settlements"),
    "conversion": (Conversion, "group", "conversions"),
}
FLOWS = (
    Column("kind", _("What moves"), value=lambda r: str(FLOW_KINDS[r["flow"].kind])),
    Column("document", _("Document"), LINK, wide=True),
    Column("amount", _("Likely"), MONEY, value=lambda r: r["flow"].amount),
    Column("least", _("Cautious"), MONEY, value=lambda r: r["flow"].least),
    Column("most", _("Hopeful"), MONEY, value=lambda r: r["flow"].most),
    Column("on", _("Expected day"), DATE, value=lambda r: r["flow"].on),
    Column("first", _("At the earliest"), DATE, value=lambda r: r["flow"].first),
    Column("last", _("At the latest"), DATE, value=lambda r: r["flow"].last),
    Column("state", _("Day"), value=lambda r: str(BY_STATE[r["flow"].state])),
)


def flow_rows(flows: Sequence[Flow]) -> list[dict[str, Any]]:
    """Flows with a link to the document of each; a query a kind of document."""
    refs = _refs(f.source for f in flows)
    return [{"flow": f, "document": refs.get(f.source)} for f in flows]


def _refs(sources: Iterable[str]) -> dict[str, Ref]:
    ids: dict[str, list[int]] = defaultdict(list)
    for source in sources:
        prefix, _colon, pk = source.partition(":")
        if prefix in _NOUNS and pk:
            ids[prefix].append(int(pk))
    out: dict[str, Ref] = {}
    for prefix, wanted in ids.items():
        model, name, noun = _NOUNS[prefix]
        rows = model.objects.filter(id__among=wanted).values_list("id", name)
        out |= {f"{prefix}:{pk}": Ref(noun, pk, str(text)) for pk, text in rows}
    return out


_WIDE, _TALL, _RULE = 8, 200, 10  # units of a day, of the whole height, of the ruler of days
_WEEKS = 100  # days up to which the ruler shows weeks; then months


def curve(found: Calendar, floor: Money | None) -> Picture:
    """The evenings as bars from the cautious to the hopeful reading, the likely one as a stroke in them.

    A stroke across marks the least cash to hold, a faint one nothing left.
    """
    lows = [d.balance.low for d in found.days] + [0, floor.minor if floor else 0]
    highs = [d.balance.high for d in found.days] + [0, floor.minor if floor else 0]
    bottom, span = min(lows), max(max(highs) - min(lows), 1)

    def y(minor: int) -> int:
        return _TALL - (minor - bottom) * _TALL // span

    wide = _WIDE * len(found.days)
    shapes = [Shape(0, y(0), wide, 1, str(Money(0, found.currency)), faint=True)]
    for n, day in enumerate(found.days):
        high, low = y(day.balance.high), y(day.balance.low)
        shapes.append(
            Shape(n * _WIDE, high, _WIDE - 1, max(low - high, 1), _said(day, found.currency), faint=True)
        )
    for n, day in enumerate(found.days):
        below = floor is not None and day.balance.likely < floor.minor
        at = min(y(day.balance.likely), _TALL - 3)
        shapes.append(Shape(n * _WIDE, at, _WIDE - 1, 3, _said(day, found.currency), 4 if below else 0))
    if floor is not None:
        shapes.append(Shape(0, y(floor.minor), wide, 1, f"{_now('Least cash to hold')}: {floor}", 1))
    shapes += _ruler(found.days)
    title = _("Cash every evening: cautious to hopeful, and likely")
    return Picture(title, wide, _TALL + _RULE, tuple(shapes), True)


def _ruler(days: Sequence[Day]) -> list[Shape]:
    """A stretch a week (or a month), each with its first day."""
    weeks = len(days) <= _WEEKS
    starts = [n for n, d in enumerate(days) if n == 0 or (d.on.weekday() == 0 if weeks else d.on.day == 1)]
    ends = [*starts[1:], len(days)]
    return [
        Shape(a * _WIDE, _TALL, (b - a) * _WIDE - 1, _RULE, days[a].on.strftime("%m-%d"), 5)
        for a, b in zip(starts, ends, strict=True)
    ]


def _said(day: Day, currency: str) -> str:
    low, likely, high = (Money(m, currency) for m in (day.balance.low, day.balance.likely, day.balance.high))
    return f"{day.on.isoformat()}: {likely} ({low} … {high})"
