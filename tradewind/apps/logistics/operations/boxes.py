"""The carton sizes of the house: registered, and dropped when they are no longer bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import Box
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.engine.access import Actor
from tradewind.engine.money import Money
from tradewind.engine.packing import HEAVIEST_G, LONGEST_MM


@dataclass(frozen=True, slots=True)
class NewBox:
    """A carton or container: inner sides in mm, weight of the empty one, greatest gross weight, cost.

    `most_g` None: no limit. `cost` None: not known, so cartons are chosen by size.
    """

    code: str
    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    tare_g: int = 0
    most_g: int | None = None
    cost: Money | None = None


def register_boxes(*, boxes: Sequence[NewBox], now: datetime, by: Actor) -> list[int]:
    """Register carton sizes; their ids in order. Refused with every problem of every row."""
    with acting(by, "logistics.change", kind="box", now=now) as act:
        found = Findings()
        made = [_box(found.at(row), one) for row, one in rows(boxes)]
        found.fresh("code", [box.code for box in made], set(Box.objects.values_list("code", flat=True)))
        found.settle()
        act.ids = [box.pk for box in Box.objects.bulk_create(made)]
        act.note(verb="register_boxes", codes=[box.code for box in made])
        return act.ids


def drop_boxes(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Drop carton sizes that are no longer bought; how many there were. Nothing refers to them."""
    with acting(by, "logistics.change", kind="box", now=now) as act:
        held = Box.objects.filter(id__among=ids)
        codes = sorted(held.values_list("code", flat=True))
        act.ids = list(ids)
        act.note(verb="drop_boxes", codes=codes)
        return held.delete()[0]


def _box(found: Findings, one: NewBox) -> Box:
    box = Box(
        code=found.code("code", one.code, 20),
        name=found.text("name", one.name, 80),
        length_mm=found.whole("length_mm", one.length_mm, least=1, most=LONGEST_MM) or 0,
        width_mm=found.whole("width_mm", one.width_mm, least=1, most=LONGEST_MM) or 0,
        height_mm=found.whole("height_mm", one.height_mm, least=1, most=LONGEST_MM) or 0,
        tare_g=found.whole("tare_g", one.tare_g, most=HEAVIEST_G) or 0,
        most_g=found.whole("most_g", one.most_g, least=1, most=HEAVIEST_G, needed=False),
    )
    if one.most_g is not None and one.most_g <= one.tare_g:
        found.add("most_g", one.most_g, _("not above the empty carton's weight"))
    if one.cost is not None:
        box.cost_minor, box.currency = one.cost.minor, one.cost.currency
        if one.cost.minor < 0:
            found.add("cost", one.cost, _("an amount below zero"))
    return box
