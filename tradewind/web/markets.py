"""The ranking of markets, every point of it explained."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tradewind.apps.markets.queries import market_ranking, markets
from tradewind.desk import registry
from tradewind.desk.words import readable
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.money import quantize
from tradewind.web.kit import cells, chart
from tradewind.web.who import actor_of

SHOWN = 30


def _points(tree: Breakdown) -> tuple[tuple[str, Decimal], ...]:
    return tuple(
        (readable(p.name), quantize(p.amount, 1)) for p in tree.parts if isinstance(p.amount, Decimal)
    )


def ranking(request: HttpRequest) -> HttpResponse:
    """Countries from the best down as bars of their points; each opens into its waterfall."""
    actor = actor_of(request)
    scores = market_ranking(actor)
    known: dict[str, Any] = {m.code: m for m in markets(actor)}
    noun = registry.all_nouns().get("markets")
    ranks = []
    for one in scores[:SHOWN]:
        market = known.get(one.country)
        url = f"/{noun.code}/{noun.public_id(market.pk)}/" if noun and market else f"#score-{one.country}"
        value = one.score.amount if isinstance(one.score.amount, Decimal) else Decimal(0)
        ranks.append(
            chart.Rank(cells.country(one.country), one.country, quantize(value, 1), url, _points(one.score))
        )
    bars = chart.rank_chart(ranks)
    context = {
        "bars": bars,
        "height": 12 + len(bars) * chart.RANK_ROW,
        "legend": [(name, n % 8) for n, (name, _value) in enumerate(ranks[0].parts)] if ranks else [],
        "scores": [(s, cells.country(s.country), r.value) for s, r in zip(scores, ranks, strict=False)],
        "width": chart.RANK_WIDTH,
        "total": len(scores),
        "noun": noun,
    }
    return render(request, "pages/ranking.html", context)
