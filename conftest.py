"""Fixtures that every test of the house may take."""

from tests import flush  # noqa: F401  lets transactional tests empty guarded tables
from tests.people import alice, bob, charlie, users  # noqa: F401  fixtures
