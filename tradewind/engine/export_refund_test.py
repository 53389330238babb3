from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine.contracts import Refused
from tradewind.engine.export_refund import ProducerRefund, producer_refund, trading_refund
from tradewind.engine.money import Money

THIRTEEN, NINE = Decimal("0.13"), Decimal("0.09")


def cny(text):
    return Money.of(str(text), "CNY")


def test_a_trading_firm_gets_nine_of_thirteen_back_and_bears_the_rest():
    found = trading_refund(cny(300_000), levy=THIRTEEN, refund_rate=NINE)
    assert (found.refund, found.cost) == (cny(27_000), cny(12_000))
    assert found.breakdown("r").amount == cny(39_000)


def test_a_producer_s_excess_credit_is_refunded_up_to_the_cap():
    found = producer_refund(
        cny(500_000), levy=THIRTEEN, refund_rate=NINE, input_vat=cny(52_000), output_vat=cny(13_000)
    )
    assert found == ProducerRefund(
        cny(20_000), cny(-19_000), cny(45_000), cny(19_000), cny(26_000), cny(0)
    )  # fmt: skip


def test_what_exceeds_the_cap_is_carried_forward():
    found = producer_refund(
        cny(500_000), levy=THIRTEEN, refund_rate=NINE, input_vat=cny(90_000), output_vat=cny(0),
        carried_credit=cny(10_000),
    )  # fmt: skip
    assert (found.payable, found.refund, found.set_off) == (cny(-80_000), cny(45_000), cny(0))
    assert found.carried_forward == cny(35_000)


def test_free_materials_lower_the_base_and_tax_to_pay_gives_no_refund():
    found = producer_refund(
        cny(500_000), levy=THIRTEEN, refund_rate=NINE, input_vat=cny(10_000), output_vat=cny(13_000),
        free_materials=cny(100_000),
    )  # fmt: skip
    assert (found.non_creditable, found.cap) == (cny(16_000), cny(36_000))
    assert (found.payable, found.refund, found.set_off) == (cny(19_000), cny(0), cny(36_000))


def test_everything_wrong_is_said_at_once():
    with pytest.raises(Refused) as refused:
        producer_refund(
            cny(-1), levy=NINE, refund_rate=THIRTEEN, input_vat=Money.of("1", "USD"), output_vat=cny(0)
        )
    assert [p.field for p in refused.value.problems] == ["fob", "currency", "refund_rate"]
    with pytest.raises(Refused, match="exceed the exports"):
        producer_refund(
            cny(1), levy=THIRTEEN, refund_rate=NINE, input_vat=cny(0), output_vat=cny(0),
            free_materials=cny(2),
        )  # fmt: skip


AMOUNTS = st.integers(0, 10**12).map(lambda minor: Money(minor, "CNY"))
RATES = st.sampled_from([Decimal(r) for r in ("0", "0.06", "0.09", "0.13")])


@given(AMOUNTS, RATES, AMOUNTS, AMOUNTS, AMOUNTS)
def test_no_credit_is_lost_and_the_refund_keeps_to_both_bounds(fob, rate, paid, home, carried):
    found = producer_refund(
        fob, levy=THIRTEEN, refund_rate=rate, input_vat=paid, output_vat=home, carried_credit=carried
    )
    assert found.refund + found.carried_forward == (
        -found.payable if found.payable.minor < 0 else Money.zero("CNY")
    )
    assert found.refund + found.set_off == found.cap
    assert min(found.refund.minor, found.set_off.minor, found.carried_forward.minor) >= 0
