"""Malformed files over every importer of the line: refused with row and column, and not a fact is changed."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from tests.facts import facts_hash
from tests.people import ALICE
from tests.trade import harbour_file, make_store
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.operations import import_skus
from tradewind.apps.listings.operations import import_listings
from tradewind.apps.logistics.models import Carrier, Service
from tradewind.apps.logistics.operations import NewRateCard, import_rate_card
from tradewind.apps.markets.models import Market
from tradewind.apps.markets.operations import import_fx, import_indicators
from tradewind.apps.orders.operations.files import import_orders
from tradewind.apps.research.operations import NewTable, import_research_table
from tradewind.apps.settlements.operations import import_settlements
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WHO = {"now": NOW, "by": ALICE}


@dataclass(frozen=True)
class Importer:
    """A good file and how it is taken; `number`, `day` and `count` are cells to be spoilt."""

    name: str
    good: bytes
    take: Callable[[bytes], object]
    number: bytes = b""
    day: bytes = b""
    count: bytes = b""
    delimiter: bytes = b","
    plain: bool = False  # takes no gzip


def importers() -> dict[str, Importer]:
    market = Market.objects.get_or_create(
        code="US", defaults={"name": "US", "name_zh": "美国", "currency": "USD", "zone": "UTC"}
    )[0]
    retail, harbour = make_store("UCI", "online_retail", "GBP"), make_store("HB", "harbour", "USD")
    carrier = Carrier.objects.create(code="C", name="C")
    service = Service.objects.create(carrier=carrier, code="S", name="S", kind="line")
    product = Product.objects.create(code="P", name="P", name_zh="P")
    Sku.objects.create(product=product, code="LAMP", name="Lamp", name_zh="灯")
    table = NewTable(market.pk, "T", "tool", date(2026, 11, 1), "USD")
    found = [
        Importer(
            "orders",
            b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            b"536365,85123A,Heart,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n",
            lambda d: import_orders(store=retail.code, layout="online-retail", name="o.csv", data=d, **WHO),
            b"2.55", b"2010-12-01 08:26:00", b",6,",
        ),
        Importer(
            "settlements",
            harbour_file("HS-1", "USD", [("Order", "Price", "Principal", "12.34")], "12.34"),
            lambda d: import_settlements(store_id=harbour.pk, name="s.txt", data=d, **WHO),
            b"12.34", b"2026-06-16T00:00:00Z", delimiter=b"\t", plain=True,
        ),
        Importer(
            "listings", b"external_sku,title,price,sku,units_each\nhb-1,Lamp,19.99,LAMP,2\n",
            lambda d: import_listings(store=harbour.code, name="l.csv", data=d, **WHO), b"19.99",
            count=b",2\n",
        ),
        Importer(
            "skus", b"Product,SKU,Name,HS Code,Origin,Weight g\nQ,Q-1,Quilt,940490,CN,1200\n",
            lambda d: import_skus(name="s.csv", content=d, **WHO), b"1200", count=b",1200\n",
        ),
        Importer(
            "fx", b"base,quote,on,rate\nUSD,CNY,2026-11-01,7.12\n",
            lambda d: import_fx(name="fx.csv", content=d, source="bank", **WHO), b"7.12", b"2026-11-01",
        ),
        Importer(
            "indicators", b"iso2,indicator,year,value\nUS,population,2024,335000000\n",
            lambda d: import_indicators(name="i.csv", content=d, source="wb", **WHO), b"335000000",
            count=b",2024,",
        ),
        Importer(
            "research",
            b"Niche,ASIN,Title,Brand,Seller,Price,Monthly Units,Listed On\n"
            b"Lamps,B01,Lamp,B,S,24.00,100,2024-05-01\n",
            lambda d: import_research_table(table=table, name="r.csv", content=d, **WHO),
            b"24.00", b"2024-05-01", b",100,",
        ),
        Importer(
            "rate card",
            b"Country,From g,To g,First g,First Price,Step g,Step Price,Per Parcel,Minimum g\n"
            b"US,0,2000,500,3.50,500,1.10,0.45,0\n",
            lambda d: import_rate_card(
                card=NewRateCard(service.pk, "CNY", date(2026, 11, 1), source="x"), name="c.csv",
                content=d, **WHO,
            ),
            b"3.50", count=b",2000,",
        ),
    ]  # fmt: skip
    return {one.name: one for one in found}


NAMES = ("orders", "settlements", "listings", "skus", "fx", "indicators", "research", "rate card")


def wrong_delimiter(one: Importer) -> bytes:
    return one.good.replace(one.delimiter, b"~")


def wrong_encoding(one: Importer) -> bytes:
    head, _, rest = one.good.partition(b"\n")
    return head + b"\n" + rest.replace(one.delimiter, b"\xff\xfe\x81" + one.delimiter, 1)


def doubled_header(one: Importer) -> bytes:
    """The first column a second time."""
    first = one.good.partition(one.delimiter)[0]
    rows = one.good.splitlines(keepends=False)
    rows = [
        rows[0] + one.delimiter + first,
        *(r + one.delimiter + r.partition(one.delimiter)[0] for r in rows[1:]),
    ]
    return b"\n".join(rows) + b"\n"


def truncated_gzip(one: Importer) -> bytes:
    packed = gzip.compress(one.good * 1, mtime=0)
    return packed[: len(packed) - 9]


def missing_column(one: Importer) -> bytes:
    """The first column taken away everywhere."""
    return b"\n".join(r.partition(one.delimiter)[2] for r in one.good.splitlines()) + b"\n"


def nothing(_one: Importer) -> bytes:
    return b""


def spoilt(cell: str, bad: bytes) -> Callable[[Importer], bytes]:
    def spoil(one: Importer) -> bytes:
        old = getattr(one, cell)
        if not old:
            pytest.skip(f"{one.name} has no such cell")
        new = bad
        if cell == "count":  # keep what stands around it
            new = old[:1] + bad + old[-1:]
        return one.good.replace(old, new)

    spoil.__name__ = f"{cell} {bad[:12]!r}"
    return spoil


MALFORMED = [
    wrong_delimiter, wrong_encoding, doubled_header, truncated_gzip, missing_column, nothing,
    spoilt("number", b"1e400"), spoilt("number", b"NaN"), spoilt("number", b"Infinity"),
    spoilt("number", b"12\x0034"), spoilt("number", b"twelve"), spoilt("number", b""),
    spoilt("day", b"2026-13-45"), spoilt("day", b"yesterday"),
    spoilt("count", b"-3"), spoilt("count", b"2.5"), spoilt("count", b"1e400"),
]  # fmt: skip
# An empty price is an unknown price there: a listing without one is a draft, a research row just lacks it.
FINE = {("listings", "number b''"), ("research", "number b''"), ("skus", "number b''"),
        ("orders", "count b'-3'"), ("rate card", "number b''")}  # fmt: skip


@pytest.mark.parametrize("spoil", MALFORMED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_a_malformed_file_is_refused_with_its_problems_and_changes_nothing(name, spoil):
    if (name, spoil.__name__) in FINE:
        pytest.skip("that is no mistake in this file")
    one = importers()[name]
    data = spoil(one)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        one.take(data)
    assert refused.value.problems
    assert all(p.field and p.reason for p in refused.value.problems)
    if spoil.__name__.startswith(("number", "day", "count")) and b"\x00" not in data:
        assert any(p.row is not None for p in refused.value.problems), refused.value
    assert facts_hash() == before


@pytest.mark.parametrize("name", NAMES)
def test_the_good_file_is_taken(name):
    one = importers()[name]
    before = facts_hash()
    one.take(one.good)
    assert facts_hash() != before


@pytest.mark.parametrize("name", NAMES)
def test_a_column_nobody_knows_is_refused_or_left_out_and_said(name):
    """An extra column never becomes a fact: it is refused by name, or kept out."""
    one = importers()[name]
    rows = one.good.splitlines()
    data = (
        b"\n".join([rows[0] + one.delimiter + b"Secret", *(r + one.delimiter + b"xyzzy" for r in rows[1:])])
        + b"\n"
    )
    before = facts_hash()
    problems = refusal(one, data)
    if problems:
        assert "Secret" in str(problems)
        assert facts_hash() == before


def refusal(one: Importer, data: bytes) -> tuple:
    """The problems for which a file is refused; empty when it was taken."""
    try:
        one.take(data)
    except Refused as refused:
        return refused.problems or ("no problem named",)
    return ()


@pytest.mark.parametrize("name", NAMES)
def test_files_with_random_bytes_changed_never_break_an_importer(name):
    """Fuzz: taken or refused, never an exception that is neither, and a refusal changes nothing."""
    one = importers()[name]
    for seed in range(25):
        dice = random.Random(f"{name}:{seed}")
        data = bytearray(one.good)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        before = facts_hash()
        problems = refusal(one, bytes(data))
        if problems:
            assert "no problem named" not in problems, f"seed {seed}"
            assert facts_hash() == before, f"seed {seed}"
