"""Lighter 驳船收款: the practice collection provider and its bank, served by `tradewind simulate`."""

from __future__ import annotations

from tradewind.connectors.base import (
    BANK,
    COLLECTION,
    FX,
    SIMULATOR,
    STATEMENT_FILES,
    TRANSACTIONS,
    WITHDRAW,
    CredentialField,
    Manifest,
)
from tradewind.connectors.collections.lighter.client import Lighter, LighterBank
from tradewind.connectors.transport import Limit

CREDENTIALS = (
    CredentialField("account", "Account number", "账户号"),
    CredentialField("key", "Secret key", "密钥", secret=True),
)
LIMITS = {"transactions": Limit(200, 400), "withdraw": Limit(50, 100), "fx": Limit(50, 100)}
MANIFEST = Manifest(
    code="lighter",
    kind=COLLECTION,
    name="Lighter (practice collection provider)",
    name_zh="驳船收款（练习收款平台）",
    markets=("US", "GB", "DE", "JP"),
    currencies=("USD", "GBP", "EUR", "JPY"),
    capabilities=frozenset({TRANSACTIONS, WITHDRAW, STATEMENT_FILES}),
    credentials=CREDENTIALS,
    limits=LIMITS,
    layouts=("lighter_statement",),
    verified=SIMULATOR,
)
BANK_MANIFEST = Manifest(
    code="lighter",
    kind=BANK,
    name="Lighter's bank (practice)",
    name_zh="驳船银行（练习银行）",
    markets=("CN",),
    currencies=("CNY",),
    capabilities=frozenset({TRANSACTIONS, FX}),
    credentials=CREDENTIALS,
    limits=LIMITS,
    verified=SIMULATOR,
)
CONNECTORS = (Lighter(MANIFEST), LighterBank(BANK_MANIFEST))
