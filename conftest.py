"""Fixtures that every test of the house may take."""

from tests.people import alice, bob, charlie, users  # noqa: F401
from tests.unguarded import empty_after_transactional_tests

empty_after_transactional_tests()
