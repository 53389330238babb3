"""The practice collection provider "Lighter 驳船收款": an account per currency, conversions, and its bank."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from tradewind.engine.money import Money, quantize, to_currency

HOME = "CNY"
FEE, SPREAD = Fraction(5, 1000), Fraction(3, 1000)
# Where the walk of reference rates starts: CNY for one unit.
LEVELS = {"USD": "7.1200", "GBP": "9.2400", "EUR": "7.8600", "JPY": "0.048200"}
PLACES = {"USD": 4, "GBP": 4, "EUR": 4, "JPY": 6}
HISTORY = timedelta(days=60)  # rates are known this long before the world starts


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an account's statement; amount in minor units, signed."""

    id: str
    kind: str  # receive, fee, convert, withdraw
    amount: int
    at: datetime
    reference: str = ""
    group: str = ""
    counter: Money | None = None
    rate: Decimal | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A line of the bank statement, CNY fen."""

    id: str
    at: datetime
    amount: int
    reference: str
    memo: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An accepted withdrawal, kept under the customer's key so that a repeat is harmless."""

    fingerprint: tuple[str, ...]
    group: str
    bought: Money


class Declined(ValueError):
    """A withdrawal that cannot be; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Lighter:
    """Accounts, rates and bank of one customer."""

    seed: int
    opened_on: date
    entries: dict[str, list[Entry]] = field(default_factory=lambda: {c: [] for c in LEVELS})
    bank: list[BankEntry] = field(default_factory=list)
    withdrawals: dict[str, Withdrawal] = field(default_factory=dict)
    walks: dict[str, list[Decimal]] = field(default_factory=dict)

    def balance(self, currency: str) -> int:
        """Minor units on the account."""
        return sum(e.amount for e in self.entries[currency])

    def bank_balance(self) -> int:
        """Fen on the bank account."""
        return sum(e.amount for e in self.bank)

    def rate(self, currency: str, on: date) -> Decimal | None:
        """The reference rate of a day in CNY per unit; None before the published history."""
        day = (on - self.opened_on + HISTORY).days
        if day < 0:
            return None
        walk = self.walks.setdefault(currency, [Decimal(LEVELS[currency])])
        while len(walk) <= day:
            step = Random(f"{self.seed}:fx:{currency}:{len(walk)}").randint(-45, 45)
            walk.append(quantize(Fraction(walk[-1]) * Fraction(10000 + step, 10000), PLACES[currency]))
        return walk[day]

    def receive(self, currency: str, amount: int, reference: str, at: datetime) -> None:
        """Money of a marketplace arrives; receipts cost nothing."""
        self._book(
            Entry(self._id(currency), "receive", amount, at, reference, memo="HARBOUR MARKETPLACE"), currency
        )

    def withdraw(
        self, key: str, amount: Money, to: str, bank_ref: str, at: datetime
    ) -> tuple[Withdrawal, bool]:
        """Convert and pay out; (the withdrawal, whether it is new). Raises Declined.

        The account loses `amount`: 0.5 % as fee, the rest converted at the day's reference rate less 0.3 %.
        The payout itself moves nothing here (0.00); the bank gets the CNY a day later.
        """
        fingerprint = (str(amount.minor), amount.currency, to, bank_ref)
        known = self.withdrawals.get(key)
        if known is not None:
            if known.fingerprint != fingerprint:
                raise Declined("key_reused", "this key was used for another withdrawal")
            return known, False
        reference = self._check(amount, to, at)
        fee = amount.times(FEE)
        rate = quantize(Fraction(reference) * (1 - SPREAD), 6)
        bought = to_currency(amount - fee, HOME, rate)
        group = f"LW{len(self.withdrawals) + 1:06d}"
        currency = amount.currency
        self._book(
            Entry(self._id(currency), "fee", -fee.minor, at, "", group, memo="Withdrawal fee 0.5%"), currency
        )
        self._book(
            Entry(self._id(currency), "convert", fee.minor - amount.minor, at, "", group, bought, rate),
            currency,
        )
        memo = f"{bought} to bank {bank_ref}"
        self._book(Entry(self._id(currency), "withdraw", 0, at, bank_ref, group, memo=memo), currency)
        done = self.withdrawals[key] = Withdrawal(fingerprint, group, bought)
        return done, True

    def _check(self, amount: Money, to: str, at: datetime) -> Decimal:
        if amount.currency not in LEVELS:
            raise Declined("no_such_account", f"there is no {amount.currency} account")
        if to != HOME:
            raise Declined("currency_not_offered", f"money goes out in {HOME} only")
        if amount.minor <= 0:
            raise Declined("bad_amount", "the amount must be above zero")
        if amount.minor > self.balance(amount.currency):
            raise Declined("insufficient_balance", "the account holds less than that")
        rate = self.rate(amount.currency, at.date())
        if rate is None:
            raise Declined("no_rate", "there is no rate for this day")
        return rate

    def arrive(self, withdrawal: Withdrawal, at: datetime) -> None:
        """The bank books a withdrawal's CNY."""
        number = f"BK{len(self.bank) + 1:06d}"
        self.bank.append(
            BankEntry(number, at, withdrawal.bought.minor, withdrawal.group, "跨境人民币收款 LIGHTER")
        )

    def window(self, currency: str, since: datetime, until: datetime) -> tuple[int, int]:
        """Positions of (since, until] among an account's entries."""
        entries = self.entries[currency]
        return bisect_right(entries, since, key=_at), bisect_right(entries, until, key=_at)

    def _id(self, currency: str) -> str:
        return f"LT{currency}{len(self.entries[currency]) + 1:06d}"

    def _book(self, entry: Entry, currency: str) -> None:
        self.entries[currency].append(entry)


def _at(entry: Entry) -> datetime:
    return entry.at
