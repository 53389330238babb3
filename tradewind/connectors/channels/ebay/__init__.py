"""eBay. Transaction report only, so far. Captions seen in importers' tests; not run against eBay."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.ebay import files

MANIFEST = Manifest(
    code="ebay",
    kind=CHANNEL,
    name="eBay (settlement files)",
    name_zh="eBay（结算文件）",
    markets=("US", "GB", "DE", "FR", "IT", "ES", "AU", "CA"),
    currencies=("USD", "GBP", "EUR", "AUD", "CAD"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class Ebay(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (Ebay(),)
