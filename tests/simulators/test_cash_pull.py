"""The pulls of cash against the served provider: twice is once, and one dead line stops no other."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from tests.facts import facts_hash
from tests.simulators.seller import Seller, impatient
from tests.trade import make_company
from tradewind.apps.markets.models import FxRate
from tradewind.apps.treasury import queries, step
from tradewind.apps.treasury.models import (
    BankAccount,
    BankLine,
    CollectionAccount,
    CollectionLine,
    Conversion,
)
from tradewind.apps.treasury.operations import open_bank_account, open_collection_account, withdraw
from tradewind.connectors.base import Connection
from tradewind.engine.access import FINANCE, Actor, system
from tradewind.engine.money import Money
from tradewind.simulators.lighter_api import accounts

pytestmark = pytest.mark.django_db
FIN = Actor(7, "fang", FINANCE, None)
FLOW = system()
KEYS = accounts(7)


def dead_url() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/lighter"


@pytest.fixture
def treasury(seller: Seller, monkeypatch) -> Seller:
    """A dollar and a pound account and the bank behind them, with money received."""
    transport = impatient()
    monkeypatch.setattr(step, "Connection", lambda url, keys, now: Connection(url, keys, now, transport))
    make_company()
    seller.pass_time(days=1)
    now, url = seller.world.now, f"{seller.running.url}/lighter"
    for currency in ("GBP", "USD"):
        code = f"LT-{currency}"
        open_collection_account(
            company="GZ", provider="lighter", code=code, name=code, currency=currency, now=now, by=FIN,
            base_url=url, credentials={"account": code, "key": KEYS[code]},
        )  # fmt: skip
    open_bank_account(
        company="GZ", provider="lighter", code="BANK-1", name="Bank", currency="CNY", now=now, by=FIN,
        base_url=url, credentials={"account": "LB-CNY", "key": KEYS["LB-CNY"]},
    )  # fmt: skip
    with seller.world.lock:
        seller.world.lighter.receive("USD", 1000_00, "B-1", now)
        seller.world.lighter.receive("GBP", 300_00, "B-2", now)
    yield seller
    transport.client.close()


def pull(seller: Seller) -> step.StepResult:
    """One look at everything outside, a little later than the last."""
    seller.pass_time(minutes=1)
    return step.run(seller.world.now, FLOW)


def test_collections_banks_and_rates_pulled_twice_are_the_same_facts(treasury):
    assert pull(treasury).problems == 0
    assert queries.collection_balances(FIN) == {
        a.pk: Money(300_00 if a.currency == "GBP" else 1000_00, a.currency)
        for a in CollectionAccount.objects.all()
    }
    dollars, bank = CollectionAccount.objects.get(currency="USD"), BankAccount.objects.get()
    now = treasury.world.now
    answer = withdraw(
        account_id=dollars.pk, bank_id=bank.pk, amount=Money(1000_00, "USD"), key="k1", now=now, by=FIN
    )
    treasury.pass_time(days=2)
    assert pull(treasury).problems == 0
    one = Conversion.objects.select_related("bank_line").get()
    assert (one.group, one.state, one.sold, one.fee) == (
        answer.group, "arrived", Money(1000_00, "USD"), Money(5_00, "USD"),
    )  # fmt: skip
    assert one.bank_line.amount == one.bought == Money(treasury.world.lighter.bank_balance(), "CNY")
    rate = FxRate.objects.get(base="USD", quote="CNY", on=one.at.date())
    assert rate.rate == treasury.world.lighter.rate("USD", one.at.date()) == one.reference_rate
    pull(treasury)
    marks = (CollectionAccount.objects.all(), BankAccount.objects.all())
    before = [list(m.order_by("id").values_list("watermark", flat=True)) for m in marks]
    lines, banked, rates = (m.objects.count() for m in (CollectionLine, BankLine, FxRate))
    again = pull(treasury)
    assert (again.done, again.problems) == (0, 0)
    assert (CollectionLine.objects.count(), BankLine.objects.count(), FxRate.objects.count()) == (
        lines, banked, rates,
    )  # fmt: skip
    facts = facts_hash(without=("treasury_collectionaccount", "treasury_bankaccount"))
    pull(treasury)
    assert facts_hash(without=("treasury_collectionaccount", "treasury_bankaccount")) == facts
    after = [list(m.order_by("id").values_list("watermark", flat=True)) for m in marks]
    assert all(
        new >= old
        for olds, news in zip(before, after, strict=True)
        for old, new in zip(olds, news, strict=True)
    )


def test_marks_lost_and_everything_read_again_is_still_once(treasury):
    pull(treasury)
    lines = list(CollectionLine.objects.order_by("id").values_list("account", "external_id", "amount_minor"))
    CollectionAccount.objects.update(watermark=None)
    BankAccount.objects.update(watermark=None)
    assert pull(treasury).done == 0
    assert lines == list(
        CollectionLine.objects.order_by("id").values_list("account", "external_id", "amount_minor")
    )


def test_a_dead_provider_does_not_stop_the_other_accounts(treasury):
    url = BankAccount.objects.get().base_url
    CollectionAccount.objects.filter(currency="GBP").update(base_url=dead_url())
    BankAccount.objects.update(base_url=dead_url())
    open_bank_account(
        company="GZ", provider="lighter", code="BANK-2", name="Alive", currency="CNY",
        now=treasury.world.now, by=FIN, base_url=url,
        credentials={"account": "LB-CNY", "key": KEYS["LB-CNY"]},
    )  # fmt: skip
    result = pull(treasury)
    assert result.problems == 3, "the pounds, the dead bank's rates and its lines"
    assert {"LT-GBP", "BANK-1"} <= set(result.detail)
    assert list(CollectionLine.objects.values_list("account__currency", "amount_minor")) == [("USD", 1000_00)]
    assert FxRate.objects.filter(base="USD", on=treasury.world.now.date()).exists()
    dead = CollectionAccount.objects.get(currency="GBP")
    assert dead.watermark is None, "what was not read is not passed over"
    living = BankAccount.objects.get(code="BANK-2")
    assert living.watermark == treasury.world.now.date()
    CollectionAccount.objects.filter(currency="GBP").update(base_url=url)
    treasury.pass_time(days=1)
    assert pull(treasury).problems == 2
    assert CollectionLine.objects.filter(account__currency="GBP", amount_minor=300_00).count() == 1
    assert treasury.world.now - timedelta(days=2) < CollectionLine.objects.earliest("at").at
