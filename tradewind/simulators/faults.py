"""Scripted faults: the nth request to a path fails in a named way, once; so a drill can be repeated."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

THROTTLE, ERROR, TIMEOUT, CUT = "throttle", "error", "timeout", "cut"
DUPLICATE, EXPIRED, SKEW = "duplicate", "expired", "skew"
KINDS = frozenset({THROTTLE, ERROR, TIMEOUT, CUT, DUPLICATE, EXPIRED, SKEW})


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the `nth` (from 1) request whose path holds `path`.

    throttle: 429, with Retry-After when `retry_after` is given; error: 500; timeout: no answer for
    `seconds`, then the line drops; cut: half the body; duplicate: the page comes again as the next one;
    expired: 401; skew: the server's clock is `seconds` off. With `after` the work is done before it fails.
    """

    path: str
    nth: int
    kind: str
    retry_after: int | None = None
    seconds: float = 0.0
    after: bool = False


@dataclass(slots=True)
class Script:
    """The faults still to come, and how often each path was asked since the script was set."""

    faults: list[Fault] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    done: int = 0

    def load(self, given: list[dict[str, Any]]) -> None:
        """Replace the script; ValueError for an unknown kind or a wrong field."""
        faults = []
        for item in given:
            try:
                fault = Fault(**item)
            except TypeError as error:
                raise ValueError(str(error)) from None
            if fault.kind not in KINDS:
                raise ValueError(f"unknown kind {fault.kind!r}; there are: {', '.join(sorted(KINDS))}")
            faults.append(fault)
        self.faults, self.asked, self.done = faults, Counter(), 0

    def strike(self, path: str) -> Fault | None:
        """The fault that hits this request, if any; it is then used up."""
        for prefix in {f.path for f in self.faults if f.path in path}:
            self.asked[prefix] += 1
        for fault in self.faults:
            if fault.path in path and fault.nth <= self.asked[fault.path]:
                self.faults.remove(fault)
                self.done += 1
                return fault
        return None

    def report(self) -> dict[str, Any]:
        """What is still to come and how many have struck."""
        return {"waiting": [asdict(f) for f in self.faults], "done": self.done, "asked": dict(self.asked)}
