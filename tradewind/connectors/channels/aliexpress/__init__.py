"""AliExpress. A list of released funds only, so far, from memory: no file of AliExpress was seen."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.aliexpress import files

MANIFEST = Manifest(
    code="aliexpress",
    kind=CHANNEL,
    name="AliExpress (settlement files)",
    name_zh="速卖通（结算文件）",
    markets=("US", "ES", "FR", "BR", "KR", "GB", "DE", "IT", "PL"),
    currencies=("USD", "CNY", "EUR"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class Aliexpress(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (Aliexpress(),)
