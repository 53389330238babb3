"""Whatever happens in whatever order, goods cost what the same facts cost when all is known at first."""

import random
from dataclasses import dataclass, field

import pytest

from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.stock.models import Balance, CostLayer, LandedCharge, LayerUse
from tradewind.apps.stock.operations import arrive_leg, count_stock, reverse_charges, value_found
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stock.queries.bills import laid_on
from tradewind.apps.stock.tests.histories import bill, departed, fee, sell
from tradewind.engine.costing import FIFO, MOVING_AVERAGE, Layer, consume
from tradewind.engine.money import Money

HISTORIES, STEPS = 25, 14
ACTS = ["receive", "sell", "sell", "leg", "arrive", "lost", "found", "bill", "bill", "reverse"]


@dataclass
class Told:
    """What happened to a SKU, for the oracle: it knows every bill that stands before it begins."""

    sku: int
    lines: list[tuple] = field(default_factory=list)
    under_way: list = field(default_factory=list)


def happen(world, told, dice, number):
    """One random act, by the operations, and its line for the oracle."""
    n = told.sku
    at_home = bool(dice.getrandbits(1))
    house = world.house if at_home else world.away
    free = Balance.objects.filter(sku=world.skus[n], warehouse=house, on_hand__gt=0).first()
    act = dice.choice(ACTS)
    if act == "receive":
        qty, price = dice.randint(1, 9), dice.randint(1, 500)
        world.receive(n, qty, price)
        told.lines.append(("came", CostLayer.objects.latest("id").pk, world.house.pk, qty, qty * price))
    elif act in ("sell", "lost", "leg") and free:
        qty = dice.randint(1, free.on_hand)
        if act == "sell":
            sell(world, number, n, qty, house)
            told.lines.append(("went", house.pk, ("order_line", number), qty))
        elif act == "lost":
            got = count_stock(counted={free.pk: free.on_hand - qty}, reason="lost", now=NOW, by=BY)
            told.lines.append(("went", house.pk, ("count", int(got.number[4:])), qty))
        else:
            leg = departed(world, {n: qty}, back=not at_home)
            line = leg.lines.get().pk
            told.lines.append(("went", house.pk, ("leg_line", line), qty))
            told.under_way.append((leg, line))
    elif act == "arrive" and told.under_way:
        leg, line = told.under_way.pop(0)
        arrive_leg(leg_id=leg.pk, now=NOW, by=BY)
        born = CostLayer.objects.filter(leg_line_id=line).values_list("parent_id", "id")
        told.lines.append(("arrived", line, leg.destination_id, dict(born)))
    elif act == "found" and free:
        got = count_stock(counted={free.pk: free.on_hand + 2}, reason="found", now=NOW, by=BY)
        layer = CostLayer.objects.get(batch=got.number)
        value_found(layer_ids=[layer.pk], unit_cost=Money(77, "CNY"), now=NOW, by=BY)
        told.lines.append(("came", layer.pk, house.pk, 2, 154))
    else:
        of_sku = CostLayer.objects.filter(balance__sku=world.skus[n])
        layers = list(of_sku.values_list("id", flat=True))
        standing = list(LandedCharge.objects.filter(void=False, creditor=f"C{n}"))
        if act == "bill" and layers:
            some = dice.sample(layers, dice.randint(1, len(layers)))
            basis = dice.choice(["weight", "qty"])
            bill(some, fee(dice.randint(1, 9999), f"B{number}", basis=basis, creditor=f"C{n}"))
        elif act == "reverse" and standing:
            one = dice.choice(standing)
            reverse_charges(charge_ids=[one.pk], on=NOW.date(), reason="wrong", now=NOW, by=BY)


def oracle(told, method):
    """(uses, left) by units taken one act after the other, every standing bill known from the start."""
    bills: dict[int, int] = {}
    for charge in LandedCharge.objects.filter(void=False, creditor=f"C{told.sku}"):
        for layer, _measure, minor in laid_on(charge)["parts"]:
            bills[layer] = bills.get(layer, 0) + minor
    pools: dict[int, dict[int, Layer]] = {}
    uses: dict[tuple, tuple[int, int]] = {}
    taken: dict[int, list] = {}
    for line in told.lines:
        if line[0] == "came":
            _came, pk, house, qty, goods = line
            pools.setdefault(house, {})[pk] = Layer(pk, qty, goods, bills.get(pk, 0))
        elif line[0] == "went":
            _went, house, source, qty = line
            pool = pools[house]
            found = consume([pool[pk] for pk in sorted(pool)], qty, method)
            for use in found:
                old = pool[use.layer_id]
                pool[use.layer_id] = Layer(
                    old.id, old.left_qty - use.qty, old.left_goods_minor - use.goods_minor,
                    old.left_landed_minor - use.landed_minor,
                )  # fmt: skip
                uses[(*source, use.layer_id)] = (use.goods_minor, use.landed_minor)
            taken[source[1]] = found if source[0] == "leg_line" else []
        else:
            _arrived, leg_line, house, born = line
            moved = [u for u in taken[leg_line] if u.qty]
            extra = [u for u in taken[leg_line] if not u.qty]
            for first, use in enumerate(moved):
                goods = use.goods_minor + (0 if first else sum(u.goods_minor for u in extra))
                landed = use.landed_minor + (0 if first else sum(u.landed_minor for u in extra))
                pk = born[use.layer_id]
                pools.setdefault(house, {})[pk] = Layer(pk, use.qty, goods, landed + bills.get(pk, 0))
    left = {
        layer.id: (layer.left_qty, layer.left_goods_minor, layer.left_landed_minor)
        for pool in pools.values()
        for layer in pool.values()
    }
    return uses, left


def live(world, method, seeds):
    world.company.costing = method
    world.company.save()
    number = 0
    for n, seed in enumerate(seeds):
        dice, told = random.Random(seed), Told(n)
        for _step in range(STEPS):
            number += 1
            happen(world, told, dice, number)
        layers = CostLayer.objects.filter(balance__sku=world.skus[n])
        found = {
            (u.source, u.source_id, u.layer_id): (u.goods_minor, u.landed_minor)
            for u in LayerUse.objects.filter(layer__in=layers)
            if u.qty or u.goods_minor or u.landed_minor
        }
        left = {x.pk: (x.left_qty, x.left_goods_minor, x.left_landed_minor) for x in layers}
        expected, expected_left = oracle(told, method)
        assert (found, left) == (expected, expected_left), f"history {seed} by {method}"
    assert check_balances() == []


@pytest.mark.parametrize("method", [FIFO, MOVING_AVERAGE])
def test_a_history_costs_what_it_would_cost_with_every_bill_known_at_first(db, method):
    live(make_world(HISTORIES), method, range(HISTORIES))


@pytest.mark.deep
@pytest.mark.parametrize("method", [FIFO, MOVING_AVERAGE])
def test_two_hundred_histories_cost_what_they_would_with_every_bill_known_at_first(db, method):
    live(make_world(200), method, range(1000, 1200))
