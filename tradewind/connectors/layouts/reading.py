"""A settlement file to settlements, by its layout. Pure.

A row that may become several lines numbers them 100 a row: line 1203 is the third amount of row 12; the
rows of a workbook's second table begin at 100,000,000. Files of one amount a row keep the row's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tradewind.connectors.layouts.dates import Dates
from tradewind.connectors.layouts.finding import Found, find_layout, key
from tradewind.connectors.layouts.grouping import Group, Grouping, Raw
from tradewind.connectors.layouts.opening import Sheet, open_file
from tradewind.connectors.layouts.spec import Layout
from tradewind.connectors.layouts.splitting import Cells, Piece, converted, rate_of, refuse_rounded
from tradewind.connectors.layouts.styles import Amounts
from tradewind.connectors.wire import Problems
from tradewind.connectors.words import _
from tradewind.engine.contracts import Settlement, SettlementRow
from tradewind.engine.money import EXPONENTS, Money, trusted

PER_ROW, PER_TABLE = 100, 100_000_000
BALANCE, OPENING, CLOSING = "Balance", "Opening balance", "Closing balance"


def read_settlements(data: bytes, layouts: Sequence[Layout], wanted: str = "") -> list[Settlement]:
    """The settlements of a file, by the one of the layouts that reads it, or by the `wanted` one.

    Raises Refused with every problem; a remainder is shown, not refused. Example: of a Shopify file with
    three payouts in two currencies there are three settlements.
    """
    problems = Problems()
    chosen = [one for one in layouts if not wanted or one.code == wanted]
    sheets = open_file(data, chosen, problems)
    layout, tables = find_layout(sheets, chosen, problems)
    found = _Reading(layout, tables, sheets, problems).run()
    problems.finish()
    return found


class _Reading:
    """One file being read."""

    def __init__(self, layout: Layout, tables: list[Found], sheets: list[Sheet], problems: Problems) -> None:
        self.layout, self.sheets, self.problems = layout, sheets, problems
        self.tables = [Cells(one, layout.strict) for one in tables]
        self.grouping = Grouping(layout, self.tables, sheets, problems)

    def run(self) -> list[Settlement]:
        raws = self.grouping.rows()
        groups = self.grouping.groups(raws)
        self.dates = Dates.of(self._date_cells(raws), self.problems, self.layout.day_first)
        found = [self._settlement(group) for group in groups]
        return [one for one in found if one]

    def _date_cells(self, raws: list[Raw]) -> Iterable[tuple[int, str, str]]:
        """Every moment of the file as it is written, once."""
        seen: set[str] = set()
        for raw in raws:
            c, text = raw.columns, raw.said.posted
            if text and text not in seen:
                seen.add(text)
                yield raw.number, raw.cells.name(raw.row, c.posted), text
            if raw.said.total or not c.total:
                for caption in (c.start, c.end, *c.deposit):
                    if caption and (text := raw.one(caption)):
                        yield raw.number, caption, text

    def _settlement(self, group: Group) -> Settlement | None:
        raw = group.head or (group.lines or group.payouts)[0]
        if group.currency not in EXPONENTS:
            name = (raw.columns.currency or ("currency",))[0]
            self.problems.add(
                raw.number, name, group.currency, _("this is no ISO 4217 currency"), "USD, EUR, JPY ..."
            )
            return None
        every = [*([group.head] if group.head else []), *group.lines, *group.payouts]
        amounts = Amounts.of((t for r in every for t in r.cells.amounts(r.row)), group.currency)
        before = len(self.problems.found)
        rows = [line for one in group.lines for line in self._lines(one, group, amounts)]
        rows += self._balances(group, amounts)
        total, stated = self._total(group, amounts, rows)
        start, end, deposit = self._period(group, rows)
        if start is None or end is None or len(self.problems.found) > before:
            return None
        name = group.name or f"{self.layout.code}-{start:%Y%m%d}-{end:%Y%m%d}"
        done = Settlement(
            name, group.currency, start, end, deposit, Money(total, group.currency), tuple(rows),
            stated, self.layout.code, self._notes(),
        )  # fmt: skip
        self._refuse_repeats(group, done)
        return done

    def _lines(self, raw: Raw, group: Group, amounts: Amounts) -> list[SettlementRow]:
        c, number, said = raw.columns, raw.number, raw.said
        if said.currency and said.currency.upper() != group.currency:
            reason = _("the settlement is in another currency")
            self.problems.add(number, c.currency[0], said.currency, reason, group.currency)
        kind = said.type or self._named_type(raw)
        if not kind:
            self.problems.add(number, c.type, "", _("the cell is empty"), _("what the row is for"))
        if raw.cells.table.wide:
            pieces = self._pieces(raw, group, amounts)
            first = raw.place * PER_TABLE + number * PER_ROW + 1
        else:
            minor = raw.cells.minor(number, raw.row, c.amount, amounts, self.problems) or 0
            pieces, first = [(said.amount_type, said.description, minor)], number
        refuse_rounded(number, "order", said.order, self.problems)
        qty, at = self._quantity(raw) if said.quantity else None, self._posted(raw)
        return [
            SettlementRow(
                n, kind, amount_type, what, trusted(minor, group.currency), said.order, said.sku, said.line,
                qty, at,
            )
            for n, (amount_type, what, minor) in enumerate(pieces, start=first)
        ]  # fmt: skip

    def _named_type(self, raw: Raw) -> str:
        kind = raw.cells.table.type
        return raw.cells.found.title if kind == "*" else kind

    def _pieces(self, raw: Raw, group: Group, amounts: Amounts) -> list[Piece]:
        c = raw.columns
        traded = raw.one(c.traded_in).upper() or group.currency
        if traded == group.currency:
            return raw.cells.pieces(raw.number, raw.row, amounts, self.problems)
        if traded not in EXPONENTS:
            self.problems.add(
                raw.number, c.traded_in, traded, _("this is no ISO 4217 currency"), "USD, EUR ..."
            )
            return []
        net = raw.cells.minor(raw.number, raw.row, c.net, amounts, self.problems)
        return self._converted(raw, Amounts(traded, amounts.decimal, EXPONENTS[traded]), net, group.currency)

    def _converted(self, raw: Raw, theirs: Amounts, net: int | None, currency: str) -> list[Piece]:
        """The parts of a row in another currency, at the row's own rate, summing to its net."""
        c, found = raw.columns, raw.cells.split(raw.number, raw.row, theirs, self.problems)[0]
        if not found and net:
            return [(c.net, raw.one(c.description), net)]
        rate = rate_of(raw.one(c.rate))
        if rate is None or net is None:
            reason = _("the rate from %(one)s to %(other)s is missing", one=theirs.currency, other=currency)
            self.problems.add(raw.number, c.rate, raw.one(c.rate), reason, "1.2345")
            return []
        rate = rate * 10 ** EXPONENTS[currency] / 10**theirs.places
        pieces = converted(found, net, rate)
        if pieces is None:
            reason = _("the parts of the row do not come to its net at its rate")
            self.problems.add(raw.number, c.net, raw.one(c.net), reason, _("a difference of 0.00"))
        return pieces or []

    def _quantity(self, raw: Raw) -> int | None:
        text = raw.said.quantity
        bare = text.removesuffix(".0").removeprefix("" if raw.cells.strict else "-")
        if not (bare.isdecimal() and bare.isascii() and len(bare) < 10):
            reason, accepted = _("this is no whole number"), _("1, 2, 3 ... or empty")
            self.problems.add(raw.number, raw.columns.quantity, text, reason, accepted)
            return None
        return int(text.removesuffix(".0"))

    def _posted(self, raw: Raw) -> datetime | None:
        c, text = raw.columns, raw.said.posted
        if not text:
            return None
        whole = " ".join(t for t in (text, raw.one(c.clock), raw.one(c.zone)) if t) if c.clock else text
        if at := self.dates.known.get(whole):
            return at
        return self.dates.moment(raw.number, raw.cells.name(raw.row, c.posted), whole, self.problems)

    def _total(self, group: Group, amounts: Amounts, rows: list[SettlementRow]) -> tuple[int, bool]:
        """The deposit in minor units, and whether the file states it."""
        if group.head:
            head = group.head
            total = head.cells.minor(head.number, head.row, head.columns.total, amounts, self.problems)
            return total or 0, True
        if group.payouts:
            return -sum(self._net(raw, amounts) for raw in group.payouts), True
        if any(r.type == BALANCE for r in rows):  # nothing left the account
            return 0, True
        labelled = self._labelled(amounts) if self.layout.total_label else None
        if labelled is not None:
            return labelled, True
        return sum(r.amount.minor for r in rows), False

    def _net(self, raw: Raw, amounts: Amounts) -> int:
        return raw.cells.minor(raw.number, raw.row, raw.cells.net, amounts, self.problems) or 0

    def _labelled(self, amounts: Amounts) -> int | None:
        """The amount beside the label that stands outside the tables; several that differ are a problem."""
        said: dict[int, int] = {}
        outside = [s.rows for s in self.sheets if s.title not in {c.found.title for c in self.tables}]
        outside += [cells.found.before for cells in self.tables]
        label = key(self.layout.total_label, True)
        for rows in outside:
            for number, cells in rows:
                if any(key(c, True).endswith(label) for c in cells):
                    numbers = [c for c in cells if c and amounts.is_amount(c)]
                    if numbers:
                        minor = amounts.minor(number, self.layout.total_label, numbers[-1], self.problems)
                        said.setdefault(minor or 0, number)
        if len(said) > 1:
            reason = _("there is another total in row %(row)s", row=min(said.values()))
            self.problems.add(max(said.values()), self.layout.total_label, "", reason, _("one total"))
        return next(iter(said), None)

    def _balances(self, group: Group, amounts: Amounts) -> list[SettlementRow]:
        """What an account held before and after the rows, where they say so: its lines prove each other."""
        every = sorted([*group.lines, *group.payouts], key=lambda r: r.number)
        caption = every[0].columns.balance if every else ""
        if not caption or not every[0].cells.has((caption,)) or not all(r.one(caption) for r in every):
            return []
        first, last = every[0], every[-1]
        at, until = self._posted(first), self._posted(last)
        if at and until and at > until:  # newest first
            first, last = last, first
        after = amounts.minor(last.number, caption, last.one(caption), self.problems) or 0
        begun = amounts.minor(first.number, caption, first.one(caption), self.problems) or 0
        before = begun - self._net(first, amounts)
        header = first.cells.found.header * PER_ROW
        rows = [(OPENING, before, self._posted(first)), (CLOSING, -after, self._posted(last))]
        return [
            SettlementRow(header + i, BALANCE, said, "", trusted(minor, group.currency), posted_at=moment)
            for i, (said, minor, moment) in enumerate(rows, start=1)
            if minor
        ]

    def _period(
        self, group: Group, rows: list[SettlementRow]
    ) -> tuple[datetime | None, datetime | None, date | None]:
        head = group.head
        if head and head.columns.start:
            start, end = (self._moment(head, c) for c in (head.columns.start, head.columns.end))
        else:
            moments = [at for r in (*group.lines, *group.payouts) if (at := self._posted(r))]
            if not moments and not self.problems.found:
                raw = (group.lines or group.payouts)[0]
                name = (raw.columns.posted or ("row",))[0]
                self.problems.add(raw.number, name, "", _("no row says when"), "2026-06-16")
            start, end = min(moments, default=None), max(moments, default=None)
        return start, end, self._deposit(group)

    def _moment(self, raw: Raw, caption: str) -> datetime | None:
        return self.dates.moment(raw.number, caption, raw.one(caption), self.problems)

    def _deposit(self, group: Group) -> date | None:
        """The day of the deposit, where the file names one only; of a withdrawal its own day."""
        if group.payouts and not group.payouts[0].columns.deposit:
            left = {at.date() for raw in group.payouts if (at := self._posted(raw))}
            return left.pop() if len(left) == 1 else None
        raws = [group.head] if group.head else group.payouts or group.lines
        texts = {t: r for r in raws if (t := r.first(r.columns.deposit))}
        days = {self.dates.moment(r.number, r.columns.deposit[0], t, self.problems) for t, r in texts.items()}
        if len(days) != 1:
            return None
        found = days.pop()
        return found.date() if found else None

    def _notes(self) -> tuple[str, ...]:
        said = [
            _("%(n)s rows left aside: %(why)s", n=n, why=_(why))
            for why, n in sorted(self.grouping.left.items())
        ]
        strange = sorted({name for cells in self.tables for name in cells.asides if name})
        if strange:
            said.append(_("columns not known to the layout: %(names)s", names=", ".join(strange)[:400]))
        return tuple(said)

    def _refuse_repeats(self, group: Group, done: Settlement) -> None:
        """Refuse a row that stands twice, unless a total of the file's own confirms it.

        Channels do write equal lines that are meant twice (two equal fees of one second): the sum is right.
        """
        if done.stated and not done.remainder:
            return
        seen: dict[tuple[int, tuple[str, ...]], int] = {}
        for raw in group.lines:
            first = seen.setdefault((raw.place, tuple(raw.row)), raw.number)
            if first != raw.number:
                reason = _("the same line stands in row %(row)s", row=first)
                self.problems.add(raw.number, "row", "", reason, _("every line once"))
