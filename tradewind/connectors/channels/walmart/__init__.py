"""Walmart. Reconciliation report only, so far. Captions seen in importers' tests; not run against Walmart."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.walmart import files

MANIFEST = Manifest(
    code="walmart",
    kind=CHANNEL,
    name="Walmart (settlement files)",
    name_zh="沃尔玛（结算文件）",
    markets=("US", "CA", "MX"),
    currencies=("USD", "CAD", "MXN"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class Walmart(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (Walmart(),)
