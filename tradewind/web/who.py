"""Who asks for a page."""

from __future__ import annotations

from django.http import HttpRequest

from tradewind.engine.access import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The person signed in, as PersonMiddleware put them on the request; every page is behind the login."""
    found = getattr(request, "actor", None)
    assert isinstance(found, Actor), "this page is behind the login"
    return found
