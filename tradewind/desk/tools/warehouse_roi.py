"""Overseas warehouse or direct parcels: a month of both ways, break-even and what moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import DECIMAL, INT, MONEY, PERCENT, Column, Fact, Field, Table
from tradewind.engine.contracts import Refused
from tradewind.engine.warehouse_roi import (
    Direct,
    Plan,
    StorageAge,
    Warehouse,
    WarehouseRoi,
    sensitivity,
    warehouse_roi,
)

CHANGES = (Decimal("-0.2"), Decimal("-0.1"), Decimal("0.1"), Decimal("0.2"))
DRIVERS = {
    "units": _("Units a month"),
    "first_leg": _("First leg a unit"),
    "storage": _("Storage prices"),
    "tail": _("Tail delivery an order"),
    "parcel": _("Direct parcel an order"),
    "direct_duty": _("Duty and tax a direct order"),
    "return_rate": _("Returned units"),
}


def run(ask: Ask) -> list[Answer]:
    """A month of both ways for every question."""
    return [_answered(row) for row in ask.rows]


def _answered(row: Mapping[str, Any]) -> Answer:
    plan, warehouse, direct = _plan(row), _warehouse(row), _direct(row)
    try:
        found = warehouse_roi(plan, warehouse, direct)
    except Refused as refused:
        known = {"storage": "lines"}
        problems = [
            replace(p, field=known.get(p.field, p.field), reason=_now(p.reason)) for p in refused.problems
        ]
        return Answer(problems=tuple(problems))
    moved = [
        {
            "driver": DRIVERS[s.driver],
            "change": s.change * 100,
            "saving": s.saving,
            "break_even": s.break_even,
        }
        for s in sensitivity(plan, warehouse, direct, CHANGES)
    ]
    columns = (
        Column("driver", _("What changes")),
        Column("change", _("Changed by"), PERCENT),
        Column("saving", _("Saved a month"), MONEY),
        Column("break_even", _("Break-even, units a month"), INT),
    )
    return Answer(
        _title(found),
        _facts(found),
        (Table(_("What moves the result"), columns, moved),),
        (
            (_("A month over the warehouse"), found.warehouse, ""),
            (_("A month of direct parcels"), found.direct, ""),
        ),
        figures={
            "warehouse": found.warehouse.amount,
            "direct": found.direct.amount,
            "saving": found.saving,
            "break_even": found.break_even,
            "invested": found.invested,
            "roi": None if found.roi is None else found.roi * 100,
            "payback_months": found.payback_months,
        },
    )


def _title(found: WarehouseRoi) -> str:
    saving = abs(found.saving)
    if found.saving.minor > 0:
        return _now("The warehouse saves %(amount)s a month") % {"amount": saving}
    return _now("Direct parcels are cheaper by %(amount)s a month") % {"amount": saving}


def _facts(found: WarehouseRoi) -> tuple[Fact, ...]:
    never = _("Never at these prices")
    even: Any = never if found.break_even is None else found.break_even
    return (
        Fact(_("Over the warehouse"), found.warehouse.amount, MONEY),
        Fact(_("Direct parcels"), found.direct.amount, MONEY),
        Fact(_("Saved a month"), found.saving, MONEY),
        Fact(_("Break-even, units a month"), even, INT if found.break_even is not None else "text"),
        Fact(_("Days until a batch is sold"), found.stock_days, DECIMAL),
        Fact(_("Tied up"), found.invested, MONEY),
        Fact(_("Return on it a year"), None if found.roi is None else found.roi * 100, PERCENT),
        Fact(_("Set-up paid back in months"), found.payback_months, DECIMAL),
    )


def _plan(row: Mapping[str, Any]) -> Plan:
    sides = row["length_mm"] * row["width_mm"] * row["height_mm"]
    return Plan(
        row["units"], row["units_per_order"], sides, row["goods_cost"], row["batch_units"],
        row["return_rate"] / 100, row["capital_rate"] / 100,
    )  # fmt: skip


def _warehouse(row: Mapping[str, Any]) -> Warehouse:
    ages = sorted(row["lines"], key=lambda line: line["from_day"])
    names = (
        "first_leg",
        "shipment",
        "receiving",
        "duty",
        "pick",
        "tail",
        "monthly",
        "setup",
        "return_handling",
    )
    return Warehouse(
        **{name: row[name] for name in names},
        storage=tuple(StorageAge(line["from_day"], line["per_m3_day"]) for line in ages),
        resale=row["resale"] / 100,
        transit_days=row["transit_days"],
    )


def _direct(row: Mapping[str, Any]) -> Direct:
    return Direct(
        row["direct_parcel"], row["direct_duty"], row["direct_return_handling"], row["direct_resale"] / 100,
        row["direct_transit_days"],
    )  # fmt: skip


TOOL = Tool(
    code="warehouse_roi",
    label=_("Overseas warehouse or direct"),
    stage=2,
    place=62,
    icon="warehouse",
    view="logistics.view",
    fields=(
        Field("units", _("Units a month"), INT),
        Field("units_per_order", _("Units an order"), DECIMAL),
        Field("length_mm", _("Length in mm"), INT),
        Field("width_mm", _("Width in mm"), INT),
        Field("height_mm", _("Height in mm"), INT),
        Field("goods_cost", _("Goods cost a unit"), MONEY, help=_("Every amount in this currency.")),
        Field("batch_units", _("Units of a batch sent"), INT),
        Field("return_rate", _("Returned units"), PERCENT),
        Field("capital_rate", _("Cost of capital a year"), PERCENT),
        Field("first_leg", _("First leg a unit"), MONEY),
        Field("shipment", _("Clearance and papers a batch"), MONEY),
        Field("receiving", _("Receiving a unit"), MONEY),
        Field("duty", _("Duty and lost tax a unit in bulk"), MONEY),
        Field("pick", _("Pick and pack an order"), MONEY),
        Field("tail", _("Tail delivery an order"), MONEY),
        Field("monthly", _("Warehouse fee a month"), MONEY),
        Field("setup", _("Set-up, once"), MONEY),
        Field("return_handling", _("Handling of a return at the warehouse"), MONEY),
        Field("resale", _("Returns sold again at the warehouse"), PERCENT),
        Field("transit_days", _("Days to the warehouse"), INT),
        Field("direct_parcel", _("Direct parcel an order"), MONEY),
        Field("direct_duty", _("Duty and tax a direct order"), MONEY),
        Field("direct_return_handling", _("Handling of a return sent direct"), MONEY),
        Field("direct_resale", _("Direct returns sold again"), PERCENT),
        Field("direct_transit_days", _("Days of a direct parcel"), INT),
    ),
    lines=(
        Field("from_day", _("Storage from day"), INT, help=_("The first age begins at day 0.")),
        Field("per_m3_day", _("A cubic metre a day"), MONEY),
    ),
    run=run,
    columns=(
        Column("warehouse", _("Over the warehouse"), MONEY),
        Column("direct", _("Direct parcels"), MONEY),
        Column("saving", _("Saved a month"), MONEY),
        Column("break_even", _("Break-even, units a month"), INT),
        Column("invested", _("Tied up"), MONEY),
        Column("roi", _("Return on it a year"), PERCENT),
        Column("payback_months", _("Set-up paid back in months"), DECIMAL),
    ),
    note=_("What a month costs over an overseas warehouse and by direct parcels; from which volume it pays."),
    example={
        "units": 300, "units_per_order": 1, "length_mm": 200, "width_mm": 100, "height_mm": 50,
        "goods_cost": "5.00 USD", "batch_units": 600, "return_rate": 4, "capital_rate": 7.3,
        "first_leg": "0.80 USD", "shipment": "150.00 USD", "receiving": "0.20 USD", "duty": "0.50 USD",
        "pick": "1.10 USD", "tail": "3.40 USD", "monthly": "90.00 USD", "setup": "1000.00 USD",
        "return_handling": "2.00 USD", "resale": 50, "transit_days": 35,
        "direct_parcel": "7.20 USD", "direct_duty": "0.60 USD", "direct_return_handling": "0.00 USD",
        "direct_resale": 0, "direct_transit_days": 10,
        "lines": [
            {"from_day": 0, "per_m3_day": "0.00 USD"},
            {"from_day": 30, "per_m3_day": "1.20 USD"},
        ],
    },
)  # fmt: skip
