"""Temu's settlement workbook of full management: a sheet a cause, in Chinese. It states no total."""

from __future__ import annotations

from dataclasses import replace

from tradewind.connectors.layouts import Columns, Layout, Part, Table

_COLUMNS = Columns(
    currency=("币种",),
    order=("订单编号", "备货单号", "售后单号"),
    sku=("SKU货号",),
    quantity="数量",
    posted=("账务时间",),
)
_ASIDE = ("SKU ID", "SKC ID", "SPU ID", "货品名称", "SKU属性", "商品名称", "备注", "申报价")


def _sheet(sheet: str, amount: str, *, deducts: bool = False) -> Table:
    columns, parts = _COLUMNS, (Part(amount),)
    return Table(columns, ("SKU货号", amount), parts, (sheet,), _ASIDE, type="*", deducts=deducts)


_TRADES = _sheet("交易结算", "金额")
LAYOUTS = (
    Layout(
        "temu_settlement_full",
        "Settlement workbook, full management",
        "全托管结算明细",
        (
            replace(_TRADES, parts=(Part("金额", described_by="交易类型"),), aside=(*_ASIDE, "交易类型")),
            _sheet("消费者退款", "消费者退款金额", deducts=True),
            _sheet("售后问题", "赔付金额", deducts=True),
            _sheet("售后补寄", "赔付金额", deducts=True),
            _sheet("补贴调整", "收支金额"),
            _sheet("售后补贴金额", "非商责平台售后补贴金额"),
        ),
        "sheets and captions of one importer; the signs of its sheets of deductions from memory",
        other_sheets=("汇总", "说明"),
    ),
)
