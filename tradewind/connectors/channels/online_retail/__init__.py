"""Order lines in the layout of the UCI "Online Retail" data set: a UK shop's invoices, prices in GBP."""

from __future__ import annotations

from tradewind.connectors.base import CHANNEL, ORDER_LINE_FILES, SPEC, BaseChannel, Manifest
from tradewind.connectors.channels.online_retail.files import CURRENCY, LAYOUT

MANIFEST = Manifest(
    code="online_retail",
    kind=CHANNEL,
    name="Online Retail (order line files)",
    name_zh="Online Retail（订单行文件）",
    markets=("GB",),
    currencies=(CURRENCY,),
    capabilities=frozenset({ORDER_LINE_FILES}),
    layouts=(LAYOUT,),
    verified=SPEC,
)


class OnlineRetail(BaseChannel):
    """Reads order line files with files.parse; offers nothing over the wire."""

    manifest = MANIFEST


CONNECTORS = (OnlineRetail(),)
