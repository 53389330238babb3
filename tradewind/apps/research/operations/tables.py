"""A market-research export into the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import Market
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import BIGGEST, Findings
from tradewind.apps.research.models import ResearchTable, Signal
from tradewind.apps.research.operations.scoring import put_scores
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, MoneyError, quantize
from tradewind.engine.tabular import DATE, DECIMAL, INT, TEXT, ColumnSpec, Row, read_table


def _count(name: str, *aliases: str) -> ColumnSpec:
    return ColumnSpec(name, INT, aliases, minimum=0, maximum=BIGGEST)


def _text(name: str, *aliases: str, required: bool = False, longest: int = 120) -> ColumnSpec:
    return ColumnSpec(name, TEXT, aliases, required, longest)


COLUMNS = (
    _text("niche", "Niche", "Category", "Keyword", "类目", "关键词", required=True),
    _text("external_id", "ASIN", "Product ID", "商品编号", required=True, longest=40),
    _text("title", "Title", "标题", "商品标题", required=True, longest=400),
    _text("brand", "Brand", "品牌"),
    _text("seller", "Seller", "卖家"),
    ColumnSpec("price", DECIMAL, ("Price", "价格"), minimum=0, maximum=1_000_000_000, style="1,234.56"),
    _count("monthly_units", "Monthly Units", "月销量"),
    _count("monthly_units_before", "Units Last Year", "去年同期"),
    ColumnSpec("rating", DECIMAL, ("Rating", "评分"), minimum=0, maximum=5, style="1,234.56"),
    _count("reviews", "Reviews", "评论数"),
    ColumnSpec("listed_on", DATE, ("Listed On", "上架日期")),
    _count("weight_g", "Weight g", "重量(g)", "重量（g）"),
)


@dataclass(frozen=True, slots=True)
class NewTable:
    """What a research export is of: a market, the day it was taken, the currency of its prices."""

    market_id: int
    name: str
    source: str
    as_of: date
    currency: str


def import_research_table(*, table: NewTable, name: str, content: bytes, now: datetime, by: Actor) -> int:
    """Take over a table of competing products (CSV or XLSX, headers English or Chinese); its id.

    An empty cell is unknown, never zero. Refused with every problem: cells that cannot be read, a
    product twice in a niche, a file that is already a table.
    """
    with acting(by, "research.change", kind="research_table", now=now) as act:
        found = Findings()
        new = _table(found, table)
        read = read_table(name, content, COLUMNS)
        found.problems += read.problems
        if not read.rows and not read.problems:
            found.add("file", name, _("the file has no rows"))
        signals = [_signal(found, row, new.currency) for row in read.rows] if _money_ok(new) else []
        _once(found, signals)
        found.settle()
        file, _is_new = store_file(name=name, content=content, now=now, by=by)
        earlier = ResearchTable.objects.filter(file=file).first()
        if earlier:
            found.at(None).add(
                "file", name, _("this file is already the table %(name)s") % {"name": earlier.name}
            )
        found.settle()
        new.file, new.row_count, new.imported_at = file, len(signals), now
        new.save(force_insert=True)
        for signal in signals:
            signal.table = new
        Signal.objects.bulk_create(signals, batch_size=2000)
        put_scores(new, None, by)
        act.ids = [new.pk]
        act.note(verb="import_research_table", file=file.sha256, rows=len(signals))
        return new.pk


def _table(found: Findings, table: NewTable) -> ResearchTable:
    if not Market.objects.filter(pk=table.market_id).exists():
        found.add("market", table.market_id, _("there is no such row"))
    return ResearchTable(
        market_id=table.market_id,
        name=found.text("name", table.name, 120),
        source=found.text("source", table.source, 120),
        as_of=table.as_of,
        currency=found.currency("currency", table.currency),
    )


def _money_ok(table: ResearchTable) -> bool:
    probe = Findings()
    probe.currency("currency", table.currency)
    return not probe.problems


def _price(found: Findings, value: Decimal | None, currency: str) -> int | None:
    if value is None:
        return None
    try:
        return Money.of(value, currency).minor
    except MoneyError as exc:
        found.add("price", value, str(exc))
        return None


def _signal(found: Findings, row: Row, currency: str) -> Signal:
    v = row.values
    found.at(row.no)
    rating = v["rating"]
    return Signal(
        row_no=row.no,
        niche=v["niche"],
        external_id=v["external_id"],
        title=v["title"],
        brand=v["brand"] or "",
        seller=v["seller"] or "",
        price_minor=_price(found, v["price"], currency),
        monthly_units=v["monthly_units"],
        monthly_units_before=v["monthly_units_before"],
        rating=None if rating is None else quantize(rating, 2),
        reviews=v["reviews"],
        listed_on=v["listed_on"],
        weight_g=v["weight_g"],
    )


def _once(found: Findings, signals: list[Signal]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for s in signals:
        first = seen.setdefault((s.niche, s.external_id), s.row_no)
        if first != s.row_no:
            found.at(s.row_no).add(
                "external_id", s.external_id, _("stands in row %(row)s already") % {"row": first}
            )
    found.at(None)
