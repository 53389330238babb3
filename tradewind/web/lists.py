"""The list of any noun, and its export."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tradewind.desk import export, registry
from tradewind.desk.doing import offered
from tradewind.desk.kernel import (
    DATE,
    FLAG,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    ONE,
    STATE,
    TEXT,
    TIME,
    Action,
    Column,
    Noun,
)  # fmt: skip
from tradewind.desk.listing import Wish, counts, matching, page
from tradewind.desk.values import cell, visible
from tradewind.engine.access import Actor
from tradewind.web import clock
from tradewind.web.kept import kept, scope
from tradewind.web.kit import cells, wish
from tradewind.web.store import Choice, chosen, narrowed, of_scope
from tradewind.web.who import actor_of

STORE = "_store"  # in addresses and forms of a list: the store it was narrowed to
COUNTED = 10_000  # rows counted one by one where no state counts them


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: its class, and where a click sorts to ("" = not sortable)."""

    name: str
    label: Any
    css: str
    url: str
    sorted: str  # "", up, down


@dataclass(frozen=True, slots=True)
class Line:
    """A row as drawn."""

    public_id: str
    url: str
    state: str
    cells: tuple[tuple[str, SafeString], ...]  # class, html


@dataclass(frozen=True, slots=True)
class Tab:
    """A status tab with the number of rows behind it."""

    label: Any
    count: int
    url: str
    active: bool


def noun_or_404(code: str) -> Noun:
    """A noun by the word in the address."""
    try:
        return registry.noun(code)
    except KeyError:
        raise Http404 from None


def tones(noun: Noun) -> cells.Tones:
    """State code -> word and tone, as the noun says them."""
    return {code: (label, tone) for code, label, tone in noun.states}


def slots(columns: Sequence[Column]) -> dict[str, str]:
    """Which columns stand where on a phone's two-line card: p1 name, p2 state, p3 money, p4 what, p5 when.

    The others are left out there; the row's page has them.
    """
    out: dict[str, str] = {}
    wanted: list[tuple[str, tuple[str, ...]]] = [
        ("p1", (columns[0].kind,)), ("p2", (STATE,)), ("p3", (MONEY,)), ("p5", (TIME, DATE)),
    ]  # fmt: skip
    for slot, kinds in wanted:
        found = next((c for c in columns if c.kind in kinds and c.name not in out), None)
        if found:
            out[found.name] = slot
    rest = [c for c in columns if c.name not in out and c.kind in (TEXT, LINK, LONG, FLAG)]
    best = next((c for c in rest if c.wide), rest[0] if rest else None)
    if best:
        out[best.name] = "p4"
    return out


def _classes(columns: Sequence[Column]) -> dict[str, str]:
    places = slots(columns)
    out = {}
    for one in columns:
        parts = [cells.css(one.kind), places.get(one.name, "p0"), "wide" if one.wide else ""]
        out[one.name] = " ".join(p for p in parts if p)
    return out


def heads(
    noun: Noun, columns: Sequence[Column], classes: Mapping[str, str], params: Mapping[str, str]
) -> list[Head]:
    """Heads of the shown columns; numbers and times sort from the greatest first."""
    shown = params.get(wish.SORT, "")
    out = []
    for one in columns:
        first = f"-{one.name}" if one.kind in (*cells.RIGHT, TIME, DATE) else one.name
        now = "" if shown.lstrip("-") != one.name else "down" if shown.startswith("-") else "up"
        other = one.name if shown.startswith("-") else f"-{one.name}"
        target = other if now else first
        url = wish.url(noun, params, sort=target) if one.sort else ""
        out.append(Head(one.name, one.label, classes[one.name], url, now))
    return out


def lines(
    noun: Noun, columns: Sequence[Column], classes: Mapping[str, str], rows: Sequence[Any]
) -> list[Line]:
    """Rows as drawn; the first column leads to the row's page."""
    words = tones(noun)
    out = []
    for row in rows:
        public = noun.public_id(row.pk)
        html = [cells.draw(c.kind, cell(c, row), words) for c in columns]
        html[0] = _leading(html[0], f"/{noun.code}/{public}/")
        drawn = tuple(zip((classes[c.name] for c in columns), html, strict=True))
        state = str(getattr(row, noun.state_field, "")) if noun.state_field else ""
        out.append(Line(public, f"/{noun.code}/{public}/", state, drawn))
    return out


def _leading(html: SafeString, url: str) -> SafeString:
    """The first cell leads to the row's page, unless it leads elsewhere already."""
    return html if "<a " in html else format_html('<a href="{}">{}</a>', url, html)


def tabs(noun: Noun, actor: Actor, want: Wish, params: Mapping[str, str]) -> list[Tab]:
    """All, then every state in the noun's order; no tabs for a noun without states."""
    what = f"{scope(actor)}|{want.search}|{sorted((want.filters or {}).items())}"
    per = kept(noun.code, what, 15, lambda: counts(noun, actor, want))
    if not per:
        return []
    out = [Tab(_("All"), per[""], wish.url(noun, params, state=""), not want.state)]
    for code, label, _tone in noun.states:
        out.append(Tab(label, per.get(code, 0), wish.url(noun, params, state=code), want.state == code))
    return out


def total(noun: Noun, actor: Actor, want: Wish, found: Sequence[Tab]) -> str:
    """How many rows fit, in words; beyond ten thousand "10,000+" where no state counts them."""
    active = next((t.count for t in found if t.active), None)
    if active is None:
        active = matching(noun, actor, want).order_by()[: COUNTED + 1].count()
        if active > COUNTED:
            return f"{COUNTED:,}+"
    return f"{active:,}"


def filters(noun: Noun, actor: Actor, want: Wish) -> list[dict[str, Any]]:
    """The filters with their choices and what is chosen."""
    given = want.filters or {}
    return [
        {"name": f.name, "label": f.label, "choices": f.choices(actor), "value": given.get(f.name, "")}
        for f in noun.filters
    ]


def is_quick(one: Action) -> bool:
    """Whether an action runs at a click: nothing to fill in, nothing to be asked."""
    return not one.fields and not one.danger and not one.confirm


def buttons(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Actions as buttons of the bulk bar."""
    return [{"action": a, "quick": is_quick(a), "states": " ".join(a.states)} for a in actions]


def show(request: HttpRequest, noun: str) -> HttpResponse:
    """A page of a list; only its body when a script asks."""
    one = noun_or_404(noun)
    store = chosen(request)
    actor = narrowed(one, actor_of(request), store)
    actor.require(one.view)
    params = wish.asked(one, request.GET)
    want = wish.read(one, params)
    found = page(one, actor, want)
    wanted = params.get(wish.COLUMNS) or request.COOKIES.get(f"tw_cols_{one.code}", "").replace("-", ",")
    columns = wish.chosen(one, actor, wanted)
    classes = _classes(columns)
    status = tabs(one, actor, want, params)
    context = {
        "noun": one,
        "params": params,
        "query": wish.url(one, params).partition("?")[2],
        "wish": want,
        "tabs": status,
        "total": total(one, actor, want, status),
        "heads": heads(one, columns, classes, params),
        "lines": lines(one, columns, classes, found.rows),
        "next": wish.url(one, params, after=found.next) if found.next else "",
        "first": wish.url(one, params, after="") if want.after else "",
        "filters": filters(one, actor, want),
        "store": store,
        "narrowed": bool(want.search or want.filters or want.state),
        "all_url": f"/{one.code}/",
        "bulk": buttons(offered(one, actor, on=(MANY, ONE))),
        "new": buttons(offered(one, actor, on=(NONE,))),
        "columns": [(c, c in columns) for c in visible(one.columns, actor)],
        "width": len(columns) + 1,
    }
    part = request.headers.get("HX-Target") == "list"
    response = render(request, "kit/list_body.html" if part else "kit/list.html", context)
    response["Vary"] = "HX-Request, Cookie"
    return response


def shown_store(request: HttpRequest, data: Mapping[str, str]) -> Choice | None:
    """The store that the asking page was narrowed to; the session's where it does not say.

    The choice may have changed in another window since: what runs is what the person saw.
    """
    return of_scope(request, data[STORE]) if STORE in data else chosen(request)


def download(request: HttpRequest, noun: str, kind: str) -> HttpResponseBase:
    """Exactly what is filtered, all of it, as CSV or XLSX; of the store that the page showed."""
    one = noun_or_404(noun)
    actor = narrowed(one, actor_of(request), shown_store(request, request.GET))
    actor.require(one.view)
    rows = export.table(one, actor, wish.read(one, wish.asked(one, request.GET)))
    name = f"{one.code}-{clock.now():%Y%m%d-%H%M}.{kind}"
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    if kind == "csv":
        file.writelines(piece.encode() for piece in export.csv_lines(rows))
    else:
        export.write_xlsx(rows, file)
    file.seek(0)
    if not isinstance(request, ASGIRequest):
        return FileResponse(file, as_attachment=True, filename=name)
    response = StreamingHttpResponse(_blocks(file), content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def _blocks(file: BinaryIO) -> AsyncIterator[bytes]:
    """A file in blocks: an ASGI server would read a plain iterator into memory as a whole."""
    with file:
        while block := await asyncio.to_thread(file.read, 1 << 16):
            yield block
