"""The person behind a request, the closed door for everybody else, and errors as messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation

from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import OutsideError, Refused
from tradewind.web import errors


class PersonMiddleware:
    """Activates the person's language and zone and sets `request.actor` (None when nobody is signed in)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.actor = user.actor() if user.is_authenticated else None  # type: ignore[attr-defined]  # see who.py
        language = user.language if user.is_authenticated else self._guess(request)
        with translation.override(language), timezone.override(settings.DESK_ZONE):
            request.LANGUAGE_CODE = language
            return self.get_response(request)

    @staticmethod
    def _guess(request: HttpRequest) -> str:
        wanted = request.GET.get("lang", "")
        if wanted in dict(settings.LANGUAGES):
            return wanted
        return translation.get_language_from_request(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Deny by default: who is not signed in reaches only the views marked open.

        The API keeps its own door, which takes tokens as well.
        """
        if request.user.is_authenticated or request.path.startswith("/api/"):
            return None
        if getattr(view, "open_to_all", False):
            return None
        there = f"{resolve_url(settings.LOGIN_URL)}?next={quote(request.get_full_path())}"
        if getattr(request, "headers", {}).get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
        return HttpResponseRedirect(there)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """A refusal is an answer, not a crash: it arrives as a message in words."""
        if request.path.startswith("/api/"):
            return None
        if isinstance(exc, Denied):
            return errors.denied(request, exc)
        if isinstance(exc, Refused):
            return errors.refused(request, exc)
        if isinstance(exc, WrongState):
            return errors.wrong_state(request, exc)
        if isinstance(exc, OutsideError):
            return errors.outside(request, exc)
        return None


def open_to_all(view: Any) -> Any:
    """Mark a view that needs no login."""
    view.open_to_all = True
    return view
