"""Promises: all or nothing, in order, never more than there is."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tests.people import BOB, person
from tradewind.apps.org.models import AuditEntry
from tradewind.apps.stock.models import Balance, Move, Reservation
from tradewind.apps.stock.operations import Short, Want, release, reserve, ship_out, stage
from tradewind.apps.stock.queries import check_balances, sellable
from tradewind.engine.access import FINANCE, Denied

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_world()


def want(world, group, line, n, qty):
    return Want(group, line, world.sku(n), world.house.pk, world.company.pk, qty)


def test_a_group_is_reserved_in_full_or_not_at_all(world):
    world.receive(0, 3, 100)
    world.receive(1, 1, 100)
    got = reserve(
        demand="order_line",
        now=NOW,
        by=BY,
        lines=[want(world, 1, 11, 0, 2), want(world, 1, 12, 1, 2), want(world, 2, 21, 0, 3)],
    )
    assert got.groups == [2]
    assert got.short == {1: [Short(world.sku(1), 2, 1)]}
    assert world.balance(0) == (3, 3)
    assert world.balance(1) == (1, 0)
    assert list(Reservation.objects.values_list("demand_id", "qty")) == [(21, 3)]


def test_the_order_given_decides_who_gets_the_last_units(world):
    world.receive(0, 3, 100)
    got = reserve(
        demand="order_line",
        now=NOW,
        by=BY,
        lines=[want(world, g, g, 0, q) for g, q in ((1, 2), (2, 2), (3, 1))],
    )
    assert got.groups == [1, 3]
    assert got.short == {2: [Short(world.sku(0), 2, 1)]}


def test_a_place_without_a_balance_has_nothing(world):
    got = reserve(demand="order_line", now=NOW, by=BY, lines=[want(world, 1, 1, 0, 1)])
    assert got.short == {1: [Short(world.sku(0), 1, 0)]}
    assert Balance.objects.count() == 0


def test_released_units_are_free_again_and_a_repeat_frees_nothing_more(world):
    world.receive(0, 5, 100)
    reserve(demand="order_line", now=NOW, by=BY, lines=[want(world, 1, 1, 0, 4)])
    assert release(demand="order_line", demand_ids=[1], now=NOW, by=BY) == 1
    assert release(demand="order_line", demand_ids=[1], now=NOW, by=BY) == 0
    assert world.balance(0) == (5, 0)
    assert sellable(
        sku_ids=[world.sku(0), world.sku(1)], warehouse_id=world.house.pk, owner_id=world.company.pk
    ) == {
        world.sku(0): 5,
        world.sku(1): 0,
    }


def test_a_reservation_is_refused_to_those_without_the_right_and_nothing_is_written(world):
    world.receive(0, 5, 100)
    audits = AuditEntry.objects.count()
    with pytest.raises(Denied):
        reserve(demand="order_line", now=NOW, by=person("fay", FINANCE), lines=[want(world, 1, 1, 0, 1)])
    assert world.balance(0) == (5, 0)
    assert AuditEntry.objects.count() == audits
    reserve(demand="order_line", now=NOW, by=BOB, lines=[want(world, 1, 1, 0, 1)])
    assert world.balance(0) == (5, 1)


def test_the_database_itself_refuses_to_oversell(world):
    world.receive(0, 1, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.update(reserved=2)


@pytest.mark.parametrize("sql", ["UPDATE stock_move SET qty = 9", "DELETE FROM stock_move"])
def test_a_move_is_never_changed_by_raw_sql(world, sql):
    world.receive(0, 1, 100)
    with pytest.raises(Exception, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Move.objects.get().qty == 1


def test_a_move_is_never_replaced_on_sqlite(world):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    world.receive(0, 1, 100)
    with pytest.raises(Exception, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO stock_move "
            "(id, qty, staged_qty, kind, source, source_id, at, balance_id) "
            "SELECT id, 9, staged_qty, kind, source, source_id, at, balance_id FROM stock_move"
        )
    assert Move.objects.get().qty == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "reserve", "release", "stage", "ship"]),
        st.integers(0, 1),
        st.integers(1, 4),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_balances_equal_their_moves_and_nothing_is_oversold(world, acts):
    with transaction.atomic():
        open_lines, free = [], {0: 0, 1: 0}
        for step, (act, n, qty) in enumerate(acts, 1):
            if act == "receive":
                world.receive(n, qty, 100 + step)
                free[n] += qty
            elif act == "reserve":
                got = reserve(demand="order_line", now=NOW, by=BY, lines=[want(world, step, step, n, qty)])
                assert bool(got.groups) == (free[n] >= qty)
                if got.groups:
                    free[n] -= qty
                    open_lines.append((step, n, qty))
            elif open_lines and act == "release":
                line, m, units = open_lines.pop()
                release(demand="order_line", demand_ids=[line], now=NOW, by=BY)
                free[m] += units
            elif open_lines and act == "stage":
                pass
            elif open_lines:
                line, m, units = open_lines.pop(0)
                stage(demand="order_line", demand_ids=[line], now=NOW, by=BY)
                assert ship_out(demand="order_line", demand_ids=[line], now=NOW, by=BY) == 1
            assert check_balances() == []
        assert sellable(
            sku_ids=[world.sku(0), world.sku(1)], warehouse_id=world.house.pk, owner_id=world.company.pk
        ) == {world.sku(n): units for n, units in free.items()}
        transaction.set_rollback(True)
