"""What single layouts say of their own: fees, pending rows, balances, other currencies, causes in sheets."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import xlsxwriter
from django.utils import translation

from tests.connectors.settlement_samples import GOOD, SAMPLES, Row
from tradewind.connectors import registry
from tradewind.connectors.layouts import read_settlements
from tradewind.engine.contracts import Refused, Settlement, SettlementRow
from tradewind.engine.money import Money


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def read(name: str, rows: list[Row], total: int = 0) -> list[Settlement]:
    sample = SAMPLES[name]
    return registry.channel(sample.channel).parse_settlement(sample.file(rows, total))


def refusal(name: str, rows: list[Row], total: int = 0) -> list[tuple[int | None, str]]:
    with pytest.raises(Refused) as caught:
        read(name, rows, total)
    return [(p.row, p.field) for p in caught.value.problems]


def said(rows: tuple[SettlementRow, ...]) -> list[tuple[str, str, str, int]]:
    return [(r.type, r.amount_type, r.description, r.amount.minor) for r in rows]


def test_amazons_wide_report_speaks_the_words_of_the_long_one() -> None:
    sample = SAMPLES["amazon_settlement_v1"]
    rows = sample.rows([(19_99, -3_00, 0), (0, 0, -39_99)])
    rows[1] |= {"transaction-type": "Subscription Fee", "order-id": "", "sku": ""}
    (settlement,) = read("amazon_settlement_v1", rows, -23_00)
    assert settlement.remainder.minor == 0
    assert said(settlement.rows) == [
        ("Order", "ItemPrice", "Principal", 19_99),
        ("Order", "ItemFees", "Commission", -3_00),
        ("Subscription Fee", "other-transaction", "Subscription Fee", -39_99),
    ]
    assert [r.line_no for r in settlement.rows] == [301, 302, 401]


def test_amazons_files_come_in_the_old_encodings_of_europe_and_japan() -> None:
    sample = SAMPLES["amazon_settlement_v1"]
    rows = sample.rows(GOOD)
    rows[0] |= {"sku": "GRÖSSE-1"}
    data = sample.file(rows, 46_95).decode()
    channel = registry.channel("amazon")
    (settlement,) = channel.parse_settlement(data.encode("cp1252"))
    assert settlement == channel.parse_settlement(data.encode())[0]
    assert settlement.rows[0].external_sku == "GRÖSSE-1"
    yen = data.replace("USD", "JPY").replace("GRÖSSE", "金").replace(".", "")
    assert channel.parse_settlement(yen.encode("cp932"))[0].rows[0].external_sku == "金-1"


# How the marketplaces write a thousand and a half, and the sixteenth of June.
MARKETPLACES = [
    ("US", "USD", "1,100.50", "2026-06-16T00:00:00+00:00"),
    ("CA", "CAD", "1,100.50", "2026-06-16 00:00:00 UTC"),
    ("MX", "MXN", "1,100.50", "16/06/2026 00:00:00 UTC"),
    ("BR", "BRL", "1.100,50", "16/06/2026 00:00:00 UTC"),
    ("GB", "GBP", "1100.50", "16.06.2026 00:00:00 UTC"),
    ("DE", "EUR", "1.100,50", "16.06.2026 00:00:00 UTC"),
    ("FR", "EUR", "1 100,50", "16/06/2026 00:00:00 UTC"),
    ("IT", "EUR", "1.100,50", "16.06.2026 00:00:00 UTC"),
    ("ES", "EUR", "1100,50", "16/06/2026 00:00:00 UTC"),
    ("NL", "EUR", "1.100,50", "16.06.2026 00:00:00 UTC"),
    ("BE", "EUR", "1 100,50", "16/06/2026 00:00:00 UTC"),
    ("IE", "EUR", "1,100.50", "16/06/2026 00:00:00 UTC"),
    ("SE", "SEK", "1\u00a0100,50", "2026-06-16 00:00:00 UTC"),
    ("PL", "PLN", "1 100,50", "16.06.2026 00:00:00 UTC"),
    ("TR", "TRY", "1.100,50", "16.06.2026 00:00:00 UTC"),
    ("AE", "AED", "1,100.50", "2026-06-16 00:00:00 UTC"),
    ("SA", "SAR", "1,100.50", "2026/06/16 00:00:00 UTC"),
    ("EG", "EGP", "1,100.50", "2026-06-16"),
    ("IN", "INR", "1,100.50", "16-06-2026 00:00:00 UTC"),
    ("JP", "JPY", "1,100", "2026/06/16 09:00:00 JST"),
    ("AU", "AUD", "1,100.50", "16/06/2026 10:00:00 AEST"),
    ("SG", "SGD", "1,100.50", "2026-06-16 08:00:00 SGT"),
    ("ZA", "ZAR", "1 100,50", "2026/06/16 00:00:00 UTC"),
]


@pytest.mark.parametrize(
    ("market", "currency", "total", "day"), MARKETPLACES, ids=[m[0] for m in MARKETPLACES]
)
def test_every_marketplace_of_amazon_writes_its_own_way(
    market: str, currency: str, total: str, day: str
) -> None:
    sample = SAMPLES["amazon_settlement_v1"]
    assert market in registry.channel("amazon").manifest.markets
    (row,) = sample.rows([(0, 0, 0)])
    head = sample.head | {"total-amount": total, "currency": currency, "settlement-start-date": day}
    row |= {"price-amount": total, "item-related-fee-amount": "", "other-amount": "", "posted-date": day}
    table = [[r.get(c, "") for c in sample.columns] for r in (head, row)]
    (settlement,) = registry.channel("amazon").parse_settlement(sample.written(table))
    assert settlement.total == Money(1100 if currency == "JPY" else 1100_50, currency)
    assert settlement.remainder.minor == 0
    assert settlement.start_at == settlement.rows[0].posted_at == datetime(2026, 6, 16, tzinfo=UTC)


def test_signs_of_currencies_count_only_where_they_are_the_rows() -> None:
    rows = SAMPLES["shopify_payments"].rows([(1234_56, -30_00, 0)])
    rows[0] |= {"Amount": "$1,234.56", "Fee": "US$30.00", "Net": "$1,204.56"}
    assert read("shopify_payments", rows)[0].total == Money(1204_56, "USD")
    rows[0] |= {"Net": "€1,204.56"}
    assert (2, "Net") in refusal("shopify_payments", rows)


def test_ebays_parts_in_another_currency_come_to_the_net_at_the_rows_own_rate() -> None:
    sample = SAMPLES["ebay_transaction_report"]
    rows = sample.rows([(10_00, -1_00, -33)])
    # 8.67 pounds at 1.2645 are 10.96 dollars: parts 12.65, -1.26, -0.42 leave a cent to the largest.
    rows[0] |= {"Transaction currency": "GBP", "Exchange rate": "1.2645", "Net amount": "10.96"}
    (settlement,) = read("ebay_transaction_report", rows, 10_96)
    assert [r.amount for r in settlement.rows] == [
        Money(12_64, "USD"),
        Money(-1_26, "USD"),
        Money(-42, "USD"),
    ]
    rows[0] |= {"Exchange rate": "1.30"}
    assert refusal("ebay_transaction_report", rows, 10_96) == [(6, "Net amount")]
    rows[0] |= {"Exchange rate": "--"}
    assert refusal("ebay_transaction_report", rows, 10_96) == [(6, "Exchange rate")]


def test_ebays_fees_without_parts_are_described_by_their_words_and_pending_rows_are_said() -> None:
    sample = SAMPLES["ebay_transaction_report"]
    rows = sample.rows([*GOOD, (1, 2, 3)])
    rows[1] |= dict.fromkeys(["Item subtotal", "Final Value Fee - fixed", "International fee"], "--")
    rows[1] |= {"Type": "Other fee", "Net amount": "-5.00"}
    rows[3] |= {"Payout ID": "--", "Payout date": "--"}
    (settlement,) = read("ebay_transaction_report", rows, 16_65 - 5_00 + 9_02)
    assert settlement.remainder.minor == 0
    assert ("Other fee", "Net amount", "", -5_00) in said(settlement.rows)
    assert settlement.notes == ("1 rows left aside: not in a payout yet",)


def test_tax_that_ebay_collects_counts_only_where_the_net_says_so() -> None:
    rows = SAMPLES["ebay_transaction_report"].rows([(10_00, -1_00, 0)])
    rows[0] |= {"eBay collected tax": "0.80"}
    (settlement,) = read("ebay_transaction_report", rows, 9_00)
    assert [r.amount_type for r in settlement.rows] == ["Item subtotal", "Final Value Fee - fixed"]
    rows[0] |= {"Net amount": "9.80"}
    (settlement,) = read("ebay_transaction_report", rows, 9_80)
    assert ("Order", "eBay collected tax", "", 80) in said(settlement.rows)


def test_a_fee_that_a_channel_adds_is_a_line_of_its_own_when_the_net_proves_it() -> None:
    sample = SAMPLES["shopee_income_released"]
    rows = [r | {"Green fee": "-0.50"} for r in sample.rows([(20_00, -3_00, -50)])]
    rows[0] |= {"Total Released Amount (RM)": "16.00"}
    table = [[r.get(c, "") for c in [*sample.columns, "Green fee"]] for r in rows]
    grown = type(sample)(
        sample.channel, sample.layout, sample.line | {"Green fee": ""}, "", "", kind="xlsx", stated=False
    )
    (settlement,) = registry.channel("shopee").parse_settlement(grown.written(table))
    assert settlement.currency == "MYR"
    assert said(settlement.rows)[-1] == ("Order", "Green fee", "column not known", -50)
    table[0][-1] = "-0.60"
    with pytest.raises(Refused):
        registry.channel("shopee").parse_settlement(grown.written(table))


def test_what_tiktok_does_not_break_down_is_a_line_of_its_own() -> None:
    rows = SAMPLES["tiktok_shop_income"].rows([(20_00, -3_00, -50)])
    rows[0] |= {"Transaction fee": ""}
    (settlement,) = read("tiktok_shop_income", rows)
    assert said(settlement.rows) == [
        ("Order", "Subtotal before discounts", "", 20_00),
        ("Order", "Affiliate commission", "", -50),
        ("Order", "Total fees", "not broken down", -3_00),
    ]
    assert settlement.rows[0].order_external_id == "577430"


def test_an_order_number_that_a_spreadsheet_rounded_is_refused() -> None:
    rows = SAMPLES["tiktok_shop_income"].rows(GOOD)
    rows[1] |= {"Order/adjustment ID": "5.77431E+17"}
    assert refusal("tiktok_shop_income", rows) == [(3, "order")]


def test_shopees_rows_of_products_repeat_the_order_and_are_left_out() -> None:
    rows = SAMPLES["shopee_income_released"].rows(GOOD)
    (settlement,) = read("shopee_income_released", [*rows, rows[0] | {"View By": "Sku"}])
    assert (settlement.total, settlement.notes) == (Money(46_95, "MYR"), ())
    assert refusal("shopee_income_released", [*rows, rows[0] | {"View By": "Total"}]) == [(6, "View By")]


def book(sheets: dict[str, list[list[str]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as work:
        for title, rows in sheets.items():
            sheet = work.add_worksheet(title)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return out.getvalue()


def test_shopees_summary_states_the_total() -> None:
    sample = SAMPLES["shopee_income_released"]
    income = [sample.columns, *([r[c] for c in sample.columns] for r in sample.rows(GOOD))]
    sheets = {"Income": income, "Summary": [["Income Report"], ["3. Total Released Amount", "", "46.95"]]}
    (settlement,) = registry.channel("shopee").parse_settlement(book(sheets))
    assert (settlement.stated, settlement.remainder.minor) == (True, 0)
    (settlement,) = registry.channel("shopee").parse_settlement(book(sheets | {"Income": income[:-1]}))
    assert settlement.remainder == Money(9_02, "MYR")
    with pytest.raises(Refused, match="the sheet is not known to this layout"):
        registry.channel("shopee").parse_settlement(book(sheets | {"Extra": [["a"], ["1.00"]]}))


def test_shopifys_payouts_are_settlements_and_what_is_pending_is_left_aside_and_said() -> None:
    rows = SAMPLES["shopify_payments"].rows([*GOOD, (5_00, -20, 0)])
    rows[1] |= {"Payout ID": "149"}
    rows[2] |= {"Currency": "EUR"}
    rows[3] |= {"Payout ID": "", "Payout Status": "pending"}
    found = read("shopify_payments", rows)
    assert [(s.external_id, s.currency, s.total.minor) for s in found] == [
        ("148", "USD", 16_65), ("149", "USD", 21_28), ("148", "EUR", 9_02),
    ]  # fmt: skip
    assert found[0].notes == ("1 rows left aside: not paid out yet",)
    assert said(found[0].rows) == [("charge", "Amount", "", 19_99), ("charge", "Fee", "", -3_34)]
    assert found[0].start_at == datetime(2026, 6, 13, 14, tzinfo=UTC)
    rows[0] |= {"Payout Status": "lost"}
    assert refusal("shopify_payments", rows) == [(2, "Payout Status")]


def test_stripe_without_automatic_payouts_is_one_settlement_a_currency() -> None:
    rows = [r | {"automatic_payout_id": ""} for r in SAMPLES["stripe_balance_itemized"].rows(GOOD)]
    sample = SAMPLES["stripe_balance_itemized"]
    table = [[r.get(c, "") for c in sample.columns] for r in rows]
    (settlement,) = registry.channel("own_store").parse_settlement(sample.written(table))
    assert (settlement.external_id, settlement.stated) == ("stripe_balance_itemized-20260613-20260615", False)
    assert settlement.total == Money(46_95, "USD")


def test_paypals_balances_prove_the_rows_and_memo_rows_moved_no_money() -> None:
    rows = SAMPLES["paypal_activity"].rows(GOOD)
    memo = rows[1] | {"Balance Impact": "Memo", "Transaction ID": "M1"}
    (settlement,) = read("paypal_activity", [rows[0], memo, *rows[1:]], 46_95)
    assert (settlement.total, settlement.remainder.minor) == (Money(46_95, "EUR"), 0)
    assert settlement.notes == ("1 rows left aside: memo rows moved no money",)
    assert said(settlement.rows)[-2:] == [
        ("Balance", "Opening balance", "", 100_00), ("Balance", "Closing balance", "", -100_00),
    ]  # fmt: skip
    assert settlement.start_at == datetime(2026, 6, 13, 8, tzinfo=UTC)


def test_paypal_without_a_withdrawal_pays_nothing_out() -> None:
    sample = SAMPLES["paypal_activity"]
    table = [[r.get(c, "") for c in sample.columns] for r in reversed(sample.rows(GOOD))]
    (settlement,) = registry.channel("own_store").parse_settlement(sample.written(table))
    assert (settlement.stated, settlement.total.minor, settlement.remainder.minor) == (True, 0, 0)


def test_paypals_numbers_follow_the_locale() -> None:
    rows = SAMPLES["paypal_activity"].rows([(1234_56, -30_00, -5_00), (1_00, -10, 0)])
    for row in rows:
        row |= {k: row[k].replace(".", ",") for k in ("Gross", "Fee", "Net", "Balance")}
    rows[0] |= {"Gross": "1.234,56", "Net": "1.199,56", "Balance": "1.299,56"}
    rows[1] |= {"Balance": "1.300,46"}
    sample = SAMPLES["paypal_activity"]
    table = [[r.get(c, "") for c in sample.columns] for r in rows]
    (settlement,) = registry.channel("own_store").parse_settlement(sample.written(table))
    assert settlement.rows[0].amount == Money(1234_56, "EUR")
    assert settlement.remainder.minor == 0


def test_an_own_stores_file_is_known_by_its_captions_or_refused_naming_the_layouts() -> None:
    channel = registry.channel("own_store")
    for name in ("shopify_payments", "stripe_balance_itemized", "paypal_activity"):
        assert channel.parse_settlement(SAMPLES[name].good())[0].layout == name
    with pytest.raises(Refused) as caught:
        channel.parse_settlement(b"a,b\n1,2\n")
    assert "shopify_payments" in caught.value.problems[0].accepted


def test_a_file_that_two_layouts_read_is_refused_naming_both_until_one_is_chosen() -> None:
    shopify = registry.channel("own_store").reads[0]
    both = (shopify, replace(shopify, code="another"))
    data = SAMPLES["shopify_payments"].good()
    with pytest.raises(Refused) as caught:
        read_settlements(data, both)
    (problem,) = caught.value.problems
    assert (problem.field, problem.value) == ("layout", "shopify_payments, another")
    assert read_settlements(data, both, "another")[0].layout == "another"


TEMU = {
    "交易结算": [
        ["SKU货号", "数量", "金额", "交易类型", "币种", "账务时间"],
        ["S-1", "2", "60.00", "销售回款", "CNY", "2026-06-13 10:00:00"],
        ["S-1", "1", "-30.00", "销售冲回", "CNY", "2026-06-14 10:00:00"],
    ],
    "结算-消费者退款金额": [
        ["SKU货号", "消费者退款金额", "币种", "账务时间"],
        ["S-1", "12.50", "CNY", "2026-06-15 10:00:00"],
    ],
}


def test_temus_causes_stand_in_sheets_and_deductions_are_taken() -> None:
    (settlement,) = registry.channel("temu").parse_settlement(book(TEMU))
    assert said(settlement.rows) == [
        ("交易结算", "金额", "销售回款", 60_00),
        ("交易结算", "金额", "销售冲回", -30_00),
        ("结算-消费者退款金额", "消费者退款金额", "", -12_50),
    ]
    assert [r.line_no for r in settlement.rows] == [201, 301, 100_000_201]
    assert (settlement.total, settlement.stated) == (Money(17_50, "CNY"), False)


def test_a_sign_that_could_mean_either_and_a_sheet_nobody_knows_are_refused() -> None:
    rows = [TEMU["结算-消费者退款金额"][0], ["S-1", "-12.50", "CNY", "2026-06-15 10:00:00"]]
    for sheets in (TEMU | {"结算-消费者退款金额": rows}, TEMU | {"违规扣款": rows}):
        with pytest.raises(Refused):
            registry.channel("temu").parse_settlement(book(sheets))
