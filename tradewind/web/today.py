"""Home, the flow of the business, and the guided tour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradewind import flow
from tradewind.apps.org.models import Job
from tradewind.desk import registry
from tradewind.desk.kernel import Ref
from tradewind.engine.access import Actor
from tradewind.engine.money import Money, quantize
from tradewind.reports import today as figures
from tradewind.web import clock
from tradewind.web.kept import kept, scope
from tradewind.web.kit import cells, chart, words
from tradewind.web.shell import COUNTS_FOR_S, counts_key, nouns_for, waiting
from tradewind.web.store import Choice, chosen, narrowed
from tradewind.web.who import actor_of

DAYS = 30


@dataclass(frozen=True, slots=True)
class Work:
    """Something that waits: a step that runs by itself, or a noun whose rows wait for people."""

    label: Any
    stage: int
    waiting: int | None  # None: this person may not see it
    url: str
    auto: bool
    last: datetime | None = None


def work(actor: Actor, store: Choice | None, *, busy_only: bool = False) -> list[Work]:
    """What waits for people and the steps that run by themselves, in business order; at most 15 s old.

    With a store: what waits there, and whatever has no store.
    """
    nouns = registry.all_nouns()
    key = counts_key("steps", actor, store)
    known: Mapping[str, int | None] | None = cache.get(key)
    if known is None:
        known = {s.code: _waiting(s, actor, store) for s in flow.STEPS}
        cache.set(key, known, COUNTS_FOR_S)
    last = _last_runs()
    steps = [
        (s.noun, 1, _step(s, known[s.code], last.get(f"step:{s.code}")))
        for s in flow.STEPS
        if known.get(s.code) is not None
    ]
    mine = nouns_for(actor)
    people = [
        (code, 0, Work(nouns[code].label, nouns[code].stage, count, f"/{code}/", False))
        for code, count in waiting(actor, mine, store).items()
        if nouns[code].stage in _LANES and (count or not busy_only)
    ]
    place = {code: n for n, code in enumerate(nouns)}
    ordered = sorted([*people, *steps], key=lambda w: (w[2].stage, place.get(w[0], len(place)), w[1]))
    return [one for _noun, _kind, one in ordered]


def _step(step: flow.Step, count: int | None, last: datetime | None) -> Work:
    url = f"/{step.noun}/" if step.noun in registry.all_nouns() else ""
    return Work(step.label, step.stage, count, url, True, last)


_LANES = range(1, 7)


def _last_runs() -> dict[str, datetime]:
    lanes = [f"step:{s.code}" for s in flow.STEPS]
    done = Job.objects.filter(lane__in=lanes, state="done").order_by()
    return dict(done.values_list("lane").annotate(at=Max("ended_at")))


def _waiting(step: flow.Step, actor: Actor, store: Choice | None) -> int | None:
    noun = registry.all_nouns().get(step.noun)
    if noun is not None and not actor.can(noun.view):
        return None
    return step.waiting(narrowed(noun, actor, store) if noun else actor)


def by_stage(found: Sequence[Work]) -> list[tuple[int, str, list[Work]]]:
    """Work under the names of the six stages, in business order."""
    return [(n, words.stage(n), [w for w in found if w.stage == n]) for n in _LANES]


def _percent(part: int, whole: int) -> str:
    return f"{quantize(Fraction(part * 100, whole), 1):+}%"


def _change(now: Money | None, before: Money | None) -> str:
    """How much more than before, in percent with its sign; empty where there is nothing to compare."""
    if now is None or before is None or before.minor <= 0:
        return ""
    return _percent(now.minor - before.minor, before.minor)


def _more(now: int, before: int) -> str:
    return _percent(now - before, before) if before else ""


def _money(actor: Actor, on: date) -> dict[str, Any]:
    currency = figures.main_currency(actor) if figures.sees_profit(actor) else ""
    all_days = figures.days(actor, on - timedelta(days=2 * DAYS - 1), on, settings.DESK_ZONE, currency)
    before, these = all_days[:DAYS], all_days[DAYS:]
    period = figures.period(actor, these, currency)
    earlier = figures.period(actor, before, currency)
    margin = None
    if period.profit is not None and period.revenue is not None and period.revenue.minor > 0:
        margin = f"{quantize(Fraction(period.profit.minor * 100, period.revenue.minor), 1)}"
    marks = [chart.Day(d.on, d.profit.amount if d.profit is not None else None, d.orders) for d in these]
    return {
        "currency": currency,
        "period": period,
        "margin": margin,
        "orders_change": _more(period.orders, earlier.orders),
        "profit_change": _change(period.profit, earlier.profit),
        "revenue_change": _change(period.revenue, earlier.revenue),
        "yesterday": these[-2],
        "chart": chart.day_chart(marks) if period.orders or period.profit is not None else None,
    }


def _list_url(noun: str, query: str) -> str:
    if noun not in registry.all_nouns():
        return ""
    return f"/{noun}/" + (f"?{query}" if query else "")


def home(request: HttpRequest) -> HttpResponse:
    """What waits at each step, what runs out, what is unexplained, yesterday's money, the last 30 days."""
    store, now = chosen(request), clock.now()
    actor = actor_of(request).only(store[0]) if store else actor_of(request)
    on = timezone.localtime(now).date()
    loose = [
        (_UNEXPLAINED[u.code](), u.count, _list_url(u.noun, u.query)) for u in figures.unexplained(actor)
    ]
    found = work(actor_of(request), store, busy_only=True)
    due, due_count = kept(
        "today",
        f"{scope(actor)}|due",
        60,
        lambda: (figures.ship_by(actor, now), figures.ship_by_count(actor, now)),
    )
    context = {
        "today": on,
        "store": store,
        "stages": by_stage(found),
        "idle": not any(w.waiting for w in found),
        "ship_by": [(d, cells.link(Ref("orders", d.order.pk, d.order.external_id))) for d in due],
        "ship_by_count": due_count,
        "expiring": figures.expiring(actor, on),
        "unexplained": loose,
        **kept("today", f"{scope(actor)}|{on}|money", 60, lambda: _money(actor, on)),
    }
    return render(request, "pages/today.html", context)


_UNEXPLAINED = {
    "held_settlements": lambda: _("Settlements held with unknown lines"),
    "unmapped_lines": lambda: _("Order lines without a SKU"),
    "unmapped_listings": lambda: _("Listings not mapped to a SKU"),
    "layers_without_cost": lambda: _("Stock batches without a cost"),
    "profit_missing": lambda: _("Orders whose profit lacks a component"),
}


def flow_page(request: HttpRequest) -> HttpResponse:
    """The whole business as a diagram of its steps."""
    store = chosen(request)
    found = by_stage(work(actor_of(request), store))
    return render(request, "pages/flow.html", {"stages": found, "store": store})


def tour(request: HttpRequest) -> HttpResponse:
    """The six stages in order, each with live rows of this company to open."""
    actor = actor_of(request)
    stops = []
    for number in range(1, 7):
        found = [n for n in registry.all_nouns().values() if n.stage == number and actor.can(n.view)]
        rows = []
        for noun in found:
            newest = noun.rows(actor).order_by("-id").values_list("id", flat=True).first()
            row = f"/{noun.code}/{noun.public_id(newest)}/" if newest else ""
            rows.append({"noun": noun, "row": row})
        stops.append((number, words.stage(number), _STORY[number](), rows))
    return render(request, "pages/tour.html", {"stops": stops})


_STORY = {
    1: lambda: _(
        "Research tables and public figures come in; every market and niche gets a score whose points can be "
        "opened down to the number and its source."
    ),
    2: lambda: _(
        "Companies, licences with their expiry, warehouses, freight prices and accounts that collect: what a "
        "business needs before it sells."
    ),
    3: lambda: _(
        "A candidate passes the gates and becomes a product; it is bought, received, shipped abroad, and "
        "every unit carries its landed cost."
    ),
    4: lambda: _(
        "Stores connect to platforms; listings are mapped to SKUs, with price and quantity pushed out."
    ),
    5: lambda: _(
        "Orders come in, goods are reserved at once, picked, packed and shipped; tracking "
        "goes back to the platform."
    ),
    6: lambda: _(
        "Settlements are explained line by line; payouts reach the bank and are converted; books balance and "
        "every order shows its true profit."
    ),
}
