"""What an address asks of a list, and addresses that ask for something else."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import QueryDict

from tradewind.desk.kernel import Column, Noun
from tradewind.desk.listing import MOST, PAGE, Wish
from tradewind.desk.values import visible
from tradewind.engine.access import Actor

STATE, SEARCH, SORT, AFTER, SIZE, COLUMNS = "state", "search", "sort", "after", "size", "cols"
RESERVED = frozenset({STATE, SEARCH, SORT, AFTER, SIZE, COLUMNS, "id"})


def read(noun: Noun, query: Mapping[str, str]) -> Wish:
    """The wish in an address; what it does not know it ignores."""
    size = query.get(SIZE, "")
    return Wish(
        state=query.get(STATE, ""),
        search=query.get(SEARCH, ""),
        filters={f.name: query[f.name] for f in noun.filters if query.get(f.name)},
        sort=query.get(SORT, ""),
        after=query.get(AFTER, ""),
        size=min(int(size), MOST) if size.isdecimal() and len(size) < 6 and int(size) else PAGE,
    )


def asked(noun: Noun, query: Mapping[str, str]) -> dict[str, str]:
    """The parts of an address that this list understands, without the empty ones."""
    names = [STATE, SEARCH, SORT, AFTER, SIZE, COLUMNS, *(f.name for f in noun.filters)]
    return {name: query[name] for name in names if query.get(name)}


def url(noun: Noun, params: Mapping[str, str], **change: str) -> str:
    """The list's address with some parts changed; an empty value takes a part out.

    Every change but that of the cursor begins at the first page again.
    """
    merged = {**params, **({} if AFTER in change else {AFTER: ""}), **change}
    text = urlencode({k: v for k, v in merged.items() if v})
    return f"/{noun.code}/" + (f"?{text}" if text else "")


def parse(text: str) -> QueryDict:
    """The query part of an address that came in a form."""
    return QueryDict(text.partition("?")[2] if "?" in text else text)


def chosen(noun: Noun, actor: Actor, wanted: str) -> list[Column]:
    """The columns to draw: the wanted ones in the noun's order, the first always; all when none is wanted."""
    columns = visible(noun.columns, actor)
    names = set(wanted.split(",")) if wanted else set()
    kept = [c for i, c in enumerate(columns) if i == 0 or c.name in names]
    return kept if len(kept) > 1 else columns
