"""What a change of rules costs: the catalogue and the orders of late, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.listings.models import Listing
from tradewind.apps.markets.queries.rules import packs
from tradewind.apps.stores.queries import stores_of
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, PERCENT, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns._prices import reason_of
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money
from tradewind.reports.rule_change import Effect, Moved, WhatIf, rule_change

SHOWN = 200  # listings in the table
DAYS = 90


def run(ask: Ask) -> list[Answer]:
    """Each question's change over the stores of the person."""
    return [_answered(row, ask) for row in ask.rows]


def _answered(row: Mapping[str, Any], ask: Ask) -> Answer:
    days = row["days"] or DAYS
    if not 1 <= days <= 1000:
        raise Refused([Problem(None, "days", str(days), _now("not a number of days in range"), "1-1000")])
    today = ask.now.date()
    proposed = row["pack"] or "", row["kind"] or "", row["market"] or ""
    what_if = WhatIf(row["before"] or today, row["after"] or today, *proposed)
    effect = rule_change(what_if=what_if, today=today, days=days, actor=ask.by)
    stores = {s.pk: s.name for s in stores_of(ask.by)}
    rows = Listing.objects.filter(id__among=[m.listing_id for m in effect.moved[:SHOWN]])
    titles = dict(rows.values_list("id", "external_sku"))
    lines = [_line(m, stores, titles) for m in effect.moved[:SHOWN]]
    lost = _total(effect)
    return Answer(
        _now("%(n)s listings change") % {"n": len(effect.moved)},
        (
            Fact(_("Listings that change"), len(effect.moved), INT),
            Fact(_("Listings that do not"), effect.same, INT),
            Fact(_("Without an answer"), effect.unknown, INT),
            Fact(_("Profit lost on what was sold"), lost, MONEY, hidden="profit"),
            Fact(_("Rules that differ"), len(effect.rules), INT),
        ),
        (
            Table(_("Listings, the greatest loss of margin first"), _COLUMNS, lines),
            Table(_("By part"), _PARTS, _by_part(effect), hidden="profit"),
            Table(_("Rules that differ"), _RULES, [_rule(c) for c in effect.rules[:SHOWN]]),
        ),
        _worst(effect),
        figures={
            "changed": len(effect.moved),
            "same": effect.same,
            "unknown": effect.unknown,
            "sold_lost": lost,
        },
    )


def _worst(effect: Effect) -> tuple[tuple[Any, Any, str], ...]:
    """The waterfalls of the listing that loses most, before and after."""
    if not effect.moved:
        return ()
    worst = effect.moved[0]
    sides = ((_("Before"), worst.before), (_("After"), worst.after))
    return tuple((f"{worst.sku} · {label}", s.breakdown, "profit") for label, s in sides if s.breakdown)


def _total(effect: Effect) -> Money | None:
    known = [m.sold_lost for m in effect.moved if m.sold_lost is not None]
    if len({m.currency for m in known}) != 1:
        return None
    return Money.total(known, known[0].currency)


def _line(one: Moved, stores: Mapping[int, str], titles: Mapping[int, str]) -> dict[str, Any]:
    missing = reason_of(one.after.missing or one.before.missing)
    return {
        "listing": Ref("listings", one.listing_id, titles.get(one.listing_id, "")),
        "sku": one.sku,
        "store": stores.get(one.store_id, ""),
        "price": one.price,
        "before": _percent(one.before.margin),
        "after": _percent(one.after.margin),
        "lost": one.lost,
        "break_even_before": one.before.break_even,
        "break_even_after": one.after.break_even,
        "units": one.units,
        "sold_lost": one.sold_lost,
        "better": f"{one.better[0]} +{one.better[1]}" if one.better else missing,
    }


def _by_part(effect: Effect) -> list[dict[str, Any]]:
    """A unit of every changed listing added up: what each part was and is."""
    sums: dict[tuple[str, str], tuple[Money, Money]] = {}
    for one in effect.moved:
        if one.before.profit is None or one.after.profit is None:
            continue
        for name in dict.fromkeys([*one.before.parts, *one.after.parts]):
            zero = Money.zero(one.before.profit.currency)
            old, new = one.before.parts.get(name, zero), one.after.parts.get(name, zero)
            held = sums.get((name, zero.currency), (zero, zero))
            sums[name, zero.currency] = (held[0] + old, held[1] + new)
    return [
        {"part": name, "before": old, "after": new, "change": new - old}
        for (name, _currency), (old, new) in sums.items()
        if old != new
    ]


def _rule(change: Any) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "keys": " ".join(v for v in change.keys.values() if v != "*"),
        "was": change.old.id if change.old else "",
        "now": change.new.id if change.new else "",
        "values": "; ".join(f"{name}: {old} → {new}" for name, old, new in change.values),
    }


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


def _packs(actor: Actor) -> list[tuple[str, Any]]:
    return [(name, name) for name in packs(actor)]


_COLUMNS = (
    Column("listing", _("Listing"), LINK),
    Column("sku", _("SKU")),
    Column("store", _("Store")),
    Column("price", _("Price"), MONEY),
    Column("before", _("Margin before"), PERCENT, hidden="profit"),
    Column("after", _("Margin after"), PERCENT, hidden="profit"),
    Column("lost", _("Lost a unit"), MONEY, hidden="profit"),
    Column("break_even_before", _("Break-even before"), MONEY, hidden="profit"),
    Column("break_even_after", _("Break-even after"), MONEY, hidden="profit"),
    Column("units", _("Units sold"), INT),
    Column("sold_lost", _("Lost on them"), MONEY, hidden="profit"),
    Column("better", _("Better way, or what is missing"), hidden="profit"),
)
_PARTS = (
    Column("part", _("Part")),
    Column("before", _("Before"), MONEY),
    Column("after", _("After"), MONEY),
    Column("change", _("Change"), MONEY),
)
_RULES = (
    Column("kind", _("Kind")),
    Column("keys", _("Of what")),
    Column("was", _("Rule before")),
    Column("now", _("Rule after")),
    Column("values", _("What changes")),
)

TOOL = Tool(
    code="rule_change",
    label=_("Rule change rehearsal"),
    stage=1,
    place=42,
    icon="shuffle",
    view="prices.view",
    fields=(
        Field("before", _("Rules of the day"), DATE, False, help=_("Empty is today")),
        Field("after", _("Against rules of the day"), DATE, False, help=_("Empty is today")),
        Field("pack", _("With the proposed pack"), CHOICE, False, choices=_packs),
        Field("kind", _("With proposed rules of a kind"), required=False, help=_("e.g. duty")),
        Field("market", _("With proposed rules of a market"), required=False, help=_("e.g. US")),
        Field("days", _("Orders of the last days"), INT, False, initial=str(DAYS)),
    ),
    run=run,
    columns=(
        Column("changed", _("Listings that change"), INT),
        Column("same", _("Listings that do not"), INT),
        Column("unknown", _("Without an answer"), INT),
        Column("sold_lost", _("Profit lost on what was sold"), MONEY, hidden="profit"),
    ),
    note=_("Costs, prices and exchange rates are today's: only the rules differ."),
)
