"""Alice, Bob and Charlie: the three people every permission test is about.

Import the fixtures in a conftest: ``from tests.people import alice, bob, charlie, users``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tradewind.engine.access import OPERATIONS, OWNER, SERVICE, Actor

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
PASSWORD = "salt-river-lamp-47"

ALICE = Actor(1, "alice", OWNER, None)
BOB = Actor(2, "bob", OPERATIONS, frozenset({1}))
CHARLIE = Actor(3, "charlie", SERVICE, frozenset())


def person(name: str, role: str, *stores: int) -> Actor:
    """A person of a role with exactly these stores in scope."""
    return Actor(9, name, role, frozenset(stores))


@pytest.fixture
def alice() -> Actor:
    """The owner: every right, every store."""
    return ALICE


@pytest.fixture
def bob() -> Actor:
    """An employee of operations with store 1 in scope."""
    return BOB


@pytest.fixture
def charlie() -> Actor:
    """Somebody of another role (service) with no store in scope."""
    return CHARLIE


@pytest.fixture
def users(db):
    """The three as rows who can sign in with PASSWORD, under the ids of their actors."""
    from tradewind.apps.org.models import User

    out = {}
    for actor, scope in ((ALICE, "*"), (BOB, [1]), (CHARLIE, [])):
        user = User(id=actor.user_id, username=actor.name, role=actor.role, store_scope=scope)
        user.set_password(PASSWORD)
        user.save(force_insert=True)
        out[actor.name] = user
    from django.db import connection

    if connection.vendor == "postgresql":  # rows with given ids leave the sequence behind
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('org_user', 'id'), 3)")
    return out
