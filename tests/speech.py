"""Tests that look for words speak English, whatever catalogues are compiled on this machine.

Import the fixture in a conftest: ``from tests.speech import english  # noqa: F401``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every text of the test is the English one."""
    with translation.override("en"):
        yield
