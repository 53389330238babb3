from dataclasses import replace
from datetime import timedelta

import pytest

from tests.facts import facts_hash
from tests.people import ALICE, BOB
from tradewind.apps.listings.models import Listing
from tradewind.apps.listings.operations import set_prices
from tradewind.apps.listings.step import due_offers
from tradewind.apps.prices.models import PriceProposal, ProposalLine
from tradewind.apps.prices.operations import (
    NewProposal,
    apply_proposals,
    approve_proposals,
    drop_proposals,
    make_proposal,
    recompute_floors,
    save_policies,
    solve_proposal,
    undo_proposals,
)
from tradewind.apps.prices.queries import judged
from tradewind.apps.prices.tests.conftest import BY, NOW, ON, POLICY
from tradewind.db.states import WrongState
from tradewind.engine.access import Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money

LATER = NOW + timedelta(hours=1)


def prices():
    return dict(Listing.objects.order_by("id").values_list("external_sku", "price_minor"))


def solved(**kw):
    pk = make_proposal(new=NewProposal(**kw), now=NOW, by=ALICE)
    solve_proposal(proposal_id=pk, on=ON, now=NOW, by=BY)
    return pk


def lines(pk):
    found = ProposalLine.objects.filter(proposal_id=pk).select_related("listing")
    return {x.listing.external_sku: x for x in found}


def test_the_catalogue_is_solved_with_the_difference_and_its_profit(world, policy):
    before = prices()
    seen = []
    pk = make_proposal(new=NewProposal(note="spring"), now=NOW, by=ALICE)
    solve_proposal(proposal_id=pk, on=ON, now=NOW, by=BY, report=lambda *p: seen.append(p) or True)
    assert seen == [(3, 3)]
    want = {j.offered.listing_id: j for j in judged(ON)}
    got = lines(pk)
    assert set(got) == {"L-0", "L-1", "L-2"}
    for line in got.values():
        target = want[line.listing_id].target
        assert (line.new_minor, line.after_minor) == (target.price.minor, target.profit.minor)
        assert line.old_minor == before[line.listing.external_sku]
        assert line.before_minor < line.after_minor
        assert line.reason == "raise"
        assert line.new_minor % 100 == 99
    row = PriceProposal.objects.get(pk=pk)
    assert (row.state, row.looked_at, row.skipped, row.number) == ("draft", 3, {}, "PP-000001")
    assert prices() == before  # nothing is applied by looking


def test_listings_that_stay_are_counted_by_their_reason(world, policy):
    want = {j.offered.listing_id: j.target.price.minor for j in judged(ON)}
    ids = {sku: pk for sku, pk in Listing.objects.values_list("external_sku", "id")}
    Listing.objects.filter(external_sku="L-0").update(price_minor=want[ids["L-0"]])
    Listing.objects.filter(external_sku="L-1").update(price_minor=want[ids["L-1"]] + 1000)
    Listing.objects.filter(external_sku="L-2").update(price_minor=None)
    row = PriceProposal.objects.get(pk=solved())
    assert row.skipped == {"as_wanted": 1, "above_target": 1, "unpriced": 1}
    save_policies(policies=[replace(POLICY, lowers=True)], now=NOW, by=BY)
    pk = solved()
    assert {sku: (x.reason, x.new_minor) for sku, x in lines(pk).items()} == {
        "L-1": ("lower", want[ids["L-1"]])
    }


def test_a_proposal_is_approved_by_right_applied_and_undone_exactly(world, policy):
    before = prices()
    pk = solved()
    with pytest.raises(WrongState):
        apply_proposals(ids=[pk], now=LATER, by=ALICE)
    seller = replace(BOB, role="operations", stores=None)
    with pytest.raises(Denied):
        approve_proposals(ids=[pk], now=LATER, by=seller)
    assert prices() == before
    approve_proposals(ids=[pk], now=LATER, by=ALICE)
    assert apply_proposals(ids=[pk], now=LATER, by=seller) == 3
    assert prices() == {sku: x.new_minor for sku, x in lines(pk).items()}
    pushed = {push.external_sku: push.price for _offer, push in due_offers(world.store, LATER)}
    assert pushed == {sku: Money(x.new_minor, "USD") for sku, x in lines(pk).items()}
    recompute_floors(on=ON, now=LATER, by=BY)
    assert undo_proposals(ids=[pk], now=LATER, by=seller) == 3
    assert prices() == before
    assert PriceProposal.objects.get(pk=pk).state == "undone"
    with pytest.raises(WrongState):
        undo_proposals(ids=[pk], now=LATER, by=ALICE)


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_a_price_that_somebody_changed_since_refuses_the_whole_and_names_it(world, policy, verb):
    pk = solved()
    approve_proposals(ids=[pk], now=NOW, by=ALICE)
    if verb == "undo":
        apply_proposals(ids=[pk], now=NOW, by=ALICE)
    moved = Listing.objects.get(external_sku="L-1")
    set_prices(prices={moved.pk: Money(5555, "USD")}, now=LATER, by=ALICE)
    before = facts_hash()
    with pytest.raises(Refused) as said:
        {"apply": apply_proposals, "undo": undo_proposals}[verb](ids=[pk], now=LATER, by=ALICE)
    assert [(p.field, p.value) for p in said.value.problems] == [("L-1", "55.55 USD")]
    assert facts_hash() == before


def test_only_those_under_their_floor_may_be_asked_for(world, policy):
    Listing.objects.update(price_minor=99_99)
    Listing.objects.filter(external_sku="L-1").update(price_minor=2_00)
    recompute_floors(on=ON, now=NOW, by=BY)
    assert set(lines(solved(only_under=True))) == {"L-1"}


def test_a_cancelled_job_leaves_nothing_half_done(world, policy):
    pk = make_proposal(new=NewProposal(), now=NOW, by=ALICE)
    assert solve_proposal(proposal_id=pk, on=ON, now=NOW, by=BY, report=lambda *_p: False) == 0
    assert PriceProposal.objects.get(pk=pk).state == "solving"
    assert not ProposalLine.objects.exists()
    drop_proposals(ids=[pk], now=NOW, by=ALICE)
    assert solve_proposal(proposal_id=pk, on=ON, now=NOW, by=BY) == 0


def test_who_has_only_some_stores_names_one_and_sees_no_other(world, policy):
    some = replace(BOB, role="operations", stores=frozenset({world.store.pk}))
    none = replace(some, stores=frozenset({world.store.pk + 1}))
    with pytest.raises(Refused):
        make_proposal(new=NewProposal(), now=NOW, by=some)
    with pytest.raises(Refused):
        make_proposal(new=NewProposal(store="US1"), now=NOW, by=none)
    pk = make_proposal(new=NewProposal(store="US1"), now=NOW, by=some)
    with pytest.raises(Refused):
        drop_proposals(ids=[pk], now=NOW, by=none)
