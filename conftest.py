"""Fixtures that every test of the house may take."""

from tests.people import alice, bob, charlie, users  # noqa: F401
