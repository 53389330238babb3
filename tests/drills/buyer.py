# ruff: noqa: E402  (models can be imported only after set-up)
"""A process of the oversell drill: ``python -m tests.drills.buyer prepare|buy|look ...``; prints JSON."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.core.management import call_command
from django.db.models import Sum

from tests.line import BY, NOW, make_world
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.stock.models import Balance, Reservation
from tradewind.apps.stock.operations import Want, reserve
from tradewind.apps.stock.queries import check_balances


def prepare(units: int) -> dict[str, int]:
    call_command("migrate", verbosity=0)
    make_world(skus=1).receive(0, units, 100)
    return {"units": units}


def buy(first: int, count: int) -> dict[str, int]:
    """`count` buyers of one unit each, every one in a transaction of its own."""
    place = Balance.objects.values_list("sku_id", "warehouse_id", "owner_id").get()
    won = told = 0
    for buyer in range(first, first + count):
        got = reserve(demand="order_line", lines=[Want(buyer, buyer, *place, 1)], now=NOW, by=BY)
        won += got.groups == [buyer]
        told += bool(got.short) and got.short[buyer][0].free == 0 and not got.groups
    return {"won": won, "told": told}


def look() -> dict[str, int]:
    assert Warehouse.objects.count() == 2
    assert Company.objects.count() == 1
    balance = Balance.objects.get()
    return {
        "on_hand": balance.on_hand,
        "reserved": balance.reserved,
        "reservations": Reservation.objects.aggregate(n=Sum("qty"))["n"],
        "mismatches": len(check_balances()),
    }


if __name__ == "__main__":
    role, *numbers = sys.argv[1:]
    print(json.dumps({"prepare": prepare, "buy": buy, "look": look}[role](*map(int, numbers))))
