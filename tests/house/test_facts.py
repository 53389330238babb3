import pytest

from tests.facts import facts, facts_hash
from tests.people import NOW
from tradewind.apps.org.models import AuditEntry, Company, StoredFile

pytestmark = pytest.mark.django_db


def test_the_hash_stays_while_nothing_is_written_and_ignores_the_order_of_rows():
    Company.objects.create(code="B", name="B", country="CN", base_currency="CNY")
    Company.objects.create(code="A", name="A", country="CN", base_currency="CNY")
    before = facts_hash()
    list(Company.objects.order_by("code"))
    assert facts_hash() == before


def test_the_hash_moves_with_one_changed_letter():
    row = Company.objects.create(code="A", name="A", country="CN", base_currency="CNY")
    before = facts_hash()
    Company.objects.filter(pk=row.pk).update(name="B")
    assert facts_hash() != before


def test_binary_content_counts():
    before = facts()["org_storedfile"]
    StoredFile.objects.create(sha256="0" * 64, name="x", size=1, content=b"x", stored_at=NOW, stored_by="a")
    assert facts()["org_storedfile"] != before


def test_people_are_rows_with_their_own_rights(users, alice, bob, charlie):
    assert users["alice"].actor() == alice
    assert users["bob"].actor() == bob
    assert users["charlie"].actor() == charlie
    assert AuditEntry.objects.count() == 0
