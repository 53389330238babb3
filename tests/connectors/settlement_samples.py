"""Settlement files of every layout, made by hand: no buyer's data, amounts as the test asks for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.hostile_books import book_of

Row = dict[str, str]
Amounts = Sequence[tuple[int, int, int]]
GOOD: Amounts = ((19_99, -3_00, -34), (25_50, -4_10, -12), (9_99, -90, -7))


def text(minor: int) -> str:
    """Minor units as a plain amount: 1234 is 12.34."""
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{size // 100}.{size % 100:02d}"


@dataclass(frozen=True)
class Sample:
    """A layout's file by templates of its cells: {a} {b} {c} are a row's amounts, {bc} two of them together,
    {fee} those without their minus, {net} all three, {n} its number, {d} its day; {total} and {paid} of all.

    `head` stands above the rows, `foot` below, with what carries the total.
    """

    channel: str
    layout: str
    line: Row
    amount: str
    day: str
    head: Row = field(default_factory=dict)
    foot: Row = field(default_factory=dict)
    kind: str = "csv"
    before: tuple[str, ...] = ()
    stated: bool = True

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys([*self.head, *self.line, *self.foot]))

    def rows(self, amounts: Amounts) -> list[Row]:
        """The rows of these amounts; a balance, where there is one, runs on from 100.00."""
        found, balance = [], 100_00
        for n, (a, b, c) in enumerate(amounts):
            balance += a + b + c
            words = {"a": text(a), "b": text(b), "c": text(c), "bc": text(b + c), "fee": text(-b - c)}
            words |= {"net": text(a + b + c), "n": str(n), "d": str(13 + n % 15), "balance": text(balance)}
            found.append({caption: cell.format(**words) for caption, cell in self.line.items()})
        return found

    def file(self, rows: list[Row], total: int) -> bytes:
        """The file of these rows with this total."""
        words = {"total": text(total), "paid": text(-total), "balance": text(100_00)}
        made = [{k: v.format(**words) for k, v in row.items()} for row in (self.head, self.foot)]
        table = [row for row in (made[0], *rows, made[1]) if row]
        return self.written([[row.get(c, "") for c in self.columns] for row in table])

    def written(self, table: list[list[str]]) -> bytes:
        """A table under its captions as a file of this kind."""
        grid = [*([word] for word in self.before), self.columns, *table]
        if self.kind == "xlsx":
            return book_of(grid)
        if self.kind == "tsv":
            return ("\n".join("\t".join(r) for r in grid) + "\n").encode()
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(grid)
        return out.getvalue().encode()

    def good(self, amounts: Amounts = GOOD) -> bytes:
        """A file whose rows come to these amounts."""
        return self.file(self.rows(amounts), sum(map(sum, amounts)))


_ALL = (
    Sample(
        "amazon", "amazon_settlement_v1", amount="price-amount", day="posted-date", kind="tsv",
        head={
            "settlement-id": "77", "settlement-start-date": "2026-06-01 00:00:00 UTC",
            "settlement-end-date": "2026-06-30 00:00:00 UTC", "deposit-date": "2026-07-02 00:00:00 UTC",
            "total-amount": "{total}", "currency": "USD",
        },
        line={
            "settlement-id": "77", "transaction-type": "Order", "order-id": "111-{n}", "sku": "S-1",
            "posted-date": "2026-06-{d}T10:00:00+00:00", "order-item-code": "5{n}", "price-type": "Principal",
            "price-amount": "{a}", "item-related-fee-type": "Commission", "item-related-fee-amount": "{b}",
            "other-amount": "{c}", "quantity-purchased": "1",
        },
    ),
    Sample(
        "ebay", "ebay_transaction_report", amount="Item subtotal", day="Transaction creation date",
        before=("Transaction report", "Seller: lamp", "", "All amounts as of 2 July"),
        line={
            "Transaction creation date": "Jun {d}, 2026", "Type": "Order", "Order number": "12-{n}",
            "Net amount": "{net}", "Payout currency": "USD", "Payout date": "Jul 2, 2026", "Payout ID": "P-1",
            "Item title": "Lamp {n}", "Custom label": "S-1", "Quantity": "1", "Item subtotal": "{a}",
            "Seller collected tax": "--", "eBay collected tax": "--", "Final Value Fee - fixed": "{b}",
            "International fee": "{c}", "Transaction currency": "USD", "Exchange rate": "--",
        },
        foot={
            "Transaction creation date": "Jul 2, 2026", "Type": "Payout", "Payout currency": "USD",
            "Payout date": "Jul 2, 2026", "Payout ID": "P-1", "Net amount": "{paid}",
        },
    ),
    Sample(
        "walmart", "walmart_recon_v1", amount="Amount", day="Transaction Posted Timestamp",
        head={
            "Period Start Date": "06/13/2026", "Period End Date": "06/27/2026", "Total Payable": "{total}",
            "Currency": "USD", "Transaction Type": "PaymentSummary",
        },
        line={
            "Transaction Key": "K{n}", "Transaction Posted Timestamp": "6/{d}/2026",
            "Transaction Type": "Sale", "Transaction Description": "Purchase", "Purchase Order #": "129{n}",
            "Amount": "{net}", "Amount Type": "Product Price", "Ship Qty": "1", "Partner Item Id": "S-1",
        },
    ),
    Sample(
        "shopee", "shopee_income_released", amount="Product Price", day="Payout Completed Date", kind="xlsx",
        before=("Income report",), stated=False,
        line={
            "Sequence No.": "{n}", "View By": "Order", "Order ID": "2606{n}",
            "Order Creation Date": "2026-06-{d}", "Payout Completed Date": "2026-06-30",
            "Total Released Amount (RM)": "{net}", "Product Price": "{a}",
            "Commission Fee (incl. SST)": "{b}", "Transaction Fee (Incl. SST)": "{c}",
        },
    ),
    Sample(
        "tiktok_shop", "tiktok_shop_income", amount="Transaction fee", day="Order settled time", kind="xlsx",
        stated=False,
        line={
            "Order/adjustment ID": "57743{n}", "Type": "Order", "Order settled time": "2026/06/{d}",
            "Currency": "THB", "Total settlement amount": "{net}", "Total revenue": "{a}",
            "Subtotal before discounts": "{a}", "Total fees": "{bc}", "Transaction fee": "{b}",
            "Affiliate commission": "{c}", "Related order ID": "/",
        },
    ),
    Sample(
        "tiktok_shop", "tiktok_shop_statement_us", amount="Referral fee", day="Statement date", kind="xlsx",
        stated=False,
        line={
            "Statement date": "2026/06/{d}", "Statement ID": "ST-1", "Currency": "USD", "Type": "Order",
            "Order/adjustment ID": "57743{n}", "Total settlement amount": "{net}", "Net sales": "{a}",
            "Gross sales": "{a}", "Fees": "{bc}", "Referral fee": "{b}", "Transaction fee": "{c}",
        },
    ),
    Sample(
        "aliexpress", "aliexpress_funds", amount="订单金额", day="放款时间", kind="xlsx", stated=False,
        line={
            "订单号": "8190{n}", "放款时间": "2026-06-{d} 10:00:00", "订单金额": "{a}", "平台佣金": "{b}",
            "联盟佣金": "{c}", "放款金额": "{net}", "币种": "USD",
        },
    ),
    Sample(
        "own_store", "shopify_payments", amount="Amount", day="Transaction Date", stated=False,
        line={
            "Transaction Date": "2026-06-{d} 10:00:00 -0400", "Type": "charge", "Order": "#{n}",
            "Card Brand": "visa", "Payout Status": "paid", "Payout Date": "2026-06-30", "Payout ID": "148",
            "Amount": "{a}", "Fee": "{fee}", "Net": "{net}", "Currency": "USD",
        },
    ),
    Sample(
        "own_store", "stripe_balance_itemized", amount="gross", day="created_utc",
        line={
            "balance_transaction_id": "txn_{n}", "created_utc": "2026-06-{d} 10:00:00", "currency": "usd",
            "gross": "{a}", "fee": "{fee}", "net": "{net}", "reporting_category": "charge",
            "automatic_payout_id": "po_1",
        },
        foot={
            "balance_transaction_id": "txn_p", "created_utc": "2026-06-30 00:00:00", "currency": "usd",
            "gross": "{paid}", "fee": "0.00", "net": "{paid}", "reporting_category": "payout",
            "automatic_payout_id": "po_1",
        },
    ),
    Sample(
        "own_store", "paypal_activity", amount="Gross", day="Date",
        line={
            "Date": "{d}/06/2026", "Time": "10:00:00", "TimeZone": "CEST", "Type": "Express Checkout Payment",
            "Status": "Completed", "Currency": "EUR", "Gross": "{a}", "Fee": "{bc}", "Net": "{net}",
            "Transaction ID": "T{n}", "Balance": "{balance}", "Balance Impact": "Credit",
        },
        foot={
            "Date": "30/06/2026", "Time": "23:00:00", "TimeZone": "CEST", "Type": "General Withdrawal",
            "Status": "Completed", "Currency": "EUR", "Gross": "{paid}", "Fee": "0.00", "Net": "{paid}",
            "Transaction ID": "W1", "Balance": "{balance}", "Balance Impact": "Debit",
        },
    ),
)  # fmt: skip
SAMPLES = {one.layout: one for one in _ALL}
