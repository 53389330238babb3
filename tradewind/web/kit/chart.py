"""Bars and a line over days, or a ranking, as SVG: pure geometry, drawn by templates with attributes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 40, 14, 24


@dataclass(frozen=True, slots=True)
class Day:
    """A day's two numbers; a bar of None is a day of which nothing is known yet."""

    on: date
    bar: Decimal | None
    line: int


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day as drawn: its bar, the point of its line, and the strip that answers the pointer."""

    day: Day
    x: int
    y: int
    height: int
    width: int
    point_x: int
    point_y: int
    tick: bool
    loss: bool

    @property
    def strip(self) -> int:
        """Height of the strip that answers the pointer: the whole plot."""
        return HEIGHT - TOP - BOTTOM


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its two labels."""

    y: int
    bar: str
    line: str


@dataclass(frozen=True, slots=True)
class DayChart:
    """Everything a template needs to draw the chart."""

    marks: tuple[DayMark, ...]
    ticks: tuple[Tick, ...]
    points: str
    zero: int

    width, height, left, top = WIDTH, HEIGHT, LEFT, TOP
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM


def nice(value: Decimal) -> Decimal:
    """The next round number from 1, 2, 2.5, 5 times a power of ten: nice(1730) == 2000."""
    if value <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(value.adjusted())
    return next(step * power for step in map(Decimal, ("1", "2", "2.5", "5", "10")) if step * power >= value)


def _compact(value: Decimal) -> str:
    if value == value.to_integral_value():
        return f"{int(value):,}"
    return f"{value.normalize():,f}"


def _lines(span: Decimal, step: Decimal) -> int:
    """Grid lines that cover a span, rounded up."""
    return int((max(span, Decimal(0)) / step).to_integral_value(ROUND_CEILING))


def day_chart(days: Sequence[Day]) -> DayChart:
    """Bars on the left scale, losses below its zero line; the line on the right scale from the ground up."""
    bars = [d.bar for d in days if d.bar is not None]
    best, worst = max(bars, default=Decimal(0)), min(bars, default=Decimal(0))
    step = nice(max(best, -worst)) / 4
    above = max(_lines(best, step), 1) if bars else 4
    rows = above + _lines(-worst, step)
    most = max(nice(Decimal(max([d.line for d in days], default=0))), Decimal(4))
    plot = HEIGHT - TOP - BOTTOM
    scale = _Scale(
        slot=(WIDTH - LEFT - RIGHT) / Decimal(max(len(days), 1)),
        zero=TOP + plot * above // rows,
        pixel=Decimal(plot) / (step * rows),
        most=most,
    )
    ticks = tuple(
        Tick(TOP + plot * i // rows, _compact(step * (above - i)), _compact(_round(most * (rows - i) / rows)))
        for i in range(rows + 1)
    )
    marks = tuple(_mark(d, i, scale) for i, d in enumerate(days))
    points = " ".join(f"{m.point_x},{m.point_y}" for m in marks)
    return DayChart(marks, ticks, points, scale.zero)


def _round(value: Decimal) -> Decimal:
    return value.to_integral_value() if value >= 10 else value.quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class _Scale:
    slot: Decimal  # pixels a day
    zero: int  # y of no profit
    pixel: Decimal  # pixels a unit of the bars
    most: Decimal  # top of the right scale


def _mark(day: Day, place: int, scale: _Scale) -> DayMark:
    bar = day.bar or Decimal(0)
    tall = int(abs(bar) * scale.pixel)
    left = LEFT + scale.slot * place
    plot = HEIGHT - TOP - BOTTOM
    return DayMark(
        day,
        x=int(left + scale.slot / 8),
        y=scale.zero if bar < 0 else scale.zero - tall,
        height=tall,
        width=max(int(scale.slot * 3 / 4), 2),
        point_x=int(left + scale.slot / 2),
        point_y=TOP + plot - int(day.line * plot / scale.most),
        tick=place % 5 == 0,
        loss=bar < 0,
    )


@dataclass(frozen=True, slots=True)
class Rank:
    """One bar of a ranking."""

    label: str
    sub: str
    value: Decimal
    url: str
    parts: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class RankBar:
    """A ranking's bar as drawn, in segments of its parts."""

    rank: Rank
    place: int
    y: int
    segments: tuple[tuple[str, Decimal, int, int, int], ...]  # name, value, x, width, tone 0..7
    end: int

    @property
    def base(self) -> int:
        """Where the text of the row stands."""
        return self.y + 12


RANK_ROW, RANK_LABELS, RANK_PLOT = 25, 150, 880
RANK_WIDTH = RANK_LABELS + RANK_PLOT + 60


def rank_chart(ranks: Sequence[Rank]) -> tuple[RankBar, ...]:
    """Bars from the best down, on one scale that begins at zero; negative parts are not drawn."""
    ordered = sorted(ranks, key=lambda r: (-r.value, r.label))
    most = max([r.value for r in ordered], default=Decimal(1)) or Decimal(1)
    bars = []
    for place, one in enumerate(ordered):
        x = RANK_LABELS
        segments = []
        for tone, (name, value) in enumerate(one.parts or (("", one.value),)):
            width = int(max(value, Decimal(0)) * RANK_PLOT / most)
            segments.append((name, value, x, width, tone % 8))
            x += width
        bars.append(RankBar(one, place + 1, 6 + place * RANK_ROW, tuple(segments), x))
    return tuple(bars)
