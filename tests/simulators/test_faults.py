"""Whatever the wire does, sweeping and pushing on ends at the world's truth."""

from __future__ import annotations

from random import Random

import httpx
import pytest

from tests.simulators.seller import Seller
from tradewind.connectors.transport import Transport
from tradewind.engine.contracts import OutsideError

FAULTS = [
    {"kind": "throttle", "retry_after": 1},
    {"kind": "throttle"},
    {"kind": "error"},
    {"kind": "error", "after": True},
    {"kind": "timeout", "seconds": 0.6},
    {"kind": "timeout", "seconds": 0.6, "after": True},
    {"kind": "cut"},
    {"kind": "duplicate"},
    {"kind": "expired"},
    {"kind": "expired", "after": True},
    {"kind": "skew", "seconds": 600},
    {"kind": "skew", "seconds": -600},
]


def script(seller: Seller, *faults: dict) -> None:
    answer = httpx.post(f"{seller.running.url}/control/faults", json={"faults": list(faults)})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: "-".join(str(v) for v in f.values()))
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/shipments"])
def test_one_fault_changes_nothing_in_the_end(seller: Seller, path: str, fault: dict) -> None:
    seller.list_goods()
    seller.pass_time(days=6)
    script(seller, {"path": path, "nth": 1, **fault}, {"path": path, "nth": 3, **fault})
    seller.sweep("US")
    results = seller.channel.push_tracking(seller.stores["US"], seller.pushes("US"))
    for _ in range(2):
        seller.pass_time(minutes=5)
        seller.sweep("US")
        results += seller.channel.push_tracking(seller.stores["US"], seller.pushes("US"))
    shop = seller.world.shops["US"]
    assert {o.external_id: o.raw_state for o in seller.known["US"].values()} == {
        o.id: o.state for o in shop.orders.values()
    }
    assert not [o for o in shop.orders.values() if o.state == "OPEN"]
    assert len(shop.shipments) == len({r.external_id for r in results if r.ok})
    assert seller.running.service.script.done >= 1


def test_a_hundred_seeded_faults_converge(seller: Seller) -> None:
    seed = 20260601
    print(f"seed {seed}")
    dice = Random(seed)
    quick = [f for f in FAULTS if f["kind"] != "timeout"]
    paths = ["/v1/orders", "/v1/shipments", "/v1/listings", "/v1/settlements", "/auth/token"]
    script(
        seller,
        *({"path": dice.choice(paths), "nth": dice.randint(1, 60), **dice.choice(quick)} for _ in range(100)),
    )
    refs: dict[str, set[str]] = {m: set() for m in seller.stores}

    def until_done(work):
        for _ in range(12):
            try:
                return work()
            except OutsideError:
                seller.transport._breakers.clear()
        raise AssertionError("did not get through")

    until_done(seller.list_goods)
    for _ in range(20):
        seller.pass_time(days=1)
        for market, conn in seller.stores.items():
            until_done(lambda market=market: seller.sweep(market))
            until_done(lambda conn=conn, m=market: seller.channel.push_tracking(conn, seller.pushes(m)))
            found = until_done(
                lambda conn=conn: seller.channel.settlements(conn, seller.world.now.replace(day=1))
            )
            refs[market] |= {r.external_id for r in found.items}
    seller.pass_time(minutes=10)
    for market, shop in seller.world.shops.items():
        until_done(lambda market=market: seller.sweep(market))
        assert {o.external_id: o.raw_state for o in seller.known[market].values()} == {
            o.id: o.state for o in shop.orders.values()
        }
        assert refs[market] == {s.id for s in shop.settled}
    assert seller.running.service.script.done > 60


def test_a_refused_script_changes_nothing(seller: Seller) -> None:
    script(seller, {"path": "/v1/orders", "nth": 1, "kind": "error"})
    answer = httpx.post(
        f"{seller.running.url}/control/faults", json={"faults": [{"path": "/", "nth": 1, "kind": "no"}]}
    )
    assert answer.status_code == 422
    assert len(seller.running.service.script.faults) == 1


def test_a_wrong_key_is_not_let_in_and_not_tried_again(seller: Seller) -> None:
    from dataclasses import replace

    waits: list[float] = []
    transport = Transport(sleep=waits.append)
    conn = replace(seller.stores["US"], credentials={"account": "HB-US", "key": "wrong"}, transport=transport)
    with pytest.raises(OutsideError) as caught:
        seller.channel.read_orders(conn, ["a"])
    assert (caught.value.code, caught.value.retriable, waits) == ("bad_credentials", False, [])
    transport.client.close()
