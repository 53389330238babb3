"""Who calls the API: a bearer token, or the session of the screens (then with its CSRF token)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from tradewind.apps.org.queries import token_actor
from tradewind.engine.access import Actor


class Token(HttpBearer):
    """``Authorization: Bearer tw_...``; made by `tradewind token new`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return token_actor(token, timezone.now(), "api") if token.isprintable() else None


class Session(APIKeyCookie):
    """The signed-in person of the screens; unsafe methods need the X-CSRFToken header."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor: Any = getattr(request, "actor", None)
        if not isinstance(actor, Actor):
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, "the CSRF token is missing or wrong")
        return actor.via("api")
