"""The dated facts and their only reader."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from tradewind.engine.rulebook import Rulebook, build, parse_rules


def _texts(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        if item.is_dir() and not item.name.startswith(("_", ".")):
            found += _texts(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".toml"):
            found.append((prefix + item.name, item.read_text(encoding="utf-8")))
    return found


@lru_cache(maxsize=1)
def load() -> Rulebook:
    """The rulebook as shipped, read once; Refused with every problem of every file."""
    return build(parse_rules(name, text) for name, text in _texts(files(__name__)))
