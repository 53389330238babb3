"""The calls that changed a world, on disk: a world is its seed and these, so it lives on after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.simulators.settle import stamp
from tradewind.simulators.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """One call that changed something: when on the world's clock, whose, what."""

    at: datetime
    account: str
    method: str
    path: str
    body: str


class Journal:
    """A file of one JSON object a line: first whose world it is, then the changes in their order."""

    def __init__(self, path: Path, world: World) -> None:
        self.path = path
        head = {"seed": world.seed, "start": world.start.isoformat()}
        if not path.exists():
            path.write_text(json.dumps(head) + "\n", encoding="utf-8")
        self._mend()
        with path.open(encoding="utf-8") as file:
            found = json.loads(file.readline() or "{}")
        if found != head:
            raise ValueError(f"{path} is the journal of another world: {found} instead of {head}")
        self._file = path.open("a", encoding="utf-8")

    def _mend(self) -> None:
        """Drop a last line that was cut in the middle: its call was never answered."""
        data = self.path.read_bytes()
        if data and not data.endswith(b"\n"):
            self.path.write_bytes(data[: data.rfind(b"\n") + 1])

    def changes(self) -> Iterator[Change]:
        """What happened so far, oldest first."""
        with self.path.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                item: dict[str, Any] = json.loads(line)
                yield Change(**(item | {"at": datetime.fromisoformat(item["at"])}))

    def note(self, change: Change) -> None:
        """Write a change down before it is answered; it survives the end of this process."""
        item = {
            "at": stamp(change.at),
            "account": change.account,
            "method": change.method,
            "path": change.path,
            "body": change.body,
        }
        self._file.write(json.dumps(item, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
