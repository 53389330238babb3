"""The nouns of the house, found in desk/nouns, in the order of the business."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from tradewind.desk import nouns as package
from tradewind.desk.kernel import Noun


@lru_cache(maxsize=1)
def all_nouns() -> dict[str, Noun]:
    """Every noun by code, ordered by stage and place."""
    found = [
        importlib.import_module(f"{package.__name__}.{info.name}").NOUN
        for info in pkgutil.iter_modules(package.__path__)
        if not info.name.startswith("_")
    ]
    found.sort(key=lambda n: (n.stage, n.place, n.code))
    codes = [n.code for n in found]
    assert len(set(codes)) == len(codes), "two nouns share a code"
    return {n.code: n for n in found}


def noun(code: str) -> Noun:
    """A noun by its code; KeyError when there is none."""
    return all_nouns()[code]
