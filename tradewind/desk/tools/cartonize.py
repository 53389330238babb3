"""Which cartons an order or a list of goods goes into, with a plan of each layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.desk.asking import Answer, Ask, Picture, Shape, Tool
from tradewind.desk.kernel import CHOICE, FLAG, INT, PERCENT, TEXT, Column, Fact, Field, Table
from tradewind.desk.tools._packing import Known, cartons_of, items_of, read
from tradewind.engine.access import Actor
from tradewind.engine.cartonize import cartonize
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import quantize
from tradewind.engine.packing import Item, Load, Packing, Place
from tradewind.engine.packing_check import faults
from tradewind.engine.packing_order import MOST_UNITS

WORDS = {
    "any": _("Any side"),
    "not_on_end": _("Not on its end"),
    "this_side_up": _("This side up"),
}
THOROUGH, FEW = 10, 3  # effort for small orders, where so few questions come at once
CONTAINER = 3  # and for many units into one stated container
DRAWN_LOADS, DRAWN_LAYERS, DRAWN_UNITS = 3, 6, 400


def _upright(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(WORDS.items())


def run(ask: Ask) -> list[Answer]:
    """Every question packed and checked; a bad one says what it lacks."""
    known = read(ask)
    return [_answered(row, known, len(ask.rows) <= FEW) for row in ask.rows]


def _effort(row: Mapping[str, Any], units: int, cartons: int, few: bool) -> int:
    """As long a search as somebody who waits for the answer will bear, longer where it was asked for."""
    if row["thorough"]:
        return THOROUGH
    if not few:
        return 1
    return THOROUGH if units <= MOST_UNITS else CONTAINER if cartons == 1 else 1


def _answered(row: Mapping[str, Any], known: Known, few: bool) -> Answer:
    try:
        items = items_of(row, known)
        cartons, alerts = cartons_of(row, known)
        effort = _effort(row, sum(item.qty for item in items), len(cartons), few)
        packing = cartonize(items, cartons, supported=bool(row["supported"]), effort=effort)
    except Refused as refused:
        return Answer(problems=tuple(_located(one) for one in refused.problems))
    wrong = faults(items, packing.loads, packing.left)
    if wrong:  # the checker shares nothing with the packer: what it refuses is never shown as packed
        raise RuntimeError(f"a packing failed its check: {wrong[:3]}")
    return _told(items, packing, alerts)


def _located(problem: Problem) -> Problem:
    """A problem the engine found in its n-th item, at the line it came from, in the reader's words."""
    field = problem.field if problem.row is None else f"lines.{problem.row}.{problem.field}"
    return replace(problem, row=None, field=field, reason=_now(problem.reason))


def _told(items: Sequence[Item], packing: Packing, alerts: list[Any]) -> Answer:
    loads = [_load(number, items, load) for number, load in enumerate(packing.loads, 1)]
    volume = sum(load.carton.volume for load in packing.loads)
    fill = _share(sum(load.packed for load in packing.loads), volume)
    gross = None if any(row["gross_g"] is None for row in loads) else sum(row["gross_g"] for row in loads)
    left = [{"item": items[at].code, "qty": qty, "reason": _now(reason)} for at, qty, reason in packing.left]
    names = Counter(load.carton.code for load in packing.loads)
    title = ", ".join(f"{n} × {code}" for code, n in names.items()) or _now("Nothing can be packed")
    if left:
        alerts = [*alerts, _("Some goods go into no carton.")]
    facts = (
        Fact(_("Cartons"), len(loads), INT),
        Fact(_("Fill"), fill, PERCENT),
        Fact(_("Gross weight in g"), gross, INT),
        Fact(_("Proved the smallest"), packing.proven, FLAG),
    )
    tables = [
        Table(_("Cartons"), _LOADS, loads),
        Table(_("Where each unit lies"), _PLACES, _placed(items, packing)),
    ]
    if left:
        tables.append(Table(_("Left over"), _LEFT, left))
    figures = {
        "cartons": len(loads), "carton": title, "fill": fill, "gross_g": gross,
        "left": sum(qty for _at, qty, _reason in packing.left), "proven": packing.proven,
    }  # fmt: skip
    return Answer(
        title, facts, tuple(tables), alerts=tuple(alerts), figures=figures,
        pictures=tuple(_pictures(items, packing)),
    )  # fmt: skip


_LOADS = (
    Column("no", _("No."), INT),
    Column("carton", _("Carton")),
    Column("inner", _("Inner sides in mm")),
    Column("units", _("Units"), INT),
    Column("fill", _("Fill"), PERCENT),
    Column("gross_g", _("Gross weight in g"), INT),
)
_PLACES = (
    Column("no", _("Carton no."), INT),
    Column("item", _("Item")),
    Column("at", _("From the corner in mm")),
    Column("sides", _("As it lies in mm")),
)
_LEFT = (
    Column("item", _("Item")),
    Column("qty", _("Quantity"), INT),
    Column("reason", _("Reason"), wide=True),
)


def _load(number: int, items: Sequence[Item], load: Load) -> dict[str, Any]:
    weights = [items[place.item].weight_g for place in load.places]
    known = [grams for grams in weights if grams is not None]
    gross = load.carton.tare_g + sum(known) if len(known) == len(weights) else None
    return {
        "no": number,
        "carton": load.carton.code,
        "inner": " × ".join(map(str, load.carton.inner)),
        "units": len(load.places),
        "fill": _share(load.packed, load.carton.volume),
        "gross_g": gross,
    }


def _placed(items: Sequence[Item], packing: Packing) -> list[dict[str, Any]]:
    return [
        {
            "no": number,
            "item": items[place.item].code,
            "at": ", ".join(map(str, place.at)),
            "sides": " × ".join(map(str, place.sides)),
        }
        for number, load in enumerate(packing.loads, 1)
        for place in load.places
    ]


def _share(part: int, whole: int) -> Decimal | None:
    return quantize(Fraction(part * 100, whole), 1) if whole else None


def _pictures(items: Sequence[Item], packing: Packing) -> list[Picture]:
    """From above, layer by layer: what begins at a height in colour, what reaches through it faint."""
    out = []
    for number, load in enumerate(packing.loads[:DRAWN_LOADS], 1):
        if len(load.places) > DRAWN_UNITS:
            continue
        levels = sorted({place.at[2] for place in load.places})
        for level in levels[:DRAWN_LAYERS]:
            told = _now("Carton %(n)s, from %(mm)s mm up") % {"n": number, "mm": level}
            shapes = tuple(s for place in load.places if (s := _shape(items, place, level)) is not None)
            out.append(Picture(told, load.carton.inner[0], load.carton.inner[1], shapes))
    return out


def _shape(items: Sequence[Item], place: Place, level: int) -> Shape | None:
    begins = place.at[2] == level
    if not begins and not place.at[2] < level < place.at[2] + place.sides[2]:
        return None
    (x, y, _z), (dx, dy, _dz) = place.at, place.sides
    return Shape(x, y, dx, dy, items[place.item].code, place.item, faint=not begins)


TOOL = Tool(
    code="cartonize",
    label=_("Pack into cartons"),
    stage=5,
    place=40,
    icon="package",
    view="logistics.view",
    fields=(
        Field("order", _("Order number"), TEXT, False, help=_("Its goods are packed with the lines below.")),
        Field("inner_length_mm", _("Inner length in mm"), INT, False,
              help=_("Blank: the carton sizes of the house.")),
        Field("inner_width_mm", _("Inner width in mm"), INT, False),
        Field("inner_height_mm", _("Inner height in mm"), INT, False),
        Field("most_g", _("Greatest gross weight in g"), INT, False),
        Field("supported", _("Every unit stands on a full base"), FLAG, False),
        Field("thorough", _("Search longer"), FLAG, False, help=_("Some seconds a container; fuller loads.")),
    ),
    lines=(
        Field("sku", _("SKU"), TEXT, False,
              help=_("Sides and weight of the SKU are taken where none stand here.")),
        Field("qty", _("Quantity"), INT),
        Field("length_mm", _("Length in mm"), INT, False),
        Field("width_mm", _("Width in mm"), INT, False),
        Field("height_mm", _("Height in mm"), INT, False),
        Field("weight_g", _("Weight in g"), INT, False),
        Field("upright", _("May stand on"), CHOICE, False, choices=_upright),
        Field("fragile", _("Fragile: nothing on top"), FLAG, False),
    ),
    lines_needed=False,
    run=run,
    columns=(
        Column("cartons", _("Cartons"), INT),
        Column("carton", _("Carton")),
        Column("fill", _("Fill"), PERCENT),
        Column("gross_g", _("Gross weight in g"), INT),
        Column("left", _("Units left over"), INT),
        Column("proven", _("Proved the smallest"), FLAG),
    ),
    note=_("The smallest carton that holds the goods, or the fewest; small orders are searched exactly."),
    example={
        "inner_length_mm": 400, "inner_width_mm": 300, "inner_height_mm": 250,
        "lines": [
            {"qty": 6, "length_mm": 200, "width_mm": 150, "height_mm": 100, "weight_g": 600},
            {"qty": 2, "length_mm": 180, "width_mm": 120, "height_mm": 90, "weight_g": 350, "fragile": "1"},
        ],
    },
)  # fmt: skip
