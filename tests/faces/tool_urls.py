"""An API with one tool made for the tests."""

from django.urls import path
from ninja import NinjaAPI

from tests.faces.tool import TOOL
from tradewind.api import errors
from tradewind.api.auth import Session, Token
from tradewind.api.tools import add_tool

API = NinjaAPI(auth=[Token(), Session()], urls_namespace="tools-made", docs_url=None)
errors.register(API)
add_tool(API, TOOL)
FOUND = API.urls[0]
for pattern in FOUND:
    pattern.callback = errors.shaped(pattern.callback)
urlpatterns = [path("api/", (FOUND, "ninja", "tools-made")), path("api/<path:rest>", errors.unknown)]
