"""Maximal spaces: the largest empty boxes that are left in a carton, overlapping each other.

A space is (x1, y1, z1, x2, y2, z2, ...): callers may append their own keys behind the six.
"""

from __future__ import annotations

from typing import Any

Space = tuple[int, int, int, int, int, int]


def carve(
    spaces: list[Any], box: Space, least: tuple[int, int, int], floating: bool
) -> tuple[list[Any], list[Space]]:
    """Take a box out of the spaces: those it does not touch, and the pieces left of the others.

    Pieces narrower than the least side of what remains to pack are dropped. `floating` keeps the room
    above and below as wide as the space; otherwise the caller adds what the box's top can carry.
    """
    x1, y1, z1, x2, y2, z2 = box
    kept: list[Any] = []
    new: list[Space] = []
    for space in spaces:
        a1, b1, c1, a2, b2, c2 = space[:6]
        if a1 >= x2 or a2 <= x1 or b1 >= y2 or b2 <= y1 or c1 >= z2 or c2 <= z1:
            kept.append(space)
        else:
            new += _beside(a1, b1, c1, a2, b2, c2, box, least)
            if floating and c2 - z2 >= least[2]:
                new.append((a1, b1, z2, a2, b2, c2))
            if floating and z1 - c1 >= least[2]:
                new.append((a1, b1, c1, a2, b2, z1))
    return kept, new


def _beside(
    a1: int, b1: int, c1: int, a2: int, b2: int, c2: int, box: Space, least: tuple[int, int, int]
) -> list[Space]:
    """What is left of a space behind, before and on both sides of a box."""
    x1, y1, _z1, x2, y2, _z2 = box
    out: list[Space] = []
    if x1 - a1 >= least[0]:
        out.append((a1, b1, c1, x1, b2, c2))
    if a2 - x2 >= least[0]:
        out.append((x2, b1, c1, a2, b2, c2))
    if y1 - b1 >= least[1]:
        out.append((a1, b1, c1, a2, y1, c2))
    if b2 - y2 >= least[1]:
        out.append((a1, y2, c1, a2, b2, c2))
    return out


def maximal(kept: list[Any], new: list[Space]) -> list[Space]:
    """The new spaces that lie in no other one, each once."""
    out: list[Space] = []
    new = list(dict.fromkeys(new))
    for piece in new:
        if not _inside(piece, kept, None) and not _inside(piece, new, piece):
            out.append(piece)
    return out


def _inside(piece: Space, spaces: list[Any], itself: Space | None) -> bool:
    a1, b1, c1, a2, b2, c2 = piece
    for other in spaces:
        if (
            other[0] <= a1
            and other[3] >= a2
            and other[1] <= b1
            and other[4] >= b2
            and other[2] <= c1
            and other[5] >= c2
            and other is not itself
        ):
            return True
    return False
