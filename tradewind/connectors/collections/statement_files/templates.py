"""Layouts of the providers' statement files, as far as they are known. Facts only; see the folder's words."""

from __future__ import annotations

from tradewind.engine.statement_template import (
    BY_DIRECTION,
    IN_OUT,
    INSIDE,
    SIGNED,
    StatementTemplate,
    rules_of,
)

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
_DONE, _NOT_DONE = ("成功", "已完成", "已成功", "Completed", "Success", "Settled"), (
    "处理中", "失败", "已取消", "已关闭", "Pending", "Processing", "Failed", "Cancelled", "Rejected",
)  # fmt: skip
_CHINESE = rules_of(
    """收款 = receive
入账 = receive
店铺入账 = receive
平台入账 = receive
收款入账 = receive
提现 = withdraw
提现至银行卡 = withdraw
人民币提现 = withdraw
提现到账 = withdraw
手续费 = fee
提现手续费 = fee
服务费 = fee
退款手续费 = fee
提现退回 = return
提现失败退回 = return
退票 = return
付款 = pay
付款至供应商 = pay
VAT缴纳 = pay
缴纳VAT = pay
货币兑换 = convert
换汇 = convert
兑换 = convert"""
)
_CHINESE_COLUMNS = {
    "date": ("交易时间", "交易日期", "完成时间", "Date", "Transaction time"),
    "id": ("交易流水号", "流水号", "交易单号", "交易号", "Transaction ID"),
    "kind": ("交易类型", "业务类型", "类型", "Transaction type", "Type"),
    "status": ("交易状态", "状态", "Status"),
    "fee": ("手续费", "手续费金额", "Fee"),
    "currency": ("币种", "交易币种", "账户币种", "Currency"),
    "balance": ("账户余额", "余额", "Balance"),
    "reference": ("参考号", "付款方附言", "附言", "Reference"),
    "group": ("关联单号", "关联流水号", "批次号", "Batch ID"),
    "other_amount": ("到账金额", "兑换金额", "Target amount"),
    "other_currency": ("到账币种", "兑换币种", "Target currency"),
    "rate": ("汇率", "成交汇率", "Exchange rate"),
    "memo": ("备注", "交易备注", "付款方", "店铺", "Remark", "Description"),
}


def _without(*names: str) -> dict[str, tuple[str, ...]]:
    return {k: v for k, v in _CHINESE_COLUMNS.items() if k not in names}


TEMPLATES: dict[str, StatementTemplate] = {
    t.code: t
    for t in (
        # Captions, date style and the word Completed as other people's importers read them.
        StatementTemplate(
            "payoneer",
            {
                "date": ("Transaction Date", "Date"),
                "time": ("Transaction Time", "Time"),
                "id": ("Transaction ID",),
                "kind": ("Description",),
                "status": ("Status",),
                "money_in": ("Credit Amount",),
                "money_out": ("Debit Amount",),
                "currency": ("Currency",),
                "balance": ("Running Balance",),
                "other_amount": ("Transfer Amount",),
                "other_currency": ("Transfer Amount Currency",),
                "reference": ("Reference ID",),
                "memo": ("Additional Description",),
            },
            dates=("%m/%d/%Y", "%m-%d-%Y", "%d %b, %Y"),
            kinds=tuple(
                rules_of(
                    """+Payment from* = receive
+Disbursement* = receive
+*received* = receive
-Payment to* = pay
-Withdrawal fee* = fee
-Fee* = fee
-*fee = fee
-*charge = fee
-Withdrawal* = withdraw
-Transfer to* = convert
+Transfer from* = convert
-Currency conversion* = convert
+Currency conversion* = convert
+*cancelled* = return
+*returned* = return"""
                )
            ),
            moved=("Completed",),
            idle=("Pending", "Cancelled", "Canceled", "Failed", "In progress", "Declined"),
            sign=IN_OUT,
            zone="UTC",
        ),
        StatementTemplate(
            "pingpong",
            {
                **_without("balance"),
                "amount": ("交易金额", "金额", "发生金额"),
                "direction": ("收支类型", "收支方向"),
            },
            dates=_DAYS, kinds=tuple(_CHINESE), moved=_DONE, idle=_NOT_DONE, zone="Asia/Shanghai",
            plus=("收入", "入账", "+"), minus=("支出", "出账", "-"), sign=BY_DIRECTION,
        ),
        StatementTemplate(
            "lianlian",
            {
                **_without("fee"),
                "money_in": ("收入金额", "入账金额", "收入"),
                "money_out": ("支出金额", "出账金额", "支出"),
            },
            dates=_DAYS, kinds=tuple(_CHINESE), moved=_DONE, idle=_NOT_DONE, sign=IN_OUT,
            zone="Asia/Shanghai",
        ),
        StatementTemplate(
            "worldfirst",
            {**_without(), "amount": ("交易金额", "金额", "Amount")},
            dates=_DAYS, kinds=tuple(_CHINESE) + tuple(rules_of(
                "+Collection = receive\n+Deposit = receive\nWithdrawal = withdraw\nFee = fee\n"
                "Conversion = convert\nExchange = convert\n+Refund = return\n-Payment = pay\n"
                "Payout = withdraw"
            )),
            moved=_DONE, idle=_NOT_DONE, zone="Asia/Shanghai", sign=SIGNED,
        ),
        StatementTemplate(
            "airwallex",
            {
                "date": ("Time", "Created At"),
                "id": ("Transaction Id", "Transaction ID"),
                "group": ("Batch Id", "Source Id", "Request Id"),
                "kind": ("Financial Transaction Type", "Transaction Type"),
                "amount": ("Amount",),
                "fee": ("Fees", "Fee"),
                "currency": ("Wallet Currency", "Currency"),
                "balance": ("Balance", "Account Balance"),
                "other_amount": ("Target Amount",),
                "other_currency": ("Target Currency",),
                "rate": ("Conversion Rate",),
                "reference": ("Reference",),
                "memo": ("Description", "Note to Self"),
            },
            dates=("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
            kinds=tuple(
                rules_of(
                    """DEPOSIT = receive
PAYOUT = withdraw
PAYOUT_FAILURE = return
PAYOUT_REVERSAL = return
CONVERSION_SELL = convert
CONVERSION_BUY = convert
-CONVERSION = convert
+CONVERSION = convert
FEE = fee
-TRANSFER = pay
+TRANSFER = receive"""
                )
            ),
            sign=SIGNED, fee=INSIDE,
        ),
        # Captions and the date style as other people's importers read them; the fee stands inside the amount.
        StatementTemplate(
            "wise",
            {
                "date": ("Date Time", "Date"),
                "id": ("TransferWise ID", "ID"),
                "kind": ("Transaction Details Type",),
                "amount": ("Amount",),
                "fee": ("Total fees",),
                "currency": ("Currency",),
                "balance": ("Running Balance",),
                "reference": ("Payment Reference",),
                "other_amount": ("Exchange To Amount",),
                "other_currency": ("Exchange To",),
                "rate": ("Exchange Rate",),
                "memo": ("Description",),
            },
            dates=("%d-%m-%Y %H:%M:%S.%f", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y"),
            kinds=tuple(
                rules_of(
                    """+DEPOSIT = receive
+MONEY_ADDED = receive
+TRANSFER = receive
-TRANSFER = withdraw
CONVERSION = convert
-CARD = pay
+CARD = return
-DIRECT_DEBIT = pay
-ACCRUAL_CHARGE = fee
-FEE = fee
-UNKNOWN = pay"""
                )
            ),
            sign=SIGNED, fee=INSIDE,
        ),
    )
}  # fmt: skip
