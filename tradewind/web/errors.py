"""Errors in words: a message where a script asked, a whole page otherwise; a work list stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import OutsideError, Problem, Refused
from tradewind.web.kit import words


def answer(
    request: HttpRequest, status: int, title: str, text: str, problems: Sequence[Problem] = ()
) -> HttpResponse:
    """The message with its status; scripts show the part as a toast and leave the page alone."""
    part = bool(request.headers.get("HX-Request"))
    template = "pages/error_part.html" if part else "pages/error.html"
    context = {"title": title, "text": text, "problems": problems, "status": status}
    return render(request, template, context, status=status)


def denied(request: HttpRequest, exc: Denied) -> HttpResponse:
    """403 that names the right that is missing."""
    text = _("You lack the right “%(right)s”. The owner can give you a role that has it.")
    return answer(request, 403, _("Not allowed"), text % {"right": words.right(exc.action)})


def refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    """422 with every problem."""
    return answer(request, 422, _("Not accepted"), _("Nothing was changed. Please correct:"), exc.problems)


def wrong_state(request: HttpRequest, exc: WrongState) -> HttpResponse:
    """409: somebody was faster, or the row is not where it was thought to be."""
    return answer(request, 409, _("Not possible now"), moved_on(exc))


def moved_on(exc: WrongState) -> str:
    """What happened to rows that are no longer in the state they were thought to be in."""
    text = _("%(n)s of the chosen rows are in a state in which this is not possible. Nothing was changed.")
    return text % {"n": len(exc.ids)}


def outside(request: HttpRequest, exc: OutsideError) -> HttpResponse:
    """502: a platform, carrier or bank did not answer as it should."""
    text = _("The other side did not answer as it should: %(why)s") % {"why": str(exc)[:300]}
    return answer(request, 502, _("Connection trouble"), text)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 400, _("Not understood"), _("The address or the form is not complete."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 403, _("Not allowed"), _("You may not do this."))


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("This page has been open too long. Reload it and try again; nothing was changed.")
    return answer(request, 403, _("Page expired"), text)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    text = _("It may have been removed, or it belongs to a store that you do not look after.")
    return answer(request, 404, _("There is nothing here"), text)


def failed(request: HttpRequest) -> HttpResponse:
    text = _("Something went wrong on our side. Nothing was changed; please try again.")
    try:
        return answer(request, 500, _("Trouble"), text)
    except Exception:  # the page itself is broken: plain words are better than none
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
