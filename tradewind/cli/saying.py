"""How the command line speaks: tables for people, JSON for programs, every problem on its own line."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tradewind.engine.access import Denied
from tradewind.engine.contracts import OutsideError, Problem, Refused


def width(text: str) -> int:
    """Columns a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, room: int, right: bool = False) -> str:
    gap = " " * max(0, room - width(text))
    return gap + text if right else text + gap


def clean(value: Any) -> str:
    """A cell for a terminal: no control characters, whatever the outside world sent."""
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[bool] = ()) -> str:
    """Rows under a header, columns aligned."""
    lines = [[clean(h) for h in header], *[[clean(v) for v in row] for row in rows]]
    rooms = [max(width(line[i]) for line in lines) for i in range(len(header))]
    turn = list(right) or [False] * len(header)
    return "\n".join(
        "  ".join(padded(cell, rooms[i], turn[i]) for i, cell in enumerate(line)).rstrip() for line in lines
    )


def say_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as every face gives it out."""
    return {
        "row": problem.row,
        "field": problem.field,
        "value": problem.value,
        "reason": problem.reason,
        "accepted": problem.accepted,
    }


def fault(code: str, message: str, problems: Iterable[Problem] = (), *, as_json: bool) -> None:
    """An error on stderr in words, or on stdout in the one error shape of the house."""
    found = list(problems)
    if as_json:
        say_json({"error": {"code": code, "message": message, "problems": [problem_data(p) for p in found]}})
        return
    print(clean(message), file=sys.stderr)
    for one in found:
        print(f"  {clean(one)}", file=sys.stderr)


def guarded(run: Callable[[], int], *, as_json: bool) -> int:
    """Run a command; what it raises becomes words and the exit code that belongs to it."""
    from django.utils.translation import gettext as _

    from tradewind.db.states import WrongState

    try:
        return run()
    except Refused as exc:
        words = _("Refused: %d problem(s), nothing was changed")
        fault("refused", words % len(exc.problems), exc.problems, as_json=as_json)
    except (WrongState, OutsideError) as exc:
        fault("refused", str(exc), as_json=as_json)
    except Denied as exc:
        fault("denied", str(exc), as_json=as_json)
        return 3
    return 1
