"""What a packing question refers to: its lines, an order's SKUs, the carton sizes of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog import queries as catalog
from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics import queries as logistics
from tradewind.apps.logistics.models import Box
from tradewind.apps.orders import queries as orders
from tradewind.desk.asking import Ask
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.packing import Carton, Item

SIDES = ("length_mm", "width_mm", "height_mm")
UPRIGHT = {
    "any": (True, True, True),
    "not_on_end": (False, True, True),
    "this_side_up": (False, False, True),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the questions refer to, read once: carton sizes, SKUs by code, orders with their lines by number.

    Two stores may use the same number: then there are two orders under it.
    """

    boxes: list[Box]
    skus: dict[str, Sku]
    orders: dict[str, dict[int, list[tuple[str, int]]]]


def read(ask: Ask) -> Known:
    """Everything the questions of one ask refer to, in at most three queries."""
    wanted = {row["order"] for row in ask.rows if row["order"]}
    found: dict[str, dict[int, list[tuple[str, int]]]] = {}
    for line in orders.lines_of(wanted, ask.by) if wanted else ():
        same = found.setdefault(line.order.external_id, {})
        units = (line.sku.code if line.sku else "", line.qty * line.units_each)
        same.setdefault(line.order_id, []).append(units)
    codes = {line["sku"] for row in ask.rows for line in row["lines"] if line["sku"]}
    codes |= {code for same in found.values() for each in same.values() for code, _qty in each}
    skus = catalog.skus_by_code(codes, ask.by) if codes else {}
    return Known(list(logistics.boxes(ask.by).order_by("code")), skus, found)


def items_of(row: Mapping[str, Any], known: Known) -> list[Item]:
    """The goods of a question: its lines, then those of the order it names; all problems at once."""
    items, problems = [], []
    for number, line in enumerate(row["lines"], 1):
        item, wrong = _item(line, f"lines.{number}", known)
        items.append(item)
        problems += wrong
    for code, qty in _order_lines(row["order"], known, problems):
        blank = dict.fromkeys((*SIDES, "weight_g", "fragile", "upright"))
        item, wrong = _item({**blank, "sku": code, "qty": qty}, "order", known)
        items.append(item)
        problems += wrong
    if not items and not problems:
        problems.append(
            Problem(None, "lines", "", _now("this is needed"), _now("an order, or at least one line"))
        )
    if problems:
        raise Refused(problems)
    return items


def _order_lines(number: str | None, known: Known, problems: list[Problem]) -> list[tuple[str, int]]:
    """SKU codes and units of the order of a number, which must be one."""
    if not number:
        return []
    found = list(known.orders.get(number, {}).values())
    if len(found) == 1:
        return found[0]
    reason = _now("several orders have this number") if found else _now("there is no such row")
    problems.append(Problem(None, "order", number, reason))
    return []


def _item(line: Mapping[str, Any], where: str, known: Known) -> tuple[Item, list[Problem]]:
    """One line as an item: what it states itself, else what its SKU states."""
    sku = known.skus.get(line["sku"] or "")
    problems = []

    def wrong(field: str, value: str, reason: str) -> None:
        name = field if where == "order" else f"{where}.{field}"
        problems.append(Problem(None, "order" if where == "order" else name, value, reason))

    if line["sku"] and sku is None:
        wrong("sku", line["sku"], _now("there is no such SKU"))
    if where == "order" and not line["sku"]:
        wrong("sku", "", _now("a line of the order is not mapped to a SKU"))
    sides = []
    for name in SIDES:
        value = line[name] if line[name] is not None else getattr(sku, name, None)
        if value is None and not problems:
            wrong(name, line["sku"] or "", _now("the side is not known"))
        sides.append(value or 0)
    traits = sku.attributes if sku else {}
    turned = line["upright"] or ("this_side_up" if traits.get("this_side_up") else "any")
    item = Item(
        line["sku"] or f"{where.rpartition('.')[2]}",
        (sides[0], sides[1], sides[2]),
        line["qty"] or 0,
        line["weight_g"] if line["weight_g"] is not None else getattr(sku, "weight_g", None),
        UPRIGHT[turned],
        bool(line["fragile"] or traits.get("fragile")),
    )
    return item, problems


def cartons_of(row: Mapping[str, Any], known: Known) -> tuple[list[Carton], list[Any]]:
    """The stated container, else every registered carton; costs count only where all are comparable."""
    stated = [row[f"inner_{name}"] for name in SIDES]
    if any(side is not None for side in stated):
        missing = [
            Problem(None, f"inner_{name}", "", _now("this is needed"))
            for name, side in zip(SIDES, stated, strict=True)
            if side is None
        ]
        if missing:
            raise Refused(missing)
        return [Carton(_now("stated"), (stated[0], stated[1], stated[2]), 0, row["most_g"])], []
    if not known.boxes:
        reason = _now("no carton size is registered")
        raise Refused([Problem(None, "inner_length_mm", "", reason, _now("a size here, or carton sizes"))])
    priced = {box.currency if box.cost_minor is not None else None for box in known.boxes}
    comparable = len(priced) == 1 and None not in priced
    cartons = [
        Carton(
            box.code, (box.length_mm, box.width_mm, box.height_mm), box.tare_g, box.most_g,
            box.cost_minor if comparable else None,
        )
        for box in known.boxes
    ]  # fmt: skip
    told = _("Not every carton has a cost in one currency: they are chosen by size.")
    return cartons, [] if comparable or priced == {None} else [told]
