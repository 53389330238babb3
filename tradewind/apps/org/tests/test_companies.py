from datetime import date

import pytest

from tests.facts import facts_hash
from tests.people import NOW, TODAY
from tradewind.apps.org import queries
from tradewind.apps.org.models import Approval, AuditEntry, Company, Qualification
from tradewind.apps.org.operations import (
    NewCompany,
    NewQualification,
    Renewal,
    answer_approvals,
    ask_approvals,
    create_companies,
    create_company,
    register_qualifications,
    renew_qualification,
)
from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db

HOUSE = NewCompany("NBO", "Ningbo Home Ltd", "cn", "cny", name_zh="宁波家居")


@pytest.fixture
def company(alice):
    return create_company(company=HOUSE, now=NOW, by=alice)


def weee(company, **kw):
    return NewQualification(
        **{"company_id": company, "kind": "weee", "number": "DE 123", "market": "DE",
           "expires_on": date(2026, 12, 31), "lead_days": 60, **kw}
    )  # fmt: skip


def test_a_company_is_registered_with_clean_codes(company):
    row = Company.objects.get(pk=company)
    assert (row.code, row.country, row.base_currency, str(row)) == ("NBO", "CN", "CNY", "宁波家居")


def test_a_batch_of_companies_is_refused_with_every_row_and_leaves_nothing(company, alice):
    before = facts_hash()
    bad = [HOUSE, NewCompany("X Y", "", "China", "RMB"), NewCompany("OK", "Ok", "CN", "CNY")]
    with pytest.raises(Refused) as refused:
        create_companies(companies=bad, now=NOW, by=alice)
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "code"), (2, "code"), (2, "name"), (2, "country"), (2, "base_currency"),
    }  # fmt: skip
    assert facts_hash() == before


def test_only_the_owner_registers_companies(bob, charlie):
    before = facts_hash()
    for actor in (bob, charlie):
        with pytest.raises(Denied):
            create_company(company=HOUSE, now=NOW, by=actor)
    assert facts_hash() == before


def test_qualifications_are_due_from_their_lead_time_on_and_expired_after_the_last_day(company, bob):
    ids = register_qualifications(
        qualifications=[
            weee(company),
            weee(company, kind="eori", number="E1", expires_on=None),
            weee(company, kind="ce", number="C1", expires_on=date(2026, 11, 1)),
            weee(company, kind="vat", number="V1", expires_on=date(2027, 6, 1)),
        ],
        now=NOW, by=bob,
    )  # fmt: skip
    due = queries.qualifications_due(bob, TODAY)
    assert [(d.qualification.kind, d.days_left) for d in due] == [("ce", -1), ("weee", 59)]
    q = Qualification.objects.get(pk=ids[0])
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [queries.expiry(q, d) for d in days] == [
        "good", "due", "due", "expired",
    ]  # fmt: skip
    assert queries.held_qualifications("DE", TODAY) == {"weee", "eori", "vat"}
    assert queries.held_qualifications("FR", TODAY) == frozenset()


def test_a_qualification_twice_or_ending_before_it_starts_is_refused_whole(company, bob):
    register_qualifications(qualifications=[weee(company)], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        register_qualifications(
            qualifications=[
                weee(company),
                weee(company, number="2", issued_on=date(2027, 1, 1)),
                weee(99, number="3", file_id=7),
            ],
            now=NOW, by=bob,
        )  # fmt: skip
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "number"), (2, "expires_on"), (3, "company"), (None, "file"),
    }  # fmt: skip
    assert facts_hash() == before


def test_charlie_may_not_touch_the_register(company, charlie):
    before = facts_hash()
    with pytest.raises(Denied):
        register_qualifications(qualifications=[weee(company)], now=NOW, by=charlie)
    assert facts_hash() == before


def test_a_renewal_keeps_what_stood_before_in_the_audit(company, bob):
    [pk] = register_qualifications(qualifications=[weee(company)], now=NOW, by=bob)
    renew_qualification(
        renewal=Renewal(pk, date(2027, 12, 31), number="DE 124"), reason="yearly", now=NOW, by=bob
    )
    q = Qualification.objects.get()
    assert (q.number, q.expires_on) == ("DE 124", date(2027, 12, 31))
    told = queries.timeline("qualification", pk)[0]
    assert told.detail["before"][str(pk)]["number"] == "DE 123"
    assert told.detail["reason"] == "yearly"


def test_a_renewal_without_a_reason_or_of_nothing_changes_nothing(company, bob):
    [pk] = register_qualifications(qualifications=[weee(company)], now=NOW, by=bob)
    before = facts_hash()
    for renewal, reason in ((Renewal(pk, None), " "), (Renewal(99, None), "x")):
        with pytest.raises(Refused):
            renew_qualification(renewal=renewal, reason=reason, now=NOW, by=bob)
    assert facts_hash() == before


def test_a_question_is_open_once_and_answered_once_by_somebody_with_the_right(bob, alice):
    ask = {"kind": "research.override", "subjects": [7], "detail": {"gate": "profit"},
           "permission": "research.change", "now": NOW}  # fmt: skip
    [pk] = ask_approvals(**ask, by=bob)
    before = facts_hash()
    with pytest.raises(Refused):
        ask_approvals(**ask, by=bob)
    answer = {"ids": [pk], "granted": True, "reason": "small test order", "now": NOW}
    answer["permission"] = "research.approve"
    with pytest.raises(Denied):
        answer_approvals(**answer, by=bob)
    assert facts_hash() == before
    answer_approvals(**answer, by=alice)
    row = Approval.objects.get()
    assert (row.state, row.answered_by, row.reason) == ("granted", "alice", "small test order")
    count = AuditEntry.objects.count()
    with pytest.raises(WrongState):
        answer_approvals(**answer, by=alice)
    assert AuditEntry.objects.count() == count
