"""Payables at the desk: from the pool to the bank; the cash calendar asked on every face."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.speech import english  # noqa: F401  fixtures
from tests.trade import make_company
from tradewind.apps.org.models import User
from tradewind.apps.payables.models import CashFloor, Forecast, Payable, Payment, PaymentRequest
from tradewind.apps.payables.tests.world import (
    ALICE,
    FANG,
    NOW,
    PEI,
    bank,
    bank_line,
    cny,
    invoice,
    order,
    owed,
    supplier,
    usd,
)
from tradewind.cli.main import main
from tradewind.desk import asking, doing, listing, rows
from tradewind.desk.kernel import Aim
from tradewind.desk.registry import noun, tool
from tradewind.engine.access import OPERATIONS, OWNER, Actor, Denied
from tradewind.engine.contracts import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def do(what, action, by=FANG, ids=(), **given):
    return doing.do(noun(what), action, by=by, ids=ids, given=given, now=NOW, key=None)


def page(what, pk, by=FANG):
    return rows.allowed_detail(noun(what), by, pk)


def asked(code, by=FANG, **given):
    return asking.ask(tool(code), by=by, given=[given], now=NOW)[0]


def test_from_the_invoice_to_the_bank():
    account = bank()
    invoice(order(supplier(balance_days=30)), "1000.00", "130.00")
    assert do("payables", "pull").changed == 1
    one = Payable.objects.get()
    assert one.match_state == "over_invoiced"
    assert any("do not agree" in str(a) for a in page("payables", one.pk).alerts)
    with pytest.raises(Refused) as refused:
        do("payables", "request", PEI, [one.pk], amount="600 CNY")
    assert [p.field for p in refused.value.problems] == ["note"]
    made = do("payables", "request", PEI, [one.pk], amount="600 CNY", note="paid ahead")
    pk = made.goto.id
    assert "Documents do not agree" in str(page("payment_requests", pk, ALICE).alerts[0])
    with pytest.raises(Denied):
        do("payment_requests", "approve", FANG, [pk])
    do("payment_requests", "approve", ALICE, [pk])
    line = bank_line(account, "-605.00", date(2026, 7, 9))
    do("payment_requests", "pay", ids=[pk], account=f"bank:{account.pk}", fee="5 CNY", line=f"bln_{line.pk}")
    payment = Payment.objects.get()
    assert (payment.on, payment.bank_line_id, str(payment.out)) == (date(2026, 7, 9), line.pk, "605.00 CNY")
    one.refresh_from_db()
    assert (str(one.left), one.state) == ("530.00 CNY", "open")
    do("payments", "reverse", ids=[payment.pk], on="2026-07-10", reason="wrong account")
    assert page("payments", payment.pk).state == "reversed"
    assert PaymentRequest.objects.get().state == "approved"


def test_a_part_goes_to_the_lines_of_a_request_in_their_order_and_too_much_is_refused():
    account = bank()
    first, second = owed(cny("30.00")), owed(cny("50.00"), number="R-8")
    do("payables", "request", PEI, [first.pk, second.pk])
    pk = PaymentRequest.objects.get().pk
    do("payment_requests", "approve", ALICE, [pk])
    pay = {"account": f"bank:{account.pk}", "on": "2026-07-10"}
    with pytest.raises(Refused, match="more than is left"):
        do("payment_requests", "pay", ids=[pk], amount="80.01 CNY", **pay)
    do("payment_requests", "pay", ids=[pk], amount="60 CNY", **pay)
    assert [str(p.left) for p in Payable.objects.order_by("id")] == ["0.00 CNY", "20.00 CNY"]


def test_an_amount_is_for_one_row_only():
    ids = [owed(cny("30.00")).pk, owed(cny("50.00"), number="R-8").pk]
    with pytest.raises(Refused, match="for one row only"):
        do("payables", "request", PEI, ids, amount="10 CNY")


def test_payroll_is_not_shown_to_who_does_not_pay_it():
    owed(cny("9000.00"), kind="payroll", creditor="Staff", number="2026-07")
    rent = owed(cny("30.00"))
    wish = listing.Wish()
    assert len(listing.page(noun("payables"), FANG, wish).rows) == 2
    assert [r.pk for r in listing.page(noun("payables"), PEI, wish).rows] == [rent.pk]
    do("payables", "request", FANG, list(Payable.objects.values_list("id", flat=True)))
    assert len(listing.page(noun("payment_requests"), PEI, wish).rows) == 1
    assert len(listing.page(noun("payment_requests"), FANG, wish).rows) == 2


def test_the_calendar_says_the_first_evening_below_and_opens_a_day_into_its_documents():
    bank_line(bank(), "1000.00", date(2026, 7, 1))
    one = owed(cny("700.00"), due_on=date(2026, 7, 20))
    do("cash_plans", "create", company=str(make_company().pk), kind="ads", name="Ads", amount="50 CNY",
       low="40 CNY", high="90 CNY", every="week", first_on="2026-07-13")  # fmt: skip
    do("forecasts", "floor", ALICE, company=str(make_company().pk), amount="300")
    assert CashFloor.objects.get().amount_minor == 30_000
    got = asked("cash_calendar", days="30", day="2026-07-20")
    assert (str(got.figures["opening"]), got.figures["short_on"]) == ("1,000.00 CNY", date(2026, 7, 20))
    assert str(got.figures["lowest"]) == "100.00 CNY"  # four weeks of ads and the rent
    day = got.tables[0].rows
    assert [(r["document"].noun, r["document"].text, str(r["flow"].amount)) for r in day] == [
        ("payables", one.number, "-700.00 CNY"), ("cash_plans", "Ads", "-50.00 CNY"),
    ]  # fmt: skip
    aims = [r["on"] for r in got.tables[1].rows]
    assert all(isinstance(a, Aim) and a.given["day"] == a.value for a in aims)
    assert len(got.pictures[0].shapes) > 60


def test_a_question_that_cannot_be_answered_says_which_field_and_the_others_are_answered():
    bank_line(bank(), "1000.00", date(2026, 7, 1))
    given = [{"days": "400"}, {"days": "10"}, {"company": "nobody"}]
    got = asking.ask(tool("cash_calendar"), by=FANG, given=given, now=NOW)
    assert [[p.field for p in a.problems] for a in got] == [["days"], [], ["company"]]
    assert str(got[1].figures["closing"]) == "1,000.00 CNY"
    with pytest.raises(Denied):
        asked("cash_calendar", PEI)


def test_an_actor_with_some_stores_is_told_that_others_are_not_counted():
    bank_line(bank(), "1000.00", date(2026, 7, 1))
    got = asked("cash_calendar", Actor(7, "fang", "finance", frozenset({1})))
    assert any("stores in your scope" in str(a) for a in got.alerts)


def test_errors_of_forecasts_are_told_by_days_ahead():
    account = bank()
    bank_line(account, "1000.00", date(2026, 7, 1))
    do("forecasts", "keep")
    assert asked("forecast_error").figures["forecasts"] == 0
    bank_line(account, "-100.00", date(2026, 7, 12))
    later = asking.ask(tool("forecast_error"), by=FANG, given=[{}], now=NOW + timedelta(days=10))[0]
    assert str(later.figures["week_median"]) == "100.00 CNY"
    assert [r.horizon for r in later.tables[0].rows] == [1, 3, 7]
    kept = Forecast.objects.get()
    assert len(page("forecasts", kept.pk).tables[1].rows) == 90


def test_what_is_owed_and_the_calendar_on_the_command_line(capsys):
    User.objects.create(username="alice", role=OWNER, store_scope="*")
    owed(usd("30.00"))
    bank_line(bank("USD"), "100.00", date(2026, 7, 1))
    assert main(["payables", "list", "--json", "--as", "alice"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["left"]["minor"] == 30_00
    assert main(["cash-calendar", "--days", "5", "--currency", "USD", "--json", "--as", "alice"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["opening"]["minor"] == 100_00


def test_who_may_only_ask_cannot_enter_or_pay():
    one = owed(cny("30.00"))
    for action, given in (("write_off", {"reason": "x"}), ("take_back", {"reason": "x"})):
        with pytest.raises(Denied):
            do("payables", action, PEI, [one.pk], **given)
    with pytest.raises(Denied):
        do("payables", "request", Actor(9, "bo", OPERATIONS, None), [one.pk])
