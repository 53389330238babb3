"""Amazon by the Selling Partner API, and its settlement report V2 as a file.

Orders (2026-01-01), shipments (v0), listings (2021-08-01) and reports (2021-06-30) are read against Amazon's
published models and their sandbox pairs; the file against importers' samples. Not run against Amazon.
"""

from __future__ import annotations

from tradewind.connectors.base import (
    CHANNEL,
    OFFERS,
    ORDERS,
    READ_ORDERS,
    SETTLEMENT_FILES,
    SETTLEMENTS,
    SPEC,
    TRACKING,
    CredentialField,
    Manifest,
)
from tradewind.connectors.channels.amazon import files
from tradewind.connectors.channels.amazon.access import LIMITS
from tradewind.connectors.channels.amazon.client import Amazon

MANIFEST = Manifest(
    code="amazon",
    kind=CHANNEL,
    name="Amazon",
    name_zh="亚马逊",
    markets=(
        *("US", "CA", "MX", "BR", "GB", "DE", "FR", "IT", "ES", "NL", "SE", "PL", "BE", "IE"),
        *("TR", "AE", "SA", "EG", "IN", "JP", "AU", "SG", "ZA"),
    ),
    currencies=(
        *("USD", "CAD", "MXN", "BRL", "GBP", "EUR", "SEK", "PLN", "TRY", "AED", "SAR", "EGP", "INR"),
        *("JPY", "AUD", "SGD", "ZAR"),
    ),
    capabilities=frozenset({ORDERS, READ_ORDERS, TRACKING, OFFERS, SETTLEMENTS, SETTLEMENT_FILES}),
    credentials=(
        CredentialField(
            "marketplace", "Marketplace (country, e.g. US, GB, DE)", "站点国家代码（如 US、GB、DE）"
        ),
        CredentialField("seller_id", "Merchant token (seller id)", "卖家编号（Merchant Token）"),
        CredentialField("client_id", "LWA client id", "LWA 客户端编号"),
        CredentialField(
            "client_secret",
            "LWA client secret (to be renewed every 180 days)",
            "LWA 客户端密钥（每 180 天须更换）",
            secret=True,
        ),
        CredentialField(
            "refresh_token", "Refresh token of the authorised app", "应用授权的刷新令牌", secret=True
        ),
    ),
    limits=LIMITS,
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SPEC,
)

CONNECTORS = (Amazon(MANIFEST),)
