"""Hostile settlement files over the importer: refused with their place, and not a fact is changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.connectors.settlement_samples import SAMPLES, Sample
from tests.connectors.test_settlement_layouts import ALSO_FINE, FINE, REMAINS
from tests.hostile import HUGE, check_importer, huge_line, refusal
from tests.people import ALICE
from tests.trade import make_store
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.settlements.operations import import_settlements

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def importer(sample: Sample):
    store = make_store("S1", sample.channel, "USD")

    def take(data: bytes) -> object:
        return import_settlements(store_id=store.pk, name="s.csv", data=data, now=NOW, by=ALICE)

    return take


# Text without quoting, text with it, a workbook, and rows proved by balances; every layout's reader is tried
# without a database (tests/connectors).
@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["amazon_settlement_v1", "ebay_transaction_report", "shopee_income_released", "paypal_activity"],
)
def test_a_hostile_file_is_refused_and_changes_nothing(name: str) -> None:
    sample = SAMPLES[name]
    count = check_importer(
        importer(sample), sample.good(), kind=sample.kind, amount=sample.amount, day=sample.day,
        header=len(sample.before), fine=FINE | REMAINS | ALSO_FINE.get(name, set()),
    )  # fmt: skip
    assert count >= 50


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_layout_and_whether_the_file_states_its_total_are_kept(name: str) -> None:
    sample = SAMPLES[name]
    importer(sample)(sample.good())
    (row,) = SettlementFile.objects.all()
    assert (row.layout, row.stated, row.remainder_minor) == (name, sample.stated, 0)


@pytest.mark.deep
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["amazon_settlement_v1", "ebay_transaction_report"])
def test_a_line_of_two_hundred_megabytes_is_refused(name: str) -> None:
    sample = SAMPLES[name]
    data = huge_line(sample.good())
    assert len(data) > HUGE
    assert refusal(importer(sample), data)
