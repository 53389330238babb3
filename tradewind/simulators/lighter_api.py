"""Lighter's HTTP interface: account lines, withdrawals, statement files, reference rates, and the bank."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from tradewind.engine.money import Money, MoneyError
from tradewind.simulators.lighter import HOME, LEVELS, Declined, Entry
from tradewind.simulators.settle import stamp, text
from tradewind.simulators.wire import PAGE, Bad, Gate, Reply, Request, bounds, moment, page, say
from tradewind.simulators.world import World

STATEMENT = (
    "Transaction ID", "Date", "Type", "Amount", "Currency", "Counter Amount", "Counter Currency", "Rate",
    "Reference", "Group", "Memo",
)  # fmt: skip


def accounts(seed: int) -> dict[str, str]:
    """Account -> key: one account a currency, and the bank's."""
    return {f"LT-{c}": f"lighter-{c.lower()}-{seed}" for c in LEVELS} | {"LB-CNY": f"lighter-bank-{seed}"}


class LighterApi:
    """The service over a world. Paths below /lighter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gate = Gate(accounts(world.seed))

    def answer(self, request: Request) -> Reply:
        """Route one request; an account sees only its own currency."""
        if (request.method, request.path) == ("POST", "/lighter/auth/token"):
            return self.gate.issue(request)
        currency = self.gate.account(request)[3:]
        plain = {
            ("GET", "/lighter/v1/transactions"): self.transactions,
            ("GET", "/lighter/v1/statement"): self.statement,
            ("POST", "/lighter/v1/withdrawals"): self.withdraw,
            ("GET", "/lighter/v1/rates"): self.rates,
            ("GET", "/lighter/bank/v1/transactions"): self.bank,
        }.get((request.method, request.path))
        if plain is None:
            raise Bad(404, "no_such_path", f"{request.method} {request.path} is not offered")
        if ("/bank/" in request.path) != (currency == HOME) and plain != self.rates:
            raise Bad(403, "other_account", "this account has no such lines")
        return plain(currency, request)

    def transactions(self, currency: str, request: Request) -> Reply:
        """Lines booked in (since, until], oldest first."""
        window = self.world.lighter.window(currency, request.time("since"), request.time("until"))
        first, last = bounds(request, *window)
        stop = min(last, first + PAGE)
        found = [entry_json(e, currency) for e in self.world.lighter.entries[currency][first:stop]]
        return say(page(request, "transactions", first, last, found, stop))

    def statement(self, currency: str, request: Request) -> Reply:
        """The same lines as a CSV file."""
        first, last = self.world.lighter.window(currency, request.time("since"), request.time("until"))
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(STATEMENT)
        for e in self.world.lighter.entries[currency][first:last]:
            x = entry_json(e, currency)
            counter = x["counter"] or {"amount": "", "currency": ""}
            writer.writerow(
                [
                    *(x["id"], x["at"], x["kind"], x["amount"], currency, counter["amount"]),
                    *(counter["currency"], x["rate"] or "", x["reference"], x["group"], x["memo"]),
                ]
            )
        return Reply(200, out.getvalue().encode(), "text/csv; charset=utf-8")

    def withdraw(self, currency: str, request: Request) -> Reply:
        """Convert and pay out, once per key; a refusal is answered with its code."""
        given = request.json()
        try:
            amount = Money.of(str(given.get("amount", "")), currency)
        except MoneyError as error:
            return say({"ok": False, "code": "bad_amount", "message": str(error)})
        key, to, bank_ref = (str(given.get(k, "")) for k in ("key", "to_currency", "bank_ref"))
        if not key or not bank_ref:
            return say({"ok": False, "code": "field_missing", "message": "key and bank_ref are needed"})
        try:
            done, new = self.world.lighter.withdraw(key, amount, to, bank_ref, self.world.now)
        except Declined as declined:
            return say({"ok": False, "code": declined.code, "message": str(declined)})
        if new:
            self.world.withdrawn(done)
        return say({"ok": True, "group": done.group, "bought": text(done.bought.minor, HOME)})

    def rates(self, currency: str, request: Request) -> Reply:
        """Reference rates of a day; none before it has begun."""
        del currency
        try:
            on = date.fromisoformat(request.query.get("on", ""))
        except ValueError:
            raise Bad(400, "bad_date", "on must be a date") from None
        found = []
        if on <= self.world.now.date():
            rates = {c: self.world.lighter.rate(c, on) for c in LEVELS}
            found = [{"base": c, "quote": HOME, "rate": str(r)} for c, r in rates.items() if r is not None]
        return say({"on": on.isoformat(), "rates": found})

    def bank(self, currency: str, request: Request) -> Reply:
        """Bank lines of the days since..until, both included."""
        since, until = (moment(request.query.get(k, ""), k).date() for k in ("since", "until"))
        lines = [e for e in self.world.lighter.bank if since <= e.at.date() <= until]
        first, last = bounds(request, 0, len(lines))
        stop = min(last, first + PAGE)
        found = [
            {
                "id": e.id,
                "on": e.at.date().isoformat(),
                "amount": text(e.amount, currency),
                "currency": currency,
                "reference": e.reference,
                "memo": e.memo,
            }
            for e in lines[first:stop]
        ]
        return say(page(request, "transactions", first, last, found, stop))


def entry_json(e: Entry, currency: str) -> dict[str, Any]:
    """A line of an account as Lighter shows it."""
    counter = e.counter and {
        "amount": text(e.counter.minor, e.counter.currency),
        "currency": e.counter.currency,
    }
    return {
        "id": e.id,
        "kind": e.kind,
        "amount": text(e.amount, currency),
        "currency": currency,
        "at": stamp(e.at),
        "reference": e.reference,
        "group": e.group,
        "counter": counter,
        "rate": None if e.rate is None else str(e.rate),
        "memo": e.memo,
    }
