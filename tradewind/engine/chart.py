"""The chart of accounts of a cross-border seller: codes, both names, kinds, what must come to zero."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.engine.settlement_kinds import ACCOUNTS

ASSET, LIABILITY, EQUITY, INCOME, EXPENSE = "asset", "liability", "equity", "income", "expense"

BANK, COLLECTION, UNDER_WAY, RECEIVABLE, RESERVE = "1001", "1012", "1013", "1122", "1123"
STOCK, IN_TRANSIT, FX_TRADING, SETTLEMENT = "1405", "1406", "1900", "1901"
PREPAYMENTS, OTHER_RECEIVABLE, TAX_REFUND = "1124", "1221", "1225"
PAYABLE_GOODS, PAYABLE_FREIGHT, TAX = "2202", "2203", "2221"
ACCRUED, PAYROLL_PAYABLE, OTHER_PAYABLE = "2204", "2211", "2241"
CAPITAL, RETAINED, OPENING = "4001", "4104", "4900"
SALES, SHIPPING, PROMOTIONS, REFUNDS = "6001", "6002", "6003", "6004"
GOODS_COST, LANDED_COST, PRICE_DIFFERENCE, STOCK_DIFFERENCE = "6401", "6402", "6403", "6404"
CHANNEL_FEES, ADVERTISING, FREIGHT_OUT = "6601", "6602", "6603"
COLLECTION_FEES, FX_DIFFERENCE, FX_UNREALISED = "6604", "6606", "6607"
OVERHEAD, BANK_CHARGES, STORAGE, ROUNDING = "6608", "6609", "6610", "6699"
OTHER_INCOME, OTHER_EXPENSE, INCOME_TAX = "6301", "6711", "6801"


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account of the chart. `is_clearing`: money only passes through, so it must come to zero.

    `monetary`: money owned or owed, which at a month's end is worth what the rate of that day says.
    """

    code: str
    name: str
    name_zh: str
    kind: str
    is_clearing: bool = False
    monetary: bool = False


# code, Chinese name, kind; the English names stand beside the settlement kinds that book to them.
_ROWS = (
    ("1001", "银行存款", ASSET),
    ("1012", "收款账户", ASSET),
    ("1013", "在途资金", ASSET),
    ("1122", "应收平台款", ASSET),
    ("1123", "平台预留金", ASSET),
    ("1124", "预付账款", ASSET),
    ("1221", "其他应收款", ASSET),
    ("1225", "应收退税款", ASSET),
    ("1405", "库存商品", ASSET),
    ("1406", "在途物资", ASSET),
    ("1900", "外币兑换过渡", ASSET),
    ("1901", "结算过渡", ASSET),
    ("2202", "应付货款", LIABILITY),
    ("2203", "应付运费", LIABILITY),
    ("2204", "预提费用", LIABILITY),
    ("2211", "应付职工薪酬", LIABILITY),
    ("2221", "应交税费及平台代扣税", LIABILITY),
    ("2241", "其他应付款", LIABILITY),
    ("4001", "实收资本", EQUITY),
    ("4104", "未分配利润", EQUITY),
    ("4900", "期初余额", EQUITY),
    ("6001", "销售收入", INCOME),
    ("6002", "运费收入", INCOME),
    ("6003", "促销折扣", INCOME),
    ("6004", "退款", INCOME),
    ("6051", "平台赔偿", INCOME),
    ("6301", "营业外收入", INCOME),
    ("6401", "商品成本", EXPENSE),
    ("6402", "头程及入库成本", EXPENSE),
    ("6403", "采购价差", EXPENSE),
    ("6404", "存货盘盈盘亏", EXPENSE),
    ("6601", "平台费用", EXPENSE),
    ("6602", "广告费", EXPENSE),
    ("6603", "尾程运费", EXPENSE),
    ("6604", "收款手续费", EXPENSE),
    ("6605", "店铺月租", EXPENSE),
    ("6606", "汇兑差额", EXPENSE),
    ("6607", "未实现汇兑损益", EXPENSE),
    ("6608", "管理费用", EXPENSE),
    ("6609", "银行手续费", EXPENSE),
    ("6610", "仓储及操作费", EXPENSE),
    ("6699", "尾差", EXPENSE),
    ("6711", "营业外支出", EXPENSE),
    ("6801", "所得税费用", EXPENSE),
)
_OWN_NAMES = {
    UNDER_WAY: "Money under way",
    PREPAYMENTS: "Prepayments", OTHER_RECEIVABLE: "Other receivables", TAX_REFUND: "Tax refunds receivable",
    ACCRUED: "Accrued liabilities", PAYROLL_PAYABLE: "Payroll payable", OTHER_PAYABLE: "Other payables",
    CAPITAL: "Paid-in capital", RETAINED: "Retained earnings", OPENING: "Opening balances",
    OTHER_INCOME: "Other income", OTHER_EXPENSE: "Other expense", INCOME_TAX: "Income tax",
    PRICE_DIFFERENCE: "Purchase price difference", STOCK_DIFFERENCE: "Stock count differences",
    FX_UNREALISED: "Unrealised FX", OVERHEAD: "Overhead", BANK_CHARGES: "Bank charges",
    STORAGE: "Storage and handling", ROUNDING: "Rounding",
}  # fmt: skip

# Owned, but not money: goods, and what was paid for them in advance, keep the value they came in at.
_NOT_MONEY = frozenset({PREPAYMENTS, STOCK, IN_TRANSIT, FX_TRADING})

CHART: dict[str, ChartAccount] = {
    code: ChartAccount(
        code, ACCOUNTS.get(code) or _OWN_NAMES[code], name_zh, kind,
        is_clearing=code == SETTLEMENT,
        monetary=kind in (ASSET, LIABILITY) and code not in _NOT_MONEY,
    )
    for code, name_zh, kind in _ROWS
}  # fmt: skip
