"""An API with one noun made for the tests, so that they stand whatever the house's nouns are."""

from django.urls import path
from ninja import NinjaAPI

from tests.faces.noun import THINGS
from tradewind.api import errors
from tradewind.api.auth import Session, Token
from tradewind.api.endpoints import add_noun

API = NinjaAPI(auth=[Token(), Session()], urls_namespace="things", docs_url=None)
errors.register(API)
add_noun(API, THINGS)
FOUND = API.urls[0]
for pattern in FOUND:
    pattern.callback = errors.shaped(pattern.callback)
urlpatterns = [path("api/", (FOUND, "ninja", "things")), path("api/<path:rest>", errors.unknown)]
