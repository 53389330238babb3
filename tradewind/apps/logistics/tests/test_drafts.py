"""A forwarder's list from the file to a card that prices: drafted, looked at, confirmed or put aside."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from tests.facts import facts_hash
from tests.people import NOW, TODAY, person
from tradewind.apps.logistics import queries
from tradewind.apps.logistics.models import RateBand, RateCard, RatePlace
from tradewind.apps.logistics.operations import (
    NewCarrier,
    NewDraft,
    NewService,
    confirm_rate_cards,
    discard_rate_cards,
    draft_rate_cards,
    register_carriers,
    register_services,
)
from tradewind.apps.logistics.queries.changes import card_before, price_changes
from tradewind.db.states import WrongState
from tradewind.engine.access import PURCHASING, Denied
from tradewind.engine.contracts import Refused
from tradewind.engine.price_list import Said
from tradewind.engine.rates import Parcel

pytestmark = pytest.mark.django_db

HEAD = ["国家/地区", "重量段(KG)", "运费(RMB/KG)", "挂号费(RMB/票)"]
GOOD = [HEAD, ["美国", "0<W≤0.3", 92, 18], ["美国", "0.3<W≤2", 85.5, 20]]
ODD = [HEAD, ["美国", "0<W≤0.3", 92, 18], ["美国", "0.5<W≤2", 85.5, 20]]
BAD = [HEAD, ["美国", date(2026, 1, 2), 92, 18], ["火星", "0-1", 90, 20]]


def book(**sheets):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as work:
        day = work.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = work.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    sheet.write(r, c, cell, *([day] if isinstance(cell, date) else []))
    return out.getvalue()


@pytest.fixture
def ways(bob):
    register_carriers(carriers=[NewCarrier("yun", "Yun Lines")], now=NOW, by=bob)
    new = [NewService("yun", code, code, "line", mode="air") for code in ("yun-a", "yun-b")]
    return register_services(services=new, now=NOW, by=bob)


def draft(by, content, *drafts, **said):
    return draft_rate_cards(
        drafts=drafts, said=Said(**said), name="list.xlsx", content=content, now=NOW, by=by
    )


def new(service, sheet="", **kw):
    return NewDraft(service, kw.pop("valid_from", date(2026, 10, 1)), "October list", sheet, **kw)


def test_a_draft_prices_nothing_until_it_is_confirmed(ways, bob):
    [pk] = draft(bob, book(专线=GOOD), new(ways[0]))
    row = RateCard.objects.get(pk=pk)
    assert (row.state, row.currency, row.sheet, row.findings) == ("draft", "CNY", "专线", [])
    assert queries.quotes([Parcel("US", 123)], TODAY) == [[]]
    assert confirm_rate_cards(ids=[pk], now=NOW, by=bob) == [pk]
    [[offer]] = queries.quotes([Parcel("US", 123)], TODAY)
    assert offer.quote.minor == 1132 + 1800


def test_a_workbook_of_a_sheet_a_service_is_taken_whole(ways, bob):
    content = book(**{"yun-a": GOOD, "乙": GOOD[:2]})
    ids = draft(bob, content, new(ways[0]), new(ways[1], "乙"))
    assert [(c.sheet, c.bands.count()) for c in RateCard.objects.filter(pk__in=ids).order_by("id")] == [
        ("yun-a", 2), ("乙", 1),
    ]  # fmt: skip


def test_one_bad_sheet_refuses_all_of_them_with_every_problem_by_cell(ways, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        draft(bob, book(甲=GOOD, 乙=BAD), new(ways[0], "甲"), new(ways[1], "乙"))
    assert [(p.row, p.field, p.accepted) for p in refused.value.problems] == [
        (2, "乙!B2", "1-2"), (3, "乙!A3", ""),
    ]  # fmt: skip
    assert facts_hash() == before


@pytest.mark.parametrize(
    ("sheet", "kw", "field"),
    [
        ("丁", {}, "sheet"),
        ("", {}, "sheet"),
        ("甲", {"divisor": 1}, "divisor"),
        ("甲", {"divisor": 6000, "weighed_as": "ups/us"}, "weighed_as"),
        ("甲", {"valid_to": date(2026, 1, 1)}, "valid_to"),
    ],
)
def test_a_wrong_draft_is_refused(sheet, kw, field, ways, bob):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        draft(bob, book(甲=GOOD, 乙=GOOD), new(ways[0], sheet, **kw))
    assert [p.field for p in refused.value.problems] == [field]
    assert facts_hash() == before


def test_what_looks_odd_needs_a_reason(ways, bob):
    [pk] = draft(bob, book(专线=ODD), new(ways[0]))
    assert [f["code"] for f in RateCard.objects.get(pk=pk).findings] == ["gap"]
    before = facts_hash()
    with pytest.raises(Refused, match="reason"):
        confirm_rate_cards(ids=[pk], now=NOW, by=bob)
    assert facts_hash() == before
    confirm_rate_cards(ids=[pk], reason="the forwarder takes nothing between", now=NOW, by=bob)


def test_a_second_card_of_the_day_is_refused_and_may_be_discarded(ways, bob):
    [first] = draft(bob, book(专线=GOOD), new(ways[0]))
    [second] = draft(bob, book(专线=GOOD), new(ways[0]))
    with pytest.raises(Refused, match="valid_from"):
        confirm_rate_cards(ids=[first, second], now=NOW, by=bob)
    confirm_rate_cards(ids=[first], now=NOW, by=bob)
    with pytest.raises(Refused, match="valid_from"):
        confirm_rate_cards(ids=[second], now=NOW, by=bob)
    discard_rate_cards(ids=[second], now=NOW, by=bob)
    with pytest.raises(WrongState):
        discard_rate_cards(ids=[second], now=NOW, by=bob)
    assert RateCard.objects.get(pk=second).state == "discarded"


def test_zones_come_from_the_sheet_beside(ways, bob):
    express = [["重量(KG)", "1区", "2区"], [0.5, "120元", 150], [1, 148, 182]]
    zones = [["国家", "分区"], ["英国", "1区"], ["巴西", "2区"]]
    [pk] = draft(bob, book(价格=express, 分区=zones), new(ways[0], divisor=5000))
    confirm_rate_cards(ids=[pk], now=NOW, by=bob)
    assert RatePlace.objects.filter(card_id=pk).count() == 2
    box = (100, 100, 100)
    got = queries.quotes([Parcel(c, 501, *box) for c in ("GB", "BR", "US")], TODAY)
    assert [(o[0].quote.minor, o[0].reason) for o in got] == [
        (14_800, ""),
        (18_200, ""),
        (None, "no_country"),
    ]


def test_the_changes_against_the_card_before_are_in_percent(ways, bob):
    [old] = draft(bob, book(专线=GOOD), new(ways[0]))
    confirm_rate_cards(ids=[old], now=NOW, by=bob)
    dearer = [HEAD, ["美国", "0<W≤0.3", 94, 18], ["英国", "0<W≤2", 60, 20]]
    [pk] = draft(bob, book(专线=dearer), new(ways[0], valid_from=date(2026, 11, 1)))
    after = RateCard.objects.get(pk=pk)
    before = card_before(after)
    assert before is not None
    rows = price_changes(before, after)
    assert [
        (r.zone, r.to, r.before and r.before.minor, r.after and r.after.minor, r.share) for r in rows
    ] == [
        ("GB", 2000, None, 14_000, None),
        ("US", 300, 4560, 4620, Decimal("0.013")),
        ("US", 2000, 19_100, None, None),
    ]


def test_only_those_who_keep_ways_may_draft_and_confirm(ways, bob):
    [pk] = draft(bob, book(专线=GOOD), new(ways[0]))
    before = facts_hash()
    paula = person("paula", PURCHASING)
    with pytest.raises(Denied):
        draft(paula, book(专线=GOOD), new(ways[0]))
    with pytest.raises(Denied):
        confirm_rate_cards(ids=[pk], now=NOW, by=paula)
    with pytest.raises(Denied):
        discard_rate_cards(ids=[pk], now=NOW, by=paula)
    assert facts_hash() == before
    assert RateBand.objects.count() == 2
