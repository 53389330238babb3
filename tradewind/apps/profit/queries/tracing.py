"""What a figure of profit stands on: its lines, and behind every line the documents that sum to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Abs, Coalesce

from tradewind.apps.markets.queries import rulebook
from tradewind.apps.profit.computing import NAMES, Profit, Rater, compute
from tradewind.apps.profit.estimating import FeeBook
from tradewind.apps.profit.explaining import Documents, Leaf, documents, leaves
from tradewind.apps.profit.facts import OrderFacts, facts_of
from tradewind.apps.profit.lines import LinePart, freight_key, line_parts
from tradewind.apps.profit.models import ProfitLine
from tradewind.apps.profit.queries.dimensions import Span, conditions, narrowed
from tradewind.apps.profit.rating import rater
from tradewind.engine.access import Actor
from tradewind.engine.line_split import spread
from tradewind.engine.money import Money

PROFIT, ROUNDING = "profit", "rounding"
MOST_LINES = 200
Place = tuple[int, str, int | None]  # order line, batch, supplier


@dataclass(frozen=True, slots=True)
class Traced:
    """A document's part in a line's component, in base currency, signed as it moves profit."""

    line: ProfitLine
    component: str
    kind: str
    amount: Money
    source: str
    state: str
    document: Money | None  # the whole document in its own currency; None for rounding


@dataclass(frozen=True)
class Trace:
    """A figure: its lines (the largest first, at most so many) and the documents behind those."""

    count: int  # of all lines
    lines: tuple[ProfitLine, ...]
    found: tuple[Traced, ...]


def lines_of(actor: Actor, span: Span) -> QuerySet[ProfitLine]:
    """Profit lines of a cell: in scope, in the span, with the keys asked for."""
    actor.require("profit.view")
    since, until = narrowed(span)
    rows = ProfitLine.objects.all()
    if since is not None:
        rows = rows.filter(on__gte=since)
    if until is not None:
        rows = rows.filter(on__lte=until)
    for column, values in conditions(actor, span):
        fits = Q(**{f"{column}__in": values})
        if 0 in values and column in ("sku_id", "supplier_id"):
            fits |= Q(**{f"{column}__isnull": True})
        rows = rows.filter(fits)
    return rows


def trace(actor: Actor, span: Span, component: str, *, most: int = MOST_LINES) -> Trace:
    """The lines of a cell and, for a component or for profit as a whole, the documents they stand on.

    Over the lines shown the documents sum to the cell exactly; a line whose component is missing has none.
    """
    names = NAMES if component == PROFIT else (component,)
    rows = lines_of(actor, span)
    by = F(f"{component}_minor")
    shown = rows.select_related("order", "line", "store", "sku").order_by(Abs(Coalesce(by, 0)).desc(), "id")
    lines = tuple(shown[:most])
    return Trace(rows.count(), lines, tuple(documents_of(lines, names)))


def documents_of(lines: Sequence[ProfitLine], names: Sequence[str] = NAMES) -> list[Traced]:
    """The documents behind components of lines: a fixed number of statements whatever their number."""
    facts = facts_of(sorted({line.order_id for line in lines}))
    fees, rate, behind = FeeBook(rulebook), rater(facts.values()), documents(list(facts.values()))
    split: dict[int, _Split] = {}
    found = []
    for line in lines:
        if line.order_id not in facts:
            continue
        if line.order_id not in split:
            split[line.order_id] = _Split(facts[line.order_id], rate, fees, behind)
        found += split[line.order_id].of(line, names)
    return found


class _Split:
    """The documents of one order, parted over its lines as the components are."""

    def __init__(self, facts: OrderFacts, rate: Rater, fees: FeeBook, behind: Documents) -> None:
        self.facts, self.rate = facts, rate
        profit: Profit = compute(facts, rate, fees)
        self.parts: list[LinePart] = line_parts(facts, profit, rate, fees)
        self.leaves = leaves(facts, profit, fees, behind)
        self.shares = {name: [self._shared(name, x) for x in some] for name, some in self.leaves.items()}

    def of(self, line: ProfitLine, names: Sequence[str]) -> list[Traced]:
        """Documents of a line, the cents that converting them one by one leaves over as one of their own."""
        place = (line.line_id, line.batch, line.supplier_id)
        at = next((n for n, p in enumerate(self.parts) if (p.line.id, p.batch, p.supplier_id) == place), None)
        found: list[Traced] = []
        for name in names:
            minor = getattr(line, f"{name}_minor")
            if at is None or minor is None:
                continue
            whole = minor if name == "revenue" else -minor
            mine = [
                self._traced(line, name, x, s[at])
                for x, s in zip(self.leaves[name], self.shares[name], strict=True)
                if s[at]
            ]
            over = whole - sum(t.amount.minor for t in mine)
            if over:
                rest = Money(over, line.currency)
                mine.append(Traced(line, name, ROUNDING, rest, "", line.state, None))
            found += mine
        return found

    def _traced(self, line: ProfitLine, name: str, leaf: Leaf, share: int) -> Traced:
        part = Money(share, leaf.amount.currency)
        if part.currency != self.facts.base:
            found = self.rate(part.currency, self.facts.base, self.facts.on)
            assert found is not None, "a component with a value has its rate"
            part = found.convert(part)
        return Traced(line, name, leaf.name, part, leaf.source, leaf.state, leaf.amount)

    def _shared(self, name: str, leaf: Leaf) -> list[int]:
        """A document's minor units over the parts of the order."""
        if leaf.batch is not None:
            mine = [(p.line.id, p.batch, p.supplier_id) == (leaf.line_id, *leaf.batch) for p in self.parts]
            return [leaf.amount.minor if own else 0 for own in mine]
        lines = self.facts.lines
        if leaf.line_id is not None and any(x.id == leaf.line_id for x in lines):
            by_line = {leaf.line_id: leaf.amount.minor}
        else:
            weights = freight_key(self.facts)[1] if name == "freight" else [x.net for x in lines]
            by_line = dict(zip([x.id for x in lines], spread(leaf.amount.minor, weights), strict=True))
        out: list[int] = []
        for line in lines:
            units = [p.units for p in self.parts if p.line.id == line.id]
            out += spread(by_line.get(line.id, 0), units)
        return out
