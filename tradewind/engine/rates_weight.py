"""What a carrier weighs: chargeable units of a parcel from its scale weight and its sides.

Cards count in grams, ounces, cubic centimetres or pieces. Whole numbers all the way: nothing is rounded but
where a carrier says so. Carrier's rules of rounding come from the card or from rule kind `volume_divisor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from tradewind.engine.rates_places import postcode
from tradewind.engine.restrictions import Goods

GRAM, OUNCE, CM3, PIECE = "g", "oz", "cm3", "piece"
UNITS = (GRAM, OUNCE, CM3, PIECE)
UP, NEAREST = "up", "nearest"
NO_WEIGHT, NO_DIMENSIONS = "no_weight", "no_dimensions"
# An ounce is 28.349523125 g, an inch 25.4 mm (international yard and pound, 1959), both exactly.
_OUNCE = (28_349_523_125, 1_000_000_000)
_INCH3 = (16_387_064, 1_000)  # mm3
NOTHING_STATED = Goods()


@dataclass(frozen=True, slots=True)
class Box:
    """One box, or `count` boxes alike: scale weight of one in grams, its sides in mm where known."""

    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: weight of a box, its sides in mm when known, destination.

    `pieces` boxes alike and `others` go as one consignment. `goods`: what is stated of them (battery,
    magnet ...). `options`: what the sender asks for (signature ...).
    """

    country: str
    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    postcode: str = ""
    goods: Goods = NOTHING_STATED
    options: frozenset[str] = frozenset()
    pieces: int = 1
    others: tuple[Box, ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every kind of box of the consignment."""
        first = Box(self.weight_g, self.length_mm, self.width_mm, self.height_mm, self.pieces)
        return (first, *self.others)


class Asked:
    """A parcel with what many cards want to know of it, each worked out once at most."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.conditions = (parcel.goods, parcel.options)
        self.postcode = postcode(parcel.postcode) if parcel.postcode else ""

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Every kind of box."""
        return self.parcel.boxes

    @cached_property
    def pieces(self) -> int:
        """How many boxes."""
        return sum(box.count for box in self.boxes)

    @cached_property
    def figures(self) -> list[Figures]:
        """Figures of every kind of box."""
        return [_figures(box) for box in self.boxes]


# Weight of a box, then longest and second side, length + girth, sum of sides; UNKNOWN without its sides.
Figures = tuple[int, int, int, int, int]
UNKNOWN = -1


def _figures(box: Box) -> Figures:
    if not box.length_mm or not box.width_mm or not box.height_mm:
        return box.weight_g, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    short, second, longest = sorted((box.length_mm, box.width_mm, box.height_mm))
    return box.weight_g, longest, second, longest + 2 * (second + short), longest + second + short


class Weight(NamedTuple):
    """Chargeable units, and whether volume decided; or the reason why they are not known."""

    units: int
    by_volume: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a carrier weighs.

    `unit` of the card. `divisor`: cm3 per kg, on cards in ounces in3 per lb; None bills the scale weight.
    `side`: each side goes "up" or to the "nearest" `side_mm` (ounces: inch) first. Chargeable weight goes up
    to whole `step` units, beyond `heavy_over` to `heavy_step`. Volume counts only above `volume_over`
    (cm3 or in3) and above `volume_times` the scale weight; `volume_share` of the excess is charged
    (半泡: 0.5). `minimum` of the consignment, `piece_minimum` of every box; `by_piece` weighs box by box.

    Example: UPS US since 2025-08-18, Weighing("oz", 139, "up", step=16): 11.1 x 8.5 x 6.2 in weigh 6 lb.
    """

    unit: str = GRAM
    divisor: int | None = None
    side: str = ""
    side_mm: int = 10
    step: int = 1
    heavy_over: int | None = None
    heavy_step: int = 1
    volume_over: int = 0
    volume_times: Decimal = Decimal(0)
    volume_share: Decimal = Decimal(1)
    minimum: int = 0
    piece_minimum: int = 0
    by_piece: bool = False
    _plain: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain = self.unit == GRAM and self.divisor is not None and self.side == "" and self.volume_share == 1
        plain = plain and not (self.volume_over or self.volume_times or self.by_piece or self.piece_minimum)
        object.__setattr__(self, "_plain", plain)

    @classmethod
    def by_rule(cls, values: Mapping[str, Any]) -> Weighing:
        """As a row of rule kind `volume_divisor` states it; what it does not state is as above."""
        names = {f.name for f in fields(cls) if f.init}
        return cls(**{name: value for name, value in values.items() if name in names})

    @property
    def wants_sides(self) -> bool:
        """Whether a parcel without sides cannot be weighed."""
        return self.divisor is not None or self.unit == CM3

    def weigh(self, parcel: Parcel, boxes: tuple[Box, ...] = ()) -> Weight:
        """Chargeable units of a parcel; 300 x 200 x 100 mm at 6000 cm3/kg are 1000 g.

        `boxes` are the parcel's own, where somebody has them at hand.
        """
        if parcel.weight_g <= 0:
            return Weight(0, False, NO_WEIGHT)
        if self._plain and parcel.pieces == 1 and not parcel.others:
            length, width, height = parcel.length_mm, parcel.width_mm, parcel.height_mm
            if not length or not width or not height:
                return Weight(0, False, NO_DIMENSIONS)
            dim = -(-length * width * height // self.divisor)  # type: ignore[operator]
            scale = parcel.weight_g
            units = dim if dim > scale else scale
            return Weight(self.rounded(units), dim > scale)
        return self._consignment(boxes or parcel.boxes)

    def rounded(self, units: int) -> int:
        """Units up to the step of their size, at least the minimum."""
        if units < self.minimum:
            units = self.minimum
        step = self.heavy_step if self.heavy_over is not None and units > self.heavy_over else self.step
        return -(-units // step) * step if step > 1 else units

    def _consignment(self, boxes: tuple[Box, ...]) -> Weight:
        if len(boxes) == 1 and boxes[0].count == 1 and self.unit in (GRAM, OUNCE):
            return self._single(boxes[0])
        if any(box.weight_g <= 0 for box in boxes):
            return Weight(0, False, NO_WEIGHT)
        if self.unit == PIECE:
            return Weight(self.rounded(sum(box.count for box in boxes)))
        if self.wants_sides and not all(box.length_mm and box.width_mm and box.height_mm for box in boxes):
            return Weight(0, False, NO_DIMENSIONS)
        if self.unit == CM3:
            return Weight(self.rounded(-(-sum(self._volume(b)[0] * b.count for b in boxes) // 1000)), True)
        if self.by_piece:
            each = [self._greater(self._scale(b), *self._volume(b)) for b in boxes]
            total = sum(self.rounded(w.units) * b.count for w, b in zip(each, boxes, strict=True))
            return Weight(total, any(w.by_volume for w in each))
        scale = sum(self._scale(b) * b.count for b in boxes)
        volumes = [self._volume(b) for b in boxes] if self.divisor is not None else [(0, 1)]
        top = sum(v[0] * b.count for v, b in zip(volumes, boxes, strict=False))
        weight = self._greater(scale, top, volumes[0][1])
        return Weight(self.rounded(weight.units), weight.by_volume)

    def _single(self, box: Box) -> Weight:
        """One box alone: nothing to add up."""
        if box.weight_g <= 0:
            return Weight(0, False, NO_WEIGHT)
        scale = self._scale(box)
        if self.divisor is None:
            return Weight(self.rounded(scale))
        if not (box.length_mm and box.width_mm and box.height_mm):
            return Weight(0, False, NO_DIMENSIONS)
        units, by_volume, _reason = self._greater(scale, *self._volume(box))
        return Weight(self.rounded(units), by_volume)

    def _scale(self, box: Box) -> int:
        """Scale weight of a box in units. Whole grams are known to half a gram: 454 g are a pound."""
        units = box.weight_g
        if self.unit == OUNCE:
            units = -(-(2 * box.weight_g - 1) * _OUNCE[1] // (2 * _OUNCE[0]))
        return max(units, self.piece_minimum)

    def _volume(self, box: Box) -> tuple[int, int]:
        """Volume of one box as (cubic mm or inches, how many cubic mm or inches one inch has)."""
        if not box.length_mm or not box.width_mm or not box.height_mm:
            return 0, 1
        if self.unit != OUNCE:
            a, b, c = (self._side(s) for s in (box.length_mm, box.width_mm, box.height_mm))
            return a * b * c, 1
        if not self.side:
            return box.length_mm * box.width_mm * box.height_mm * _INCH3[1], _INCH3[0]
        a, b, c = (self._inches(s) for s in (box.length_mm, box.width_mm, box.height_mm))
        return a * b * c, 1

    def _side(self, mm: int) -> int:
        if self.side == UP:
            return -(-mm // self.side_mm) * self.side_mm
        if self.side == NEAREST:
            return (2 * mm + self.side_mm) // (2 * self.side_mm) * self.side_mm
        return mm

    def _inches(self, mm: int) -> int:
        """Whole inches. Whole millimetres are known to half a millimetre: 305 mm are 12 in."""
        if self.side == UP:
            return -(-(2 * mm - 1) * 5 // 254)
        return (20 * mm + 254) // 508

    def _greater(self, scale: int, volume: int, inch: int) -> Weight:
        """The greater of scale and volume weight under the conditions under which volume counts."""
        if self.divisor is None:
            return Weight(scale)
        bottom = self.divisor * inch
        top = volume * 16 if self.unit == OUNCE else volume
        over = self.volume_over * (inch if self.unit == OUNCE else 1000)
        if volume <= over or top <= scale * bottom:
            return Weight(scale)
        times = self.volume_times
        if times and Decimal(top) <= times * scale * bottom:
            return Weight(scale)
        share, whole = self.volume_share.as_integer_ratio()
        units = -(-(scale * (whole - share) * bottom + top * share) // (whole * bottom))
        return Weight(units, True)
