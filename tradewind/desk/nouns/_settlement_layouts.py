"""The layouts of settlement files, by their names for people."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import get_language

from tradewind.apps.stores.queries import stores_of
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, BaseChannel, Manifest
from tradewind.connectors.layouts import Layout
from tradewind.engine.access import Actor


def layout_choices(actor: Actor) -> list[tuple[str, str]]:
    """Layouts that the channels of one's own stores read, each with its channel before it.

    Empty is a choice of its own in the form: then the file's captions tell.
    """
    own = set(stores_of(actor).values_list("channel", flat=True))
    chinese = _chinese()
    return [
        (one.code, f"{m.name_zh}: {one.name_zh}" if chinese else f"{m.name}: {one.name}")
        for m, one in _layouts()
        if m.code in own
    ]


def layout_name(code: str) -> str:
    """A layout's name for people; the code where no channel knows it any more."""
    chinese = _chinese()
    names = {one.code: one.name_zh if chinese else one.name for _manifest, one in _layouts()}
    return names.get(code, code)


def _layouts() -> Iterator[tuple[Manifest, Layout]]:
    for manifest in registry.manifests(CHANNEL):
        channel = registry.channel(manifest.code)
        if isinstance(channel, BaseChannel):
            yield from ((manifest, one) for one in channel.reads)


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
