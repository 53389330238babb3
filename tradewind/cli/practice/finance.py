"""The office of the practice company: carriers' bills, what is owed and paid, months and shared costs."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal

from tradewind.apps.claims.models import Bill, BillLayout, Finding
from tradewind.apps.claims.operations import (
    BillHead,
    LayoutInput,
    accept_bills,
    audit_bills,
    import_bill,
    make_claims,
    save_layout,
    send_claims,
)
from tradewind.apps.fulfilment.models import Parcel
from tradewind.apps.ledger.models import Entry, Period
from tradewind.apps.ledger.operations import (
    Voucher,
    VoucherLine,
    accrue_freight,
    close_period,
    open_chart,
    open_periods,
    post_vouchers,
    revalue,
)
from tradewind.apps.ledger.operations.periods import EVERYTHING
from tradewind.apps.ledger.queries import next_month
from tradewind.apps.org.models import Company
from tradewind.apps.payables.models import CashPlan, Payable, PaymentRequest
from tradewind.apps.payables.operations import (
    Asked,
    NewCashPlan,
    approve_requests,
    plan_cash,
    request_payment,
    set_cash_floor,
)
from tradewind.apps.payables.queries.requests import payable_requests
from tradewind.apps.profit.models import AllocationRule
from tradewind.apps.profit.operations import NewSharing, set_sharing
from tradewind.apps.sourcing.models import Supplier
from tradewind.apps.sourcing.operations import PaymentTerms, set_payment_terms
from tradewind.apps.sourcing.states import INVOICE_DAY
from tradewind.apps.treasury.models import BankAccount
from tradewind.apps.treasury.operations import import_bank_statement, open_bank_account
from tradewind.cli.practice.plan import COMPANY, LINE, TAIL, Plan, actor
from tradewind.engine import chart
from tradewind.engine.access import FINANCE, OWNER, PURCHASING
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money, exponent

ACCOUNT, PAID_IN, CAPITAL = "CMB-CNY", "4001", Money(1_500_000_00, "CNY")
CREDITORS = {LINE: "信风物流", TAIL: "LA Ground"}
HEADERS = ("运单号", "渠道", "发货日期", "国家", "计费重", "金额", "币种")
# What goes wrong on a carrier's bill, and how often.
DEARER, TWICE, NEVER_SENT = 0.03, 0.008, 0.004
LATE = 20  # days after its end on which a month is closed


def set_up(plan: Plan) -> None:
    """A bank account whose statements come as files, its capital, plans of what is paid every month."""
    by, at = actor(FINANCE), plan.before(40, 3)
    company = Company.objects.get(code=COMPANY)
    if not BankAccount.objects.filter(code=ACCOUNT).exists():
        open_bank_account(company=COMPANY, code=ACCOUNT, name="招行基本户", currency="CNY", now=at, by=by)
    if not Entry.objects.filter(event="opening").exists():
        open_chart(now=at, by=by)
        lines = (VoucherLine(chart.BANK, CAPITAL), VoucherLine(PAID_IN, -CAPITAL))
        opening = Voucher(company.pk, at.date(), "实收资本 paid-in capital", lines, "opening")
        post_vouchers(vouchers=[opening], now=at, by=by)
        _statement([(at.date(), CAPITAL, "CAPITAL", "实收资本")], at)
    if not CashPlan.objects.exists():
        first = plan.start.replace(day=1)
        months = [
            NewCashPlan(
                company.pk, kind, name, Money(minor, "CNY"), "month", first + timedelta(days=day),
                creditor=creditor, raise_days=7,
            )
            for kind, name, minor, day, creditor in (
                ("payroll", "工资", 42_000_00, 9, "全体员工"),
                ("rent", "办公室及仓库租金", 15_000_00, 4, "园区物业"),
            )
        ]  # fmt: skip
        plan_cash(plans=months, now=at, by=by)
        set_cash_floor(company_id=company.pk, amount=Money(200_000_00, "CNY"), now=at, by=actor(OWNER))
    _terms(at)
    if not AllocationRule.objects.exists():
        rules = [
            NewSharing(company.pk, account, basis, plan.start)
            for account, basis in ((chart.ADVERTISING, "revenue"), (chart.OVERHEAD, "orders"))
        ]
        set_sharing(rules=rules, now=at, by=by)


def _terms(at: datetime) -> None:
    """Two suppliers want a deposit; everybody waits a month for the rest."""
    ids = list(Supplier.objects.filter(balance_days=None).order_by("id").values_list("id", flat=True))
    by = actor(PURCHASING)
    for mine, deposit in ((ids[:2], Decimal(30)), (ids[2:], None)):
        if mine:
            terms = PaymentTerms(deposit, 0 if deposit else None, 30, INVOICE_DAY)
            set_payment_terms(ids=mine, terms=terms, now=at, by=by)


def bills(plan: Plan, now: datetime) -> None:
    """Take over what the carriers ask for the week that is over, look through it, agree to the rest."""
    by, company = actor(FINANCE), Company.objects.get(code=COMPANY)
    for service, creditor in CREDITORS.items():
        layout = _layout(creditor, now)
        number = f"{service}-{now:%y%m%d}"
        content = _bill(plan, service, now)
        if content is None:
            continue
        head = BillHead(company.pk, creditor, number, "carrier", now.date(), now.date() + timedelta(days=15))
        bill = import_bill(head, name=f"{number}.csv", data=content, now=now, by=by, layout_id=layout).bill
        if bill.state in ("draft", "audited"):
            audit_bills(ids=[bill.pk], now=now, by=by)
            accept_bills(ids=[bill.pk], unjudged=True, now=now, by=by)
    older = Bill.objects.filter(on__lt=now.date() - timedelta(days=20)).values("pk")
    found = Finding.objects.filter(state="open", bill_line__bill__in=older).order_by("id")
    ids = list(found.values_list("id", flat=True))
    if ids:
        send_claims(ids=[c.pk for c in make_claims(ids=ids, now=now, by=by)], now=now, by=by)


def _layout(creditor: str, now: datetime) -> int:
    """How a carrier writes its bills, said once; a gram's odds and ends are nobody's fault."""
    known = BillLayout.objects.filter(creditor=creditor).first()
    if known is None:
        given = LayoutInput(
            f"BILL-{BillLayout.objects.count() + 1}", f"{creditor} 账单", creditor, "carrier",
            number_style="1,234.56", tolerance_g=20, dispute_days=30,
        )  # fmt: skip
        known = save_layout(given, now=now, by=actor(FINANCE))
    return known.pk


def _bill(plan: Plan, service: str, now: datetime) -> bytes | None:
    """The bill of a week as the carrier writes it: mostly right."""
    rows = Parcel.objects.filter(
        service__code=service, shipped_at__gt=now - timedelta(days=7), shipped_at__lte=now,
        freight_minor__isnull=False,
    ).order_by("id")  # fmt: skip
    lines: list[tuple[object, ...]] = []
    for tracking, at, country, grams, minor, currency, number in rows.values_list(
        "tracking_no",
        "shipped_at",
        "order__country",
        "weight_g",
        "freight_minor",
        "freight_currency",
        "order__external_id",
    ):
        dice = plan.dice("bill", number)
        assert at is not None
        assert minor is not None
        asked = minor * 112 // 100 if dice.random() < DEARER else minor
        line = (
            tracking,
            service,
            f"{at:%Y-%m-%d}",
            country,
            _kilos(grams),
            _plain(asked, currency),
            currency,
        )
        lines.append(line)
        if dice.random() < TWICE:
            lines.append(line)
        if dice.random() < NEVER_SENT:
            lines.append((f"NX{number[-9:]}", *line[1:]))
    if not lines:
        return None
    return _sheet(HEADERS, lines)


def _kilos(grams: int | None) -> str:
    return "" if grams is None else f"{Decimal(grams) / 1000:f}"


def _plain(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _sheet(headers: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headers, *rows])
    return text.getvalue().encode()


def ask(now: datetime) -> None:
    """Purchasing asks to pay what falls due within ten days, where its papers agree; the owner says yes."""
    due = Payable.objects.filter(
        state="open", currency="CNY", due_on__lte=now.date() + timedelta(days=10)
    ).order_by("id")
    ids = [p.pk for p in due if p.free.minor > 0]
    for pk in ids:
        try:
            request_payment(lines=[Asked(pk)], wanted_on=None, note="", now=now, by=actor(PURCHASING))
        except Refused:  # its papers do not agree: that waits for a person
            continue
    wanted = PaymentRequest.objects.filter(state="asked").order_by("id")
    approve_requests(ids=list(wanted.values_list("id", flat=True)), now=now, by=actor(OWNER))


def pay(now: datetime) -> None:
    """The bank carries out what was approved; its statement comes in and names the requests."""
    rows = [
        (now.date(), -one.left, one.number, "付款 payment")
        for one in payable_requests()
        if one.left.currency == "CNY"
    ]
    if rows:
        _statement(rows, now)


def _statement(rows: list[tuple[date, Money, str, str]], now: datetime) -> None:
    account = BankAccount.objects.get(code=ACCOUNT)
    lines: list[tuple[object, ...]] = [
        (on, f"{amount.amount:f}", amount.currency, number, memo, f"{ACCOUNT}-{number}")
        for on, amount, number, memo in rows
    ]
    content = _sheet(("日期", "金额", "币种", "参考号", "附言", "流水号"), lines)
    name = f"{ACCOUNT}-{now:%y%m%d}.csv"
    import_bank_statement(account_id=account.pk, name=name, data=content, now=now, by=actor(FINANCE))


def month_end(now: datetime) -> None:
    """What the month before needs; what is over for three weeks is closed, the rest is there to practise."""
    by, company = actor(FINANCE), Company.objects.get(code=COMPANY)
    last = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    accrue_freight(company_id=company.pk, month=last, now=now, by=by)
    open_periods(now=now, by=by)
    before = now.date() - timedelta(days=LATE)
    for period in (
        Period.objects.filter(company=company, month__lte=last).exclude(state="closed").order_by("month")
    ):
        try:
            revalue(company_id=company.pk, month=period.month, now=now, by=by)
            if next_month(period.month) <= before:
                why = {EVERYTHING: "演练公司：待办留给学员处理 (left to practise on)"}
                close_period(company_id=company.pk, month=period.month, now=now, by=by, explanations=why)
        except Refused:  # a rate is missing, a settlement unexplained: the checklist says it
            return
