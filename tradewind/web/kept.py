"""Answers kept for some seconds, only where finding them took long: small houses always see the newest."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from tradewind.engine.access import Actor

T = TypeVar("T")
SLOW_S = 0.05


def scope(actor: Actor) -> str:
    """What decides which rows an actor sees, as a key."""
    stores = "*" if actor.stores is None else ",".join(map(str, sorted(actor.stores)))
    return f"{actor.role}:{actor.user_id}:{stores}"


def kept(topic: str, what: str, seconds: int, make: Callable[[], T]) -> T:
    """The answer to `what` under a topic; made anew after `seconds`, or once the topic was touched."""
    version = cache.get(f"topic:{topic}", "")
    key = f"kept:{topic}:" + hashlib.sha256(f"{version}|{what}".encode()).hexdigest()
    found: T | None = cache.get(key)
    if found is not None:
        return found
    start = time.monotonic()
    made = make()
    if time.monotonic() - start > SLOW_S:
        cache.set(key, made, seconds)
    return made


def touch(topic: str) -> None:
    """Forget what is kept under a topic: something of it was changed just now."""
    cache.set(f"topic:{topic}", time.monotonic_ns(), 3600)
