"""Harbour 港湾集市: the practice marketplace that `tradewind simulate` serves."""

from __future__ import annotations

from tradewind.connectors.base import (
    CHANNEL,
    OFFERS,
    ORDERS,
    READ_ORDERS,
    SETTLEMENT_FILES,
    SETTLEMENTS,
    SIMULATOR,
    TRACKING,
    CredentialField,
    Manifest,
)
from tradewind.connectors.channels.harbour.client import Harbour
from tradewind.connectors.transport import Limit

MANIFEST = Manifest(
    code="harbour",
    kind=CHANNEL,
    name="Harbour (practice marketplace)",
    name_zh="港湾集市（练习平台）",
    markets=("US", "GB", "DE", "JP"),
    currencies=("USD", "GBP", "EUR", "JPY"),
    capabilities=frozenset({ORDERS, READ_ORDERS, TRACKING, OFFERS, SETTLEMENTS, SETTLEMENT_FILES}),
    credentials=(
        CredentialField("account", "Seller account", "卖家账号"),
        CredentialField("key", "Secret key", "密钥", secret=True),
    ),
    limits={
        "orders": Limit(200, 400),
        "shipments": Limit(200, 400),
        "listings": Limit(200, 400),
        "settlements": Limit(200, 400),
    },
    layouts=("harbour_settlement",),
    verified=SIMULATOR,
)
CONNECTORS = (Harbour(MANIFEST),)
