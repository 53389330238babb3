"""Cost follows the goods: layers, first legs, late bills, counts, to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts import facts_hash
from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.markets.models import FxRate
from tradewind.apps.stock.models import CostLayer, LandedCharge, LayerUse, Move
from tradewind.apps.stock.operations import (
    Want,
    arrive_leg,
    cancel_leg,
    charge_leg,
    count_stock,
    depart_leg,
    pack_leg,
    price_layers,
    reserve,
    ship_out,
    take_in_receipts,
)
from tradewind.apps.stock.operations.layers import LayerBook
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stock.queries.bills import laid_on
from tradewind.db.states import WrongState
from tradewind.engine.contracts import Refused
from tradewind.engine.costing import MOVING_AVERAGE, Layer, NotEnough, consume
from tradewind.engine.money import Money


@pytest.fixture
def world(db):
    return make_world()


def sell(world, line, n, qty, house=None):
    """Reserve and ship units as an order line would; (goods, landed) of what left."""
    place = (world.sku(n), (house or world.house).pk, world.company.pk)
    assert reserve(demand="order_line", now=NOW, by=BY, lines=[Want(line, line, *place, qty)]).groups
    ship_out(demand="order_line", demand_ids=[line], now=NOW, by=BY)
    return [
        (u.qty, u.goods_minor, u.landed_minor)
        for u in LayerUse.objects.filter(source="order_line", source_id=line).order_by("layer_id")
    ]


def test_received_goods_are_stock_at_their_price_once(world):
    world.receive(0, 7, 143)
    assert take_in_receipts(now=NOW, by=BY).lines == 0
    assert world.balance(0) == (7, 0)
    layer = CostLayer.objects.get()
    assert (layer.qty, layer.left_qty, layer.goods_minor, layer.currency, layer.state) == (
        7,
        7,
        1001,
        "CNY",
        "actual",
    )
    assert list(Move.objects.values_list("kind", "qty", "staged_qty")) == [("receipt", 7, 0)]


def test_units_leave_the_oldest_layer_first_and_no_cent_is_lost(world):
    world.receive(0, 3, 100)
    world.receive(0, 5, 133)
    assert sell(world, 1, 0, 2) == [(2, 200, 0)]
    assert sell(world, 2, 0, 3) == [(1, 100, 0), (2, 266, 0)]
    assert sell(world, 3, 0, 3) == [(3, 399, 0)]
    assert world.balance(0) == (0, 0)
    assert check_balances() == []


def test_moving_average_is_a_setting_of_the_owner(world):
    world.company.costing = MOVING_AVERAGE
    world.company.save()
    world.receive(0, 2, 100)
    world.receive(0, 2, 200)
    assert sum(goods for _q, goods, _l in sell(world, 1, 0, 1)) == 150
    assert sum(goods for _q, goods, _l in sell(world, 2, 0, 2)) == 300
    assert check_balances() == []


def test_goods_bought_abroad_without_a_rate_are_missing_until_one_is_known(world):
    world.receive(0, 4, 250, currency="USD")
    assert CostLayer.objects.get().goods_minor is None
    assert CostLayer.objects.get().state == "missing"
    assert sell(world, 1, 0, 1) == [(1, None, 0)]
    assert price_layers(now=NOW, by=BY) == []
    FxRate.objects.create(base="USD", quote="CNY", on=NOW.date(), rate=Decimal("7.1"), source="test")
    layer = CostLayer.objects.get()
    assert price_layers(now=NOW, by=BY) == [layer.pk]
    layer.refresh_from_db()
    assert (layer.goods_minor, layer.left_goods_minor, layer.state) == (7100, 5325, "actual")
    assert LayerUse.objects.get().goods_minor == 1775
    assert check_balances() == []


def leg(world, **lines):
    return pack_leg(
        owner_id=world.company.pk, origin_id=world.house.pk, destination_id=world.away.pk,
        lines={world.sku(int(n[1:])): qty for n, qty in lines.items()}, now=NOW, by=BY,
    )  # fmt: skip


def arrived(world, **lines):
    made = leg(world, **lines)
    depart_leg(leg_id=made.pk, now=NOW, by=BY)
    arrive_leg(leg_id=made.pk, now=NOW, by=BY)
    return made


def test_a_first_leg_carries_cost_and_batch_to_the_other_warehouse(world):
    world.receive(0, 3, 100)
    world.receive(0, 3, 200)
    made = leg(world, s0=4)
    assert world.balance(0) == (6, 4)
    depart_leg(leg_id=made.pk, now=NOW, by=BY)
    assert world.balance(0) == (2, 0)
    arrive_leg(leg_id=made.pk, now=NOW, by=BY)
    assert world.balance(0, world.away) == (4, 0)
    born = CostLayer.objects.filter(leg_line__leg=made).order_by("id")
    assert [(x.batch, x.qty, x.goods_minor) for x in born] == [("RC-1", 3, 300), ("RC-2", 1, 200)]
    assert check_balances() == []
    with pytest.raises(WrongState):
        arrive_leg(leg_id=made.pk, now=NOW, by=BY)


def test_a_leg_of_more_than_is_free_is_refused_whole(world):
    world.receive(0, 3, 100)
    before = facts_hash()
    with pytest.raises(Refused, match="SKU-1: not that many free"):
        leg(world, s0=2, s1=1)
    assert facts_hash() == before


def test_a_cancelled_leg_gives_its_units_back(world):
    world.receive(0, 3, 100)
    made = leg(world, s0=3)
    cancel_leg(leg_id=made.pk, now=NOW, by=BY)
    assert world.balance(0) == (3, 0)


def charge(made, basis="weight", amount=10000, currency="CNY", number="B-1"):
    return charge_leg(
        leg_id=made.pk, kind="freight", basis=basis, number=number, creditor="Forwarder",
        on=date(2026, 11, 1), amount=Money(amount, currency), now=NOW, by=BY,
    )  # fmt: skip


def test_a_bill_is_laid_on_batches_by_weight_exactly(world):
    world.receive(0, 3, 100)
    world.receive(1, 1, 100)
    made = arrived(world, s0=3, s1=1)
    got = charge(made, amount=10001)
    assert (got.laid[0].base.minor, got.laid[0].on_hand, got.laid[0].gone) == (10001, 10001, ())
    born = CostLayer.objects.filter(leg_line__leg=made).order_by("id")
    assert [(x.landed_minor, x.left_landed_minor) for x in born] == [(7501, 7501), (2500, 2500)]
    row = LandedCharge.objects.get()
    assert [(p[1], p[2]) for p in laid_on(row)["parts"]] == [("1500", 7501), ("500", 2500)]
    assert check_balances() == []


def test_a_bill_after_a_sale_restates_what_was_sold_and_keeps_the_rest_on_hand(world):
    world.receive(0, 4, 100)
    made = arrived(world, s0=4)
    assert sell(world, 77, 0, 1, world.away) == [(1, 100, 0)]
    got = charge(made, amount=1000)
    assert got.laid[0].on_hand == 750
    assert got.laid[0].gone == (("order_line", 77, 250),)
    assert LayerUse.objects.get(source="order_line").landed_minor == 250
    assert sell(world, 78, 0, 3, world.away) == [(3, 300, 750)]
    assert check_balances() == []


def test_a_bill_follows_goods_that_went_on_by_another_leg(world):
    world.receive(0, 2, 100)
    first = arrived(world, s0=2)
    back = pack_leg(
        owner_id=world.company.pk, origin_id=world.away.pk, destination_id=world.house.pk,
        lines={world.sku(0): 1}, now=NOW, by=BY,
    )  # fmt: skip
    depart_leg(leg_id=back.pk, now=NOW, by=BY)
    arrive_leg(leg_id=back.pk, now=NOW, by=BY)
    got = charge(first, amount=1000)
    assert (got.laid[0].on_hand, got.laid[0].gone) == (1000, ())
    assert CostLayer.objects.get(leg_line__leg=back).left_landed_minor == 500
    assert check_balances() == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"basis": "volume"}, "volume_mm3"),
        ({"basis": "colour"}, "basis is not known"),
        ({"currency": "USD"}, "no USD/CNY rate"),
        ({"amount": 0}, "must be above zero"),
        ({"number": " "}, "number is needed"),
    ],
)
def test_a_bill_that_cannot_be_laid_is_refused_and_changes_nothing(world, change, word):
    world.receive(0, 2, 100)
    made = arrived(world, s0=2)
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        charge(made, **change)
    assert any(word in f"{p.field} {p.reason}" for p in caught.value.problems)
    assert facts_hash() == before


def test_the_same_bill_is_refused_a_second_time(world):
    world.receive(0, 2, 100)
    made = arrived(world, s0=2)
    charge(made)
    with pytest.raises(Refused, match="here already"):
        charge(made)


def test_a_count_books_every_difference_with_its_cost(world):
    world.receive(0, 5, 100)
    world.receive(1, 5, 100)
    balances = {b.sku_id: b.pk for b in _balances()}
    got = count_stock(
        counted={balances[world.sku(0)]: 3, balances[world.sku(1)]: 6}, reason="count", now=NOW, by=BY
    )
    assert sorted(got.differences.values()) == [-2, 1]
    assert LayerUse.objects.get(source="count").goods_minor == 200
    found = CostLayer.objects.get(batch=got.number)
    assert (found.qty, found.goods_minor, found.state) == (1, None, "missing")
    assert check_balances() == []


def test_a_count_below_what_is_promised_is_refused(world):
    world.receive(0, 5, 100)
    reserve(
        demand="order_line", now=NOW, by=BY,
        lines=[Want(1, 1, world.sku(0), world.house.pk, world.company.pk, 4)],
    )  # fmt: skip
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        count_stock(counted={_balances()[0].pk: 3, 10**9: 1}, reason="dream", now=NOW, by=BY)
    assert len(caught.value.problems) == 3
    assert facts_hash() == before


def _balances():
    from tradewind.apps.stock.models import Balance

    return list(Balance.objects.order_by("sku_id"))


LAYERS = st.lists(
    st.tuples(st.integers(1, 9), st.none() | st.integers(-50, 5000), st.integers(0, 900)),
    min_size=1,
    max_size=5,
)


@given(
    LAYERS, st.lists(st.integers(1, 7), min_size=1, max_size=8), st.sampled_from(["fifo", "moving_average"])
)
def test_the_book_of_layers_is_the_engine(layers, takes, method):
    rows = [[pk, *layer] for pk, layer in enumerate(layers, 1)]
    book = LayerBook({5: [list(row) for row in rows]}, {5: method})
    for source, qty in enumerate(takes):
        held = sum(row[1] for row in rows)
        if held < qty:
            with pytest.raises(NotEnough):
                book.take(5, source, qty)
            return
        book.take(5, source, qty)
        expected = consume([Layer(*row) for row in rows], qty, method)
        got = [u for u in book.uses if u.source_id == source]
        assert [(u.layer_id, u.qty, u.goods_minor, u.landed_minor) for u in got] == [
            (u.layer_id, u.qty, u.goods_minor, u.landed_minor) for u in expected
        ]
        for use in expected:
            row = rows[use.layer_id - 1]
            row[1] -= use.qty
            row[2] = None if row[2] is None or use.goods_minor is None else row[2] - use.goods_minor
            row[3] -= use.landed_minor
