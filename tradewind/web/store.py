"""The store a person looks at: chosen in the top bar, kept in the session. It narrows, never widens."""

from __future__ import annotations

from django.http import HttpRequest

from tradewind.apps.stores.queries import stores_of
from tradewind.desk.kernel import Noun
from tradewind.engine.access import Actor
from tradewind.web.who import actor_of

KEY = "store"  # in the session
Choice = tuple[int, str]  # id, name


def choices(request: HttpRequest) -> list[Choice]:
    """The stores to choose from, by code; none where the scope holds fewer than two. One query a request."""
    known: list[Choice] | None = getattr(request, "store_choices", None)
    if known is None:
        rows = stores_of(actor_of(request)).order_by("code").values_list("id", "name")
        found = list(rows)
        known = found if len(found) > 1 else []
        request.store_choices = known  # type: ignore[attr-defined]  # asked for by list and shell
    return known


def of_scope(request: HttpRequest, given: object) -> Choice | None:
    """The store of an id (number or digits), if it is in the person's scope now; else None."""
    wanted = str(given or "")
    if not wanted:
        return None
    return next((one for one in choices(request) if str(one[0]) == wanted), None)


def chosen(request: HttpRequest) -> Choice | None:
    """The store looked at; None: all of them. No query where nothing was chosen."""
    return of_scope(request, request.session.get(KEY))


def keep(request: HttpRequest, given: str) -> None:
    """Look at one store from now on; anything that is no store in scope means all of them."""
    one = of_scope(request, given)
    if one is None:
        request.session.pop(KEY, None)
    else:
        request.session[KEY] = one[0]


def narrowed(noun: Noun, actor: Actor, store: Choice | None) -> Actor:
    """The actor that a list asks as: only the chosen store where rows have stores, else unchanged."""
    return actor.only(store[0]) if store and noun.by_store else actor
