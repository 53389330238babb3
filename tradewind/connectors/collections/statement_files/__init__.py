"""Collection providers known by their statement files only: a template each, the user's own where it differs.

No statement of any of these providers was at hand: the captions of Payoneer and Wise were seen in other
people's importers, the others are from memory. A file of another layout is refused with the captions that
are missing, and the user states the layout once at the account.
"""

from __future__ import annotations

from tradewind.connectors.base import COLLECTION, SECONDARY, STATEMENT_FILES, Manifest
from tradewind.connectors.collections.statement_files.provider import FileProvider
from tradewind.connectors.collections.statement_files.templates import TEMPLATES

_NAMES = {
    "payoneer": ("Payoneer", "派安盈 Payoneer"),
    "pingpong": ("PingPong", "PingPong 乒乓智能"),
    "lianlian": ("LianLian Global", "连连国际"),
    "worldfirst": ("WorldFirst", "万里汇 WorldFirst"),
    "airwallex": ("Airwallex", "空中云汇 Airwallex"),
    "wise": ("Wise", "Wise（原 TransferWise）"),
    "statement_files": ("Another provider (own layout)", "其他收款平台（自定义版式）"),
}


def _provider(code: str) -> FileProvider:
    name, name_zh = _NAMES[code]
    manifest = Manifest(
        code=code,
        kind=COLLECTION,
        name=name,
        name_zh=name_zh,
        markets=(),
        currencies=(),
        capabilities=frozenset({STATEMENT_FILES}),
        layouts=(f"{code}_statement",),
        verified=SECONDARY,
    )
    return FileProvider(manifest, TEMPLATES.get(code))


CONNECTORS = tuple(map(_provider, _NAMES))
