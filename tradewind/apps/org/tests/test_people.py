from datetime import timedelta

import pytest

from tests.facts import facts_hash
from tests.people import NOW, PASSWORD
from tradewind.apps.org import queries
from tradewind.apps.org.models import ApiToken, AuditEntry, User
from tradewind.apps.org.operations import (
    NewUser,
    create_token,
    create_user,
    deactivate_user,
    reactivate_user,
    revoke_tokens,
    set_role,
    set_scope,
)
from tradewind.engine.access import FINANCE, OPERATIONS, OWNER, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db


def dora(**kw):
    return NewUser(**{"username": "dora", "password": PASSWORD, "role": FINANCE, "stores": [2, 1], **kw})


def test_a_person_is_let_in_with_role_and_stores(users, alice):
    pk = create_user(user=dora(), now=NOW, by=alice)
    user = User.objects.get(pk=pk)
    assert (user.role, user.store_scope, user.check_password(PASSWORD)) == (FINANCE, [1, 2], True)
    assert queries.actor_named("dora").stores == frozenset({1, 2})
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.kind, entry.first_id) == ("alice", "user", pk)
    assert PASSWORD not in entry.detail


def test_everything_wrong_with_a_new_person_is_said_at_once_and_nothing_is_written(users, alice):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        create_user(user=dora(username="bob", password="short", role="king", stores=["x"]), now=NOW, by=alice)
    assert {p.field for p in refused.value.problems} == {"username", "password", "role", "stores"}
    assert facts_hash() == before


def test_bob_and_charlie_may_not_let_people_in(users, bob, charlie):
    before = facts_hash()
    for actor in (bob, charlie):
        with pytest.raises(Denied):
            create_user(user=dora(), now=NOW, by=actor)
    assert facts_hash() == before


def test_a_person_who_is_shut_out_has_no_actor_and_no_token(users, alice):
    secret = create_token(user_id=2, name="script", now=NOW, by=alice)
    assert queries.token_actor(secret, NOW).name == "bob"
    deactivate_user(user_id=2, now=NOW, by=alice)
    assert queries.actor_named("bob") is None
    assert queries.token_actor(secret, NOW) is None
    assert ApiToken.objects.count() == 0
    reactivate_user(user_id=2, now=NOW, by=alice)
    assert queries.actor_named("bob").role == OPERATIONS


def test_the_last_owner_can_neither_be_shut_out_nor_lose_the_role(users, alice):
    before = facts_hash()
    for refused_verb in (
        lambda: deactivate_user(user_id=1, now=NOW, by=alice),
        lambda: set_role(user_id=1, role=FINANCE, now=NOW, by=alice),
    ):
        with pytest.raises(Refused, match=r"role"):
            refused_verb()
    assert facts_hash() == before
    set_role(user_id=2, role=OWNER, stores="*", now=NOW, by=alice)
    set_role(user_id=1, role=FINANCE, now=NOW, by=alice)
    assert queries.actor_named("bob").stores is None


def test_a_scope_is_replaced_not_added_to(users, alice):
    set_scope(user_id=2, stores=[5, 3], now=NOW, by=alice)
    user = User.objects.get(pk=2)
    assert (user.store_scope, user.role) == ([3, 5], OPERATIONS)


def test_a_token_is_stored_only_as_a_hash_and_ends(users, alice):
    secret = create_token(user_id=2, name="s", expires_at=NOW + timedelta(days=1), now=NOW, by=alice)
    token = ApiToken.objects.get()
    assert secret not in (token.sha256, token.name)
    assert secret not in AuditEntry.objects.get().detail
    assert queries.token_actor(secret, NOW + timedelta(hours=23)).user_id == 2
    assert queries.token_actor(secret, NOW + timedelta(days=1)) is None
    assert queries.token_actor("tw_guess", NOW) is None
    assert revoke_tokens(ids=[token.pk], now=NOW, by=alice) == 1
    assert queries.token_actor(secret, NOW) is None


def test_a_token_for_nobody_or_for_the_past_is_refused(users, alice):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        create_token(user_id=99, name="", expires_at=NOW, now=NOW, by=alice)
    assert {p.field for p in refused.value.problems} == {"name", "user", "expires_at"}
    assert facts_hash() == before
