"""Shopee. Income report of released orders only, so far, after importers' tests; not run against Shopee."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.channels.shopee import files

MANIFEST = Manifest(
    code="shopee",
    kind=CHANNEL,
    name="Shopee (settlement files)",
    name_zh="虾皮 Shopee（结算文件）",
    markets=("SG", "MY", "TH", "ID", "PH", "VN", "TW", "BR", "MX"),
    currencies=("SGD", "MYR", "THB", "IDR", "PHP", "VND", "TWD", "BRL", "MXN"),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in files.LAYOUTS),
    verified=SECONDARY,
)


class Shopee(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = files.LAYOUTS


CONNECTORS = (Shopee(),)
