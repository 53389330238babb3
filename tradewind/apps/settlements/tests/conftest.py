"""A company with a store on a channel, and orders of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tests.trade import make_orders, make_store

NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def amazon(db):
    return make_store("AMZ-US", "amazon", "USD")


@pytest.fixture
def harbour(db):
    return make_store("HB-US", "harbour", "USD")


@pytest.fixture
def orders(harbour):
    return make_orders(harbour, 3)
