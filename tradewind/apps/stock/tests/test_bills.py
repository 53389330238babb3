"""Bills of goods: any batches, a key per fee, what was sold before, taken back to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.line import BY, NOW, english, make_world  # noqa: F401  fixtures
from tradewind.apps.markets.models import FxRate
from tradewind.apps.sourcing.models import PurchaseOrder, SupplierInvoice
from tradewind.apps.stock.models import CostLayer, LandedCharge
from tradewind.apps.stock.operations import (
    arrive_leg,
    charge_goods,
    reverse_charges,
    take_in_receipts,
    withdraw_costs,
)
from tradewind.apps.stock.queries import check_balances
from tradewind.apps.stock.queries.bills import laid_on, plan_bills, target_layers
from tradewind.apps.stock.step import take_in
from tradewind.apps.stock.tests.histories import (
    arrived,
    bill,
    cost,
    costs,
    count,
    departed,
    fee,
    of_leg,
    sell,
)
from tradewind.engine.access import WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused


@pytest.fixture
def world(db):
    found = make_world()
    for sku, sides in zip(found.skus, ((200, 100, 100), (300, 200, 100)), strict=True):
        sku.length_mm, sku.width_mm, sku.height_mm = sides
        sku.save()
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 11, 1), rate=Decimal("7.1"), source="test")
    return found


def landed():
    return list(CostLayer.objects.order_by("id").values_list("landed_minor", flat=True))


def test_a_sheet_of_several_creditors_currencies_and_keys_lays_each_bill_exactly(world):
    world.receive(0, 3, 100)
    world.receive(1, 1, 900)
    layers = of_leg(arrived(world, {0: 3, 1: 1}))
    sheet = bill(
        layers,
        fee(100_01, "F-1", basis="chargeable", divisor=5000, currency="USD"),  # 1.5 kg and 1.2 kg
        fee(30_00, "D-1", "duty", "declared", creditor="Broker", SKU_0=10, SKU_1=20),
        fee(-9_99, "V-1", "vat_refund", "value", creditor="Customs"),
        fee(5_00, "Q-1", "inspection", "qty", creditor="QC"),
        fee(7_00, "P-1", "packaging", "custom", creditor="Packer", SKU_0=0, SKU_1=1),
    )  # fmt: skip
    by_kind = {row.fee.kind: [part.minor for part in row.parts] for row in sheet.laid}
    assert by_kind == {
        "freight": [394_48, 315_59],  # 710.07 by 1.5 : 1.2
        "duty": [10_00, 20_00],
        "vat_refund": [-2_50, -7_49],
        "inspection": [3_75, 1_25],
        "packaging": [0, 7_00],
    }
    assert [x.landed_minor for x in of_leg(CostLayer.objects.get(pk=layers[0].pk).leg_line.leg)] == [
        394_48 + 10_00 - 2_50 + 3_75, 315_59 + 20_00 - 7_49 + 1_25 + 7_00,
    ]  # fmt: skip
    assert {c.sheet for c in LandedCharge.objects.all()} == {sheet.number}
    assert all(sum(p[2] for p in laid_on(c)["parts"]) == c.base_minor for c in LandedCharge.objects.all())
    assert check_balances() == []


def test_what_is_previewed_is_what_is_booked_and_a_preview_writes_nothing(world):
    world.receive(0, 4, 100)
    layers = of_leg(arrived(world, {0: 4}))
    sell(world, 7, 0, 1, world.away)
    fees = [fee(10_00), fee(3_00, "D-1", "duty", "value")]
    before = facts_hash()
    plan = plan_bills([x.pk for x in layers], fees)
    assert facts_hash() == before
    assert list(bill(layers, *fees).laid) == plan.laid


def test_a_bill_on_a_receipt_follows_its_goods_wherever_they_are_and_names_every_part(world):
    world.receive(0, 10, 100)
    first = CostLayer.objects.get()
    sell(world, 7, 0, 2)
    count(world, 0, 7, reason="lost")
    arrived(world, {0: 3})
    departed(world, {0: 1})
    sheet = bill([first], fee(10_00, kind="domestic_freight"))
    there = CostLayer.objects.get(leg_line__isnull=False)
    (laid,) = sheet.laid
    assert laid.here == ((first.balance_id, 3_00), (there.balance_id, 3_00))
    assert {(noun, minor) for noun, _line, minor in laid.gone} == {
        ("order_line", 2_00), ("count", 1_00), ("leg_line", 1_00),
    }  # fmt: skip
    assert (there.landed_minor, there.left_landed_minor) == (3_00, 3_00)
    assert cost(7) == (2_00, 2_00)
    assert check_balances() == []


def test_a_late_bill_costs_what_an_early_one_would_have_cost_unit_by_unit(world):
    world.receive(0, 7, 143)
    world.receive(1, 7, 143)
    early, late = CostLayer.objects.order_by("id")
    bill([early], fee(10_01, "A"))
    lines = {n: [sell(world, 10 * n + i, n, qty) for i, qty in enumerate((2, 1, 3), 1)] for n in (0, 1)}
    bill([late], fee(10_01, "B"))
    assert [cost(10 + i) for i in (1, 2, 3)] == lines[0]
    early.refresh_from_db()
    late.refresh_from_db()
    assert early.left_landed_minor == late.left_landed_minor


def test_a_bill_taken_back_leaves_every_cost_as_it_was_whatever_happened_in_between(world):
    world.receive(0, 9, 143)
    first = CostLayer.objects.get()
    bill([first], fee(5_03, "KEPT"))
    sell(world, 1, 0, 2)
    before = costs()
    sheet = bill([first], fee(77_77, "GONE"), fee(3_33, "ALSO", "duty", "qty"))
    assert costs() != before
    made = reverse_charges(
        charge_ids=sheet.charge_ids, on=date(2026, 11, 5), reason="billed to us by mistake", now=NOW, by=BY
    )
    assert costs() == before
    rows = LandedCharge.objects.filter(pk__in=made).order_by("id")
    assert [(r.amount_minor, r.base_minor, r.void) for r in rows] == [
        (-77_77, -77_77, True),
        (-3_33,) * 2 + (True,),
    ]
    assert [r.reverses_id for r in rows] == list(sheet.charge_ids)
    assert LandedCharge.objects.filter(void=False).count() == 1
    assert check_balances() == []


def test_units_sold_between_a_bill_and_its_reversal_cost_as_if_the_bill_had_never_come(world):
    world.receive(0, 9, 143)
    world.receive(1, 9, 143)
    _never, billed = CostLayer.objects.order_by("id")
    sheet = bill([billed], fee(77_77))
    for n in (0, 1):
        sell(world, 10 + n, n, 4)
    reverse_charges(charge_ids=sheet.charge_ids, on=NOW.date(), reason="wrong", now=NOW, by=BY)
    sell(world, 20, 0, 2)
    sell(world, 21, 1, 2)
    assert (cost(10), cost(20)) == (cost(11), cost(21))


def test_a_bill_can_be_entered_again_once_it_was_taken_back_and_not_before(world):
    world.receive(0, 2, 100)
    layer = CostLayer.objects.get()
    sheet = bill([layer], fee(1_00))
    with pytest.raises(Refused, match="here already"):
        bill([layer], fee(1_00))
    reverse_charges(charge_ids=sheet.charge_ids, on=NOW.date(), reason="wrong key", now=NOW, by=BY)
    bill([layer], fee(1_00, basis="qty"))
    assert landed() == [1_00]


def refused(layers, *fees):
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        bill(layers, *fees)
    assert facts_hash() == before
    return [(p.row, p.field, p.reason) for p in caught.value.problems]


def test_the_same_bill_on_a_leg_and_on_a_receipt_is_refused_naming_the_other(world):
    world.receive(0, 4, 100)
    receipt = CostLayer.objects.get()
    leg = arrived(world, {0: 2})
    sheet = bill(of_leg(leg), fee(1_00))
    assert refused([receipt], fee(1_00, creditor=" forwarder ")) == [
        (1, "number", f"this bill is here already: sheet {sheet.number} on {leg.number}")
    ]
    assert refused([receipt], fee(1_00, "X"), fee(2_00, "X")) == [(2, "number", "the same bill as line 1")]


def test_a_suppliers_invoice_is_not_a_bill_of_goods_as_well(world):
    world.receive(0, 4, 100)
    order = PurchaseOrder.objects.get()
    SupplierInvoice.objects.create(
        supplier=world.supplier, order=order, number="INV-9", on=NOW.date(), amount_minor=400, currency="CNY"
    )
    found = refused([CostLayer.objects.get()], fee(1_00, "INV-9", creditor="factory"))
    assert found == [
        (1, "number", f"this is the supplier's invoice of {order.number}: its cost is that of the goods")
    ]


def test_everything_wrong_with_a_sheet_is_named_at_once(world):
    world.receive(0, 4, 100)
    layer = CostLayer.objects.get()
    assert refused(
        [layer, 10**9], fee(-1, kind="freight"), fee(1, "V", "vat_refund"), fee(0, " ", "gift", creditor="")
    ) == [
        (None, "layers", "there is no such batch"),
        (1, "amount", "must be above zero"),
        (2, "amount", "must be below zero: it comes back"),
        (3, "kind", "is not a kind of charge"),
        (3, "number", "the bill's number is needed"),
        (3, "creditor", "the creditor is needed"),
        (3, "amount", "must be above zero"),
    ]
    assert refused([layer], fee(1, currency="EUR"), fee(1, "C", basis="volumetric")) == [
        (1, "on", "no EUR/CNY rate is known for this day"),
        (2, "divisor", "is needed for volumetric weight"),
    ]
    assert refused([], fee(1)) == [(None, "layers", "a bill needs at least one batch")]


def test_a_reversal_needs_a_reason_and_a_bill_that_stands(world):
    world.receive(0, 4, 100)
    sheet = bill([CostLayer.objects.get()], fee(1_00))
    (back,) = reverse_charges(charge_ids=sheet.charge_ids, on=NOW.date(), reason="x", now=NOW, by=BY)
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        reverse_charges(
            charge_ids=[*sheet.charge_ids, back, 10**9], on=NOW.date(), reason=" ", now=NOW, by=BY
        )
    assert [p.reason for p in caught.value.problems] == [
        "this is needed", "there is no such bill", "was taken back already", "takes back another bill itself",
    ]  # fmt: skip
    with pytest.raises(Denied):
        charge_goods(layer_ids=[1], fees=[fee(1)], now=NOW, by=Actor(2, "wu", WAREHOUSE, None))
    assert facts_hash() == before


def test_batches_are_found_by_leg_receipt_order_and_sku(world):
    world.receive(0, 4, 100)
    world.receive(1, 4, 100)
    leg = arrived(world, {0: 2, 1: 2})
    first, second = CostLayer.objects.filter(parent=None).order_by("id")
    born = [x.pk for x in of_leg(leg)]
    assert target_layers(legs=[leg.number]) == born
    assert target_layers(legs=[leg.number], skus=["SKU-1"]) == born[1:]
    assert target_layers(receipts=["RC-1"], orders=["PO-2"]) == [first.pk, second.pk]
    with pytest.raises(Refused) as caught:
        target_layers(legs=["LEG-9"], receipts=["RC-1", "RC-9"])
    assert [(p.field, p.value) for p in caught.value.problems] == [("legs", "LEG-9"), ("receipts", "RC-9")]


def test_a_withdrawn_cost_is_missing_wherever_the_goods_went_until_it_is_found_again(world):
    world.receive(0, 4, 250, currency="USD")
    FxRate.objects.filter(base="USD").delete()
    FxRate.objects.create(base="USD", quote="CNY", on=NOW.date(), rate=Decimal("7"), source="test")
    layer = CostLayer.objects.get()
    assert layer.goods_minor == 71_00
    sell(world, 5, 0, 1)
    arrived(world, {0: 1})
    withdraw_costs(layer_ids=[layer.pk], reason="wrong rate", now=NOW, by=BY)
    assert cost(5) == (None, 0)
    assert set(CostLayer.objects.values_list("goods_minor", "state")) == {(None, "missing")}
    take_in(NOW, BY)
    assert cost(5) == (17_50, 0)
    assert list(CostLayer.objects.order_by("id").values_list("goods_minor", "left_goods_minor", "state")) == [
        (70_00, 35_00, "actual"), (17_50, 17_50, "actual"),
    ]  # fmt: skip
    assert take_in_receipts(now=NOW, by=BY).lines == 0
    assert check_balances() == []


def test_a_bill_on_goods_under_way_waits_on_the_way_and_arrives_with_them(world):
    world.receive(0, 4, 100)
    first = CostLayer.objects.get()
    leg = departed(world, {0: 4})
    (laid,) = bill([first], fee(8_00)).laid
    assert (laid.here, laid.place("leg_line")) == ((), 8_00)
    arrive_leg(leg_id=leg.pk, now=NOW, by=BY)
    assert [x.landed_minor for x in of_leg(leg)] == [8_00]
