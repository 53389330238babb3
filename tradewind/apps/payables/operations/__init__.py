"""Verbs of payables: pool, request, approve, pay, set off, write off; plan cash and keep forecasts."""

from tradewind.apps.payables.operations.entering import NewPayable, enter_payables
from tradewind.apps.payables.operations.forecasting import keep_forecasts
from tradewind.apps.payables.operations.paying import NewPayment, record_payments, reverse_payments
from tradewind.apps.payables.operations.planning import NewCashPlan, end_plans, plan_cash, set_cash_floor
from tradewind.apps.payables.operations.pooling import pull_payables
from tradewind.apps.payables.operations.requesting import (
    Asked,
    approve_requests,
    refuse_requests,
    request_payment,
    withdraw_requests,
)
from tradewind.apps.payables.operations.setting_off import set_off, set_off_deposits, take_back, write_off
from tradewind.apps.payables.operations.statement_lines import attach_line, match_lines

__all__ = [
    "Asked", "NewCashPlan", "NewPayable", "NewPayment", "approve_requests", "attach_line", "end_plans",
    "enter_payables", "keep_forecasts", "match_lines", "plan_cash", "pull_payables", "record_payments",
    "refuse_requests", "request_payment", "reverse_payments", "set_cash_floor", "set_off",
    "set_off_deposits", "take_back", "withdraw_requests", "write_off",
]  # fmt: skip
