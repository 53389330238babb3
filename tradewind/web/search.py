"""Search over everything a person may see: Ctrl-K, by number, name or code; and the pages that help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tradewind.desk.kernel import Noun
from tradewind.desk.listing import Wish, matching
from tradewind.engine.access import Actor
from tradewind.web.doing import title
from tradewind.web.kit import cells, wish
from tradewind.web.lists import tones
from tradewind.web.shell import nouns_for, tools_for
from tradewind.web.who import actor_of

EACH = 5  # rows of one noun
LEAST = 2  # letters from which rows are looked for


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the answer."""

    url: str
    text: str
    state: Any = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one noun; `more` leads to its list with the same words."""

    label: Any
    icon: str
    hits: tuple[Hit, ...]
    more: str = ""


def _rows(noun: Noun, actor: Actor, words: str) -> Group | None:
    found = list(matching(noun, actor, Wish(search=words)).order_by("-id")[: EACH + 1])
    if not found:
        return None
    drawn = tones(noun)
    hits = tuple(
        Hit(
            f"/{noun.code}/{noun.public_id(row.pk)}/",
            title(noun, row),
            cells.badge(str(getattr(row, noun.state_field)), drawn) if noun.state_field else "",
        )
        for row in found[:EACH]
    )
    more = wish.url(noun, {}, search=words) if len(found) > EACH else ""
    return Group(noun.label, noun.icon, hits, more)


def _pages(actor: Actor, words: str) -> Group | None:
    pages = [
        ("/", _("Today")), ("/flow/", _("Business flow")), ("/tour/", _("Guided tour")),
        ("/profile/", _("Profile and language")),
    ]  # fmt: skip
    if actor.can("markets.view"):
        pages.append(("/markets/ranking/", _("Market ranking")))
    pages += [(f"/{n.code}/", str(n.label)) for n in nouns_for(actor)]
    pages += [(f"/tools/{t.code}/", str(t.label)) for t in tools_for(actor)]
    small = words.casefold()
    hits = tuple(Hit(url, text) for url, text in pages if small in text.casefold() or small in url)
    return Group(_("Pages"), "compass", hits[: EACH * 2]) if hits else None


def groups(actor: Actor, words: str) -> list[Group]:
    """Everything that fits, noun by noun in business order, then pages."""
    found: list[Group] = []
    if len(words) >= LEAST:
        found = [g for n in nouns_for(actor) if n.search and (g := _rows(n, actor, words))]
    pages = _pages(actor, words)
    return [*found, pages] if pages else found


def show(request: HttpRequest) -> HttpResponse:
    """The answer as a list under the search box, or as a page."""
    actor = actor_of(request)
    words = request.GET.get("q", "").strip()[:100]
    context = {"words": words, "groups": groups(actor, words) if words else []}
    part = bool(request.headers.get("HX-Request"))
    return render(request, "pages/search_part.html" if part else "pages/search.html", context)
