from tradewind.engine.settlement_kinds import ACCOUNTS, FEES, KINDS, NONE, REFUND, REVENUE, TAX, place


def test_every_kind_feeds_a_known_component_and_account():
    for code, kind in KINDS.items():
        assert kind.code == code
        assert kind.sign in (-1, 0, 1)
        assert kind.component in (REVENUE, FEES, REFUND, TAX, NONE)
        assert kind.account in ACCOUNTS


def test_what_moves_between_pockets_is_no_profit():
    assert {code for code, kind in KINDS.items() if kind.component == NONE} == {
        "reserve_opened", "reserve_released", "transfer",
    }  # fmt: skip


def test_a_fee_and_its_refund_go_to_one_account_with_opposite_signs():
    assert KINDS["fee_refund"].account == KINDS["referral_fee"].account
    assert KINDS["fee_refund"].sign == -KINDS["referral_fee"].sign
    assert KINDS["marketplace_tax"].account == KINDS["tax"].account == "2221"


def test_kinds_stand_in_the_order_of_the_business_and_the_unknown_first():
    said = ["adjustment", "ad_fee", "", "refund", "tax", "reserve_opened", "subscription_fee", "principal"]
    said += ["marketplace_tax", "promotion", "referral_fee", "shipping"]
    assert sorted(said, key=place) == [
        "", "principal", "shipping", "tax", "promotion", "marketplace_tax", "referral_fee", "refund",
        "subscription_fee", "ad_fee", "reserve_opened", "adjustment",
    ]  # fmt: skip
