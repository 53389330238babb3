"""TikTok Shop's income statements: sums and what is in them side by side; ids end with a tab."""

from __future__ import annotations

from dataclasses import replace

from tradewind.connectors.layouts import Columns, Layout, Part, Table, parts

_COLUMNS = Columns(
    settlement=("Statement ID",),
    currency=("Currency",),
    type="Type",
    order=("Related order ID", "Order/adjustment ID"),
    sku=("Seller SKU", "SKU ID"),
    quantity="Quantity",
    posted=("Order settled time", "Statement date", "Order created time"),
    net="Total settlement amount",
)
_ASIDE = (
    "Payment ID", "Status", "Product name", "SKU name", "Order created date", "Customer payment",
    "Customer refund", "Seller co-funded voucher discount", "Platform discounts",
    "Seller co-funded voucher discount refund", "Platform discounts refund", "Order delivered time",
)  # fmt: skip
_ALIASES = {
    "Type": ("Transaction type",),
    "Order/adjustment ID": ("Order\\adjustment ID", "Order adjustment ID"),
    "Adjustment amount": ("Ajustment amount",),
    "Order settled time": ("Order settled time(UTC)",),
    "Order created time": ("Order created time(UTC)",),
    "Transaction fee": ("Payment fee",),
    "TikTok Shop commission fee": ("Platform commission fee",),
}
_REVENUE = Part(
    "Total revenue",
    inside=(
        Part(
            "Subtotal after seller discounts", inside=parts("Subtotal before discounts", "Seller discounts")
        ),
        Part(
            "Refund subtotal after seller discounts",
            inside=parts("Refund subtotal before seller discounts", "Refund of seller discounts"),
        ),
    ),
)
_SHIPPING = Part(
    "Seller shipping fee",
    inside=parts(
        "Actual shipping fee", "Platform shipping fee discount", "Customer shipping fee",
        "Refunded customer shipping fee", "Actual return shipping fee", "Shipping subsidy",
    ),
)  # fmt: skip
_FEES = Part(
    "Total fees",
    inside=(
        _SHIPPING,
        *parts(
            "Transaction fee", "TikTok Shop commission fee", "Credit card installment - Interest rate cost",
            "Affiliate commission", "Affiliate partner commission", "Affiliate Shop Ads commission",
            "Affiliate commission deposit", "Affiliate commission refund",
            "Affiliate Partner shop ads commission", "SFP service fee", "Dynamic commission",
            "Bonus cashback service fee", "LIVE Specials service fee", "Voucher Xtra service fee",
            "EAMS Program service fee", "Brands Crazy Deals/Flash Sale service fee",
            "TikTok PayLater program fee", "Campaign resource fee", "Order processing fee",
            "Commerce growth fee", "Infrastructure fee", "Platform support fee", "Pre-order service fee",
            "GST", "SST",
        ),
    ),
)  # fmt: skip
_US = (
    Part(
        "Net sales",
        inside=parts("Gross sales", "Gross sales refund", "Seller discount", "Seller discount refund"),
    ),
    Part(
        "Shipping",
        inside=parts(
            "TikTok Shop shipping fee", "Fulfilled by TikTok Shop shipping fee", "Customer-paid shipping fee",
            "Customer-paid shipping fee refund", "TikTok Shop shipping incentive",
            "TikTok Shop shipping incentive refund", "Shipping fee subsidy", "Return shipping fee",
            "FBT fulfillment fee", "Signature confirmation service fee", "Shipping insurance fee",
        ),
    ),
    Part(
        "Fees",
        inside=parts(
            "Transaction fee", "Referral fee", "Refund administration fee", "Affiliate commission",
            "Affiliate partner commission", "Affiliate Shop Ads commission", "Sales tax on referral fees",
            "Campaign service fee", "Flash sale service fee",
        ),
    ),
    Part("Adjustment amount"),
)  # fmt: skip
_SHEETS = ("report", "summary", "withdraw", "statement", "说明")
LAYOUTS = (
    Layout(
        "tiktok_shop_income",
        "Income statement (South-East Asia, UK, EU)",
        "收入结算单（东南亚、英国、欧盟）",
        (
            Table(
                _COLUMNS,
                ("Order/adjustment ID", "Total settlement amount", "Total revenue"),
                (_REVENUE, _FEES, Part("Adjustment amount")),
                aside=_ASIDE,
                aliases=_ALIASES,
            ),
        ),
        "captions of several importers for Thailand, Malaysia and Indonesia",
        other_sheets=_SHEETS,
    ),
    Layout(
        "tiktok_shop_statement_us",
        "Statement (United States)",
        "结算单（美国）",
        (
            Table(
                replace(_COLUMNS, posted=("Statement date", "Order settled time", "Order created date")),
                ("Order/adjustment ID", "Total settlement amount", "Net sales"),
                _US,
                aside=(*_ASIDE, "Platform discount", "Platform discount refund", "Sales tax payment"),
                aliases={k: v for k, v in _ALIASES.items() if k != "Transaction fee"},
            ),
        ),
        "captions of two importers; the sums among them from memory",
        other_sheets=_SHEETS,
    ),
)
