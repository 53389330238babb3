"""TikTok Shop. Income statements only, so far. Captions seen in importers; not run against TikTok."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.tiktok_shop import files

MANIFEST = Manifest(
    code="tiktok_shop",
    kind=CHANNEL,
    name="TikTok Shop (settlement files)",
    name_zh="TikTok Shop（结算文件）",
    markets=("US", "GB", "DE", "FR", "IT", "ES", "SG", "MY", "TH", "ID", "PH", "VN", "MX", "BR", "JP"),
    currencies=("USD", "GBP", "EUR", "SGD", "MYR", "THB", "IDR", "PHP", "VND", "MXN", "BRL", "JPY"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class TiktokShop(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (TiktokShop(),)
