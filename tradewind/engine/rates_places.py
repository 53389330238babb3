"""Zones and remote areas of a card: countries, prefixes and ranges of postcodes to names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tradewind.engine.contracts import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """A whole country, or the postcodes of it whose beginnings lie from `first` to `last` (inclusive).

    "IV" to "IV" is a prefix; "00500" to "00599" a range; both ends have as many characters.
    `row` of the file it came from.
    """

    name: str
    country: str
    first: str = ""
    last: str = ""
    row: int | None = None


def postcode(text: str) -> str:
    """A postcode as it is compared: "sw1a 1aa" and "SW1A-1AA" are SW1A1AA."""
    return "".join(c for c in text.upper() if c.isalnum())


class Places:
    """Which name a destination has. The longer beginning wins, a whole country comes last."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._whole: dict[str, str] = {}
        # country -> (length of the beginning, firsts, lasts, names), the longest beginnings first
        self._by_length: dict[str, list[tuple[int, list[str], list[str], list[str]]]] = {}
        grouped: dict[str, dict[int, list[tuple[str, str, str]]]] = {}
        for place in places:
            first = postcode(place.first)
            if not first:
                self._whole[place.country] = place.name
                continue
            row = (first, postcode(place.last) or first, place.name)
            grouped.setdefault(place.country, {}).setdefault(len(first), []).append(row)
        for country, lengths in grouped.items():
            self._by_length[country] = [
                (length, *(list(column) for column in zip(*sorted(rows), strict=True)))  # type: ignore[misc]
                for length, rows in sorted(lengths.items(), reverse=True)
            ]

    def __bool__(self) -> bool:
        return bool(self._whole or self._by_length)

    @property
    def countries(self) -> set[str]:
        """Every country named."""
        return {*self._whole, *self._by_length}

    def by_postcode(self, country: str) -> bool:
        """Whether the postcode matters in a country."""
        return country in self._by_length

    def find(self, country: str, code: str) -> str | None:
        """The name of a place, by its postcode as `postcode` writes it; None when it has none."""
        lengths = self._by_length.get(country)
        if lengths is not None and code:
            for length, starts, ends, names in lengths:
                head = code[:length]
                at = bisect_right(starts, head) - 1
                if at >= 0 and len(head) == length and head <= ends[at]:
                    return names[at]
        return self._whole.get(country)


def check_places(places: Sequence[Place]) -> list[Problem]:
    """Ranges that cannot be, places that overlap at one length, whole countries named twice."""
    problems, groups = [], dict[tuple[str, int], list[Place]]()
    for place in places:
        first, last = postcode(place.first), postcode(place.last or place.first)
        if len(first) != len(last) or last < first:
            problems.append(
                Problem(place.row, "postcode", f"{place.first}-{place.last}", "is no range", "00500-00599")
            )
        groups.setdefault((place.country, len(first)), []).append(place)
    for rows in groups.values():
        rows.sort(key=lambda p: postcode(p.first))
        for low, high in pairwise(rows):
            if postcode(high.first) <= postcode(low.last or low.first):
                where = f"{high.country} {high.first}-{high.last}".strip(" -")
                problems.append(Problem(high.row, "postcode", where, "lies in two places", low.name))
    return problems
