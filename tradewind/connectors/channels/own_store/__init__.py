"""Own store. Files of Shopify Payments, Stripe and PayPal, after importers' tests; not run against them."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, SECONDARY, SETTLEMENT_FILES, BaseChannel, Manifest
from tradewind.connectors.layouts import payment_providers

MANIFEST = Manifest(
    code="own_store",
    kind=CHANNEL,
    name="Own store (files of payment providers)",
    name_zh="独立站（收款渠道文件）",
    markets=(),
    currencies=(),
    capabilities=frozenset({SETTLEMENT_FILES}),
    layouts=tuple(one.code for one in payment_providers.LAYOUTS),
    verified=SECONDARY,
)


class OwnStore(BaseChannel):
    """Reads settlement files; offers nothing over the wire."""

    manifest = MANIFEST
    reads = payment_providers.LAYOUTS


CONNECTORS = (OwnStore(),)
