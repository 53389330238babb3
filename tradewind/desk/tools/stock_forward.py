"""Stock rolled forward by month, in units and money, tied to the books; what nobody explains, by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.ledger.queries.stock_tie import Tied, stock_tied
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.stock.models import Balance
from tradewind.apps.stock.queries.forward import STEPS, Rolled, Unexplained, roll_forward, unexplained
from tradewind.db.numbers import numbered
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, TEXT, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns._upstream import companies, of_code, warehouses
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

MOST = 500
AGES = ((0, 30, _("Up to 30 days")), (31, 60, _("31 to 60 days")), (61, 90, _("61 to 90 days")),
        (91, 100_000, _("Over 90 days")))  # fmt: skip
STEP_NAMES = {
    "opening": _("Opening"), "received": _("Purchases in"), "leg_in": _("First leg in"),
    "found": _("Found in counts"), "sold": _("Sales out"), "leg_out": _("First leg out"),
    "lost": _("Lost or written off"), "closing": _("Closing"),
}  # fmt: skip
TIE_NAMES = {
    "received": _("Purchases in"), "found": _("Goods found"), "bills": _("Bills of goods"),
    "sold": _("Sales out"), "lost": _("Goods lost or written off"), "moved": _("First legs"),
    "other": _("Other entries on the stock accounts"),
}  # fmt: skip
_SUMS = (Column("step", _("Movement")), Column("qty", _("Units"), INT), Column("amount", _("Amount"), MONEY),
         Column("unknown", _("Units without a cost"), INT))  # fmt: skip
_ROWS = (
    Column("sku", _("SKU"), LINK), Column("warehouse", _("Warehouse")),
    *(Column(name, label, INT) for name, label in STEP_NAMES.items()),
    Column("opened", _("Opening cost"), MONEY), Column("came", _("Cost come in"), MONEY),
    Column("left", _("Cost left"), MONEY), Column("closed", _("Closing cost"), MONEY),
    Column("unknown", _("Units without a cost"), INT),
)  # fmt: skip
_TIES = (
    Column("kind", _("Event"), wide=True), Column("goods", _("By the goods"), MONEY),
    Column("books", _("By the books"), MONEY), Column("apart", _("Difference"), MONEY),
    Column("timing", _("Booked in another month"), MONEY), Column("waiting", _("Not booked yet"), MONEY),
)  # fmt: skip
_AGES = (Column("age", _("Age")), Column("qty", _("Units"), INT), Column("amount", _("Amount"), MONEY),
         Column("unknown", _("Units without a cost"), INT))  # fmt: skip
_WHICH = (
    Column("sku", _("SKU"), LINK), Column("warehouse", _("Warehouse")), Column("count", _("Count")),
    Column("on", _("Date"), DATE), Column("days", _("Days"), INT), Column("qty", _("Units"), INT),
    Column("amount", _("Amount"), MONEY),
)  # fmt: skip


def run(ask: Ask) -> list[Answer]:
    """A company and month a question."""
    return [_answered(ask, row) for row in ask.rows]


def _answered(ask: Ask, row: Mapping[str, Any]) -> Answer:
    try:
        company = of_code(Company, "company", row["company"])
        first = _month(row["month"], ask)
        end = (first + timedelta(days=31)).replace(day=1)
        house = of_code(Warehouse, "warehouse", row["warehouse"]).pk if row["warehouse"] else None
    except Refused as refused:
        return Answer(problems=refused.problems)
    rolled = roll_forward(ask.by, company.pk, first, end, warehouse_id=house, sku=(row["sku"] or "").strip())
    odd = unexplained(ask.by, company.pk, end)
    base = company.base_currency
    tied = None
    if ask.by.can("ledger.view") and house is None and not row["sku"]:
        tied = stock_tied(ask.by, company.pk, base, end)
    return _answer(company, first, rolled, odd, tied, base)


def _month(text: str | None, ask: Ask) -> date:
    """A month as YYYY-MM; this one when left out."""
    try:
        return date.fromisoformat(f"{text}-01") if text else ask.now.date().replace(day=1)
    except ValueError:
        raise Refused([Problem(None, "month", str(text)[:20], _now("is not a month"), "2026-11")]) from None


def _answer(
    company: Company, first: date, rolled: list[Rolled], odd: list[Unexplained], tied: Tied | None, base: str
) -> Answer:
    sums = _sums(rolled, base)
    closing = next(s for s in sums if s["code"] == "closing")
    facts = [
        Fact(_("Closing units"), closing["qty"], INT),
        Fact(_("Closing cost"), closing["amount"], MONEY),
        Fact(_("Units without a cost"), closing["unknown"], INT),
    ]
    tables = [Table(_("In all"), _SUMS, sums)]
    alerts: list[Any] = []
    if tied is not None:
        facts += [
            Fact(_("Goods on hand in the books (1405)"), Money(tied.on_hand, base), MONEY),
            Fact(_("Goods under way in the books (1406)"), Money(tied.under_way, base), MONEY),
            Fact(_("Unexplained difference"), Money(tied.unexplained, base), MONEY),
        ]
        tables.append(Table(_("Tied to the books"), _TIES, _ties(tied, base)))
        if tied.unexplained:
            alerts.append(_now("The goods and the books differ by an amount that nothing explains."))
        elif tied.open:
            alerts.append(_now("Documents wait to be booked or to get a cost: the books follow."))
    tables += [
        Table(_("By SKU and warehouse"), _ROWS, [_row(r, base) for r in rolled[:MOST]], _("Nothing moved.")),
        Table(_("Differences of counts nobody explained"), _AGES, _ages(odd, base)),
        Table(_("Which they are"), _WHICH, _which(odd[:MOST], base), _("None.")),
    ]
    if len(rolled) > MOST:
        alerts.append(_now("The first %(most)d of %(all)d lines are shown; name a warehouse or SKU.")
                      % {"most": MOST, "all": len(rolled)})  # fmt: skip
    figures = {
        "company": company.code, "month": f"{first:%Y-%m}", "closing_units": closing["qty"],
        "closing_cost": closing["amount"], "unknown_units": closing["unknown"],
        "unexplained": Money(tied.unexplained, base) if tied else None,
        "odd_units": sum(abs(o.qty) for o in odd),
    }  # fmt: skip
    return Answer(
        f"{company} · {first:%Y-%m}", tuple(facts), tuple(tables), alerts=tuple(alerts), figures=figures
    )


def _sums(rolled: Sequence[Rolled], base: str) -> list[dict[str, Any]]:
    return [
        {
            "code": name, "step": STEP_NAMES[name], "qty": sum(r.steps[name].qty for r in rolled),
            "amount": Money(sum(r.steps[name].minor for r in rolled), base),
            "unknown": sum(r.steps[name].unknown for r in rolled),
        }
        for name in STEPS
    ]  # fmt: skip


def _row(row: Rolled, base: str) -> dict[str, Any]:
    steps, balance = row.steps, row.balance

    def money(*names: str) -> Money:
        return Money(sum(steps[name].minor for name in names), base)

    return {
        "sku": Ref("balances", balance.pk, balance.sku.code), "warehouse": balance.warehouse.name,
        **{name: step.qty for name, step in steps.items()},
        "opened": money("opening"), "came": money("received", "leg_in", "found"),
        "left": money("sold", "leg_out", "lost"), "closed": money("closing"),
        "unknown": steps["closing"].unknown,
    }  # fmt: skip


def _ties(tied: Tied, base: str) -> list[dict[str, Any]]:
    figures = [(t.goods, t.books, t.timing, t.waiting) for t in tied.rows]
    names = [*(TIE_NAMES[t.code] for t in tied.rows), _("In all")]
    figures.append((tied.goods, tied.books, sum(f[2] for f in figures), sum(f[3] for f in figures)))
    return [
        {
            "kind": name, "goods": Money(goods, base), "books": Money(books, base),
            "apart": Money(goods - books, base), "timing": Money(timing, base),
            "waiting": Money(waiting, base),
        }
        for name, (goods, books, timing, waiting) in zip(names, figures, strict=True)
    ]  # fmt: skip


def _ages(odd: Sequence[Unexplained], base: str) -> list[dict[str, Any]]:
    found = []
    for least, most, name in AGES:
        some = [o for o in odd if least <= o.days <= most]
        found.append({
            "age": name, "qty": sum(o.qty for o in some),
            "amount": Money(sum(o.minor or 0 for o in some), base),
            "unknown": sum(abs(o.qty) for o in some if o.minor is None),
        })  # fmt: skip
    return found


def _which(odd: Sequence[Unexplained], base: str) -> list[dict[str, Any]]:
    ids = {o.balance_id for o in odd}
    there = Balance.objects.filter(pk__among=sorted(ids)).select_related("sku", "warehouse")
    balances = {b.pk: b for b in there}
    return [
        {
            "sku": Ref("balances", o.balance_id, balances[o.balance_id].sku.code),
            "warehouse": balances[o.balance_id].warehouse.name, "count": numbered("CNT", o.number),
            "on": o.on, "days": o.days, "qty": o.qty,
            "amount": None if o.minor is None else Money(o.minor, base),
        }
        for o in odd
    ]  # fmt: skip


TOOL = Tool(
    code="stock_forward",
    label=_("Stock roll-forward"),
    stage=3,
    place=96,
    icon="scale",
    view="stock.cost",
    fields=(
        Field("company", _("Stock owner"), CHOICE, choices=companies),
        Field("month", _("Month"), TEXT, False, help=_("As 2026-11; this month when left out")),
        Field("warehouse", _("Warehouse"), CHOICE, False, warehouses),
        Field("sku", _("SKU"), TEXT, False),
    ),
    run=run,
    columns=(
        Column("company", _("Stock owner")), Column("month", _("Month")),
        Column("closing_units", _("Closing units"), INT), Column("closing_cost", _("Closing cost"), MONEY),
        Column("unknown_units", _("Units without a cost"), INT),
        Column("unexplained", _("Unexplained difference"), MONEY),
        Column("odd_units", _("Count differences, units"), INT),
    ),
    note=_("Opening, in, out and closing in units and money, tied to the books; costs as known today."),
)  # fmt: skip
