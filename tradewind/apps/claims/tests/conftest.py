"""Tests here look for English words, in a shop with parcels sent by a line with a rate card."""

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tradewind.apps.claims.tests.shop import Shop


@pytest.fixture
def shop(db):
    return Shop()
