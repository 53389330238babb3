"""Pre-purchase profit and the gates of candidates, from their inputs, rules, rates and rate cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tradewind.apps.logistics.queries import Offer, quotes
from tradewind.apps.markets.queries import rates_between, rulebook, tariffs_on
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.org.queries import held_qualifications
from tradewind.apps.research import queries
from tradewind.apps.research.models import Candidate, GateResult
from tradewind.apps.research.operations.candidates import held_ideas
from tradewind.apps.research.operations.inputs import MONEY, RATES, typed_inputs, words_of
from tradewind.engine.access import Actor
from tradewind.engine.breakdown import Breakdown
from tradewind.engine.gates import Evidence, Limits, judge
from tradewind.engine.rates import Parcel
from tradewind.engine.unit_landed import Entry
from tradewind.engine.unit_profit import UnitInputs, UnitProfit, unit_profit

LEGS = {"first_leg": "first_leg_service", "fulfilment": "fulfilment_service"}
Typed = Mapping[str, Any]


def run_profit(
    *, ids: Sequence[int], on: date, base_currency: str = "CNY", now: datetime, by: Actor
) -> dict[int, UnitProfit]:
    """Compute what a unit of each candidate would earn on a day; stored with its whole explanation.

    First leg and fulfilment that are not stated are quoted from the named services' rate cards. What
    is missing shows as missing in the tree; the margin is then None. The profit gate must be judged again.
    """
    with acting(by, "research.change", kind="candidate", ids=ids, now=now) as act:
        found = Findings()
        held = held_ideas(found, ids)
        found.settle()
        typed = {c.pk: typed_inputs(c.inputs) for c in held}
        offers = _offers(held, typed, on)
        book, rates, tariffs = rulebook(), rates_between(on, on), tariffs_on(on)
        out = {}
        for c in held:
            asked = _inputs(c, typed[c.pk], offers[c.pk], base_currency)
            result = unit_profit(asked, book, rates, on, tariffs, tariffs.measures)
            result = replace(result, breakdown=_named_offers(result.breakdown, offers[c.pk]))
            c.profit = _stored(result, on)
            out[c.pk] = result
        Candidate.objects.bulk_update(held, ["profit"])
        GateResult.objects.filter(candidate_id__among=list(ids), gate="profit").exclude(
            verdict="override"
        ).delete()
        act.note(verb="run_profit", on=on, margins={pk: str(r.margin) for pk, r in out.items()})
        return out


def _stored(result: UnitProfit, on: date) -> dict[str, Any]:
    """The tree as JSON, with the margin (text fraction or None), the net price and the day beside it."""
    net = result.net_price
    return {
        **result.breakdown.to_json(),
        "margin": None if result.margin is None else str(result.margin),
        "net_price": None if net is None else {"minor": net.minor, "currency": net.currency},
        "on": on.isoformat(),
    }


def _inputs(c: Candidate, typed: Typed, offers: Mapping[str, Offer], base: str) -> UnitInputs:
    known = {name: typed[name] for name in (*MONEY, *RATES)}
    for leg, offer in offers.items():
        known[leg] = offer.quote.amount
    return UnitInputs(
        market=c.market.code,
        channel=typed["channel"] or "",
        category=typed["category"] or "",
        base_currency=base,
        entry=_entry(typed),
        **known,
    )


def _entry(typed: Typed) -> Entry:
    return Entry(
        hs_code=typed["hs_code"] or "",
        origin=typed["origin"] or "",
        way=typed["way"] or "",
        scheme=typed["scheme"] or "",
        region=typed["region"] or "",
        weight_g=typed["weight_g"],
        duty_rate=typed["duty_rate"],
        units=typed["batch_units"],
    )


def _parcel(c: Candidate, typed: Typed) -> Parcel | None:
    if typed["weight_g"] is None:
        return None
    sides = [typed[n] for n in ("length_mm", "width_mm", "height_mm")]
    return Parcel(c.market.code, typed["weight_g"], *sides)


def _offers(held: Sequence[Candidate], typed: Mapping[int, Typed], on: date) -> dict[int, dict[str, Offer]]:
    """Quotes for legs that name a service and no amount; the cards are read once for all candidates."""
    wanted = {
        c.pk: {leg: typed[c.pk][s] for leg, s in LEGS.items() if typed[c.pk][s] and typed[c.pk][leg] is None}
        for c in held
    }
    parcels = {c.pk: p for c in held if wanted[c.pk] and (p := _parcel(c, typed[c.pk])) is not None}
    codes = {code for legs in wanted.values() for code in legs.values()}
    ranked = quotes(list(parcels.values()), on, codes=codes) if parcels else []
    by_code = {pk: {o.service.code: o for o in offers} for pk, offers in zip(parcels, ranked, strict=True)}
    return {
        c.pk: {
            leg: by_code[c.pk][code]
            for leg, code in wanted[c.pk].items()
            if code in by_code.get(c.pk, {}) and by_code[c.pk][code].quote.amount is not None
        }
        for c in held
    }


def _named_offers(tree: Breakdown, offers: Mapping[str, Offer]) -> Breakdown:
    """The tree with the rate card's arithmetic in place of "stated" where a card gave the amount."""

    def named(part: Breakdown) -> Breakdown:
        offer = offers.get(part.name)
        if offer is None:
            return part
        told = offer.quote.explain()
        source = ", ".join(w for w in (told.source, part.source) if w)
        inputs = {**part.inputs, **told.inputs, "service": offer.service.code, "quoted": str(told.amount)}
        return replace(part, formula="rate card", inputs=inputs, source=source)

    return replace(tree, parts=tuple(named(p) for p in tree.parts)) if offers else tree


def judge_gates(
    *, ids: Sequence[int], on: date, limits: Limits | None = None, now: datetime, by: Actor
) -> dict[int, dict[str, str]]:
    """Judge every gate of candidates on what is known; {candidate: {gate: verdict}}.

    A gate somebody overrode by name stays overridden until the inputs change.
    """
    with acting(by, "research.change", kind="candidate", ids=ids, now=now) as act:
        found = Findings()
        held = held_ideas(found, ids)
        found.settle()
        overridden = set(
            GateResult.objects.filter(candidate_id__among=list(ids), verdict="override").values_list(
                "candidate_id", "gate"
            )
        )
        evidence = _evidence(held, on, by)
        made, out = [], {}
        for c in held:
            verdicts = judge(evidence[c.pk], limits)
            out[c.pk] = {v.gate: "override" if (c.pk, v.gate) in overridden else v.verdict for v in verdicts}
            made += [
                GateResult(
                    candidate=c, gate=v.gate, verdict=v.verdict, reason=v.reason, evidence=v.evidence,
                    decided_by=by.name, decided_at=now,
                )
                for v in verdicts
                if (c.pk, v.gate) not in overridden
            ]  # fmt: skip
        GateResult.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["candidate", "gate"],
            update_fields=["verdict", "reason", "evidence", "decided_by", "decided_at"],
        )
        act.note(verb="judge_gates", on=on, verdicts=out)
        return out


def _evidence(held: Sequence[Candidate], on: date, by: Actor) -> dict[int, Evidence]:
    niches = {
        table_id: {s.niche: s for s in queries.scan(by, table_id)}
        for table_id in sorted({c.table_id for c in held if c.table_id})
    }
    qualified = {m: held_qualifications(m, on) for m in sorted({c.market.code for c in held})}
    return {
        c.pk: _of(c, niches.get(c.table_id or 0, {}).get(c.niche), qualified[c.market.code]) for c in held
    }


def _of(c: Candidate, niche: Any, qualified: frozenset[str]) -> Evidence:
    typed = typed_inputs(c.inputs)
    margin = (c.profit or {}).get("margin")
    sides = [typed[n] for n in ("length_mm", "width_mm", "height_mm")]
    units, hhi = queries.niche_evidence(niche)
    return Evidence(
        margin=None if margin is None else Decimal(margin),
        monthly_units=units,
        hhi=hhi,
        weight_g=typed["weight_g"],
        longest_mm=None if None in sides else max(sides),
        required_qualifications=words_of(typed["required_qualifications"]),
        held_qualifications=qualified,
        taboo_flags=typed["taboo_flags"],
    )
