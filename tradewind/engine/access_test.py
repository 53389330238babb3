import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.access import ACTIONS, FIELDS, ROLES, SYSTEM, Actor, Denied, system

ALICE = Actor(1, "Alice", "owner", None)
BOB = Actor(2, "Bob", "warehouse", frozenset({1}))
CHARLIE = Actor(3, "Charlie", "stranger", None)


def test_the_owner_may_do_everything_that_stands_in_the_table():
    assert all(ALICE.can(action) for action in ACTIONS)


@pytest.mark.parametrize(
    "action", ["research.approve", "treasury.change", "ledger.view", "stock.cost", "rules.confirm"]
)
def test_the_warehouse_may_neither_approve_nor_see_money(action):
    with pytest.raises(Denied) as denied:
        BOB.require(action)
    assert denied.value.action == action


def test_an_unknown_role_an_unknown_action_and_an_unknown_field_are_refused():
    assert not any(CHARLIE.can(action) for action in ACTIONS)
    assert not ALICE.can("orders.invent")
    assert not ALICE.sees("secret")


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("owner", {"cost", "supplier", "profit", "buyer"}),
        ("operations", {"profit", "buyer"}),
        ("purchasing", {"cost", "supplier"}),
        ("warehouse", {"buyer"}),
        ("service", {"buyer"}),
        ("finance", {"cost", "supplier", "profit"}),
    ],
)
def test_cost_supplier_profit_and_buyer_are_shown_by_role(role, seen):
    assert {field for field in FIELDS if Actor(1, "x", role).sees(field)} == seen


def test_nobody_s_scope_is_empty_by_default():
    actor = Actor(4, "Dora", "operations")
    assert not actor.may_touch(1)
    assert actor.may_touch(None)
    assert ALICE.may_touch(99)
    assert BOB.may_touch(1)
    assert not BOB.may_touch(2)


def test_the_system_acts_everywhere_under_its_name():
    step = system("flow.orders")
    assert step.role == SYSTEM
    assert step.can("orders.change")
    assert step.sees("cost")
    assert step.may_touch(7)
    assert (step.name, step.user_id, step.via("api").source) == ("flow.orders", None, "api")


def test_every_row_names_known_roles_only():
    assert all(roles <= set(ROLES) for roles in [*ACTIONS.values(), *FIELDS.values()])


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_stands_in_no_row_is_denied(role, action):
    if role not in (*ROLES, SYSTEM) or action not in ACTIONS:
        assert not (role != SYSTEM and Actor(1, "x", role).can(action))


@given(st.one_of(st.none(), st.frozensets(st.integers(1, 9))), st.integers(1, 9))
def test_looking_at_one_store_never_widens_the_scope(stores, store):
    actor = Actor(1, "Dana", "operations", stores)
    seen = actor.only(store)
    if stores is None or store in stores:
        assert seen.stores == {store}
    else:
        assert seen == actor
    assert (seen.user_id, seen.name, seen.role, seen.source) == (1, "Dana", "operations", "ui")
