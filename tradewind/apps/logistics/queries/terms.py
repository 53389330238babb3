"""What ways say of attributes, and what the rulebook says of batteries by air, as the engine judges it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tradewind.apps.markets.queries import rulebook
from tradewind.engine.restrictions import ALONE, BUILT_IN, PACKED, DangerRule, Goods, Term
from tradewind.engine.rule_rows import Rule

# Of lithium-ion batteries, rated in watt-hours; metal ones are rated in grams and go by terms alone.
ION = ("UN3480", "UN3481")
BATTERY_WH = "battery_wh"  # among a SKU's attributes: watt-hours as text
PACKINGS = {"alone": ALONE, "with_equipment": PACKED, "in_equipment": BUILT_IN}


def terms_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Term, ...]:
    """A service's terms as stored."""
    return tuple(
        Term(
            row["attribute"],
            row["verdict"],
            tuple(row.get("documents", ())),
            tuple(row.get("labels", ())),
            None if row.get("most_wh") is None else Decimal(row["most_wh"]),
            row.get("note", ""),
        )
        for row in rows
    )


def goods_of(attributes: Mapping[str, Any], battery_wh: Decimal | None = None) -> Goods:
    """What a SKU states of itself: yes or no by attribute, watt-hours beside; a given figure goes first."""
    stated = {name: yes for name, yes in attributes.items() if type(yes) is bool}
    own = attributes.get(BATTERY_WH)
    return Goods.of(stated, battery_wh if battery_wh is not None or own is None else Decimal(own))


def danger_rules(on: date) -> tuple[DangerRule, ...]:
    """The rows on batteries by air that are in force and switched on."""
    book = rulebook()
    return tuple(_danger(row) for row in book.all("dangerous_goods", on) if book.active(row) and _ours(row))


def _ours(row: Rule) -> bool:
    return row.keys["un"] in ION and row.keys["packed"] in PACKINGS


def _danger(row: Rule) -> DangerRule:
    values = row.values
    wh = values.get("battery_wh")
    over = values.get("bound") == "over"
    return DangerRule(
        row.id,
        PACKINGS[row.keys["packed"]],
        values["instruction"],
        tuple(values["papers"]),
        over_wh=wh if over else None,
        to_wh=wh if not over else None,
    )
