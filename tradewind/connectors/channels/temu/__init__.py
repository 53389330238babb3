"""Temu. Settlement workbook of full management only, so far, after one importer; not run against Temu."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.temu import files

MANIFEST = Manifest(
    code="temu",
    kind=CHANNEL,
    name="Temu (settlement files)",
    name_zh="Temu（结算文件）",
    markets=(),
    currencies=("CNY", "USD", "EUR"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class Temu(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (Temu(),)
