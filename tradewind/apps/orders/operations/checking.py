"""What a channel's order must be before it is taken: every problem named, nothing applied."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tradewind.engine.contracts import CANCELLED, OPEN, PENDING, SHIPPED, ChannelLine, ChannelOrder, Problem

STATES = (PENDING, OPEN, SHIPPED, CANCELLED)


def check_orders(orders: Sequence[ChannelOrder]) -> list[Problem]:
    """All that is wrong, by row (from 1) and field; empty when the batch can be placed."""
    return [p for row, order in enumerate(orders, 1) if not _fine(order) for p in _problems(row, order)]


def _fine(order: ChannelOrder) -> bool:
    """The quick way through for a right order, the only one on the hot path."""
    currency = order.currency
    if not (
        0 < len(order.external_id) <= 60
        and (order.lines or order.state == CANCELLED)
        and order.state in STATES
        and order.shipping.currency == currency
        and order.shipping.minor >= 0
        and order.placed_at.tzinfo
        and order.updated_at.tzinfo
    ):
        return False
    seen = set()
    for line in order.lines:
        if not _line_fine(line, currency):
            return False
        seen.add(line.external_id)
    return len(seen) == len(order.lines)


def _line_fine(line: ChannelLine, currency: str) -> bool:
    price, tax, discount = line.price, line.tax, line.discount
    return (
        line.qty > 0
        and price.currency == tax.currency == discount.currency == currency
        and tax.minor >= 0
        and 0 <= discount.minor <= price.minor
        and 0 < len(line.external_id) <= 60
        and 0 < len(line.external_sku) <= 80
    )


def _problems(row: int, order: ChannelOrder) -> list[Problem]:
    ids = [line.external_id for line in order.lines]
    checks = [
        (0 < len(order.external_id) <= 60, "external_id", order.external_id, _("1 to 60 characters")),
        (bool(order.lines) or order.state == CANCELLED, "lines", "", _("at least one line")),
        (order.state in STATES, "state", order.state, ", ".join(STATES)),
        (order.shipping.currency == order.currency, "shipping", str(order.shipping), order.currency),
        (order.shipping.minor >= 0, "shipping", str(order.shipping), _("0 or more")),
        (bool(order.placed_at.tzinfo), "placed_at", str(order.placed_at), _("a time with its zone")),
        (bool(order.updated_at.tzinfo), "updated_at", str(order.updated_at), _("a time with its zone")),
        (len(set(ids)) == len(ids), "lines", ", ".join(ids)[:80], _("every line id once")),
    ]
    found = [_wrong(row, order, field, value, accepted) for ok, field, value, accepted in checks if not ok]
    for line in order.lines:
        found += _line_problems(row, order, line)
    return found


def _line_problems(row: int, order: ChannelOrder, line: ChannelLine) -> list[Problem]:
    money = {"price": line.price, "tax": line.tax, "discount": line.discount}
    checks = [
        (line.qty > 0, "qty", str(line.qty), _("1 or more")),
        (0 < len(line.external_id) <= 60, "line id", line.external_id, _("1 to 60 characters")),
        (0 < len(line.external_sku) <= 80, "sku", line.external_sku, _("1 to 80 characters")),
        *((m.currency == order.currency, n, str(m), order.currency) for n, m in money.items()),
        *((m.minor >= 0, n, str(m), _("0 or more")) for n, m in money.items()),
        (line.discount.minor <= line.price.minor, "discount", str(line.discount), _("up to the price")),
    ]
    return [_wrong(row, order, field, value, accepted) for ok, field, value, accepted in checks if not ok]


def _wrong(row: int, order: ChannelOrder, field: str, value: str, accepted: str) -> Problem:
    return Problem(
        row,
        field,
        value[:80],
        _("order %(number)s: not acceptable") % {"number": order.external_id},
        accepted,
    )
