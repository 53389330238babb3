from collections.abc import Iterator

import pytest

from tests.simulators.seller import Seller


@pytest.fixture
def seller() -> Iterator[Seller]:
    worker = Seller()
    yield worker
    worker.stop()


@pytest.fixture(scope="module")
def sold() -> Iterator[Seller]:
    """Forty days of business, everything withdrawn at the end; only to be read."""
    worker = Seller()
    worker.list_goods()
    worker.work(36)
    worker.withdraw_all("w")
    worker.pass_time(days=2)
    yield worker
    worker.stop()
