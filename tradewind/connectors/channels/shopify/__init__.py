"""Shopify by its Admin GraphQL interface; from its public documentation, not run against a shop."""

from __future__ import annotations

from tradewind.connectors.base import (
    CHANNEL,
    OFFERS,
    ORDERS,
    READ_ORDERS,
    SECONDARY,
    SETTLEMENT_FILES,
    TRACKING,
    CredentialField,
    Manifest,
)
from tradewind.connectors.channels.shopify.client import Shopify
from tradewind.connectors.layouts import payment_providers
from tradewind.connectors.transport import Limit
from tradewind.engine.money import EXPONENTS

MANIFEST = Manifest(
    code="shopify",
    kind=CHANNEL,
    name="Shopify",
    name_zh="Shopify 独立站",
    markets=(),
    currencies=tuple(sorted(EXPONENTS)),
    capabilities=frozenset({ORDERS, READ_ORDERS, TRACKING, OFFERS, SETTLEMENT_FILES}),
    credentials=(
        CredentialField("access_token", "Admin API access token", "Admin API 访问令牌", secret=True),
        CredentialField(
            "location_id", "Location whose stock is set (number)", "库存地点编号", required=False
        ),
    ),
    # A shop of the smallest plan is given 100 points a second; a page of orders costs some tens.
    limits={"graphql": Limit(2, 10)},
    layouts=tuple(one.code for one in payment_providers.LAYOUTS),
    settles_as="own_store",
    verified=SECONDARY,
)
CONNECTORS = (Shopify(MANIFEST),)
