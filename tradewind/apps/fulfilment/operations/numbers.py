"""Tracking numbers of our own, for parcels that no carrier numbers: UPU S10 with its check digit."""

from __future__ import annotations

from tradewind.db.numbers import take_numbers

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
# XX is a user-assigned ISO 3166 code: no postal operator ever issues it, so that no number collides.
PREFIX, COUNTRY = "ZZ", "XX"


def check_digit(serial: int) -> int:
    """S10 check digit of an 8-digit serial number. Example: 47312482 -> 9."""
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, f"{serial:08d}", strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def s10(serial: int) -> str:
    """The number of a serial: prefix, 8 digits, check digit, country. Example: s10(1) == "ZZ000000014XX"."""
    return f"{PREFIX}{serial:08d}{check_digit(serial)}{COUNTRY}"


def own_numbers(count: int) -> list[str]:
    """The next `count` numbers of the house, inside the running transaction."""
    return [s10(serial) for serial in take_numbers("own_tracking", count)]
