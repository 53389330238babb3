"""What cash will do: every evening by three readings, the first below the floor, what is behind a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org.models import Company
from tradewind.apps.payables.queries.calendar import MOST_DAYS, CashCalendar, cash_calendar
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, Aim, Column, Fact, Field, Ref, Table
from tradewind.desk.nouns._money import company_choices
from tradewind.desk.nouns._upstream import currencies
from tradewind.desk.tools._cash import BY_STATE, FLOW_KINDS, FLOWS, GAPS, curve, flow_rows
from tradewind.engine.access import Actor
from tradewind.engine.cash_calendar import Calendar, Day
from tradewind.engine.contracts import Problem
from tradewind.engine.money import Money

USUAL = 60
_MOST_FLOWS = 500  # rows of a day that people read
_ACCOUNTS = (
    Column("account", _("Account"), LINK, lambda p: Ref(p.noun, p.id, p.name), wide=True),
    Column("balance", _("Balance"), MONEY),
    Column("on", _("As of"), DATE),
    Column("state", _("Balance is"), value=lambda p: str(BY_STATE[p.state])),
)
_GAPS = (
    Column("why", _("Why"), value=lambda g: str(GAPS[g.code]), wide=True),
    Column("count", _("How many"), INT),
    Column("amounts", _("Amount"), value=lambda g: " · ".join(str(m) for m in g.amounts)),
    Column("text", _("Which")),
)
_DAYS = (
    Column("on", _("Evening of"), LINK),
    Column("coming", _("Coming in"), MONEY),
    Column("going", _("Going out"), MONEY),
    Column("low", _("Cautious"), MONEY),
    Column("likely", _("Likely"), MONEY),
    Column("high", _("Hopeful"), MONEY),
)


def run(ask: Ask) -> list[Answer]:
    """Every question's calendar."""
    return [_answered(ask.by, row, ask.now.date()) for row in ask.rows]


def _answered(by: Actor, row: Mapping[str, Any], today: date) -> Answer:
    days = USUAL if row["days"] is None else row["days"]
    if not 1 <= days <= MOST_DAYS:
        return Answer(problems=(Problem(None, "days", str(days), _now("not a whole number in range"),
                                        f"1 - {MOST_DAYS}"),))  # fmt: skip
    company = row["company"] or Company.objects.order_by("code").values_list("id", flat=True).first()
    if company is None:
        return Answer(problems=(Problem(None, "company", "", _now("there is no such company")),))
    found = cash_calendar(by, int(company), today, days)
    shown = found.by_currency.get(row["currency"] or "", found.base)
    given = {"company": str(company), "days": str(days), "currency": row["currency"] or ""}
    low = min(shown.days, key=lambda d: d.balance.likely)
    return Answer(
        _title(found, shown, low),
        tuple(_facts(found, shown, low)),
        tuple(_tables(found, shown, row["day"], given)),
        alerts=tuple(_alerts(found, by)),
        figures={
            "opening": Money(shown.opening, shown.currency),
            "lowest": Money(low.balance.likely, shown.currency),
            "lowest_on": low.on,
            "short_on": found.base.short_on.get("likely"),
            "short_on_cautious": found.base.short_on.get("low"),
            "closing": Money(shown.days[-1].balance.likely, shown.currency),
        },
        pictures=(curve(shown, found.floor if shown is found.base else None),),
    )


def _title(found: CashCalendar, shown: Calendar, low: Day) -> str:
    short = found.base.short_on.get("likely")
    if short is not None:
        return _now("Below the least cash from %(day)s on") % {"day": short.isoformat()}
    amount = Money(low.balance.likely, shown.currency)
    return _now("Lowest evening %(day)s: %(amount)s") % {"day": low.on.isoformat(), "amount": amount}


def _facts(found: CashCalendar, shown: Calendar, low: Day) -> list[Fact]:
    facts = [
        Fact(_("Company"), str(found.company)),
        Fact(_("Cash today"), Money(shown.opening, shown.currency), MONEY),
        Fact(_("Lowest evening, likely"), Money(low.balance.likely, shown.currency), MONEY),
        Fact(_("On the day"), low.on, DATE),
        Fact(_("Least cash to hold"), found.floor, MONEY),
        Fact(_("First evening below, likely"), found.base.short_on.get("likely"), DATE),
        Fact(_("First evening below, cautious"), found.base.short_on.get("low"), DATE),
        Fact(_("At the end, likely"), Money(shown.days[-1].balance.likely, shown.currency), MONEY),
    ]
    for currency, one in found.by_currency.items():
        if shown is found.base and currency != shown.currency:
            facts.append(Fact(_now("Cash today in %s") % currency, Money(one.opening, currency), MONEY))
    return facts


def _tables(found: CashCalendar, shown: Calendar, day: date | None, given: Mapping[str, str]) -> list[Table]:
    tables = []
    if day is not None:
        flows = found.on(day)
        if shown is not found.base:
            flows = [f for f in flows if f.amount.currency == shown.currency]
        title = _now("What moves on %(day)s") % {"day": day.isoformat()}
        if len(flows) > _MOST_FLOWS:
            title += " · " + _now("the largest %(n)d of %(all)d") % {"n": _MOST_FLOWS, "all": len(flows)}
        tables.append(Table(title, FLOWS, flow_rows(flows[:_MOST_FLOWS]), _("Nothing is expected that day.")))
    gaps = Table(_("Not counted"), _GAPS, found.gaps, _("Everything known is counted."))
    return [
        *tables,
        Table(_("Day by day"), _DAYS, [_day(d, shown, given) for d in shown.days if _moves(d, shown)]),
        Table(_("What comes and goes"), _KINDS, _by_kind(found, shown)),
        gaps,
        Table(_("Accounts"), _ACCOUNTS, found.places, _("No account yet.")),
    ]


def _moves(day: Day, shown: Calendar) -> bool:
    """Whether anything is expected of a day by any reading; the last day always stands."""
    sides = (day.coming, day.going)
    return day is shown.days[-1] or any(s.low or s.likely or s.high for s in sides)


def _day(day: Day, shown: Calendar, given: Mapping[str, str]) -> dict[str, Any]:
    amounts = {
        "coming": day.coming.likely, "going": day.going.likely, "low": day.balance.low,
        "likely": day.balance.likely, "high": day.balance.high,
    }  # fmt: skip
    aim = Aim(day.on.isoformat(), "tools/cash_calendar/", {**given, "day": day.on.isoformat()})
    return {"on": aim} | {name: Money(minor, shown.currency) for name, minor in amounts.items()}


_KINDS = (
    Column("kind", _("What moves"), wide=True),
    Column("count", _("How many"), INT),
    Column("amount", _("Likely"), MONEY),
    Column("estimated", _("Of it estimated"), MONEY),
)


def _by_kind(found: CashCalendar, shown: Calendar) -> list[dict[str, Any]]:
    """What the days shown bring in and take out, by kind, in the currency shown."""
    end = shown.days[-1].on
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for flow in found.flows:
        amount = found.in_base(flow.amount) if shown is found.base else flow.amount
        if amount is None or amount.currency != shown.currency or flow.on > end:
            continue
        row = sums[flow.kind]
        row[0] += 1
        row[1] += amount.minor
        row[2] += amount.minor if flow.state != "actual" else 0
    return [
        {
            "kind": str(FLOW_KINDS[kind]), "count": count, "amount": Money(minor, shown.currency),
            "estimated": Money(estimated, shown.currency),
        }
        for kind, (count, minor, estimated) in sorted(sums.items(), key=lambda item: -item[1][1])
    ]  # fmt: skip


def _alerts(found: CashCalendar, by: Actor) -> list[Any]:
    out: list[Any] = []
    short = found.base.short_on
    if "likely" not in short and "low" in short:
        words = _now("By the cautious reading cash falls below the least to hold on %(day)s.")
        out.append(words % {"day": short["low"].isoformat()})
    if found.floor is None:
        out.append(_("No least cash is set: say it at the kept forecasts."))
    if by.stores is not None:
        out.append(_("Only orders and payouts of the stores in your scope are counted."))
    return out


TOOL = Tool(
    code="cash_calendar",
    label=_("Cash calendar"),
    stage=6,
    place=19,
    icon="calendar-days",
    view="treasury.view",
    fields=(
        Field("company", _("Company"), CHOICE, False, choices=company_choices, help=_("Empty: the first")),
        Field("days", _("Days"), INT, False, initial=str(USUAL)),
        Field("currency", _("Currency"), CHOICE, False, choices=currencies,
              help=_("Empty: everything in the company's own")),
        Field("day", _("What moves on"), DATE, False),
    ),
    run=run,
    wide=True,
    columns=(
        Column("opening", _("Cash today"), MONEY),
        Column("lowest", _("Lowest evening, likely"), MONEY),
        Column("lowest_on", _("On the day"), DATE),
        Column("short_on", _("First evening below, likely"), DATE),
        Column("short_on_cautious", _("First evening below, cautious"), DATE),
        Column("closing", _("At the end, likely"), MONEY),
    ),
    note=_("Money of orders by the channels' rules, payables, purchase orders, plans. No future sales."),
    example={"days": USUAL},
)  # fmt: skip
