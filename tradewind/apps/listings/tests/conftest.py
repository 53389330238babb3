import pytest

from tests.people import ALICE
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.listings.operations import NewListing, draft_listings
from tradewind.apps.stores.operations import connect_store
from tradewind.apps.stores.tests.conftest import NOW, house, quay  # noqa: F401  fixtures
from tradewind.apps.stores.tests.test_connect import GOOD
from tradewind.engine.money import Money


@pytest.fixture
def store(house, quay):  # noqa: F811  a fixture
    return connect_store(**GOOD, now=NOW, by=ALICE)


@pytest.fixture
def skus(db):
    product = Product.objects.create(code="P1", name="Lamp", name_zh="灯")
    return [
        Sku.objects.create(product=product, code=f"LAMP-{c}", name=f"Lamp {c}", name_zh=f"灯 {c}")
        for c in "AB"
    ]


@pytest.fixture
def two(store):
    """Ids of two listings, the first with a price."""
    rows = [NewListing("gb-lamp-a", "Lamp A", Money(1999, "GBP")), NewListing("gb-lamp-b", "Lamp B")]
    return draft_listings(store_id=store.pk, rows=rows, now=NOW, by=ALICE).ids
