"""The chart of accounts of a cross-border seller: codes, both names, kinds, what must come to zero."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.engine.settlement_kinds import ACCOUNTS

ASSET, LIABILITY, INCOME, EXPENSE = "asset", "liability", "income", "expense"

BANK, COLLECTION, RECEIVABLE, RESERVE = "1001", "1012", "1122", "1123"
STOCK, IN_TRANSIT, FX_TRADING, SETTLEMENT = "1405", "1406", "1900", "1901"
PAYABLE_GOODS, PAYABLE_FREIGHT, TAX = "2202", "2203", "2221"
SALES, SHIPPING, PROMOTIONS, REFUNDS = "6001", "6002", "6003", "6004"
GOODS_COST, LANDED_COST, PRICE_DIFFERENCE, STOCK_DIFFERENCE = "6401", "6402", "6403", "6404"
COLLECTION_FEES, FX_DIFFERENCE = "6604", "6606"


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account of the chart. `is_clearing`: money only passes through, so it must come to zero."""

    code: str
    name: str
    name_zh: str
    kind: str
    is_clearing: bool = False


# code, Chinese name, kind; the English names stand beside the settlement kinds that book to them.
_ROWS = (
    ("1001", "银行存款", ASSET),
    ("1012", "收款账户", ASSET),
    ("1122", "应收平台款", ASSET),
    ("1123", "平台预留金", ASSET),
    ("1405", "库存商品", ASSET),
    ("1406", "在途物资", ASSET),
    ("1900", "外币兑换过渡", ASSET),
    ("1901", "结算过渡", ASSET),
    ("2202", "应付货款", LIABILITY),
    ("2203", "应付运费", LIABILITY),
    ("2221", "应交税费及平台代扣税", LIABILITY),
    ("6001", "销售收入", INCOME),
    ("6002", "运费收入", INCOME),
    ("6003", "促销折扣", INCOME),
    ("6004", "退款", INCOME),
    ("6051", "平台赔偿", INCOME),
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
)
_OWN_NAMES = {PRICE_DIFFERENCE: "Purchase price difference", STOCK_DIFFERENCE: "Stock count differences"}

CHART: dict[str, ChartAccount] = {
    code: ChartAccount(code, ACCOUNTS.get(code) or _OWN_NAMES[code], name_zh, kind, code == SETTLEMENT)
    for code, name_zh, kind in _ROWS
}
