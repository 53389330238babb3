"""One error shape for everything that goes wrong: {"error": {"code", "message", "problems"}}."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http.client import responses
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import OutsideError, Problem, Refused

log = logging.getLogger(__name__)


class ProblemShape(BaseModel):
    """One thing wrong: where, why, and what would be accepted."""

    row: int | None = None
    field: str
    value: str = ""
    reason: str
    accepted: str = ""


class ErrorBody(BaseModel):
    """`code` is stable; `message` is for people, in their language."""

    code: str
    message: str
    problems: list[ProblemShape]


class ErrorShape(BaseModel):
    """What every failed request is answered."""

    error: ErrorBody


class Conflict(Exception):
    """The request meets something that stands in its way (409)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotFound(Exception):
    """No such row within the caller's sight (404)."""


def failures(codes: Iterable[int]) -> dict[int, dict[str, Any]]:
    """How failures are described beside an endpoint's answer: one shape, named, not built again for each.

    Needs one endpoint that declares ErrorShape in the usual way, which puts it among the components.
    """
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorShape"}}}
    return {code: {"description": responses[code], "content": content} for code in sorted(codes)}


def problem_data(problem: Problem) -> dict[str, Any]:
    """A Problem as data."""
    return {
        "row": problem.row, "field": problem.field, "value": problem.value, "reason": problem.reason,
        "accepted": problem.accepted,
    }  # fmt: skip


def error(
    status: int,
    code: str,
    message: str,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """An answer in the one shape."""
    body = {"error": {"code": code, "message": message, "problems": [problem_data(p) for p in problems]}}
    return JsonResponse(
        body, status=status, headers=dict(headers or {}), json_dumps_params={"ensure_ascii": False}
    )


def _validation(exc: ValidationError) -> JsonResponse:
    problems = []
    for one in exc.errors:
        where = [
            str(part)
            for part in one.get("loc", ())
            if part not in ("body", "query", "path", "asked", "given")
        ]
        value = str(one.get("input", ""))[:80] if not isinstance(one.get("input"), dict) else ""
        problems.append(Problem(None, ".".join(where) or "body", value, str(one.get("msg", ""))))
    return error(422, "invalid", "the request does not fit its description", problems)


def _outside(exc: OutsideError) -> JsonResponse:
    headers = {} if exc.retry_after is None else {"Retry-After": str(int(exc.retry_after) + 1)}
    return error(502, exc.code or "outside", str(exc), headers=headers)


def _http(exc: HttpError) -> JsonResponse:
    names = {400: "malformed", 403: "denied", 409: "conflict", 413: "too_large"}
    return error(exc.status_code, names.get(exc.status_code, "error"), str(exc))


def _broken(request: HttpRequest, exc: Any) -> JsonResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=exc)
    return error(500, "internal", "something broke here; it is in the server's log")


SHAPES: tuple[tuple[type[Exception], Callable[[Any], JsonResponse]], ...] = (
    (Refused, lambda e: error(422, "refused", str(e), e.problems)),
    (Denied, lambda e: error(403, "denied", str(e), [Problem(None, "permission", e.action, "is missing")])),
    (WrongState, lambda e: error(409, "wrong_state", str(e))),
    (Conflict, lambda e: error(409, e.code, str(e))),
    (NotFound, lambda e: error(404, "not_found", str(e))),
    (Http404, lambda _e: error(404, "not_found", "there is nothing here")),
    (OutsideError, _outside),
    (ValidationError, _validation),
    (
        AuthenticationError,
        lambda _e: error(401, "unauthenticated", "a bearer token or a session is needed",
                         headers={"WWW-Authenticate": "Bearer"}),
    ),
    (HttpError, _http),
)  # fmt: skip


def register(api: NinjaAPI) -> None:
    """Give every exception its answer."""
    for kind, shape in SHAPES:
        api.add_exception_handler(kind, _handler(shape))
    api.add_exception_handler(Exception, _broken)


def _handler(shape: Callable[[Any], JsonResponse]) -> Callable[[HttpRequest, Any], JsonResponse]:
    return lambda _request, exc: shape(exc)


def shaped(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose 405 is in the one shape too."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = view(request, *args, **kwargs)
        if found.status_code == 405:
            allowed = found.headers.get("Allow", "")
            return error(405, "method_not_allowed", f"allowed: {allowed}", headers={"Allow": allowed})
        return found

    return inner


def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Addresses under /api/ that do not exist."""
    return error(404, "not_found", "there is nothing here")
