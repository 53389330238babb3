"""From a settlement to the bank, to the cent; what does not fit stays open and visible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.facts import facts_hash
from tests.trade import harbour_file, make_store
from tradewind.apps.markets.models import FxRate
from tradewind.apps.settlements.operations import import_settlements
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.cash_chain import cash_chain
from tradewind.apps.treasury.models import BankLine, CollectionLine, Conversion, Payout, Withdrawal
from tradewind.apps.treasury.operations import (
    expect_payouts,
    link_receipt,
    match_receipts,
    open_bank_account,
    open_collection_account,
    record_bank_lines,
    record_collection_lines,
    retry_withdrawals,
    withdraw,
)
from tradewind.connectors import registry
from tradewind.engine.access import FINANCE, SERVICE, Actor, Denied
from tradewind.engine.contracts import (
    CONVERT,
    FEE,
    RECEIVE,
    WITHDRAW,
    BankTransaction,
    OutsideError,
    ProviderTransaction,
    PushResult,
    Refused,
)
from tradewind.engine.money import Money

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
FIN = Actor(7, "fang", FINANCE, None)
KEYS = {"account": "A1", "key": "k"}


def usd(text: str) -> Money:
    return Money.of(text, "USD")


@pytest.fixture
def store():
    return make_store("HB-US", "harbour", "USD")


@pytest.fixture
def account(store):
    return open_collection_account(
        company="GZ", provider="lighter", code="LT-USD", name="Lighter USD", currency="USD", now=NOW, by=FIN,
        base_url="http://127.0.0.1:1", credentials=KEYS,
    )  # fmt: skip


@pytest.fixture
def bank(store):
    return open_bank_account(company="GZ", code="ICBC-1", name="ICBC", currency="CNY", now=NOW, by=FIN)


def settle(store, number, amount):
    rows = [("Order", "Price", "Principal", amount)]
    data = harbour_file(number, "USD", rows, amount)
    import_settlements(store_id=store.id, name="f", data=data, now=NOW, by=FIN)
    expect_payouts(now=NOW, by=FIN)
    return Payout.objects.get(settlement__external_id=number)


def receipt(number, amount, reference="", day=2):
    return ProviderTransaction(number, RECEIVE, usd(amount), datetime(2026, 7, day, 6, tzinfo=UTC), reference)


def withdrawal(group, sold, fee, bought, rate, day=4):
    at = datetime(2026, 7, day, 8, tzinfo=UTC)
    net = usd(sold) - usd(fee)
    return [
        ProviderTransaction(f"{group}-f", FEE, -usd(fee), at, "", group),
        ProviderTransaction(
            f"{group}-c", CONVERT, -net, at, "", group, Money.of(bought, "CNY"), Decimal(rate)
        ),
        ProviderTransaction(f"{group}-w", WITHDRAW, usd("0"), at, "ICBC-1", group),
    ]


def test_an_explained_settlement_is_expected_once_and_a_negative_one_carried(store):
    assert settle(store, "B-1", "100.00").state == "expected"
    assert settle(store, "B-2", "-5.00").state == "carried"
    assert settle(store, "B-3", "0.00").state == "carried"
    assert expect_payouts(now=NOW, by=FIN) == 0
    assert Payout.objects.count() == 3


def test_the_chain_of_a_payout_is_known_to_the_cent_at_every_hop(store, account, bank):
    FxRate.objects.create(base="USD", quote="CNY", on=date(2026, 7, 4), rate="7.1", source="ECB")
    payout = settle(store, "B-1", "1000.00")
    assert [h.state for h in cash_chain(FIN, payout.id)] == ["waiting"]
    record_collection_lines(account_id=account.id, lines=[receipt("R1", "1000.00", "B-1")], now=NOW, by=FIN)
    assert match_receipts(now=NOW, by=FIN) == 1
    record_collection_lines(
        account_id=account.id, lines=withdrawal("W1", "1000.00", "5.00", "7043.30", "7.0787"), now=NOW, by=FIN
    )
    line = BankTransaction("BK1", date(2026, 7, 5), Money.of("7043.30", "CNY"), "W1")
    record_bank_lines(account_id=bank.id, lines=[line], now=NOW, by=FIN)
    conversion = Conversion.objects.get()
    assert (conversion.sold, conversion.fee, conversion.bought, conversion.state) == (
        usd("1000.00"), usd("5.00"), Money.of("7043.30", "CNY"), "arrived",
    )  # fmt: skip
    hops = cash_chain(FIN, payout.id)
    assert [(h.name, str(h.into), str(h.out), h.state) for h in hops] == [
        ("payout", "1,000.00 USD", "1,000.00 USD", "done"),
        ("withdrawal", "1,000.00 USD", "995.00 USD", "done"),
        ("conversion", "995.00 USD", "7,043.30 CNY", "done"),
        ("bank", "7,043.30 CNY", "7,043.30 CNY", "done"),
    ]
    # 995 at 7.1 is 7,064.50; 21.20 CNY are 2.99 USD; with the fee 7.99 USD of 1,000.
    assert hops[2].fx_loss == Money.of("21.20", "CNY")
    assert [h.loss_bp for h in hops] == [Decimal(0), Decimal(50), Decimal("79.90"), Decimal("79.90")]
    assert queries.unmatched(FIN, date(2026, 7, 10)) == []


def test_without_a_reference_rate_the_loss_is_not_stated(store, account, bank):
    payout = settle(store, "B-1", "1000.00")
    lines = [receipt("R1", "1000.00", "B-1"), *withdrawal("W1", "1000.00", "5.00", "7043.30", "7.0787")]
    record_collection_lines(account_id=account.id, lines=lines, now=NOW, by=FIN)
    match_receipts(now=NOW, by=FIN)
    hops = cash_chain(FIN, payout.id)
    assert [(h.name, h.loss_bp) for h in hops] == [
        ("payout", Decimal(0)), ("withdrawal", Decimal(50)), ("conversion", None), ("bank", None),
    ]  # fmt: skip
    assert hops[-1].state == "waiting"


def test_two_payouts_share_a_withdrawal_and_their_parts_sum_to_it(store, account, bank):
    first, second = settle(store, "B-1", "600.01"), settle(store, "B-2", "399.99")
    lines = [receipt("R1", "600.01", "B-1"), receipt("R2", "399.99", "B-2", day=3)]
    lines += withdrawal("W1", "900.00", "4.50", "6338.98", "7.0787")
    record_collection_lines(account_id=account.id, lines=lines, now=NOW, by=FIN)
    match_receipts(now=NOW, by=FIN)
    chains = [cash_chain(FIN, p.id) for p in (first, second)]
    conversions = [h for chain in chains for h in chain if h.name == "conversion"]
    assert sum(h.out.minor for h in conversions) == 6338_98
    assert sum(h.fee.minor for c in chains for h in c if h.name == "withdrawal") == 4_50
    rest = [h for h in chains[1] if h.name == "on_account"]
    assert [str(h.into) for h in rest] == ["100.00 USD"]


def test_statement_lines_are_written_once_and_never_changed(account):
    lines = [receipt("R1", "5.00"), receipt("R2", "6.00")]
    assert record_collection_lines(account_id=account.id, lines=lines, now=NOW, by=FIN) == 2
    assert record_collection_lines(account_id=account.id, lines=lines[::-1], now=NOW, by=FIN) == 0
    before = facts_hash()
    changed = [receipt("R1", "5.01"), ProviderTransaction("R3", RECEIVE, Money(1, "EUR"), NOW)]
    with pytest.raises(Refused) as refused:
        record_collection_lines(account_id=account.id, lines=changed, now=NOW, by=FIN)
    assert [(p.row, p.field) for p in refused.value.problems] == [(1, "amount"), (2, "currency")]
    assert facts_hash() == before


def test_what_is_not_certain_stays_open_with_proposals_and_a_person_decides(store, account):
    payouts = [settle(store, "B-1", "100.00"), settle(store, "B-2", "100.00")]
    record_collection_lines(account_id=account.id, lines=[receipt("R1", "100.00")], now=NOW, by=FIN)
    assert match_receipts(now=NOW, by=FIN) == 0
    line = CollectionLine.objects.get()
    assert {p.expected_ids for p in queries.proposals(FIN, line.id)} == {(p.id,) for p in payouts}
    assert [(w.noun, w.age_days) for w in queries.unmatched(FIN, date(2026, 7, 12))] == [
        ("collection_lines", 10), ("payouts", 10), ("payouts", 10),
    ]  # fmt: skip
    link_receipt(line_id=line.id, payout_ids=[payouts[1].id], reason="bank advice", now=NOW, by=FIN)
    assert list(Payout.objects.order_by("id").values_list("state", flat=True)) == ["expected", "received"]
    before = facts_hash()
    with pytest.raises(Refused, match="no such open receipt"):
        link_receipt(line_id=line.id, payout_ids=[payouts[0].id], reason="again", now=NOW, by=FIN)
    assert facts_hash() == before


def test_a_bank_line_of_another_amount_is_short_and_not_silently_taken(store, account, bank):
    record_collection_lines(
        account_id=account.id, lines=withdrawal("W1", "100.00", "1.00", "700.00", "7.07"), now=NOW, by=FIN
    )
    line = BankTransaction("BK1", date(2026, 7, 5), Money.of("690.00", "CNY"), "W1")
    record_bank_lines(account_id=bank.id, lines=[line], now=NOW, by=FIN)
    assert Conversion.objects.get().state == "short"
    assert [w.noun for w in queries.unmatched(FIN, date(2026, 7, 9))] == ["conversions"]


class Provider:
    """A provider that remembers its keys; it can lose an answer."""

    def __init__(self):
        self.asked, self.lose, self.ok = [], False, True

    def withdraw(self, conn, key, amount, to_currency, bank_ref):
        self.asked.append((key, amount, to_currency, bank_ref))
        if self.lose:
            raise OutsideError("no answer")
        return PushResult(key, self.ok, "W1" if self.ok else "", "" if self.ok else "insufficient_balance")


@pytest.fixture
def provider(monkeypatch):
    stand_in = Provider()
    monkeypatch.setattr(registry, "collection", lambda code: stand_in)
    return stand_in


def ask(account, bank, amount="50.00", key="k1"):
    return withdraw(account_id=account.id, bank_id=bank.id, amount=usd(amount), key=key, now=NOW, by=FIN)


def test_a_withdrawal_asked_twice_under_one_key_is_asked_once(account, bank, provider):
    assert ask(account, bank).state == "accepted"
    assert ask(account, bank).group == "W1"
    assert provider.asked == [("k1", usd("50.00"), "CNY", "ICBC-1")]
    with pytest.raises(Refused, match="used for another"):
        ask(account, bank, "51.00")
    assert Withdrawal.objects.count() == 1


def test_a_lost_answer_leaves_the_claim_and_is_asked_again_under_its_key(account, bank, provider):
    provider.lose = True
    with pytest.raises(OutsideError):
        ask(account, bank)
    assert Withdrawal.objects.get().state == "claimed"
    provider.lose = False
    assert retry_withdrawals(now=NOW + timedelta(hours=1), by=FIN) == (1, 0)
    assert Withdrawal.objects.get().state == "accepted"
    assert [key for key, *_ in provider.asked] == ["k1", "k1"]


def test_the_providers_no_is_kept_with_its_words(account, bank, provider):
    provider.ok = False
    with pytest.raises(Refused, match="insufficient_balance"):
        ask(account, bank)
    assert Withdrawal.objects.get().state == "refused"


def test_a_wrong_withdrawal_asks_nobody(account, bank, provider):
    before = facts_hash()
    with pytest.raises(Refused, match="not above zero"):
        ask(account, bank, "0.00")
    with pytest.raises(Refused, match="another currency"):
        withdraw(account_id=account.id, bank_id=bank.id, amount=Money(5, "EUR"), key="k", now=NOW, by=FIN)
    with pytest.raises(Denied):
        withdraw(
            account_id=account.id, bank_id=bank.id, amount=usd("1"), key="k", now=NOW,
            by=Actor(3, "charlie", SERVICE, None),
        )  # fmt: skip
    assert provider.asked == []
    assert facts_hash() == before


def test_balances_are_the_sums_of_the_lines(account, bank):
    record_collection_lines(
        account_id=account.id, now=NOW, by=FIN,
        lines=[receipt("R1", "1000.00"), *withdrawal("W1", "400.00", "2.00", "2800.00", "7.03")],
    )  # fmt: skip
    assert queries.collection_balances(FIN) == {account.id: usd("600.00")}
    assert queries.bank_balances(FIN) == {bank.id: Money(0, "CNY")}
    assert BankLine.objects.count() == 0
