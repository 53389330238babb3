"""Fees of settlements against the schedule: planted overcharges with exact amounts, nothing else found."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_orders, make_store
from tradewind.apps.claims.models import FeeAudit, Finding
from tradewind.apps.claims.operations import audit_fees, dismiss_findings
from tradewind.apps.claims.tests.shop import BY, NOW
from tradewind.apps.settlements.models import SettlementLine
from tradewind.apps.settlements.operations import import_settlements
from tradewind.engine.access import OPERATIONS, Actor
from tradewind.engine.contracts import Refused

DAYS = {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}


def settled(store, fees: dict[str, tuple[int, int]]) -> None:
    """A settlement of orders (number -> referral and payment fee), each of 20.00 and 3.00 of shipping."""
    rows, total = [], 0
    for order, (referral, payment) in fees.items():
        for kind, what, minor in (
            ("Price", "Principal", 20_00), ("Price", "Shipping", 3_00), ("Price", "Tax", 1_60),
            ("Fee", "Referral", -referral), ("Fee", "Payment", -payment),
        ):  # fmt: skip
            rows.append(("Order", kind, what, f"{minor / 100:.2f}", order, "L-1", "LAMP-A"))
            total += minor
    data = harbour_file("S-1", "USD", rows, f"{total / 100:.2f}")
    import_settlements(store_id=store.pk, name="s.txt", data=data, now=NOW, by=BY)


RIGHT = (3_00, 71)  # 15 % of 20.00; 2.9 % of 24.60


@pytest.fixture
def harbour(db):
    return make_store("HB-US", "harbour", "USD")


def audited(store) -> FeeAudit:
    return audit_fees(store_id=store.pk, **DAYS, now=NOW, by=BY)


def test_planted_overcharges_are_found_exactly_and_nothing_else(harbour):
    dice = random.Random(7)
    make_orders(harbour, 400)
    fees = {f"O-{n}": RIGHT for n in range(1, 401)}
    planted: dict[tuple[str, str], int] = {}
    for n in dice.sample(range(1, 401), 60):
        order, more = f"O-{n}", dice.randint(1, 400)
        referral, payment = fees[order]
        if n % 3:
            planted[order, "referral_fee"], fees[order] = more, (referral + more, payment)
        else:
            planted[order, "payment_fee"], fees[order] = more, (referral, payment + more)
    settled(harbour, fees)
    audit = audited(harbour)
    rows = Finding.objects.values_list("order__external_id", "reason", "excess_minor")
    assert {(order, reason): excess for order, reason, excess in rows} == planted
    assert (audit.judged_count, audit.clean_count, audit.found_count) == (800, 740, 60)
    assert audit.unjudged == {}


def test_a_finding_names_the_settlement_line_the_rule_and_the_order(harbour):
    make_orders(harbour, 1)
    settled(harbour, {"O-1": (3_40, 71)})
    audited(harbour)
    found = Finding.objects.get()
    assert (found.charged_minor, found.expected_minor, found.excess_minor) == (3_40, 3_00, 40)
    assert found.source == "harbour.referral.US.2024"
    assert found.settlement_line == SettlementLine.objects.get(kind="referral_fee")
    assert (found.order.external_id, found.due_on) == ("O-1", None)  # no window is known for this channel


def test_a_second_look_changes_no_finding_and_keeps_what_people_decided(harbour):
    make_orders(harbour, 2)
    settled(harbour, {"O-1": (3_40, 71), "O-2": (3_50, 71)})
    audited(harbour)
    first = Finding.objects.get(excess_minor=40)
    dismiss_findings(ids=[first.pk], reason="agreed", now=NOW, by=BY)
    audited(harbour)
    assert sorted(Finding.objects.values_list("excess_minor", "state")) == [(40, "dismissed"), (50, "open")]


def test_what_no_rule_covers_is_counted_and_never_a_finding(db):
    store = make_store("HB-US", "harbour", "USD")
    store.market.code = "BR"
    store.market.save()
    make_orders(store, 1)
    settled(store, {"O-1": (9_99, 71)})
    audit = audited(store)
    assert (audit.found_count, Finding.objects.count()) == (0, 0)
    assert audit.unjudged == {"referral_fee: no_rule": 1}


def test_settlements_of_other_days_are_not_looked_at(harbour):
    make_orders(harbour, 1)
    settled(harbour, {"O-1": (9_99, 71)})
    audit = audit_fees(store_id=harbour.pk, first=date(2026, 7, 1), last=date(2026, 7, 31), now=NOW, by=BY)
    assert (audit.judged_count, audit.found_count) == (0, 0)


def test_a_store_out_of_scope_is_refused_and_nothing_written(harbour):
    before = facts_hash()
    with pytest.raises(Refused):
        audit_fees(store_id=harbour.pk, **DAYS, now=NOW, by=Actor(2, "b", OPERATIONS, frozenset({0})))
    assert facts_hash() == before
