"""Bills laid on goods, to the cent, even when some units left before; taken back by bills of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer, FirstLeg, LandedCharge
from tradewind.apps.stock.operations.recosting import lock_goods, write_costs
from tradewind.apps.stock.queries.bills import Fee, Laid, Part, Plan, laid_on, lay, plan_bills
from tradewind.db import bulk
from tradewind.db.numbers import numbered, take_numbers
from tradewind.engine.access import Actor
from tradewind.engine.allocation import Key
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


@dataclass(frozen=True, slots=True)
class Sheet:
    """Bills entered together: their number, their rows, and where each lies."""

    number: str
    charge_ids: tuple[int, ...]
    laid: tuple[Laid, ...]

    @property
    def sold_lines(self) -> int:
        """Sold order lines that cost something else now."""
        return len({line for laid in self.laid for noun, line, _m in laid.gone if noun == "order_line"})


def charge_goods(
    *, layer_ids: Sequence[int], fees: Sequence[Fee], now: datetime, by: Actor, target: str = ""
) -> Sheet:
    """Lay bills on batches, each by its own key; all of them or none.

    Units that left before cost what they would have cost, had the bill come first: sold ones are
    restated in books and profit. Refused as `plan_bills` says. Example: 100.00 by weight on batches of
    3 kg and 1 kg lays 75.00 and 25.00; of the first half was sold: 37.50 goes with what was sold.
    """
    with acting(by, "stock.cost", kind="landed_charge", now=now) as act:
        lock_goods(layer_ids)
        plan = plan_bills(layer_ids, fees)
        sheet = numbered("CS", take_numbers("cost_sheet", 1)[0])
        leg_id, words = _target(plan, target)
        made = [_row(plan.company_id, sheet, leg_id, words, laid) for laid in plan.laid]
        for charge in made:
            charge.save()
        _count_charges([x.pk for x in plan.layers], len(made))
        write_costs(plan.recost, now=now, by=by, billed=[x.pk for x in plan.layers])
        act.ids = [charge.pk for charge in made]
        act.note(verb="charge_goods", sheet=sheet, target=words, bills=[c.number for c in made],
                 base_minor=[c.base_minor for c in made])  # fmt: skip
    return Sheet(sheet, tuple(act.ids), tuple(plan.laid))


def charge_leg(
    *,
    leg_id: int,
    kind: str,
    basis: str,
    number: str,
    creditor: str,
    on: date,
    amount: Money,
    now: datetime,
    by: Actor,
    divisor: int | None = None,
) -> Sheet:
    """Lay one bill on all batches of an arrived first leg; Refused when it has not arrived."""
    leg = FirstLeg.objects.get(pk=leg_id)
    layers = list(CostLayer.objects.filter(leg_line__leg=leg).values_list("id", flat=True))
    fee = Fee(kind, number, creditor, on, amount, Key(basis, divisor))
    try:
        return charge_goods(layer_ids=layers, fees=[fee], now=now, by=by, target=leg.number)
    except Refused as refused:
        if leg.state == "arrived":
            raise
        early = Problem(None, "leg", leg.number, _("has not arrived, so it has no batches yet"))
        raise Refused([early, *(p for p in refused.problems if p.field != "layers")]) from None


def reverse_charges(
    *, charge_ids: Sequence[int], on: date, reason: str, now: datetime, by: Actor
) -> list[int]:
    """Take bills back on a day: costs are to the cent what they would be had the bills never come.

    Each gets a row of its own with everything below zero; both stay. Returns the new rows. Refused
    without a reason, and for a bill that was taken back already or takes back another.
    """
    wanted = sorted(set(charge_ids))
    with acting(by, "stock.cost", kind="landed_charge", ids=wanted, now=now) as act:
        charges = list(LandedCharge.objects.filter(pk__among=wanted).order_by("id"))
        _check_reversal(wanted, charges, reason)
        parts = {c.pk: [Part(pk, m, -minor) for pk, m, minor in laid_on(c)["parts"]] for c in charges}
        lock_goods({part.layer_id for of in parts.values() for part in of})
        made = []
        for charge in charges:
            layers = list(CostLayer.objects.filter(pk__among=[p.layer_id for p in parts[charge.pk]]))
            plan = Plan(charge.company_id, layers, [_taken_back(charge, parts[charge.pk])])
            lay(plan)
            write_costs(plan.recost, now=now, by=by, billed=[x.pk for x in layers])
            _count_charges([x.pk for x in layers], -1)
            made.append(_reversal(charge, plan.laid[0], on, reason))
        LandedCharge.objects.filter(pk__among=wanted).update(void=True)
        act.ids = sorted([*wanted, *made])
        act.note(verb="reverse_charges", reason=reason, charges=wanted, reversals=made)
    return made


def _target(plan: Plan, words: str) -> tuple[int | None, str]:
    """The one leg all batches came by, if so, and the documents they came by."""
    rows = CostLayer.objects.filter(pk__among=[x.pk for x in plan.layers]).values_list(
        "leg_line__leg_id", "leg_line__leg__number", "batch"
    )
    found = list(rows)
    legs = {leg for leg, _number, _batch in found}
    named = sorted({number or batch for _leg, number, batch in found})
    text = words or ", ".join(named)
    return (legs.pop() if len(legs) == 1 else None), text if len(text) <= 120 else text[:119] + "…"


def _row(company_id: int, sheet: str, leg_id: int | None, target: str, laid: Laid) -> LandedCharge:
    fee = laid.fee
    return LandedCharge(
        company_id=company_id, sheet=sheet, leg_id=leg_id, target=target, kind=fee.kind, basis=fee.key.basis,
        divisor=fee.key.divisor, number=fee.number.strip(), creditor=fee.creditor.strip(), on=fee.on,
        amount_minor=fee.amount.minor, currency=fee.amount.currency, base_minor=laid.base.minor,
        rate=laid.rate, allocated=laid.as_json(),
    )  # fmt: skip


def _taken_back(charge: LandedCharge, parts: list[Part]) -> Laid:
    amount = Money(-charge.amount_minor, charge.currency)
    key = Key(charge.basis, charge.divisor)
    fee = Fee(charge.kind, charge.number, charge.creditor, charge.on, amount, key)
    currency = charge.company.base_currency
    return Laid(fee, Money(-charge.base_minor, currency), charge.rate, tuple(parts))


def _reversal(charge: LandedCharge, laid: Laid, on: date, reason: str) -> int:
    laid = replace(laid, fee=replace(laid.fee, on=on))
    row = _row(charge.company_id, charge.sheet, charge.leg_id, charge.target, laid)
    row.reverses, row.reason, row.void = charge, reason.strip()[:200], True
    row.save()
    return row.pk


def _check_reversal(wanted: Sequence[int], charges: Sequence[LandedCharge], reason: str) -> None:
    problems = []
    if not reason.strip():
        problems.append(Problem(None, "reason", "", _("this is needed")))
    there = {charge.pk for charge in charges}
    problems += [
        Problem(None, "bill", str(pk), _("there is no such bill")) for pk in wanted if pk not in there
    ]
    for charge in charges:
        if charge.reverses_id is not None:
            problems.append(Problem(None, "bill", charge.number, _("takes back another bill itself")))
        elif not laid_on(charge)["parts"]:
            why = _("was entered before its parts were kept: it cannot be taken back by itself")
            problems.append(Problem(None, "bill", charge.number, why))
        elif charge.void:
            problems.append(Problem(None, "bill", charge.number, _("was taken back already")))
    if problems:
        raise Refused(problems)


def _count_charges(layer_ids: Sequence[int], more: int) -> None:
    bulk.update_rows(
        CostLayer, ["charges"], [(pk, more) for pk in layer_ids], set_sql="charges = t.charges + d.charges"
    )
