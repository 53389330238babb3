"""Candidates at the desk: inputs, profit before buying, gates, decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets.models import Market
from tradewind.apps.org.queries import open_approvals
from tradewind.apps.research import queries
from tradewind.apps.research.models import Candidate, GateResult
from tradewind.apps.research.operations import (
    NewCandidate,
    answer_override,
    approve_candidates,
    ask_override,
    judge_gates,
    override_gate,
    register_candidates,
    reject_candidates,
    reopen_candidates,
    run_profit,
    set_inputs,
)
from tradewind.apps.research.operations.candidates import ASKED
from tradewind.apps.research.operations.inputs import NAMES
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    DECIMAL,
    FLAG,
    LINK,
    MANY,
    MONEY,
    NONE,
    ONE,
    PERCENT,
    STATE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import markets, of_code, services, text
from tradewind.desk.nouns.stores import channels
from tradewind.engine.access import Actor
from tradewind.engine.consignment import WAYS
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.gates import GATES
from tradewind.engine.money import Money

GATE_LABELS = {
    "profit": _("Profit"),
    "demand": _("Market demand"),
    "competition": _("Competition"),
    "size": _("Size and weight"),
    "qualification": _("Qualification"),
    "taboo": _("Cautions of the market"),
}
INPUT_LABELS = {
    "channel": _("Channel"),
    "category": _("Category"),
    "first_leg_service": _("First leg by service"),
    "fulfilment_service": _("Delivery by service"),
    "required_qualifications": _("Qualifications needed"),
    "taboo_flags": _("Cautions found"),
    "price": _("Selling price"),
    "goods_cost": _("Goods cost"),
    "first_leg": _("First leg"),
    "fulfilment": _("Delivery to the buyer"),
    "duty": _("Duty"),
    "vat_rebate": _("VAT rebate"),
    "ads_rate": _("Advertising"),
    "returns_rate": _("Returns"),
    "fx_buffer_rate": _("Exchange-rate buffer"),
    "weight_g": _("Weight in g"),
    "length_mm": _("Length in mm"),
    "width_mm": _("Width in mm"),
    "height_mm": _("Height in mm"),
    "batch_units": _("Units a shipment in bulk"),
    "hs_code": _("Tariff code"),
    "origin": _("Country of origin"),
    "way": _("Way of entry"),
    "scheme": _("Tax scheme"),
    "region": _("Region of the receiver"),
    "duty_rate": _("Duty rate of the tariff"),
}
WAY_LABELS = {
    "postal": _("By post"),
    "express": _("Express"),
    "line": _("Dedicated line"),
    "sea": _("By sea"),
    "air": _("Air cargo"),
    "stock": _("Into a warehouse of the market"),
}
_HELP = {
    "duty": _("Amount and currency; left out, it is worked out from tariff code, origin and way"),
    "hs_code": _("e.g. 6109.10"),
    "origin": _("Two letters, e.g. CN"),
    "scheme": _("e.g. ioss; empty for none"),
    "duty_rate": _("e.g. 6.5%; empty to ask the tariff"),
    "batch_units": _("For sea, air and warehouse: how many enter together"),
    "price": _("Amount and currency, e.g. 29.99 USD"),
    "goods_cost": _("Amount and currency, e.g. 21.50 CNY"),
    "ads_rate": _("Share of the net price, e.g. 8%"),
    "required_qualifications": _("Kinds with commas between, or none"),
    "taboo_flags": _("e.g. number 4: weak, or none"),
}


def _market(row: Any) -> Ref:
    return Ref("markets", row.market_id, str(row.market))


def _margin(row: Candidate) -> Decimal | None:
    margin = (row.profit or {}).get("margin")
    return None if margin is None else Decimal(margin).scaleb(2)


def _profit(row: Candidate) -> Money | None:
    tree = queries.profit(row)
    known = tree is not None and tree.state != "missing" and isinstance(tree.amount, Money)
    return tree.amount if tree is not None and known and isinstance(tree.amount, Money) else None


def _points(row: Candidate) -> Decimal | None:
    tree = queries.score(row)
    return tree.amount if tree is not None and isinstance(tree.amount, Decimal) else None


def _gate(row: GateResult) -> Any:
    return GATE_LABELS.get(row.gate, row.gate)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.candidates(actor).filter(pk=pk).first()
    if row is None:
        return None
    profit, score = queries.profit(row), queries.score(row)
    stated = [
        {
            "name": INPUT_LABELS[n],
            "value": row.inputs.get(n, ""),
            "state": "" if n in row.inputs else "missing",
        }
        for n in NAMES
    ]
    asked = [a for a in open_approvals(actor, ASKED) if a.detail.get("candidate") == pk]
    alerts = [
        _now("%(who)s asks to let the gate %(gate)s pass: %(why)s")
        % {"who": a.asked_by, "gate": GATE_LABELS.get(a.detail["gate"]), "why": a.detail["reason"]}
        for a in asked
    ]
    breakdowns: list[tuple[Any, Any, str]] = []
    if profit:
        breakdowns.append((_("Profit of one unit before buying"), profit, "profit"))
    if score:
        breakdowns.append((_("Score of the niche"), score, ""))
    return Detail(
        row.code,
        str(row),
        row.state,
        (
            Fact(_("Market"), _market(row), LINK),
            Fact(
                _("Table"), Ref("research_tables", row.table.pk, row.table.name) if row.table else None, LINK
            ),
            Fact(_("Niche"), row.niche),
            Fact(_("Points"), _points(row), DECIMAL),
            Fact(_("Profit of a unit"), _profit(row), MONEY, None, "profit"),
            Fact(_("Margin"), _margin(row), PERCENT, None, "profit"),
            Fact(_("Computed for"), (row.profit or {}).get("on", "")),
            Fact(_("Made by"), row.created_by),
            Fact(_("Made"), row.created_at, TIME),
        ),
        (
            Table(
                _("Gates"),
                (
                    Column("gate", _("Gate"), TEXT, _gate),
                    Column("verdict", _("Verdict"), STATE),
                    Column("evidence", _("Evidence"), wide=True),
                    Column("decided_by", _("By")),
                    Column("decided_at", _("At"), TIME),
                ),
                queries.gates(actor, pk),
                _("Not judged yet."),
            ),
            Table(
                _("Profit inputs"),
                (
                    Column("name", _("Input")),
                    Column("value", _("Stated"), wide=True),
                    Column("state", _("State"), STATE),
                ),
                stated,
                hidden="cost",
            ),
        ),
        tuple(breakdowns),
        tuple(alerts),
    )


def _given(call: Call) -> dict[str, str]:
    return {n: str(call.values[n]) for n in NAMES if call.values.get(n)}


def _register(call: Call) -> Outcome:
    v = call.values
    new = NewCandidate(
        v["name"], of_code(Market, "market", v["market"]).pk, text(call, "name_zh"), inputs=_given(call)
    )
    [pk] = register_candidates(candidates=[new], now=call.now, by=call.by)
    return Outcome(_("The candidate is made."), 1, Ref("candidates", pk, new.name))


def _inputs(call: Call) -> Outcome:
    given = _given(call)
    for name in (call.values["unknown"] or "").replace(",", " ").split():
        given[name] = ""
    set_inputs(ids=call.ids, inputs=given, now=call.now, by=call.by)
    return Outcome(_("Saved. Profit and gates must be judged again."), len(call.ids))


def _judge(call: Call) -> Outcome:
    on = call.values["on"] or call.now.date()
    run_profit(ids=call.ids, on=on, now=call.now, by=call.by)
    verdicts = judge_gates(ids=call.ids, on=on, now=call.now, by=call.by)
    clear = sum(1 for gates in verdicts.values() if set(gates.values()) <= {"pass", "override"})
    said = _now("%(n)s judged, %(clear)s of them pass every gate.") % {"n": len(verdicts), "clear": clear}
    return Outcome(said, len(verdicts), detail={"verdicts": {str(k): v for k, v in verdicts.items()}})


def _override(call: Call) -> Outcome:
    override_gate(
        candidate_id=call.ids[0],
        gate=call.values["gate"],
        reason=call.values["reason"],
        now=call.now,
        by=call.by,
    )
    return Outcome(_("The gate passes under your name."), 1)


def _ask(call: Call) -> Outcome:
    ask_override(
        candidate_id=call.ids[0],
        gate=call.values["gate"],
        reason=call.values["reason"],
        now=call.now,
        by=call.by,
    )
    return Outcome(_("The owner is asked."), 1)


def _answer(call: Call) -> Outcome:
    gate = call.values["gate"]
    asked = [
        a
        for a in open_approvals(call.by, ASKED)
        if a.detail.get("candidate") == call.ids[0] and a.detail.get("gate") == gate
    ]
    if not asked:
        raise Refused([Problem(None, "gate", gate, _now("there is no such open question"))])
    answer_override(
        approval_id=asked[0].pk, granted=bool(call.values["granted"]), reason=call.values["reason"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Answered."), 1)


def _with_reason(verb: Callable[..., list[int]], said: Any) -> Callable[[Call], Outcome]:
    def run(call: Call) -> Outcome:
        return Outcome(said, len(verb(ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)))

    return run


def _approve(call: Call) -> Outcome:
    return Outcome(_("Approved."), len(approve_candidates(ids=call.ids, now=call.now, by=call.by)))


def _gates(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return [(gate, GATE_LABELS[gate]) for gate in GATES]


def _ways(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return [(way, WAY_LABELS[way]) for way in WAYS]


_CHOICES = {"way": _ways, "channel": channels, "first_leg_service": services, "fulfilment_service": services}


def _input(name: str) -> Field:
    choices = _CHOICES.get(name)
    kind = CHOICE if choices else TEXT
    return Field(name, INPUT_LABELS[name], kind, False, choices, _HELP.get(name, ""))


_INPUTS = tuple(_input(n) for n in NAMES)
_GATE = Field("gate", _("Gate"), CHOICE, choices=_gates)
_REASON = Field("reason", _("Reason"))

NOUN = Noun(
    code="candidates",
    label=_("Candidates"),
    stage=3,
    place=10,
    icon="lightbulb",
    prefix="cnd",
    view="research.view",
    rows=queries.candidates,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), TEXT, str, sort="name", wide=True),
        Column("market", _("Market"), LINK, _market, sort="market__code"),
        Column("niche", _("Niche"), sort="niche"),
        Column("points", _("Points"), DECIMAL, _points),
        Column("profit", _("Profit of a unit"), MONEY, _profit, hidden="profit"),
        Column("margin", _("Margin"), PERCENT, _margin, hidden="profit"),
        Column("state", _("State"), STATE),
        Column("created_by", _("Made by")),
        Column("created_at", _("Made"), TIME, sort="created_at"),
    ),
    detail=_detail,
    order="-id",
    search=("code__istartswith", "name__icontains", "name_zh__icontains", "niche__icontains"),
    state_field="state",
    states=(
        ("idea", _("Idea"), "wait"),
        ("approved", _("Approved"), "good"),
        ("taken", _("Product made"), "done"),
        ("rejected", _("Rejected"), "idle"),
        ("pass", _("Passes"), "good"),
        ("fail", _("Fails"), "bad"),
        ("missing", _("Missing"), "wait"),
        ("override", _("Let pass by name"), "good"),
    ),
    filters=(Filter("market", _("Market"), "market__code", markets),),
    actions=(
        Action("create", _("New candidate"), _register, "research.change", NONE, (
            Field("name", _("Name")),
            Field("name_zh", _("Name in Chinese"), required=False),
            Field("market", _("Market"), CHOICE, choices=markets),
            *_INPUTS,
        ), key="n"),
        Action("inputs", _("State inputs"), _inputs, "research.change", MANY, (
            *_INPUTS,
            Field("unknown", _("No longer known"), required=False, help=_("Names of inputs to take back")),
        ), states=("idea",), key="i"),
        Action("judge", _("Compute profit and judge"), _judge, "research.change", MANY,
               (Field("on", _("For the day"), DATE, False, help=_("Empty is today")),), states=("idea",),
               key="j"),
        Action("approve", _("Approve"), _approve, "research.approve", MANY, states=("idea",), key="a"),
        Action("override", _("Let a gate pass"), _override, "research.approve", ONE, (_GATE, _REASON),
               states=("idea",), danger=True),
        Action("ask", _("Ask to let a gate pass"), _ask, "research.change", ONE, (_GATE, _REASON),
               states=("idea",)),
        Action("answer", _("Answer the question"), _answer, "research.approve", ONE, (
            _GATE, Field("granted", _("Let it pass"), FLAG, False), _REASON,
        ), states=("idea",)),
        Action("reject", _("Reject"), _with_reason(reject_candidates, _("Rejected.")), "research.change",
        MANY,
               (_REASON,), states=("idea", "approved"), danger=True),
        Action("reopen", _("Take up again"), _with_reason(reopen_candidates, _("Back in work.")),
               "research.change", MANY, (_REASON,), states=("rejected",)),
    ),
    waiting=lambda actor: queries.candidates(actor).filter(state__in=("idea", "approved")).count(),
    empty=_("Make candidates of opportunities, or enter an idea of your own."),
    audit_kind="candidate",
    note=_("The number counts ideas to be judged and approved ones without a product."),
)  # fmt: skip
