"""Profit by any dimension: what is asked is the sum of its lines, and every cell stands on documents."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tradewind.apps.profit.computing import NAMES
from tradewind.apps.profit.models import ProfitLine
from tradewind.apps.profit.queries.dimensions import COLUMN, NONE, Span
from tradewind.apps.profit.queries.explorer import explore, months, whole
from tradewind.apps.profit.queries.tracing import PROFIT, ROUNDING, trace
from tradewind.apps.profit.step import run
from tradewind.apps.profit.tests.test_profit import FLOW, NOW
from tradewind.apps.profit.tests.worlds import World
from tradewind.engine.access import FINANCE, Actor
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
FIN = Actor(7, "fang", FINANCE, None)
ALONG = [d for d in COLUMN if d != "day"]


def world(seed=3, count=14, events=12):
    made = World(seed, count)
    run(NOW, FLOW)
    for _ in range(events):
        made.event()
    run(NOW, FLOW)
    return made


def keys_of(line):
    """The keys of a line, told from the rows themselves."""
    return {
        "company": line.company.code, "store": line.store.code, "market": line.store.market.code,
        "channel": line.store.channel, "sku": line.sku.code if line.sku else NONE,
        "product": line.sku.product.code if line.sku else NONE, "listing": line.listing or NONE,
        "supplier": line.supplier.code if line.supplier else NONE, "batch": line.batch or NONE,
        "month": f"{line.on:%Y-%m}", "day": f"{line.on}", "stage": line.stage, "state": line.state,
    }  # fmt: skip


def lines_with_keys():
    rows = ProfitLine.objects.select_related("company", "store__market", "sku__product", "supplier")
    return [(line, keys_of(line)) for line in rows]


def by_hand(lines, along, span):
    """The same question asked of every line one by one."""
    found = {}
    for line, keys in lines:
        inside = (span.since is None or line.on >= span.since) and (
            span.until is None or line.on <= span.until
        )
        if not inside or any(keys[d] != code for d, code in span.only):
            continue
        mine = found.setdefault(tuple(keys[d] for d in along), dict.fromkeys(
            ("lines", "orders", "units", "profit", "missing", "complete", *NAMES), 0))  # fmt: skip
        mine["lines"] += 1
        mine["orders"] += line.is_first
        mine["units"] += line.units
        mine["profit"] += line.profit_minor or 0
        mine["missing"] += line.state == "missing"
        mine["complete"] += (line.revenue_minor or 0) if line.state != "missing" else 0
        for name in NAMES:
            mine[name] += getattr(line, f"{name}_minor") or 0
    return found


def asked(span, along):
    out = {}
    for group in explore(FIN, span, along):
        sums = group.sums
        out[tuple(k.code for k in group.keys)] = {
            "lines": sums["line_count"], "orders": sums["order_count"], "units": sums["units"],
            "profit": sums["profit_minor"], "missing": sums["missing"], "complete": sums["complete_minor"],
            **{name: sums[f"{name}_minor"] for name in NAMES},
        }  # fmt: skip
    return out


@pytest.mark.parametrize("seed", [1, 2])
def test_every_question_is_the_sum_of_its_lines_whatever_the_span_and_the_filters(seed):
    world(seed)
    lines, chance = lines_with_keys(), random.Random(seed)
    for _ in range(40):
        along = tuple(chance.sample(ALONG, chance.randint(0, 3)))
        since = chance.choice([None, date(2026, 3, 20) + timedelta(days=chance.randint(0, 80))])
        until = chance.choice([None, date(2026, 4, 1) + timedelta(days=chance.randint(0, 90))])
        only = ()
        if chance.random() < 0.5:
            dimension = chance.choice([*ALONG, "day"])
            only = ((dimension, chance.choice(lines)[1][dimension]),)
        span = Span(since, until, only)
        assert asked(span, along) == by_hand(lines, along, span), (along, span)


def test_days_are_read_out_of_lines_and_need_a_short_span():
    world()
    span = Span(date(2026, 4, 1), date(2026, 6, 20))
    assert asked(span, ("day", "store")) == by_hand(lines_with_keys(), ("day", "store"), span)
    for wrong in (Span(), Span(date(2026, 1, 1), date(2026, 6, 20))):
        with pytest.raises(Refused):
            explore(FIN, wrong, ("day",))


def test_a_key_that_nobody_has_is_refused_by_name():
    world(count=3, events=0)
    with pytest.raises(Refused) as refused:
        explore(FIN, Span(only=(("sku", "NO-SUCH"), ("store", "NOR-THIS"), ("state", "odd"))), ("store",))
    assert [p.field for p in refused.value.problems] == ["sku", "store", "state"]


def test_stores_out_of_scope_are_not_in_any_answer():
    made = world()
    narrow = Actor(8, "feng", FINANCE, frozenset({made.stores[1].pk}))
    assert {g.keys[0].code for g in explore(narrow, Span(), ("store",))} == {"HB-B"}
    assert {
        g.keys[0].code for g in explore(narrow, Span(date(2026, 4, 3), date(2026, 4, 20)), ("store",))
    } <= {"HB-B"}
    assert {x.store_id for x in trace(narrow, Span(), "revenue").lines} == {made.stores[1].pk}
    nobody = Actor(9, "fu", FINANCE, frozenset())
    assert explore(nobody, Span(), ("store",)) == []


def test_whole_months_and_the_days_around_them():
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    assert months(date(2026, 5, 5), date(2026, 6, 30)) == (
        june,
        june,
        [(date(2026, 5, 5), date(2026, 5, 31))],
    )
    assert months(may, date(2026, 6, 10)) == (may, may, [(june, date(2026, 6, 10))])
    assert months(date(2026, 5, 5), date(2026, 5, 9))[2] == [(date(2026, 5, 5), date(2026, 5, 9))]
    assert months(None, None) == (None, None, [])
    assert months(None, date(2026, 5, 31)) == (None, may, [])


def test_five_hundred_cells_are_the_sum_of_their_documents():
    world(5, 24, 30)
    lines, chance = lines_with_keys(), random.Random(5)
    seen, roundings = 0, 0
    while seen < 500:
        along = chance.sample(ALONG, chance.randint(1, 3))
        keys = chance.choice(lines)[1]
        span = Span(only=tuple((d, keys[d]) for d in along))
        for component in (*NAMES, PROFIT):
            (group,) = whole(explore(FIN, span, ()))
            found = trace(FIN, span, component)
            assert found.count == group.sums["line_count"] == len(found.lines)
            told = sum(t.amount.minor for t in found.found)
            if component == PROFIT:
                incomplete = group.incomplete.minor
                assert told == group.sums["profit_minor"] + incomplete
            else:
                sign = 1 if component == "revenue" else -1
                assert told == sign * group.sums[f"{component}_minor"]
            rest = [t for t in found.found if t.component == component and t.kind == ROUNDING]
            roundings += len(rest)
            assert all(abs(t.amount.minor) <= 12 for t in rest), "no document is hidden in the rounding"
            named = [t for t in found.found if t.kind != ROUNDING]
            assert all(
                t.source.split(":")[0] in ("settlement", "batch", "order", "rule", "parcel") for t in named
            )
            seen += 1
    assert roundings
