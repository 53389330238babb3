"""The nouns and tools of the house, found in desk/nouns and desk/tools, in the order of the business."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType

from tradewind.desk import nouns, tools
from tradewind.desk.asking import Tool
from tradewind.desk.kernel import Noun


def _modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
        if not info.name.startswith("_")
    ]


@lru_cache(maxsize=1)
def all_nouns() -> dict[str, Noun]:
    """Every noun by code, ordered by stage and place."""
    found: list[Noun] = [module.NOUN for module in _modules(nouns)]
    found.sort(key=lambda n: (n.stage, n.place, n.code))
    codes = [n.code for n in found]
    assert len(set(codes)) == len(codes), "two nouns share a code"
    return {n.code: n for n in found}


@lru_cache(maxsize=1)
def all_tools() -> dict[str, Tool]:
    """Every tool by code, ordered by stage and place."""
    found: list[Tool] = [module.TOOL for module in _modules(tools)]
    found.sort(key=lambda t: (t.stage, t.place, t.code))
    codes = {t.code for t in found}
    assert len(codes) == len(found), "two tools share a code"
    assert not codes & all_nouns().keys(), "a tool is called like a noun"
    return {t.code: t for t in found}


def noun(code: str) -> Noun:
    """A noun by its code; KeyError when there is none."""
    return all_nouns()[code]


def tool(code: str) -> Tool:
    """A tool by its code; KeyError when there is none."""
    return all_tools()[code]
