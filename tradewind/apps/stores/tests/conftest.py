from datetime import UTC, datetime

import pytest

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, ORDERS, CredentialField, Manifest

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

MANIFEST = Manifest(
    "quay",
    CHANNEL,
    "Quay",
    "码头",
    markets=("GB", "DE"),
    currencies=("GBP", "EUR"),
    capabilities=frozenset({ORDERS}),
    credentials=(
        CredentialField("key", "Key", "密钥", secret=True),
        CredentialField("note", "Note", "备注", required=False),
    ),
)


class Quay:
    manifest = MANIFEST


@pytest.fixture
def quay(monkeypatch):
    """A channel of the test's own in the registry."""
    monkeypatch.setattr(registry, "_found", lambda: {(CHANNEL, "quay"): Quay()})
    return Quay()


@pytest.fixture
def house(db):
    """A company, a market and a warehouse."""
    Company.objects.create(code="TW", name="Tradewind", country="CN", base_currency="CNY")
    Market.objects.create(
        code="GB", name="United Kingdom", name_zh="英国", currency="GBP", zone="Europe/London"
    )
    Warehouse.objects.create(code="SZ", name="Shenzhen", country="CN", kind="own")
