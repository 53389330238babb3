"""Every layout: lines sum to the deposit, a missing line is what they lack, hostile files are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.settlement_samples import GOOD, SAMPLES, Sample
from tests.hostile import check_reader
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL
from tradewind.engine.contracts import Refused, Settlement

NAMES = sorted(SAMPLES)
CENTS = st.integers(min_value=-99_999_99, max_value=99_999_99)
AMOUNTS = st.lists(st.tuples(CENTS, CENTS, CENTS), min_size=3, max_size=8)


def read(sample: Sample, data: bytes, layout: str = "") -> list[Settlement]:
    return registry.channel(sample.channel).parse_settlement(data, layout)


def one(sample: Sample, data: bytes) -> Settlement:
    (settlement,) = read(sample, data)
    return settlement


def test_every_layout_has_a_sample_or_a_test_of_its_own() -> None:
    known = {layout for m in registry.manifests(CHANNEL) for layout in m.layouts}
    elsewhere = {"amazon_settlement_v2", "harbour_settlement", "temu_settlement_full", "online_retail"}
    assert known == {*SAMPLES, *elsewhere}


@pytest.mark.parametrize("name", NAMES)
def test_lines_sum_to_the_total_which_the_file_states_or_not(name: str) -> None:
    sample = SAMPLES[name]
    settlement = one(sample, sample.good())
    assert settlement.total.minor == sum(map(sum, GOOD))
    assert settlement.remainder.minor == 0
    assert settlement.stated is sample.stated
    assert settlement.layout == name
    assert len({r.line_no for r in settlement.rows}) == len(settlement.rows)


@pytest.mark.parametrize("name", NAMES)
@given(amounts=AMOUNTS)
@settings(max_examples=12, deadline=None)
def test_postings_equal_the_deposit_whatever_the_amounts(
    name: str, amounts: list[tuple[int, int, int]]
) -> None:
    sample = SAMPLES[name]
    settlement = one(sample, sample.good(amounts))
    assert settlement.total.minor == sum(map(sum, amounts))
    assert settlement.remainder.minor == 0


@pytest.mark.parametrize("name", NAMES)
@given(amounts=AMOUNTS, data=st.data())
@settings(max_examples=12, deadline=None)
def test_a_row_taken_away_is_what_the_lines_lack(
    name: str, amounts: list[tuple[int, int, int]], data
) -> None:
    """Exactly that row, in a file that states its total. PayPal proves rows by the balances around them."""
    sample = SAMPLES[name]
    inner = (1, len(amounts) - 1) if name == "paypal_activity" else (0, len(amounts))
    gone = data.draw(st.integers(inner[0], inner[1] - 1))
    rows, total = sample.rows(amounts), sum(map(sum, amounts))
    settlement = one(sample, sample.file([*rows[:gone], *rows[gone + 1 :]], total))
    lacking = sum(amounts[gone])
    if sample.stated:
        assert settlement.remainder.minor == lacking
    else:
        assert (settlement.stated, settlement.total.minor) == (False, total - lacking)


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_read_by_name_in_any_order(name: str) -> None:
    sample = SAMPLES[name]
    rows = sample.rows(GOOD)
    turned = Sample(
        sample.channel, name, dict(reversed(sample.line.items())), sample.amount, sample.day,
        dict(reversed(sample.head.items())), dict(reversed(sample.foot.items())), sample.kind, sample.before,
    )  # fmt: skip
    assert turned.columns != sample.columns
    again = one(sample, turned.file(rows, sum(map(sum, GOOD))))
    assert again == one(sample, sample.good())


# Where rows have a net, a column nobody knows is proved to carry no money: it is left aside and said. Two
# bytes that are no UTF-8 make a Chinese character in GBK, which CSV files may be written in.
FINE = {"a column of money nobody knows", "a thousand columns more", "an overlong NUL"}
# A fee that is not there stays inside the sum of fees beside it, as a line that is not broken down.
IN_A_SUM = {
    "amount: nothing where a number must be",
    "amount: a formula that was never computed",
    "amount: a formula with an error",
    "the column of the amount missing",
    "a header short of its last word",
    "a row cut off before its amount",
}
# Amazon leaves empty cells and empty columns out: an amount that is missing is a remainder, not a mistake.
REMAINS = {
    "amount: nothing where a number must be",
    "a row cut off before its amount",
    "cut in the middle of a row",
    "the column of the day missing",
}
ALSO_FINE = {
    "tiktok_shop_income": IN_A_SUM,
    "tiktok_shop_statement_us": IN_A_SUM,
    "shopee_income_released": {"the column of the day missing"},  # the order's own day stands beside it
    "walmart_recon_v1": {"the column of the day missing"},
    "ebay_transaction_report": {"a header short of its last word"},  # the rate, empty without a conversion
}


@pytest.mark.parametrize("name", NAMES)
def test_malformed_files_are_refused_or_read_as_what_they_say(name: str) -> None:
    sample = SAMPLES[name]
    strict = name == "amazon_settlement_v1"
    count = check_reader(
        lambda data: read(sample, data), sample.good(), kind=sample.kind, amount=sample.amount,
        day=sample.day, header=len(sample.before),
        fine=REMAINS if strict else FINE | ALSO_FINE.get(name, set()),
    )  # fmt: skip
    assert count >= 50


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_may_be_named_and_another_one_does_not_read_the_file(name: str) -> None:
    sample = SAMPLES[name]
    channel = registry.channel(sample.channel)
    assert read(sample, sample.good(), name) == read(sample, sample.good())
    for other in channel.manifest.layouts:
        if other != name:
            with pytest.raises(Refused):
                read(sample, sample.good(), other)


def test_the_documentation_says_of_every_layout_what_it_was_verified_against() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/ideas/settlement-files.md").read_text(
        encoding="utf-8"
    )
    layouts = {layout for m in registry.manifests(CHANNEL) for layout in m.layouts} - {"online_retail"}
    assert [name for name in sorted(layouts) if f"`{name}`" not in text] == []


def test_deposit_days_are_read() -> None:
    days = {name: one(s, s.good()).deposit_on for name, s in SAMPLES.items()}
    assert days == {
        "amazon_settlement_v1": date(2026, 7, 2), "ebay_transaction_report": date(2026, 7, 2),
        "shopee_income_released": date(2026, 6, 30), "shopify_payments": date(2026, 6, 30),
        "walmart_recon_v1": None, "tiktok_shop_income": None, "tiktok_shop_statement_us": None,
        "aliexpress_funds": None, "stripe_balance_itemized": None, "paypal_activity": date(2026, 6, 30),
    }  # fmt: skip


def test_an_amount_left_out_of_amazons_wide_report_is_a_remainder() -> None:
    sample = SAMPLES["amazon_settlement_v1"]
    rows = sample.rows(GOOD)
    rows[1] |= {"price-amount": ""}
    assert one(sample, sample.file(rows, sum(map(sum, GOOD)))).remainder.minor == GOOD[1][0]
