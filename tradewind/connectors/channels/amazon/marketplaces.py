"""Amazon's marketplaces: id, currency, the interface that serves them. Facts of its developer pages."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.engine.contracts import OutsideError

NA, EU, FE = (f"https://sellingpartnerapi-{region}.amazon.com" for region in ("na", "eu", "fe"))
LOGIN = "https://api.amazon.com"  # one for all regions


@dataclass(frozen=True, slots=True)
class Marketplace:
    """A marketplace by its country."""

    country: str
    id: str
    currency: str
    interface: str


_ROWS = (
    ("US", "ATVPDKIKX0DER", "USD", NA), ("CA", "A2EUQ1WTGCTBG2", "CAD", NA),
    ("MX", "A1AM78C64UM0Y8", "MXN", NA), ("BR", "A2Q3Y263D00KWC", "BRL", NA),
    ("GB", "A1F83G8C2ARO7P", "GBP", EU), ("DE", "A1PA6795UKMFR9", "EUR", EU),
    ("FR", "A13V1IB3VIYZZH", "EUR", EU), ("IT", "APJ6JRA9NG5V4", "EUR", EU),
    ("ES", "A1RKKUPIHCS9HS", "EUR", EU), ("NL", "A1805IZSGTT6HS", "EUR", EU),
    ("SE", "A2NODRKZP88ZB9", "SEK", EU), ("PL", "A1C3SOZRARQ6R3", "PLN", EU),
    ("BE", "AMEN7PMS3EDWL", "EUR", EU), ("IE", "A28R8C7NBKEWEA", "EUR", EU),
    ("TR", "A33AVAJ2PDY3EV", "TRY", EU), ("AE", "A2VIGQ35RCS4UG", "AED", EU),
    ("SA", "A17E79C6D8DWNP", "SAR", EU), ("EG", "ARBP9OOSHTCHU", "EGP", EU),
    ("IN", "A21TJRUUN4KGV", "INR", EU), ("JP", "A1VC38T7YXB528", "JPY", FE),
    ("AU", "A39IBJ37TRP1C6", "AUD", FE), ("SG", "A19VAU5U5O7RUS", "SGD", FE),
)  # fmt: skip
BY_COUNTRY = {row[0]: Marketplace(*row) for row in _ROWS}
BY_ID = {m.id: m for m in BY_COUNTRY.values()}


def marketplace(said: str) -> Marketplace:
    """The marketplace of a country code (UK is GB) or an id; OutsideError that names the codes there are."""
    word = said.strip().upper()
    found = BY_COUNTRY.get("GB" if word == "UK" else word) or BY_ID.get(word)
    if found is None:
        raise OutsideError(
            f"Amazon has no marketplace {said[:20]!r}; there are: {', '.join(BY_COUNTRY)}",
            code="marketplace",
            retriable=False,
        )
    return found
