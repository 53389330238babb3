from __future__ import annotations

import csv
import io

from tradewind.simulators.assortment import (
    CARD_COLUMNS,
    RESEARCH_COLUMNS,
    assortment,
    forwarder_card,
    research_table,
    suppliers,
)


def test_the_assortment_is_plausible_and_complete() -> None:
    items = assortment(7)
    assert len(items) == 72
    assert len({i.code for i in items}) == 72
    assert len({i.category for i in items}) == 8
    for item in items:
        assert item.name_zh
        assert len(item.hs_code) == 6
        assert item.hs_code.isdecimal()
        assert 50 <= item.weight_g <= 3000
        assert {p.currency for p in item.prices.values()} == {"USD", "GBP", "EUR", "JPY"}
        assert item.unit_cost.currency == "CNY"
        # Sold for at least twice what the goods cost, at 7 CNY a dollar.
        assert item.prices["US"].minor * 7 > 2 * item.unit_cost.minor
        assert 0 <= item.supplier < len(suppliers(7))


def test_one_seed_makes_one_assortment_and_another_another() -> None:
    assert assortment(7) == assortment(7)
    assert assortment(7) != assortment(8)


def test_the_research_table_has_at_least_200_rows_with_gaps_left_empty() -> None:
    for market in ("US", "GB", "DE", "JP"):
        rows = list(csv.DictReader(io.StringIO(research_table(7, market).decode())))
        assert len(rows) >= 200
        assert tuple(rows[0]) == RESEARCH_COLUMNS
        assert any(not r["Monthly Units"] for r in rows)
        assert len({r["Niche"] for r in rows}) == 24


def test_the_forwarder_card_covers_every_market_without_gaps() -> None:
    rows = list(csv.DictReader(io.StringIO(forwarder_card(7).decode())))
    assert tuple(rows[0]) == CARD_COLUMNS
    for country in ("US", "GB", "DE", "JP"):
        bands = [(int(r["From g"]), int(r["To g"])) for r in rows if r["Country"] == country]
        assert bands[0][0] == 0
        assert [b[0] for b in bands[1:]] == [b[1] for b in bands[:-1]]
