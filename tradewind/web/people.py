"""Signing in and out, language, look, own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tradewind.web import shell
from tradewind.web import store as stores
from tradewind.web.kit import wish
from tradewind.web.middleware import open_to_all

login = open_to_all(LoginView.as_view(template_name="pages/login.html", redirect_authenticated_user=True))
logout = open_to_all(LogoutView.as_view())


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many wrong passwords; 429, in the reader's language."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "pages/locked.html", {"minutes": minutes}, status=429)


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    return there if url_has_allowed_host_and_scheme(there, {request.get_host()}) else "/"


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Set the person's language; it stays with the person, not with the browser."""
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES) and request.user.is_authenticated:
        request.user.language = wanted
        request.user.save(update_fields=["language"])
        translation.activate(wanted)
    return HttpResponseRedirect(_back(request))


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the machine says; kept in a cookie of this browser."""
    response = HttpResponseRedirect(_back(request))
    wanted = request.POST.get("theme", "auto")
    if wanted in shell.THEMES:
        response.set_cookie("tw_theme", wanted, max_age=365 * 86400, samesite="Lax", secure=settings.SECURE)
    return response


@require_POST
def store(request: HttpRequest) -> HttpResponse:
    """Look at one store, or at all of them; lists begin at their first page again."""
    stores.keep(request, request.POST.get("store", ""))
    path, _mark, text = _back(request).partition("?")
    query = QueryDict(text, mutable=True)
    query.pop(wish.AFTER, None)
    return HttpResponseRedirect(path + (f"?{query.urlencode()}" if query else ""))


def profile(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may do, my language and password."""
    user: Any = request.user
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password was changed."))
        return HttpResponseRedirect(request.path)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "languages": settings.LANGUAGES,
        "zone": settings.DESK_ZONE,
        "themes": shell.THEMES,
    }
    return render(request, "pages/profile.html", context, status=status)
