"""A plan of rectangles as SVG: pure geometry, drawn by a template with attributes only."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.desk.asking import Picture, Shape
from tradewind.desk.kernel import Label

LONG, WIDE = 220, 880  # of the longer side as drawn
LETTER = 7  # room a letter needs
TONES = 6


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rectangle as drawn; its text is empty where there is no room for it, its title never."""

    x: int
    y: int
    width: int
    height: int
    text: str
    title: str
    css: str

    @property
    def middle_x(self) -> int:
        """Where its text stands."""
        return self.x + self.width // 2

    @property
    def middle_y(self) -> int:
        """Where its text stands."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """Everything the template needs."""

    title: Label
    width: int
    height: int
    shapes: tuple[Drawn, ...]
    css: str = "plan"


def drawn_picture(picture: Picture) -> DrawnPicture:
    """A picture scaled so that its longer side is LONG, or WIDE; faint rectangles lie behind the others."""
    long = WIDE if picture.wide else LONG
    longest = max(picture.width, picture.height, 1)

    def at(value: int) -> int:
        return value * long // longest

    def drawn(shape: Shape) -> Drawn:
        x, y = at(shape.x), at(shape.y)
        width, height = max(at(shape.x + shape.width) - x, 1), max(at(shape.y + shape.height) - y, 1)
        room = width >= LETTER * len(shape.text) and height >= 2 * LETTER and not shape.faint
        css = "faint" if shape.faint else f"tone-{shape.tone % TONES}"
        return Drawn(x, y, width, height, shape.text if room else "", shape.text, css)

    behind_first = sorted(picture.shapes, key=lambda shape: not shape.faint)
    shapes = tuple(drawn(shape) for shape in behind_first)
    css = "plan wide" if picture.wide else "plan"
    return DrawnPicture(picture.title, at(picture.width), at(picture.height), shapes, css)
