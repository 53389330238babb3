"""Ideas for products into the pipeline, and what is stated of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Approval
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.research.models import Candidate, GateResult, Niche, ResearchTable
from tradewind.apps.research.operations.inputs import checked_inputs
from tradewind.apps.research.states import CANDIDATE
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import move_all
from tradewind.engine.access import Actor

ASKED = "research.override"  # kind of the approval that lets a gate pass


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """An idea by hand: name, market, and the inputs known so far (text, e.g. price "29.99 USD")."""

    name: str
    market_id: int
    name_zh: str = ""
    niche: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


def register_candidates(*, candidates: Sequence[NewCandidate], now: datetime, by: Actor) -> list[int]:
    """Put ideas into the pipeline; their ids in order."""
    with acting(by, "research.change", kind="candidate", now=now) as act:
        found = Findings()
        markets = set(Market.objects.values_list("id", flat=True))
        made = []
        for row, one in rows(candidates):
            found.at(row).known("market", one.market_id, markets)
            made.append(
                Candidate(
                    name=found.text("name", one.name, 160),
                    name_zh=found.text("name_zh", one.name_zh, 160, needed=False),
                    market_id=one.market_id,
                    niche=found.text("niche", one.niche, 120, needed=False),
                    inputs=checked_inputs(found, one.inputs),
                    created_at=now,
                    created_by=by.name,
                )
            )
        found.settle()
        act.ids = _insert(made)
        act.note(verb="register_candidates", codes=[c.code for c in made])
        return act.ids


def _insert(made: list[Candidate]) -> list[int]:
    for candidate, number in zip(made, take_numbers("candidate", len(made)), strict=True):
        candidate.code = numbered("CND", number)
    return [c.pk for c in Candidate.objects.bulk_create(made)]


def propose_candidates(
    *,
    table_id: int,
    niches: Sequence[str],
    now: datetime,
    by: Actor,
) -> list[int]:
    """Make candidates of niches of a research table, each with its score of the scan as evidence.

    Refused: a niche the table does not have, or one that is already a candidate and not rejected.
    """
    with acting(by, "research.change", kind="candidate", now=now) as act:
        found = Findings()
        table = ResearchTable.objects.filter(pk=table_id).first()
        if table is None:
            found.add("table", table_id, _("there is no such row"))
            found.settle()
        assert table is not None
        scores = {n.name: n for n in Niche.objects.filter(table=table, name__among=list(niches))}
        live = set(
            Candidate.objects.filter(table=table).exclude(state="rejected").values_list("niche", flat=True)
        )
        for row, niche in rows(niches):
            found.at(row).known("niche", niche, scores)
        found.fresh("niche", list(niches), live)
        found.settle()
        made = [
            Candidate(
                name=niche, market_id=table.market_id, table=table, niche=niche,
                score=scores[niche].score, created_at=now, created_by=by.name,
            )
            for niche in niches
        ]  # fmt: skip
        act.ids = _insert(made)
        act.note(verb="propose_candidates", table=table.pk, niches=list(niches))
        return act.ids


def set_inputs(
    *, ids: Sequence[int], inputs: Mapping[str, str], now: datetime, by: Actor, replace: bool = False
) -> None:
    """State inputs of the profit model for candidates (text values; an empty text makes one unknown).

    What was computed and judged on the old inputs is taken back: the gates must be judged again.
    """
    with acting(by, "research.change", kind="candidate", ids=ids, now=now) as act:
        found = Findings()
        held = held_ideas(found, ids)
        clean = checked_inputs(found, inputs)
        found.settle()
        emptied = {n for n, text in inputs.items() if not str(text).strip()}
        before = {}
        for c in held:
            before[c.pk] = {n: c.inputs.get(n) for n in inputs}
            kept = {} if replace else {n: t for n, t in c.inputs.items() if n not in emptied}
            c.inputs, c.profit = {**kept, **clean}, None
        Candidate.objects.bulk_update(held, ["inputs", "profit"])
        take_back_verdicts(ids, now, by)
        act.note(verb="set_inputs", before=before, after=clean)


def take_back_verdicts(ids: Sequence[int], now: datetime, by: Actor) -> None:
    """Drop what the gates said of candidates, and the questions still open about it."""
    results = GateResult.objects.filter(candidate_id__among=list(ids))
    Approval.objects.filter(
        kind=ASKED, state="open", subject_id__among=list(results.values_list("id", flat=True))
    ).update(
        state="refused", answered_by=by.name, answered_at=now, reason=_("the gates must be judged again")
    )
    results.delete()


def held_ideas(found: Findings, ids: Sequence[int]) -> list[Candidate]:
    """The candidates of these ids, each of which must still be an idea."""
    held = list(Candidate.objects.select_related("market").filter(id__among=list(ids)).order_by("id"))
    for pk in sorted(set(ids) - {c.pk for c in held}):
        found.add("id", pk, _("there is no such row"))
    for c in held:
        if c.state != "idea":
            found.add(c.code, c.state, _("only an idea can still be worked on"), "idea")
    return held


def take_candidates(*, ids: Sequence[int], now: datetime, by: Actor) -> list[int]:
    """Mark approved candidates as taken: a product was made of each. WrongState otherwise."""
    with acting(by, "catalog.change", kind="candidate", ids=ids, now=now) as act:
        act.note(verb="take_candidates")
        return move_all(Candidate, CANDIDATE, "take", ids)
