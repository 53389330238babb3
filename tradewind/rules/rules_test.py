import csv
from datetime import date
from decimal import Decimal

import pytest

from tests.shared import shared
from tradewind.engine.rule_examples import run_examples
from tradewind.engine.rule_kinds import KINDS as RULE_KINDS
from tradewind.engine.rulebook import NoRule
from tradewind.engine.settlement_kinds import KINDS
from tradewind.rules import load

TODAY = date(2026, 11, 22)


def test_every_example_of_every_rule_file_comes_out():
    assert [str(failure) for failure in run_examples(load())] == []


def test_every_file_has_two_examples_or_more():
    files = {rule.file for rule in load().rules}
    examples = [example.file for example in load().examples]
    assert {file for file in files if examples.count(file) < 2} == set()


@pytest.mark.parametrize(
    ("market", "rate"), [("US", "0"), ("GB", "0.20"), ("DE", "0.19"), ("FR", "0.20"), ("JP", "0.10")]
)
def test_the_five_markets_state_their_standard_rate(market, rate):
    assert load().find("vat", TODAY, market=market).decimal("rate") == Decimal(rate)


def test_every_line_of_the_shared_settlement_sample_is_mapped_and_has_the_sign_of_its_kind():
    with shared("data/marketplace_reports/amazon_settlement_v2_sample.txt").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["transaction-type"]]
    wrong = []
    for row in rows:
        kind = KINDS[
            load()
            .find(
                "settlement_kind",
                date(2026, 6, 30),
                channel="amazon",
                type=row["transaction-type"],
                amount_type=row["amount-type"],
                description=row["amount-description"],
            )
            .text("means")
        ]
        if kind.sign * Decimal(row["amount"]) < 0:
            wrong.append((row, kind))
    assert len(rows) == 23
    assert wrong == []


@pytest.mark.parametrize(
    ("type", "amount_type", "description", "means"),
    [
        ("Order", "Price", "Principal", "principal"),
        ("Order", "Price", "Tax", "tax"),
        ("Order", "Price", "Shipping", "shipping"),
        ("Order", "Promotion", "Discount", "promotion"),
        ("Order", "Fee", "Referral", "referral_fee"),
        ("Order", "Fee", "Payment", "payment_fee"),
        ("Order", "Tax", "Withheld", "marketplace_tax"),
        ("Refund", "Price", "Principal", "refund"),
        ("Refund", "Price", "Tax", "refund_tax"),
        ("Refund", "Price", "Shipping", "refund"),
        ("Refund", "Fee", "Referral", "fee_refund"),
        ("Refund", "Tax", "Withheld", "refund_marketplace_tax"),
        ("Fee", "Account", "Subscription", "subscription_fee"),
        ("Fee", "Account", "Late Shipment", "late_fee"),
        ("Fee", "Ads", "Sponsored", "ad_fee"),
        ("Reserve", "Balance", "Opened", "reserve_opened"),
        ("Reserve", "Balance", "Released", "reserve_released"),
        ("Adjustment", "Account", "Correction", "adjustment"),
    ],
)
def test_every_word_of_harbour_is_mapped(type, amount_type, description, means):
    row = load().find(
        "settlement_kind",
        TODAY,
        channel="harbour",
        type=type,
        amount_type=amount_type,
        description=description,
    )
    assert row.text("means") == means


def test_a_word_amazon_never_used_is_unknown_and_a_word_known_second_hand_waits_for_a_person():
    ask = {"channel": "amazon", "type": "Order", "amount_type": "ItemFees", "description": "BrandNewFee"}
    with pytest.raises(NoRule):
        load().find("settlement_kind", TODAY, **ask)
    ask = {"channel": "amazon", "type": "Order", "amount_type": "Promotion", "description": "Shipping"}
    (row,) = load().all("settlement_kind", **ask)
    with pytest.raises(NoRule):
        load().find("settlement_kind", TODAY, **ask)
    confirmed = load().with_decisions({row.id: "confirmed"})
    assert confirmed.find("settlement_kind", TODAY, **ask).text("means") == "promotion"


def test_every_row_can_be_confirmed_by_a_person_without_a_clash():
    proposed = [rule.id for rule in load().rules if rule.status == "proposed"]
    assert len(load().with_decisions(dict.fromkeys(proposed, "confirmed")).rules) == len(load().rules)


def test_low_and_medium_confidence_never_count_by_themselves():
    weak = [rule for rule in load().rules if rule.confidence != "high"]
    assert weak
    assert not any(load().active(rule) for rule in weak)


def test_trade_lore_never_blocks_a_listing():
    cautions = load().all("caution")
    assert len(cautions) == 30
    assert all(rule.values["strength"] == "strong" for rule in cautions if rule.values["blocks"])
    assert not any(rule.values["blocks"] for rule in cautions if rule.values["strength"] == "weak")


def test_every_kind_the_book_knows_has_rows():
    assert {kind for kind in RULE_KINDS if not load().all(kind)} <= {"duty", "knowledge"}


@pytest.mark.parametrize(
    ("kind", "rows"), [("market_access", 56), ("dangerous_goods", 10), ("shipping_document", 13)]
)
def test_the_whole_of_a_subject_is_there(kind, rows):
    assert len(load().all(kind)) == rows
