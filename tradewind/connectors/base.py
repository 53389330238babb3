"""What a connector is: a manifest, and plain functions from a connection to the house's contracts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from tradewind.connectors.layouts import Layout, read_settlements
from tradewind.connectors.transport import Limit, Transport, shared
from tradewind.engine.contracts import (
    BankTransaction,
    ChannelOrder,
    FxQuote,
    OfferPush,
    OutsideError,
    Page,
    ProviderTransaction,
    PushResult,
    Settlement,
    TrackingPush,
)
from tradewind.engine.money import Money

CHANNEL, COLLECTION, BANK, CARRIER = "channel", "collection", "bank", "carrier"
KINDS = frozenset({CHANNEL, COLLECTION, BANK, CARRIER})

# What was the mapping checked against: the published specification, a run against the real thing,
# somebody else's sample or importer, or our own simulator.
SPEC, RUN, SECONDARY, SIMULATOR = "spec", "run", "secondary", "simulator"
VERIFIED = frozenset({SPEC, RUN, SECONDARY, SIMULATOR})

# Capabilities, one word for each function of the protocols below.
ORDERS, READ_ORDERS, TRACKING, OFFERS = "orders", "read_orders", "tracking", "offers"
SETTLEMENTS, SETTLEMENT_FILES, ORDER_LINE_FILES = "settlements", "settlement_files", "order_line_files"
TRANSACTIONS, WITHDRAW, STATEMENT_FILES, FX = "transactions", "withdraw", "statement_files", "fx"
CAPABILITIES = frozenset(
    {
        ORDERS,
        READ_ORDERS,
        TRACKING,
        OFFERS,
        SETTLEMENTS,
        SETTLEMENT_FILES,
        ORDER_LINE_FILES,
        TRANSACTIONS,
        WITHDRAW,
        STATEMENT_FILES,
        FX,
    }
)


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One field of the form in which a person connects an account; `secret` is never shown again."""

    name: str
    label: str
    label_zh: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector is and can do; screens, forms and contract tests are made from it."""

    code: str
    kind: str  # CHANNEL, COLLECTION, BANK, CARRIER
    name: str
    name_zh: str
    markets: tuple[str, ...]  # ISO 3166-1 alpha-2; empty: not bound to markets
    currencies: tuple[str, ...]  # ISO 4217
    capabilities: frozenset[str]
    credentials: tuple[CredentialField, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)  # operation -> calls a second, burst
    layouts: tuple[str, ...] = ()  # file layouts it reads
    verified: str = SIMULATOR
    base_url: str = ""  # where the outside is by default; empty: the person says so
    settles_as: str = ""  # the channel whose rules say what its settlement lines mean; empty: its own

    def missing_credentials(self, given: Mapping[str, str]) -> tuple[str, ...]:
        """Names of required credential fields that are empty."""
        return tuple(f.name for f in self.credentials if f.required and not given.get(f.name, "").strip())


@dataclass(frozen=True, slots=True)
class Connection:
    """One account outside: where, with which credentials, on whose clock."""

    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    now: Callable[[], datetime]
    transport: Transport = field(default_factory=shared, repr=False)

    @property
    def account(self) -> str:
        """A stable name of the account without its secrets, for limits and logs."""
        text = self.base_url + "\0" + "\0".join(f"{k}={v}" for k, v in sorted(self.credentials.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class SettlementRef:
    """A settlement file that the channel holds ready."""

    external_id: str
    ready_at: datetime


class NotOffered(OutsideError):
    """The connector has no such capability; trying again will not help."""

    def __init__(self, code: str, capability: str) -> None:
        super().__init__(
            f"{code} does not offer {capability}; see the capabilities of its manifest",
            code="not_offered",
            retriable=False,
        )


class Connector(Protocol):
    """Anything the registry holds."""

    @property
    def manifest(self) -> Manifest: ...


class Channel(Connector, Protocol):
    """A sales channel. Everything that calls raises OutsideError when the outside fails."""

    def orders(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ChannelOrder]:
        """Orders changed in (since, until], oldest first; call again with `next_token` until it is None."""
        ...

    def read_orders(self, conn: Connection, external_ids: Sequence[str]) -> list[ChannelOrder]:
        """Orders as the channel knows them now; unknown ids are left out."""
        ...

    def map_orders(self, raw: bytes) -> tuple[ChannelOrder, ...]:
        """Orders of a stored raw page (`Page.raw`): pure, so that a corrected mapping can be replayed."""
        ...

    def push_tracking(self, conn: Connection, pushes: Sequence[TrackingPush]) -> list[PushResult]:
        """Report shipments; one result per push, in their order. A repeat of a key is harmless."""
        ...

    def push_offers(self, conn: Connection, offers: Sequence[OfferPush]) -> list[PushResult]:
        """Set price and quantity of listings, made where absent; result key is the external_sku."""
        ...

    def settlements(self, conn: Connection, since: datetime, token: str | None = None) -> Page[SettlementRef]:
        """Settlement files made ready after `since`, oldest first."""
        ...

    def settlement_file(self, conn: Connection, external_id: str) -> bytes:
        """The settlement file as the channel gives it."""
        ...

    def parse_settlement(self, data: bytes, layout: str = "") -> list[Settlement]:
        """Settlements of a file: pure. Raises Refused with all problems; a remainder is not refused.

        `layout` is one of the manifest's; without it the one that reads the file is found by its captions.
        """
        ...


class Collection(Connector, Protocol):
    """A collection account provider (Payoneer and the like)."""

    def transactions(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ProviderTransaction]:
        """Lines of the account booked in (since, until], oldest first."""
        ...

    def withdraw(
        self, conn: Connection, key: str, amount: Money, to_currency: str, bank_ref: str
    ) -> PushResult:
        """Pay out to a bank account, converting; `external_id` of the result is the group."""
        ...

    def parse_statement(self, data: bytes) -> list[ProviderTransaction]:
        """Lines of a statement file: pure. Raises Refused with all problems."""
        ...


class Bank(Connector, Protocol):
    """A bank, or a provider's bank side, with published reference rates."""

    def transactions(self, conn: Connection, since: date, until: date) -> list[BankTransaction]:
        """Lines of the account of the days since..until, both included, all pages."""
        ...

    def fx(self, conn: Connection, on: date) -> list[FxQuote]:
        """Reference rates published for a day; empty when there are none yet."""
        ...


class BaseChannel:
    """A channel that offers nothing; a connector overrides what its manifest claims."""

    manifest: Manifest
    reads: Sequence[Layout] = ()  # settlement files it reads

    def orders(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ChannelOrder]:
        raise NotOffered(self.manifest.code, ORDERS)

    def read_orders(self, conn: Connection, external_ids: Sequence[str]) -> list[ChannelOrder]:
        raise NotOffered(self.manifest.code, READ_ORDERS)

    def map_orders(self, raw: bytes) -> tuple[ChannelOrder, ...]:
        raise NotOffered(self.manifest.code, ORDERS)

    def push_tracking(self, conn: Connection, pushes: Sequence[TrackingPush]) -> list[PushResult]:
        raise NotOffered(self.manifest.code, TRACKING)

    def push_offers(self, conn: Connection, offers: Sequence[OfferPush]) -> list[PushResult]:
        raise NotOffered(self.manifest.code, OFFERS)

    def settlements(self, conn: Connection, since: datetime, token: str | None = None) -> Page[SettlementRef]:
        raise NotOffered(self.manifest.code, SETTLEMENTS)

    def settlement_file(self, conn: Connection, external_id: str) -> bytes:
        raise NotOffered(self.manifest.code, SETTLEMENTS)

    def parse_settlement(self, data: bytes, layout: str = "") -> list[Settlement]:
        if not self.reads:
            raise NotOffered(self.manifest.code, SETTLEMENT_FILES)
        return read_settlements(data, self.reads, layout)
