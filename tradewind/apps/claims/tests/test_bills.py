"""Bills from the file to what is owed: agreed, disputed, credited, lost; every cent in one of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.facts import facts_hash
from tests.hostile import check_importer
from tradewind.apps.claims.models import Bill, BillLine, Claim, ClaimEvent, Finding
from tradewind.apps.claims.operations import (
    BillHead,
    accept_bills,
    audit_bills,
    credit_lines,
    dismiss_findings,
    import_bill,
    make_claims,
    record_bill,
    recover_claim,
    refuse_claim,
    send_claims,
)
from tradewind.apps.claims.queries import bills_to_pay, blocking
from tradewind.apps.claims.tests.shop import BY, NOW, Shop, price, row, written
from tradewind.apps.claims.tests.test_bill_files import FINE, GOOD
from tradewind.apps.fulfilment.models import Parcel
from tradewind.engine.access import OPERATIONS, WAREHOUSE, Actor, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

DAY = date(2026, 11, 3)


def audited(shop: Shop, over: int = 8_00) -> Bill:
    """A bill of three parcels, the second too dear by `over`."""
    parcels = shop.parcels(3)
    rows = [row(p) for p in parcels]
    freight = price(parcels[1].order.country, parcels[1].weight_g or 0)[0]
    rows[1] = row(parcels[1], freight=freight + over)
    bill = shop.bill(rows)
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    return Bill.objects.get(pk=bill.pk)


def parts(bill: Bill) -> tuple[int, int, int, str]:
    """(not agreed, disputed, credited, state) of a bill, whose every line sums to what it asks."""
    bill.refresh_from_db()
    left = bill.lines_minor - bill.accepted_minor - bill.disputed_minor - bill.credited_minor
    assert left == 0 or bill.state in ("draft", "audited")
    for line in BillLine.objects.filter(bill=bill):
        whole = line.accepted_minor + line.disputed_minor + line.credited_minor
        assert whole == line.amount_minor or bill.state in ("draft", "audited")
    return bill.lines_minor - bill.accepted_minor, bill.disputed_minor, bill.credited_minor, bill.state


def refused(act, **values):
    """The reasons of a refusal, nothing written."""
    before = facts_hash()
    with pytest.raises(Refused) as caught:
        act(**values, now=NOW, by=BY)
    assert facts_hash() == before
    return [p.reason for p in caught.value.problems]


def test_an_accepted_bill_owes_what_is_not_disputed_and_its_parcels_cost_that(shop):
    bill = audited(shop)
    assert parts(bill)[1:] == (8_00, 0, "audited")
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    assert parts(bill) == (8_00, 8_00, 0, "accepted")
    [owed] = bills_to_pay(BY)
    assert (owed.amount_minor, owed.disputed_minor, owed.asked_minor) == (
        bill.lines_minor - 8_00, 8_00, bill.lines_minor,
    )  # fmt: skip
    freights = Parcel.objects.order_by("id").values_list("freight_minor", "freight_state", "freight_source")
    expected = [sum(price(p.order.country, p.weight_g)) for p in Parcel.objects.order_by("id")]
    assert list(freights) == [
        (minor, "actual", f"bill:YT-2610#{n}") for n, minor in enumerate(expected, 2)
    ]  # fmt: skip


def test_a_bill_without_dispute_is_closed_at_once(shop):
    bill = audited(shop, over=0)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    assert parts(bill) == (0, 0, 0, "closed")


def test_a_credit_note_closes_the_claim_and_owes_no_cent_more(shop):
    bill = audited(shop)
    [claim] = make_claims(ids=[Finding.objects.get().pk], now=NOW, by=BY)
    assert (claim.number, claim.asked_minor, claim.counterparty) == ("CLM-000001", 8_00, "YT")
    assert claim.due_on == date(2026, 11, 15)  # fifteen days agreed
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    send_claims(ids=[claim.pk], now=NOW, by=BY)
    line = BillLine.objects.get(disputed_minor__gt=0)
    credit_lines(bill_id=bill.pk, number="CN-1", on=DAY, credits=[(line.pk, 5_00)], now=NOW, by=BY)
    assert parts(bill) == (8_00, 3_00, 5_00, "accepted")
    credit_lines(bill_id=bill.pk, number="CN-2", on=DAY, credits=[(line.pk, 3_00)], now=NOW, by=BY)
    assert parts(bill) == (8_00, 0, 8_00, "closed")
    claim.refresh_from_db()
    assert (claim.state, claim.recovered_minor) == ("recovered", 8_00)
    assert Finding.objects.get().state == "recovered"


def test_the_same_credit_note_is_taken_once_and_never_more_than_the_line(shop):
    bill = audited(shop)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    line = BillLine.objects.get(disputed_minor__gt=0)
    credit_lines(bill_id=bill.pk, number="CN-1", on=DAY, credits=[(line.pk, 5_00)], now=NOW, by=BY)
    again = {"bill_id": bill.pk, "on": DAY, "credits": [(line.pk, 1_00)]}
    assert refused(credit_lines, number="CN-1", **again) == ["this credit note was taken over before"]
    again["credits"] = [(line.pk, line.amount_minor)]
    assert refused(credit_lines, number="CN-2", **again) == ["more than the line asks"]


def test_a_credit_beyond_the_dispute_lowers_what_was_agreed(shop):
    bill = audited(shop)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    line = BillLine.objects.get(disputed_minor__gt=0)
    credit_lines(bill_id=bill.pk, number="CN-1", on=DAY, credits=[(line.pk, 10_00)], now=NOW, by=BY)
    assert parts(bill) == (10_00, 0, 10_00, "closed")
    assert ClaimEvent.objects.filter(accepted_minor=-2_00).count() == 1
    parcel = Parcel.objects.get(pk=line.parcel_id)
    assert parcel.freight_minor == sum(price(parcel.order.country, parcel.weight_g)) - 2_00


def test_a_lost_dispute_is_owed_after_all(shop):
    bill = audited(shop)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    [claim] = make_claims(ids=[Finding.objects.get().pk], now=NOW, by=BY)
    recover_claim(claim_id=claim.pk, amount=Money(3_00, "CNY"), number="L-1", on=DAY, now=NOW, by=BY)
    assert refuse_claim(claim_id=claim.pk, reason="weighed again", now=NOW, by=BY) == 5_00
    assert parts(bill) == (3_00, 0, 3_00, "closed")
    claim.refresh_from_db()
    assert (claim.state, claim.recovered_minor, claim.refused_minor) == ("partly", 3_00, 5_00)
    assert bills_to_pay(BY)[0].amount_minor == bill.lines_minor - 3_00


def test_a_finding_let_go_before_and_after_acceptance_comes_to_the_same(shop):
    bill = audited(shop)
    dismiss_findings(ids=[Finding.objects.get().pk], reason="agreed on the phone", now=NOW, by=BY)
    assert parts(bill)[1:] == (0, 0, "audited")
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    assert Finding.objects.get().state == "dismissed"
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    assert parts(bill) == (0, 0, 0, "closed")


def test_a_finding_let_go_after_acceptance_is_owed_and_the_books_hear_of_it(shop):
    bill = audited(shop)
    accept_bills(ids=[bill.pk], now=NOW, by=BY)
    dismiss_findings(ids=[Finding.objects.get().pk], reason="agreed", now=NOW, by=BY)
    assert parts(bill) == (0, 0, 0, "closed")
    assert list(ClaimEvent.objects.values_list("kind", "accepted_minor")) == [("refused", 8_00)]


def test_a_second_look_changes_nothing_and_a_better_card_takes_findings_away(shop):
    bill = audited(shop)
    first = list(Finding.objects.values_list("key", "excess_minor", "state"))
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    assert list(Finding.objects.values_list("key", "excess_minor", "state")) == first
    shop.layout(tolerance_minor=8_00)
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    assert Finding.objects.get().state == "gone"
    assert parts(bill)[1] == 0


def test_lines_nobody_can_judge_must_be_accepted_by_a_choice(shop):
    [parcel] = shop.parcels(1, service=None)
    bill = shop.bill([row(parcel)])
    [done] = audit_bills(ids=[bill.pk], now=NOW, by=BY)
    assert (done.unjudged, done.findings) == (1, 0)
    assert BillLine.objects.get().unjudged == [["price", "no_card"]]
    assert refused(accept_bills, ids=[bill.pk]) == ["lines could not be judged"]
    accept_bills(ids=[bill.pk], unjudged=True, now=NOW, by=BY)
    assert parts(bill) == (0, 0, 0, "closed")


def test_a_card_by_volume_finds_a_wrong_volume(shop):
    [parcel] = shop.parcels(1, service=shop.volume, weight_g=320)  # 500 g by volume
    bill = shop.bill([row(parcel, grams=500)], number="B1")
    assert audit_bills(ids=[bill.pk], now=NOW, by=BY)[0].findings == 0
    bill = shop.bill([row(parcel, grams=900, tracking="P0")], number="B2")
    Bill.objects.filter(number="B1").update(on=date(2026, 12, 1))
    audit_bills(ids=[bill.pk], now=NOW, by=BY)
    assert dict(Finding.objects.values_list("reason", "excess_minor")) == {"size": 4 * 5_00 + 4 * 50}


def test_the_same_file_again_changes_nothing_and_another_needs_the_choice_to_replace(shop):
    [parcel] = shop.parcels(1)
    bill = shop.bill([row(parcel)])
    before = facts_hash()
    assert shop.bill([row(parcel)]).pk == bill.pk
    assert facts_hash() == before
    head = BillHead(shop.company.pk, "YT", "YT-2610", "carrier", date(2026, 10, 31))
    other = {"name": "yt.csv", "data": written([row(parcel, other=1)]), "layout_id": bill.layout_id}
    assert refused(import_bill, head=head, **other) == ["it is there already with other content"]
    assert import_bill(head, **other, replace=True, now=NOW, by=BY).how == "replaced"
    assert Bill.objects.get().lines_minor == bill.lines_minor + 1
    accept_bills(ids=[audit_bills(ids=[bill.pk], now=NOW, by=BY) and bill.pk], now=NOW, by=BY)
    again = {**other, "data": written([row(parcel)])}
    assert refused(import_bill, head=head, **again, replace=True) == ["it is accepted already"]


def test_one_file_is_one_bill(shop):
    [parcel] = shop.parcels(1)
    bill = shop.bill([row(parcel)])
    head = BillHead(shop.company.pk, "YT", "YT-2611", "carrier", date(2026, 10, 31))
    twice = {"name": "yt.csv", "data": written([row(parcel)]), "layout_id": bill.layout_id}
    assert refused(import_bill, head=head, **twice) == ["this file was taken over as another bill"]


def test_malformed_files_leave_no_trace(shop):
    head = BillHead(shop.company.pk, "YT", "B", "carrier", date(2026, 10, 31), currency="USD")
    check_importer(
        lambda data: import_bill(head, name="b.csv", data=data, now=NOW, by=BY), GOOD.encode(), kind="csv",
        fine=FINE,
    )  # fmt: skip


def test_a_month_waits_for_bills_nobody_has_accepted(shop):
    assert blocking(shop.company.pk, date(2026, 10, 31)) == []
    bill = audited(shop)
    [blocker] = blocking(shop.company.pk, date(2026, 10, 31))
    assert (blocker.code, blocker.count, blocker.amount) == ("bills_not_accepted", 1, bill.amount)
    assert blocking(shop.company.pk, date(2026, 10, 30)) == []


def test_who_may_not_change_claims_changes_nothing(shop):
    bill = audited(shop)
    before = facts_hash()
    with pytest.raises(Denied):
        accept_bills(ids=[bill.pk], now=NOW, by=Actor(2, "w", WAREHOUSE, None))
    stranger = Actor(3, "b", OPERATIONS, frozenset({999}))
    with pytest.raises(Refused):
        make_claims(ids=[Finding.objects.get().pk], now=NOW, by=stranger)
    assert facts_hash() == before
    assert not Claim.objects.exists()


def test_a_bill_of_an_advertiser_needs_its_store(shop):
    head = BillHead(shop.company.pk, "Ads Inc", "INV-1", "ads", date(2026, 10, 31))
    assert refused(record_bill, head=head, amount=Money(10_00, "USD")) == ["this is needed"]
