"""The stores spoken to as Amazon: whatever the wire does, the connector ends at the world's truth."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.simulators.seller import AmazonSeller
from tests.simulators.test_faults import FAULTS, script
from tradewind.connectors.session import _tokens
from tradewind.engine.contracts import OfferPush, OutsideError
from tradewind.engine.money import Money
from tradewind.simulators.amazon_papers import STATES


@pytest.fixture
def amazon() -> Iterator[AmazonSeller]:
    worker = AmazonSeller()
    worker.list_goods()
    yield worker
    worker.stop()


def unlimited(seller: AmazonSeller) -> None:
    """Drop the buckets: the world's days pass faster than Amazon's quota is filled again."""
    seller.transport._buckets.clear()


def sweep(seller: AmazonSeller, market: str) -> None:
    unlimited(seller)
    seller.sweep(market)


def as_told(seller: AmazonSeller, market: str) -> dict[str, str]:
    return {o.external_id: o.raw_state.split()[0] for o in seller.known[market].values()}


def in_truth(seller: AmazonSeller, market: str) -> dict[str, str]:
    return {o.id: STATES[o.state] for o in seller.world.shops[market].orders.values()}


def test_orders_shipments_and_amounts_are_those_of_the_store(amazon: AmazonSeller) -> None:
    for _day in range(12):
        amazon.pass_time(days=1)
        for market, conn in amazon.stores.items():
            sweep(amazon, market)
            unlimited(amazon)
            results = amazon.channel.push_tracking(conn, amazon.pushes(market))
            assert all(r.ok for r in results)
    amazon.pass_time(minutes=5)
    for market, shop in amazon.world.shops.items():
        sweep(amazon, market)
        assert as_told(amazon, market) == in_truth(amazon, market)
        assert any(state == "SHIPPED" for state in as_told(amazon, market).values())
        for known in amazon.known[market].values():
            order = shop.orders[known.external_id]
            if known.state in ("open", "shipped"):
                sold = [(x.price, x.discount, x.tax) for x in order.lines]
                assert [(x.price.minor, x.discount.minor, x.tax.minor) for x in known.lines] == sold
                assert (known.shipping.minor, known.currency) == (order.shipping, shop.terms.currency)
                assert known.address.country == market
        assert not [o for o in shop.orders.values() if o.state == "PART_SHIPPED"]


def test_a_unit_sold_in_one_dialect_is_gone_in_the_other(amazon: AmazonSeller) -> None:
    conn, shop = amazon.stores["US"], amazon.world.shops["US"]
    sku = next(iter(shop.listings))
    (result,) = amazon.channel.push_offers(conn, [OfferPush(sku, "x", Money(2345, "USD"), 3)])
    assert (result.ok, shop.listings[sku].price, shop.listings[sku].quantity) == (True, 2345, 3)
    (lost,) = amazon.channel.push_offers(amazon.stores["JP"], [OfferPush(sku, "x", Money(1980, "JPY"), None)])
    assert (lost.ok, amazon.world.shops["JP"].listings[sku].price) == (True, 1980)


def test_settlements_come_as_reports_and_sum_to_their_deposit(amazon: AmazonSeller) -> None:
    for _day in range(16):
        amazon.pass_time(days=1)
        sweep(amazon, "US")
        unlimited(amazon)
        amazon.channel.push_tracking(amazon.stores["US"], amazon.pushes("US"))
    unlimited(amazon)
    page = amazon.channel.settlements(amazon.stores["US"], amazon.watermarks["US"].replace(day=1))
    (ref,) = page.items
    (settlement,) = amazon.channel.parse_settlement(
        amazon.channel.settlement_file(amazon.stores["US"], ref.external_id)
    )
    (truth,) = amazon.world.shops["US"].settled
    assert (settlement.total.minor, settlement.remainder.minor) == (truth.total, 0)
    assert len(settlement.rows) == len(truth.rows)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: "-".join(str(v) for v in f.values()))
@pytest.mark.parametrize("path", ["/2026-01-01/orders", "shipmentConfirmation"])
def test_one_fault_changes_nothing_in_the_end(amazon: AmazonSeller, path: str, fault: dict) -> None:
    amazon.pass_time(days=6)
    script(amazon, {"path": path, "nth": 1, **fault}, {"path": path, "nth": 3, **fault})
    for _turn in range(3):
        amazon.pass_time(minutes=5)
        try:
            sweep(amazon, "US")
            unlimited(amazon)
            amazon.channel.push_tracking(amazon.stores["US"], amazon.pushes("US"))
        except OutsideError:
            amazon.transport._breakers.clear()
    amazon.pass_time(minutes=5)
    sweep(amazon, "US")
    unlimited(amazon)
    amazon.channel.push_tracking(amazon.stores["US"], amazon.pushes("US"))
    amazon.pass_time(minutes=5)
    sweep(amazon, "US")
    assert as_told(amazon, "US") == in_truth(amazon, "US")
    assert amazon.running.service.script.done >= 1


def test_a_hundred_seeded_faults_converge(amazon: AmazonSeller) -> None:
    seed = 20260602
    print(f"seed {seed}")
    dice = Random(seed)
    quick = [f for f in FAULTS if f["kind"] != "timeout"]
    paths = ["/2026-01-01/orders", "shipmentConfirmation", "/auth/o2/token"]
    faults = [
        {"path": dice.choice(paths), "nth": dice.randint(1, 60), **dice.choice(quick)} for _ in range(100)
    ]
    script(amazon, *faults)

    def until_done(work):
        for _ in range(30):
            try:
                return work()
            except OutsideError:
                amazon.transport._breakers.clear()
        raise AssertionError("did not get through")

    for _day in range(10):
        amazon.pass_time(days=1)
        _tokens.clear()
        for market, conn in amazon.stores.items():
            until_done(lambda market=market: sweep(amazon, market))
            unlimited(amazon)
            until_done(
                lambda market=market, conn=conn: amazon.channel.push_tracking(conn, amazon.pushes(market))
            )
    script(amazon)
    amazon.pass_time(minutes=5)
    for market in amazon.stores:
        sweep(amazon, market)
        assert as_told(amazon, market) == in_truth(amazon, market)
