"""Amazon: settlement report V2 files only, so far. From importers' samples, not run against Amazon."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.amazon import files
from tradewind.engine.contracts import Settlement

MANIFEST = Manifest(
    code="amazon",
    kind=CHANNEL,
    name="Amazon (settlement files)",
    name_zh="亚马逊（结算报告文件）",
    markets=(
        *("US", "CA", "MX", "BR", "GB", "DE", "FR", "IT", "ES", "NL", "SE", "PL", "BE", "IE"),
        *("TR", "AE", "SA", "EG", "IN", "JP", "AU", "SG", "ZA"),
    ),
    currencies=(
        *("USD", "CAD", "MXN", "BRL", "GBP", "EUR", "SEK", "PLN", "TRY", "AED", "SAR", "EGP", "INR"),
        *("JPY", "AUD", "SGD", "ZAR"),
    ),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=(files.LAYOUT,),
    verified=SECONDARY,
)


class Amazon(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST

    def parse_settlement(self, data: bytes) -> list[Settlement]:
        return files.settlements(data)


CONNECTORS = (Amazon(),)
