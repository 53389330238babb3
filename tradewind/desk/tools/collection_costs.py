"""What collecting money costs: the effective rate of every hop from real statements, beside the card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.queries import Card, HopCost, ProviderCost
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, DECIMAL, INT, MONEY, Column, Fact, Field, Table
from tradewind.desk.nouns._cash import provider_name
from tradewind.desk.nouns._money import company_codes
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem

DAYS = 90  # looked at where nobody says since when
HOPS = {
    "platform": _("Channel to collection account"), "receipt": _("Fee of the receipt"),
    "account": _("Fee of the account"), "withdrawal": _("Withdrawal"),
    "fx": _("Conversion against the reference rate"), "bank": _("Kept by banks on the way"),
}  # fmt: skip
SHORT = {
    "platform": _("Channel"), "receipt": _("Receipt fee"), "account": _("Account fee"),
    "withdrawal": _("Withdrawal"), "fx": _("FX"), "bank": _("Bank fee"),
}  # fmt: skip


def _rate_of(hop: str) -> Callable[[Any], Any]:
    """The rate of one hop, read from a row."""
    return lambda row: row.bp(hop)


_HOPS = (
    Column("provider", _("Provider")),
    Column("hop", _("Hop"), value=lambda r: str(HOPS[r.hop.hop]), wide=True),
    Column("count", _("Movements"), INT, "hop.count"),
    Column("volume", _("Passed through"), MONEY, "hop.volume"),
    Column("lost", _("Lost on the way"), MONEY, "hop.lost"),
    Column("bp", _("Rate (bp)"), DECIMAL, "hop.bp"),
    Column("unknown", _("Without a reference rate"), INT, lambda r: r.hop.unknown or None),
)
_ALL_IN = (
    Column("provider", _("Provider"), value=lambda r: f"{provider_name(r.cost.provider)} {r.cost.currency}"),
    Column("all_in", _("All in (bp)"), DECIMAL, "cost.all_in_bp"),
    *(Column(hop, label, DECIMAL, _rate_of(hop)) for hop, label in SHORT.items()),
    Column("card", _("Published card (bp)"), value=lambda r: r.card_text),
    Column("verdict", _("Against the card"), value=lambda r: r.verdict, wide=True),
)


@dataclass(frozen=True, slots=True)
class _HopRow:
    provider: str
    hop: HopCost


@dataclass(frozen=True, slots=True)
class _Row:
    cost: ProviderCost
    card: Card | None

    def bp(self, hop: str) -> Decimal | None:
        """The rate of one hop."""
        return next((h.bp for h in self.cost.hops if h.hop == hop), None)

    @property
    def withdrawn(self) -> Decimal | None:
        """What the card speaks of: withdrawal and conversion together."""
        found = [h.bp for h in self.cost.hops if h.hop in ("withdrawal", "fx") and h.bp is not None]
        return sum(found, Decimal(0)) if found else None

    @property
    def card_text(self) -> str:
        if self.card is None:
            return ""
        text = f"{self.card.low_bp:f} – {self.card.high_bp:f}"
        return text if self.card.confirmed else _now("%(range)s, not confirmed") % {"range": text}

    @property
    def verdict(self) -> str:
        if self.card is None or self.withdrawn is None:
            return _now("nothing to compare with")
        if self.withdrawn > self.card.high_bp:
            over = self.withdrawn - self.card.high_bp
            return _now("%(bp)s bp above the card") % {"bp": f"{over:f}"}
        return _now("within the card")


def _run(ask: Ask) -> list[Answer]:
    return [_answer(ask.by, row, ask.now.date()) for row in ask.rows]


def _answer(by: Actor, row: Mapping[str, Any], today: date) -> Answer:
    last = row["until"] or today
    first = row["since"] or last - timedelta(DAYS)
    if last < first:
        reason = _now("ends before it starts")
        return Answer(problems=(Problem(None, "until", str(last), reason, str(first)),))
    company = Company.objects.filter(code=row["company"]).first() if row["company"] else None
    costs = queries.collection_costs(by, first, last, company.pk if company else None)
    cards = queries.cards([c.provider for c in costs], last)
    rows = [_Row(c, cards.get(c.provider)) for c in costs]
    hops = [
        _HopRow(f"{provider_name(c.provider)} {c.currency}", h)
        for c in costs
        for h in c.hops
        if h.lost or h.unknown
    ]
    empty = _("No money moved in these days.")
    unknown = sum(h.hop.unknown for h in hops)
    alerts: tuple[str, ...] = ()
    if unknown:
        alerts = (
            _now("%(n)d conversions have no reference rate: their loss is not counted.") % {"n": unknown},
        )
    worst = max((r.cost.all_in_bp for r in rows if r.cost.all_in_bp is not None), default=None)
    return Answer(
        _now("%(first)s to %(last)s") % {"first": first, "last": last},
        (Fact(_("Highest rate, all in (bp)"), worst, DECIMAL),),
        (Table(_("Providers"), _ALL_IN, rows, empty), Table(_("Hop by hop"), _HOPS, hops, empty)),
        alerts=alerts, figures={"providers": len(rows), "worst_bp": worst, "unknown": unknown},
    )  # fmt: skip


TOOL = Tool(
    code="collection_costs",
    label=_("What collecting costs"),
    stage=6,
    place=20,
    icon="percent",
    view="treasury.view",
    fields=(
        Field("company", _("Company"), CHOICE, False, choices=company_codes),
        Field("since", _("From"), DATE, False),
        Field("until", _("Until"), DATE, False),
    ),
    run=_run,
    columns=(
        Column("providers", _("Providers"), INT),
        Column("worst_bp", _("Highest rate, all in (bp)"), DECIMAL),
        Column("unknown", _("Without a reference rate"), INT),
    ),
    note=_("What a unit paid by a channel loses until it is in the bank, hop by hop, from statements."),
    example={"company": "", "since": "", "until": ""},
)  # fmt: skip
