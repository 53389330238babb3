"""Drill: three providers known by files only, a bank, four planted breaks; all else matched to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_store
from tradewind.apps.ledger import queries as books
from tradewind.apps.ledger.step import post_ready
from tradewind.apps.markets.models import FxRate
from tradewind.apps.settlements.operations import import_settlements
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.cash_chain import cash_chain
from tradewind.apps.treasury.models import BankLine, CollectionAccount, CollectionLine, Conversion, Payout
from tradewind.apps.treasury.operations import (
    expect_payouts,
    fail_payouts,
    import_bank_statement,
    import_statement,
    match_receipts,
    note_returns,
    open_bank_account,
    open_collection_account,
    send_again,
)
from tradewind.desk.doctor import books as doctor_books
from tradewind.engine.access import FINANCE, Actor, system
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
ON = date(2026, 7, 20)
FIN = Actor(7, "fang", FINANCE, None)

PAYONEER = (
    '"Transaction Date","Transaction Time","Time Zone","Transaction ID","Description","Credit Amount",'
    '"Debit Amount","Currency","Transfer Amount","Transfer Amount Currency","Status","Running Balance",'
    '"Additional Description","Store Name","Source","Target","Reference ID"\n'
)


def payoneer(*rows):
    out = PAYONEER
    for day, pk, words, came, went, other, balance, reference in rows:
        cny = "CNY" if other else ""
        out += f'"{day}","08:00:00","UTC","{pk}","{words}","{came}","{went}","USD","{other}","{cny}",'
        out += f'"Completed","{balance}","","","","","{reference}"\n'
    return out.encode()


# 1,000.00 and 500.00 come; 995.00 + 5.00 leave as 7,043.30 CNY; 400.00 leave and come back less 10.00.
PAYONEER_ONE = payoneer(
    ("07/02/2026", "101", "Payment from Amazon", "1,000.00", "", "", "1,000.00", "P-1"),
    ("07/03/2026", "102", "Payment from Amazon", "500.00", "", "", "1,500.00", "P-2"),
    ("07/04/2026", "103", "Withdrawal to ICBC", "", "995.00", "7,043.30", "505.00", ""),
    ("07/04/2026", "104", "Withdrawal fee", "", "5.00", "", "500.00", ""),
    ("07/05/2026", "105", "Withdrawal to ICBC", "", "400.00", "2,832.00", "100.00", ""),
)
# The statement of the days between is missing: 70.00 came and nobody knows (break 1).
PAYONEER_TWO = payoneer(
    ("07/10/2026", "107", "Withdrawal returned by bank", "390.00", "", "", "560.00", "105"),
    ("07/11/2026", "108", "Payment from Amazon", "40.00", "", "", "600.00", "P-3"),
)


def wise(*rows):
    """Newest first, as the files are."""
    captions = (
        "TransferWise ID,Date,Date Time,Amount,Currency,Description,Payment Reference,Running Balance,"
        "Exchange From,Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,"
        "Card Last Four Digits,Card Holder Full Name,Attachment,Note,Total fees,Exchange To Amount,"
        "Transaction Type,Transaction Details Type"
    )
    out = captions + "\n"
    for pk, at, amount, coin, reference, balance, exchange, fee, other, kind in rows:
        way = "DEBIT" if amount.startswith("-") else "CREDIT"
        out += f"{pk},{at[:10]},{at},{amount},{coin},words,{reference},{balance},{exchange},,,,,,,,,"
        out += f"{fee},{other},{way},{kind}\n"
    return out.encode()


# The euros become yuan with the provider, and go to the bank from there.
WISE = wise(
    ("TRANSFER-9", "06-07-2026 10:00:00.000", "-7500.00", "CNY", "", "0.00", ",,", "0.00", "", "TRANSFER"),
    ("BALANCE-5", "05-07-2026 09:00:00.100", "7500.00", "CNY", "", "7500.00", "EUR,CNY,7.8125", "0.00",
     "7500.00", "CONVERSION"),
    ("BALANCE-5", "05-07-2026 09:00:00.000", "-964.00", "EUR", "", "36.00", "EUR,CNY,7.8125", "4.00",
     "7500.00", "CONVERSION"),
    ("TRANSFER-1", "02-07-2026 08:00:00.000", "1000.00", "EUR", "W-1", "1000.00", ",,", "0.00", "",
     "TRANSFER"),
)  # fmt: skip
LIANLIAN = (
    "交易时间,交易流水号,交易类型,交易状态,币种,收入金额,支出金额,账户余额,到账金额,到账币种,参考号,备注\n"
    "2026-07-02 10:00:00,L1,收款,成功,GBP,300.00,,300.00,,,L-1,\n"
    "2026-07-03 10:00:00,L2,收款,成功,GBP,55.00,,355.00,,,UNKNOWN,谁付的\n"
    "2026-07-04 10:00:00,LL20260704,提现,成功,GBP,,200.00,155.00,1820.00,CNY,,\n"
    "2026-07-04 10:00:01,L4,提现手续费,成功,GBP,,1.00,154.00,,,,\n"
    "2026-07-05 10:00:00,L5,提现,处理中,GBP,,9.00,,,,,\n"
).encode()
BANK = b""":20:JULY
:25:ICBKCNBJ/6222
:28C:7/1
:60F:C260701CNY100,00
:61:2607050705C7043,30NTRFNONREF//B1
:86:PAYONEER 103 GOODS
:61:2607060706C1810,00NTRFNONREF//B2
:86:LIANLIAN LL20260704 GOODS
:61:2607070707C7500,00NTRFNONREF//B3
:86:WISE
:62F:C260707CNY16453,30
"""


@pytest.fixture
def house():
    """Stores in three currencies, accounts of three providers, a bank, and rates of the days."""
    stores = {c: make_store(f"S-{c}", "harbour", c) for c in ("USD", "EUR", "GBP")}
    places = (("payoneer", "USD"), ("wise", "EUR"), ("wise", "CNY"), ("lianlian", "GBP"))
    accounts = {
        (provider, code): open_collection_account(
            company="GZ", provider=provider, code=f"{provider}-{code}", name=provider, currency=code,
            now=NOW, by=FIN,
        )
        for provider, code in places
    }  # fmt: skip
    bank = open_bank_account(company="GZ", code="ICBC", name="ICBC", currency="CNY", now=NOW, by=FIN)
    for base, rate in (("USD", "7.1"), ("EUR", "7.9"), ("GBP", "9.2")):
        for day in (4, 5):
            FxRate.objects.create(base=base, quote="CNY", on=date(2026, 7, day), rate=rate, source="ECB")
    for number, code, amount in (
        ("P-1", "USD", "1000.00"), ("P-2", "USD", "500.00"), ("P-3", "USD", "40.00"), ("P-4", "USD", "77.00"),
        ("W-1", "EUR", "1000.00"), ("L-1", "GBP", "300.00"),
    ):  # fmt: skip
        data = harbour_file(number, code, [("Order", "Price", "Principal", amount)], amount)
        import_settlements(store_id=stores[code].id, name=f"{number}.txt", data=data, now=NOW, by=FIN)
    expect_payouts(now=NOW, by=FIN)
    return accounts, bank


def take(account, data, name="statement.csv"):
    return import_statement(account_id=account.pk, name=name, data=data, now=NOW, by=FIN)


@pytest.fixture
def taken(house):
    accounts, bank = house
    take(accounts["payoneer", "USD"], PAYONEER_ONE)
    take(accounts["payoneer", "USD"], PAYONEER_TWO)
    take(accounts["wise", "EUR"], WISE)
    take(accounts["lianlian", "GBP"], LIANLIAN)
    import_bank_statement(account_id=bank.pk, name="july.sta", data=BANK, now=NOW, by=FIN)
    match_receipts(now=NOW, by=FIN)
    (lost,) = Payout.objects.filter(settlement__external_id="P-4")
    fail_payouts(ids=[lost.pk], on=date(2026, 7, 6), reason="account number refused", now=NOW, by=FIN)
    return accounts, bank


def test_the_four_planted_breaks_and_the_unknown_receipt_are_found_and_named(taken):
    found = {b.code: (b.text, str(b.amount)) for b in queries.breaks(FIN, ON)}
    assert found == {
        "statement_gap": ("payoneer-USD 2026-07-05 – 2026-07-10", "70.00 USD"),  # 1: a statement is missing
        "money_came_back": ("105", "2,832.00 CNY"),  # 2: the bank sent 400.00 back
        "arrival_short": ("LL20260704", "10.00 CNY"),  # 3: 10 yuan kept on the way
        "payout_failed": ("P-4", "77.00 USD"),  # 4: the channel's transfer failed
        "receipt_unknown": ("UNKNOWN", "55.00 GBP"),
    }


def test_all_else_is_matched_to_the_cent(taken):
    states = dict(Payout.objects.values_list("settlement__external_id", "state"))
    assert states == {"P-1": "received", "P-2": "received", "P-3": "received", "P-4": "failed",
                      "W-1": "received", "L-1": "received"}  # fmt: skip
    said = {c.group: (c.kind, c.state, c.how) for c in Conversion.objects.all()}
    assert said == {
        "103": ("withdrawal", "arrived", "the only bank line of this amount in these days"),
        "105": ("withdrawal", "returned", "the provider's number or the amount says that it came back"),
        "BALANCE-5": ("inner", "arrived", "the other balance shows the same number"),
        "TRANSFER-9": ("withdrawal", "arrived", "the only bank line of this amount in these days"),
        "LL20260704": ("withdrawal", "short", "the words of the bank line name it"),
    }
    assert not BankLine.objects.filter(conversion=None).exists()


def test_the_chain_of_a_payout_goes_through_two_balances_to_the_bank(taken):
    payout = Payout.objects.get(settlement__external_id="W-1")
    hops = cash_chain(FIN, payout.pk)
    assert [(h.name, str(h.into), str(h.out), h.state) for h in hops] == [
        ("payout", "1,000.00 EUR", "1,000.00 EUR", "done"),
        ("conversion", "964.00 EUR", "7,500.00 CNY", "done"),
        ("withdrawal", "7,500.00 CNY", "7,500.00 CNY", "done"),
        ("bank", "7,500.00 CNY", "7,500.00 CNY", "done"),
        ("on_account", "36.00 EUR", "None", "waiting"),
    ]
    # 960.00 at 7.9 are 7,584.00: 84.00 CNY lost, 10.63 EUR; with the fee of 4.00 146.30 bp of 1,000.
    assert hops[1].fee == Money(4_00, "EUR")
    assert hops[1].fx_loss == Money(84_00, "CNY")
    assert [h.loss_bp for h in hops[:4]] == [Decimal(0), *[Decimal("146.30")] * 3]


def test_money_that_came_back_lies_on_the_account_again_less_what_it_cost(taken):
    payout = Payout.objects.get(settlement__external_id="P-2")
    hops = cash_chain(FIN, payout.pk)
    assert [(h.name, str(h.into), None if h.fee is None else str(h.fee)) for h in hops] == [
        ("payout", "500.00 USD", "0.00 USD"),
        ("returned", "10.00 USD", "10.00 USD"),
        ("on_account", "490.00 USD", None),
    ]
    assert hops[1].loss_bp == Decimal("200.00")
    one = Conversion.objects.get(group="105")
    note_returns(ids=[one.pk], reason="wrong branch code, sent again on Monday", now=NOW, by=FIN)
    assert "money_came_back" not in {b.code for b in queries.breaks(FIN, ON)}


def test_the_doctor_finds_nothing_and_names_an_arrival_without_a_line(taken):
    check = next(c for c in doctor_books.CHECKS if c.code == "conversions.ends")
    assert check.run() == []
    one = Conversion.objects.filter(state="returned").get()
    Conversion.objects.filter(pk=one.pk).update(state="arrived")
    assert check.run() == [f"conversion {one.pk} is arrived"]


def test_the_missing_statement_closes_the_gap_when_it_comes(taken):
    accounts, _bank = taken
    between = payoneer(("07/08/2026", "106", "Payment from Amazon", "70.00", "", "", "170.00", "P-9"))
    take(accounts["payoneer", "USD"], between)
    assert queries.statement_gaps(FIN) == []


def test_a_payout_sent_again_is_expected_again_and_received(taken):
    accounts, _bank = taken
    (lost,) = Payout.objects.filter(settlement__external_id="P-4")
    assert [(e.text, e.on, e.failed) for e in queries.expected()] == [("P-4", None, True)]
    send_again(ids=[lost.pk], expected_on=date(2026, 7, 14), reason="new account number", now=NOW, by=FIN)
    data = payoneer(("07/14/2026", "109", "Payment from Amazon", "77.00", "", "", "677.00", "P-4"))
    take(accounts["payoneer", "USD"], data)
    lost.refresh_from_db()
    assert (lost.state, lost.failed_on) == ("received", date(2026, 7, 6))
    assert queries.expected() == []


def test_a_file_taken_twice_and_an_overlapping_file_change_no_line(taken):
    accounts, bank = taken
    before = facts_hash()
    assert take(accounts["payoneer", "USD"], PAYONEER_ONE).new == 0
    assert import_bank_statement(account_id=bank.pk, name="july.sta", data=BANK, now=NOW, by=FIN).new == 0
    assert facts_hash() == before, "not even a word in the audit"
    lines = CollectionLine.objects.count()
    rows = PAYONEER_ONE.decode().splitlines(keepends=True)
    assert take(accounts["payoneer", "USD"], "".join([rows[0], *rows[2:5]]).encode()).new == 0
    assert CollectionLine.objects.count() == lines


def test_balances_are_what_statements_state_and_shares_show_the_risk(taken):
    places = {p.code: (str(p.balance), p.state) for p in queries.cash_now()}
    assert places == {
        "payoneer-USD": ("600.00 USD", "actual"), "wise-EUR": ("36.00 EUR", "actual"),
        "wise-CNY": ("0.00 CNY", "actual"), "lianlian-GBP": ("154.00 GBP", "actual"),
        "ICBC": ("16,453.30 CNY", "actual"),
    }  # fmt: skip
    company = CollectionAccount.objects.first().company_id
    for base, rate in (("USD", "7.1"), ("EUR", "7.9"), ("GBP", "9.2")):
        FxRate.objects.create(base=base, quote="CNY", on=ON, rate=rate, source="ECB")
    shares = {e.provider: e.share for e in queries.exposures(company, ON)}
    whole = 16453_30 + 4260_00 + 284_40 + 1416_80
    assert shares == {
        "": Fraction(16453_30, whole), "payoneer": Fraction(4260_00, whole),
        "wise": Fraction(284_40, whole), "lianlian": Fraction(1416_80, whole),
    }  # fmt: skip
    assert queries.most_share(ON) is None, "no share is set until the owner confirms one"


def test_effective_rates_are_exact_in_basis_points_and_stand_beside_the_card(taken):
    costs = {(c.provider, c.currency): c for c in queries.collection_costs(FIN, date(2026, 7, 1), ON)}
    euros = costs["wise", "EUR"]
    by_hop = {h.hop: (str(h.volume), str(h.lost), h.bp) for h in euros.hops}
    assert by_hop["withdrawal"] == ("964.00 EUR", "4.00 EUR", Decimal("41.49"))
    assert by_hop["fx"] == ("960.00 EUR", "10.63 EUR", Decimal("110.76"))
    assert euros.all_in_bp == Decimal("152.25")
    pounds = {h.hop: (str(h.lost), h.bp) for h in costs["lianlian", "GBP"].hops}
    # 10 CNY at 9.2 of the 1,820.00 bought; 1.00 of the receipts; 200.00 at 9.2 are 1,840.00.
    assert pounds["bank"] == ("1.09 GBP", Decimal("54.95"))
    assert pounds["fx"] == ("2.17 GBP", Decimal("108.70"))
    assert pounds["account"] == ("1.00 GBP", Decimal("28.17"))
    card = queries.cards(["wise", "nobody"], ON)["wise"]
    assert (card.low_bp, card.high_bp, card.confirmed) == (Decimal("40.0"), Decimal("70.0"), False)


def test_the_books_follow_and_nothing_stays_under_way_but_what_came_short(taken):
    post_ready(NOW, system())
    company = CollectionAccount.objects.first().company_id
    table = books.trial_balance(FIN, company, date(2026, 8, 1))
    assert all(sum(accounts.values()) == 0 for accounts in table.values())
    # 1013: the 200.00 pounds that came short wait for a person; dollars and euros are through.
    assert {code: accounts.get("1013") for code, accounts in table.items()} == {
        "USD": None, "EUR": None, "CNY": None, "GBP": 200_00,
    }  # fmt: skip
    lines = {a.currency: m for pk, m in queries.collection_balances(FIN).items()
             for a in [CollectionAccount.objects.get(pk=pk)]}  # fmt: skip
    assert table["USD"]["1012"] == lines["USD"].minor
    assert table["EUR"]["1012"] == lines["EUR"].minor
    assert table["GBP"]["1012"] == lines["GBP"].minor - 55_00, "the receipt nobody knows is not booked"
