"""What is true in the practice world: counts and sums that tests and drills compare with."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tradewind.simulators.lighter import HOME, LEVELS
from tradewind.simulators.settle import stamp, text
from tradewind.simulators.shop import Shop
from tradewind.simulators.world import World


def _store(shop: Shop) -> dict[str, Any]:
    currency = shop.terms.currency
    orders = shop.orders.values()
    return {
        "account": shop.account,
        "currency": currency,
        "orders": len(orders),
        "orders_by_state": dict(sorted(Counter(o.state for o in orders).items())),
        "units_ordered": sum(line.qty for o in orders for line in o.lines),
        "units_shipped": sum(line.shipped for o in orders for line in o.lines),
        "shipments": len(shop.shipments),
        "late_orders": sum(o.late for o in orders),
        "refunded_lines": sum(line.refunded for o in orders for line in o.lines),
        "goods": text(sum(line.price - line.discount for o in orders for line in o.lines), currency),
        "goods_shipped": text(
            sum(line.price - line.discount for o in orders if o.shipped_at for line in o.lines), currency
        ),
        "listings": {
            x.sku: {"price": text(x.price, currency), "quantity": x.quantity} for x in shop.listings.values()
        },
        "settlements": [
            {
                "id": s.id,
                "total": text(s.total, currency),
                "rows": len(s.rows),
                "sum": text(sum(r.amount for r in s.rows), currency),
                "paid": s.total > 0,
            }
            for s in shop.settled
        ],
        "held": text(shop.held, currency),
        "unsettled": text(sum(r.amount for r in shop.rows), currency),
    }


def truth(world: World) -> dict[str, Any]:
    """Orders by state, units, settlements, payouts, provider and bank balances; amounts as plain texts."""
    lighter = world.lighter
    return {
        "now": stamp(world.now),
        "stores": {market: _store(shop) for market, shop in world.shops.items()},
        "provider": {
            currency: {
                "received": text(sum(e.amount for e in entries if e.kind == "receive"), currency),
                "balance": text(lighter.balance(currency), currency),
                "lines": len(entries),
            }
            for currency, entries in lighter.entries.items()
        },
        "withdrawals": len(lighter.withdrawals),
        "bank": {"lines": len(lighter.bank), "balance": text(lighter.bank_balance(), HOME), "currency": HOME},
        "rates": {c: str(lighter.rate(c, world.now.date())) for c in LEVELS},
    }
