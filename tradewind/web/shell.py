"""What every page shows around its content: the menu in business order, what waits, who is here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from tradewind.desk import registry
from tradewind.desk.asking import Tool
from tradewind.desk.kernel import Noun
from tradewind.engine.access import Actor
from tradewind.web.kept import scope
from tradewind.web.kit import words
from tradewind.web.store import Choice, choices, chosen, narrowed
from tradewind.web.who import actor_of

COUNTS_FOR_S = 15
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; `waiting` None: not counted yet, or nothing to count."""

    code: str
    label: Any
    icon: str
    url: str
    active: bool
    waiting: int | None
    counted: bool
    kind: str = "list"  # or tool


@dataclass(frozen=True, slots=True)
class Stage:
    """A heading of the menu with its entries."""

    number: int
    label: str
    entries: tuple[Entry, ...]

    @property
    def open(self) -> bool:
        """Whether its entries are shown at first: what comes before all stages, and where the page lies."""
        return self.number == 0 or any(entry.active for entry in self.entries)

    @property
    def waiting(self) -> int:
        """What waits in it, as far as it is counted."""
        return sum(entry.waiting or 0 for entry in self.entries)

    @property
    def first_tool(self) -> Entry | None:
        """The first of its calculators; they stand below the day's work."""
        return next((entry for entry in self.entries if entry.kind == "tool"), None)


def nouns_for(actor: Actor) -> list[Noun]:
    """The nouns whose lists this actor may open, in business order."""
    return [n for n in registry.all_nouns().values() if actor.can(n.view)]


def tools_for(actor: Actor) -> list[Tool]:
    """The tools this actor may use, in business order."""
    return [t for t in registry.all_tools().values() if actor.can(t.view)]


def counts_key(topic: str, actor: Actor, store: Choice | None) -> str:
    """Under which counts are kept: for whom, and for which of the stores."""
    return f"{topic}:{scope(actor)}:{store[0] if store else ''}"


def waiting(actor: Actor, nouns: Iterable[Noun], store: Choice | None) -> dict[str, int]:
    """Rows that wait per noun, in the store looked at; counted at most every 15 s for one person."""
    key = counts_key("waiting", actor, store)
    known: dict[str, int] | None = cache.get(key)
    if known is None:
        known = {n.code: n.waiting(narrowed(n, actor, store)) for n in nouns if n.waiting}
        cache.set(key, known, COUNTS_FOR_S)
    return known


def counts(request: HttpRequest) -> JsonResponse:
    """The numbers of the menu; pages ask for them after they are drawn."""
    actor = actor_of(request)
    return JsonResponse(waiting(actor, nouns_for(actor), chosen(request)))


def _menu(request: HttpRequest, actor: Actor) -> list[Stage]:
    path = request.path
    known: dict[str, int] = cache.get(counts_key("waiting", actor, chosen(request))) or {}
    by_stage: dict[int, list[Entry]] = {
        0: [
            Entry("today", _("Today"), "layout-dashboard", "/", path == "/", None, False),
            Entry("flow", _("Business flow"), "workflow", "/flow/", path == "/flow/", None, False),
            Entry("tour", _("Guided tour"), "compass", "/tour/", path == "/tour/", None, False),
        ]
    }
    if actor.can("markets.view"):
        ranking = "/markets/ranking/"
        by_stage[1] = [
            Entry("ranking", _("Market ranking"), "chart-bar", ranking, path == ranking, None, False)
        ]
    for n in nouns_for(actor):
        url = f"/{n.code}/"
        active = path.startswith(url) and path != "/markets/ranking/"
        by_stage.setdefault(n.stage, []).append(
            Entry(n.code, n.label, n.icon, url, active, known.get(n.code), n.waiting is not None)
        )
    for t in tools_for(actor):  # below the day's work
        url = f"/tools/{t.code}/"
        by_stage.setdefault(t.stage, []).append(
            Entry(t.code, t.label, t.icon, url, path.startswith(url), None, False, "tool")
        )
    return [Stage(s, words.stage(s), tuple(by_stage[s])) for s in sorted(by_stage)]


def theme(request: HttpRequest) -> str:
    """light, dark, or auto: as the machine says."""
    wanted = request.COOKIES.get("tw_theme", "auto")
    return wanted if wanted in THEMES else "auto"


def context(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; the menu is left out where only a part of a page is asked for."""
    actor: Actor | None = getattr(request, "actor", None)
    out: dict[str, Any] = {"actor": actor, "theme": theme(request)}
    part = getattr(request, "htmx", False)
    if actor and not part:
        out["menu"] = _menu(request, actor)
        out["stores"], out["looked_at"] = choices(request), chosen(request)
        out["jobs_url"] = "/jobs/" if "jobs" in registry.all_nouns() else ""
    return out
