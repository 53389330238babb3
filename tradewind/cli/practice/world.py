"""The simulated world of the practice company: a process of its own, reached over HTTP like the real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from tradewind.conf.home import home


@dataclass(slots=True)
class World:
    """A served world: its clock and its accounts. `child` is set when this process started it."""

    url: str
    child: subprocess.Popen[str] | None = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def advance(self, to: datetime) -> None:
        """Let its time pass until a moment; again the same moment is nothing."""
        self.client.post(f"{self.url}/control/clock", json={"to": to.isoformat()}).raise_for_status()

    def accounts(self) -> dict[str, Any]:
        """What a customer needs to connect: accounts and keys of the stores, of the provider and the bank."""
        answer = self.client.get(f"{self.url}/control/accounts").raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def end(self) -> None:
        """Stop the world if this process started it."""
        if self.child is not None:
            self.child.terminate()
            self.child.wait()


def note() -> Path:
    """Where a run keeps what a resumed run needs: the world's address, the plan."""
    return home() / "practice.json"


def begin(seed: int, start: date, port: int = 0) -> World:
    """Start a world in a process that ends with this one; its journal outlives both, so it is resumed."""
    journal = home() / "practice.world"
    child = subprocess.Popen(
        [sys.executable, "-m", "tradewind.simulators", "--seed", str(seed), "--port", str(port),
         "--start", start.isoformat(), "--journal", str(journal), "--tied"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    said = child.stdout.readline()
    url = said.split("http://", 1)[-1].strip().removesuffix("/control/accounts")
    return World(f"http://{url}", child)


def settle_in(world: World, seed: int, start: date) -> None:
    """Keep what `market_command` needs to let the finished practice company's market live on."""
    facts = {"url": world.url, "seed": seed, "start": start.isoformat()}
    (home() / "practice.market").write_text(json.dumps(facts))


def market_command() -> list[str]:
    """The command that lets the practice company's market live on; empty when there is none of ours.

    Its clock follows ours from where the practice run left it, at the address the stores know.
    """
    journal, facts = home() / "practice.world", home() / "practice.market"
    if not (journal.exists() and facts.exists()):
        return []
    known = json.loads(facts.read_text())
    port = known["url"].rsplit(":", 1)[1]
    return [
        *(sys.executable, "-m", "tradewind.simulators", "--live", "--tied", "--journal", str(journal)),
        *("--seed", str(known["seed"]), "--start", known["start"], "--port", port),
    ]


def again(url: str, seed: int, start: date) -> World:
    """The world at an address; when it is gone and was ours, begun again there from its journal."""
    world = World(url)
    try:
        world.accounts()
    except httpx.HTTPError:
        return begin(seed, start, int(url.rsplit(":", 1)[1]))
    return world


def remember(**facts: Any) -> None:
    """Keep the facts of a run for its resumption."""
    half = note().with_suffix(".half")
    half.write_text(json.dumps(facts))
    half.replace(note())  # whole or not at all


def forget() -> None:
    """There is nothing to resume any more."""
    note().unlink(missing_ok=True)


def remembered() -> dict[str, Any]:
    """The facts of an interrupted run; empty when there is none."""
    if not note().exists():
        return {}
    found: dict[str, Any] = json.loads(note().read_text())
    return found
