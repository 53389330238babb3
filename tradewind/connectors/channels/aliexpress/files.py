"""AliExpress' list of released funds: an order a row. Captions from memory, in both languages."""

from __future__ import annotations

from tradewind.connectors.layouts import Columns, Layout, Part, Table, parts

LAYOUTS = (
    Layout(
        "aliexpress_funds",
        "Released funds",
        "放款明细",
        (
            Table(
                Columns(
                    settlement=("Release batch",),
                    currency=("Currency",),
                    type="Type",
                    order=("Order ID",),
                    posted=("Release time",),
                    net="Released amount",
                ),
                ("Order ID", "Release time", "Released amount", "Currency"),
                (
                    Part("Order amount"),
                    *parts(
                        "Refund amount", "Platform commission", "Affiliate commission", "Logistics fee",
                        "Cashback", "Marketing fee", "Insurance", "Tax withheld", unsigned=True,
                    ),
                    Part("Platform subsidy"),
                ),
                aside=("Product name", "Order created", "Buyer", "Store", "Remark"),
                aliases={
                    "Order ID": ("订单号", "订单编号"),
                    "Release batch": ("放款批次号", "结算单号"),
                    "Release time": ("放款时间", "结算时间"),
                    "Released amount": ("放款金额", "实际放款金额", "结算金额"),
                    "Currency": ("币种", "放款币种"),
                    "Type": ("类型", "业务类型"),
                    "Order amount": ("订单金额", "成交金额"),
                    "Refund amount": ("退款金额",),
                    "Platform commission": ("平台佣金", "交易佣金", "类目佣金"),
                    "Affiliate commission": ("联盟佣金",),
                    "Logistics fee": ("物流费用", "运费"),
                    "Cashback": ("返现",),
                    "Marketing fee": ("营销费用",),
                    "Insurance": ("保险费",),
                    "Tax withheld": ("代扣税费",),
                    "Platform subsidy": ("平台补贴",),
                    "Product name": ("商品名称",),
                    "Order created": ("下单时间",),
                    "Buyer": ("买家",),
                    "Store": ("店铺",),
                    "Remark": ("备注",),
                },
                type="Order",
            ),
        ),
        "from memory; no file and no importer was seen",
        day_first=False,
    ),
)  # fmt: skip
