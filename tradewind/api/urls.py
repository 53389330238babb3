"""/api/: OpenAPI 3.1 at /api/openapi.json (for everybody: it is in the source too), its browser at /api/docs.

The endpoints are made on the first request to /api/, so that the server itself starts at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, URLPattern, URLResolver, path
from django.urls.resolvers import RoutePattern
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema

from tradewind import __version__
from tradewind.api import errors
from tradewind.api.auth import Session, Token
from tradewind.api.description import Description
from tradewind.api.endpoints import add_noun
from tradewind.api.tools import add_tool
from tradewind.desk.doing import offered
from tradewind.desk.registry import all_nouns, all_tools
from tradewind.engine.access import ACTIONS, Actor

DESCRIPTION = """Everything the screens can do. Money is `{minor, currency, amount}`; ids carry their kind
(`ord_17`); lists page by cursor: send `next` back as `after`. Every error has one shape. POST takes an
`Idempotency-Key`. Columns you may not see are absent, rows outside your stores do not exist for you."""


class Api(NinjaAPI):
    """An API that knows where it hangs, and describes itself once."""

    described: OpenAPISchema | None = None

    def get_openapi_schema(self, **kw: Any) -> OpenAPISchema:
        if self.described is None:
            self.described = Description(self, self.get_root_path({}))
        return self.described

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return "/api/"


class Browser(Swagger):
    """Swagger from this server's own static files."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().render_page(request, api, **kwargs)

    def get_openapi_url(self, api: NinjaAPI, path_params: dict[str, Any]) -> str:
        return "/api/openapi.json"


def build() -> NinjaAPI:
    """The API of all nouns; words of the description are English."""
    api = Api(
        title="Tradewind", version=__version__, description=DESCRIPTION, auth=[Token(), Session()],
        docs=Browser(settings={"persistAuthorization": False}),
        urls_namespace="api",
    )  # fmt: skip
    errors.register(api)

    @api.get("/me", tags=["me"], operation_id="me", response={200: dict[str, Any], 401: errors.ErrorShape})
    def me(request: HttpRequest) -> JsonResponse:
        """Who you are here and what you may do."""
        actor: Actor = request.auth  # type: ignore[attr-defined]
        return JsonResponse(
            {
                "user": actor.name,
                "role": actor.role,
                "stores": None if actor.stores is None else sorted(actor.stores),
                "permissions": [a for a in ACTIONS if actor.can(a)],
                "nouns": {
                    n.code: [a.code for a in offered(n, actor)]
                    for n in all_nouns().values()
                    if actor.can(n.view)
                },
                "tools": [t.code for t in all_tools().values() if actor.can(t.view)],
            }
        )

    with translation.override("en"):
        for noun in all_nouns().values():
            add_noun(api, noun)
        for tool in all_tools().values():
            add_tool(api, tool)
    return api


@lru_cache(maxsize=1)
def resolver() -> URLResolver:
    """The endpoints of all nouns."""
    found, _app, _namespace = build().urls
    for pattern in found:
        assert pattern.callback is not None
        pattern.callback = errors.shaped(pattern.callback)
    return URLResolver(RoutePattern(""), found)


@csrf_exempt  # the session's authentication checks the token itself; bearer tokens need none
def endpoint(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Whatever lies under /api/."""
    try:
        match = resolver().resolve(rest)
    except Resolver404:
        return errors.unknown(request)
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer


urlpatterns: list[URLPattern | URLResolver] = [path("", endpoint, name="api"), path("<path:rest>", endpoint)]
