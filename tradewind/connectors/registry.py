"""Which connectors there are: every folder under channels/, collections/, carriers/, found by itself.

A folder's `__init__.py` names its connectors in `CONNECTORS`; adding a folder needs no edit anywhere else.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import cast

from tradewind.connectors import carriers, channels, collections
from tradewind.connectors.base import (
    BANK,
    CHANNEL,
    COLLECTION,
    Bank,
    Channel,
    Collection,
    Connector,
    Manifest,
)

FAMILIES = (channels, collections, carriers)


@cache
def _found() -> dict[tuple[str, str], Connector]:
    """All connectors by (kind, code); a code taken twice within a kind is a ValueError."""
    found: dict[tuple[str, str], Connector] = {}
    for family in FAMILIES:
        for folder in sorted(pkgutil.iter_modules(family.__path__), key=lambda m: m.name):
            if not folder.ispkg:
                continue
            module = importlib.import_module(f"{family.__name__}.{folder.name}")
            for connector in module.CONNECTORS:
                at = (connector.manifest.kind, connector.manifest.code)
                if at in found:
                    raise ValueError(f"two connectors call themselves {at[0]} {at[1]!r}")
                found[at] = connector
    return found


def refresh() -> None:
    """Look again for folders; for tests and for connectors installed while running."""
    importlib.invalidate_caches()
    _found.cache_clear()


def manifests(kind: str | None = None) -> list[Manifest]:
    """Manifests of all connectors, or of one kind, by kind and code."""
    return [c.manifest for at, c in sorted(_found().items()) if kind is None or at[0] == kind]


def _one(kind: str, code: str) -> Connector:
    try:
        return _found()[kind, code]
    except KeyError:
        known = ", ".join(m.code for m in manifests(kind)) or "none"
        raise KeyError(f"no {kind} connector is called {code!r}; there are: {known}") from None


def channel(code: str) -> Channel:
    """The sales channel of that code; KeyError that names those there are."""
    return cast(Channel, _one(CHANNEL, code))


def collection(code: str) -> Collection:
    """The collection provider of that code; KeyError that names those there are."""
    return cast(Collection, _one(COLLECTION, code))


def bank(code: str) -> Bank:
    """The bank of that code; KeyError that names those there are."""
    return cast(Bank, _one(BANK, code))
