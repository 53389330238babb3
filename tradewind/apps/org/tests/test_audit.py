import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.facts import facts_hash
from tests.people import NOW
from tradewind.apps.org import queries
from tradewind.apps.org.models import AuditEntry, Company, StoredFile
from tradewind.apps.org.operations import NewCompany, acting, create_company, read_file, store_file
from tradewind.db.clashes import Clash, clash
from tradewind.engine.access import Denied, system
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db


def raw(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def three_acts(by):
    for n in range(1, 4):
        with acting(by, "org.change", kind="thing", ids=[n, n + 1], now=NOW) as act:
            act.note(verb="poke", n=n)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE org_auditentry SET actor = 'mallory'",
        "DELETE FROM org_auditentry",
        "UPDATE org_storedfile SET content = '' ",
        "UPDATE org_storedfile SET sha256 = 'x'",
        "DELETE FROM org_storedfile",
    ],
)
def test_the_database_refuses_to_change_the_audit_or_a_stored_file_under_raw_sql(sql, alice):
    three_acts(alice)
    store_file(name="a.txt", content=b"hello", now=NOW, by=alice)
    before = facts_hash()
    with pytest.raises(DatabaseError):
        raw(sql)
    assert facts_hash() == before


def test_a_stored_file_comes_back_byte_for_byte_and_twice_is_once(alice):
    first, new = store_file(name="a.txt", content=b"hello\x00", now=NOW, by=alice)
    again, new_again = store_file(name="b.txt", content=b"hello\x00", now=NOW, by=alice)
    assert (new, new_again, first.pk) == (True, False, again.pk)
    assert read_file(StoredFile.objects.get()) == b"hello\x00"


def test_a_whole_chain_is_whole(alice):
    three_acts(alice)
    assert queries.verify_audit(alice) == queries.AuditCheck(3)


def guards_down():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER org_auditentry_guard ON org_auditentry")
        else:
            cursor.execute("DROP TRIGGER org_auditentry_no_update")
            cursor.execute("DROP TRIGGER org_auditentry_no_delete")


def test_an_entry_edited_behind_the_guards_is_named(alice):
    three_acts(alice)
    guards_down()
    second = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=second.pk).update(actor="mallory")
    assert queries.verify_audit(alice) == queries.AuditCheck(1, second.pk, "changed")


def test_an_entry_taken_out_behind_the_guards_is_named_at_its_successor(alice):
    three_acts(alice)
    guards_down()
    second, third = AuditEntry.objects.order_by("id")[1:3]
    second.delete()
    assert queries.verify_audit(alice) == queries.AuditCheck(1, third.pk, "broken")


def test_the_audit_is_not_for_everybody(charlie):
    with pytest.raises(Denied):
        queries.verify_audit(charlie)


def test_a_timeline_tells_exactly_what_was_done_to_a_row_newest_first(alice):
    three_acts(alice)
    with acting(alice, "org.change", kind="thing", ids=[1, 9], now=NOW) as act:
        act.note(verb="span")
    told = queries.timeline("thing", 2)
    assert [(h.verb, h.rows, h.detail.get("n")) for h in told] == [("poke", 2, 2), ("poke", 2, 1)]
    assert queries.timeline("other", 2) == []


def test_a_timeline_stays_fast_when_the_audit_is_long(alice, django_assert_num_queries):
    for n in range(1, 30):
        with acting(alice, "org.change", kind="thing", ids=[n], now=NOW) as act:
            act.note(verb="poke")
    with acting(alice, "org.change", kind="thing", ids=range(1, 30), now=NOW) as act:
        act.note(verb="span")
    with django_assert_num_queries(1):
        assert [h.verb for h in queries.timeline("thing", 7)] == ["span", "poke"]


def test_an_act_that_says_it_did_nothing_leaves_no_word_in_the_audit(alice):
    with acting(alice, "org.change", kind="thing", ids=[1], now=NOW) as act:
        act.note(verb="poke")
        act.nothing()
    assert not AuditEntry.objects.exists()


def test_whoever_comes_second_at_a_natural_key_is_told_which_field(alice):
    create_company(company=NewCompany("GZ", "Lamp", "CN", "CNY"), now=NOW, by=alice)
    before = facts_hash()
    with pytest.raises(Refused) as caught, acting(alice, "org.change", kind="company", now=NOW):
        Company.objects.create(code="GZ", name="Other", country="CN", base_currency="CNY")
    (problem,) = caught.value.problems
    assert problem.field == "code"
    assert facts_hash() == before


def test_a_key_of_several_columns_names_the_one_people_type(alice):
    assert clash_of("UNIQUE constraint failed: stores_store.company_id, stores_store.code") == Clash(
        "stores_store", "code"
    )
    assert clash_of(
        "UNIQUE constraint failed: stock_firstlegline.leg_id, stock_firstlegline.sku_id"
    ) == Clash("stock_firstlegline", "sku")
    assert clash_of("CHECK constraint failed: never_oversold") is None


def clash_of(words):
    return clash(IntegrityError(words))


def test_a_step_gets_the_violation_itself_so_that_it_is_tried_again(alice):
    create_company(company=NewCompany("GZ", "Lamp", "CN", "CNY"), now=NOW, by=alice)
    with pytest.raises(IntegrityError), acting(system(), "org.change", kind="company", now=NOW):
        Company.objects.create(code="GZ", name="Other", country="CN", base_currency="CNY")
