import pytest
from django.core.cache import cache

from tradewind.desk import registry
from tradewind.web import kept
from tradewind.web.tests import sample


@pytest.fixture
def noun(monkeypatch):
    """The house with one noun more: the samples."""
    known = {**registry.all_nouns(), "samples": sample.NOUN}
    monkeypatch.setattr(registry, "all_nouns", lambda: known)
    monkeypatch.setattr(kept, "SLOW_S", 3600)  # a slow machine must not change the number of queries
    sample.CALLS.clear()
    cache.clear()
    return sample.NOUN


@pytest.fixture
def rows(db):
    return sample.orders()


@pytest.fixture
def enter(client, users):
    """Sign in as alice, bob or charlie, reading English."""

    def go(name: str, language: str = "en"):
        user = users[name]
        user.language = language
        user.save()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return go


@pytest.fixture
def queries_of():
    """How many queries a call makes, the menu's counts cached as after the first page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(call) -> int:
        call()
        with CaptureQueriesContext(connection) as seen:
            assert call().status_code == 200
        return len(seen)

    return count
