"""Tests here look for English words."""

from tests.speech import english  # noqa: F401  fixtures
