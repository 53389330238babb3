"""Bills of goods: what may be laid on which batches, and how it would lie. Nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tradewind.apps.markets.queries import rate_on
from tradewind.apps.sourcing.models import SupplierInvoice
from tradewind.apps.stock.models import CostLayer, LandedCharge
from tradewind.apps.stock.queries.cost_rows import LEG, Source
from tradewind.apps.stock.queries.recosts import Recost
from tradewind.engine.access import Actor
from tradewind.engine.allocation import GIVEN_BACK, KINDS, Key, Line, allocate
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, to_currency


@dataclass(frozen=True, slots=True)
class Fee:
    """A creditor's bill of one kind in his own currency, and the key it is shared by.

    Example: Fee("freight", "B-17", "Forwarder", date(2026, 11, 1), Money(120000, "USD"),
    Key("chargeable", 6000)). `vat_refund` and `credit` are below zero, all other kinds above.
    """

    kind: str
    number: str
    creditor: str
    on: date
    amount: Money
    key: Key


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch takes of a bill, and the figure it is measured by."""

    layer_id: int
    measure: str
    minor: int


@dataclass(frozen=True, slots=True)
class Laid:
    """A bill on its batches: the parts sum to `base`, and so do the places they lie at by now.

    `here` is what lies on goods on hand by balance; `gone` what went with units that left, by the
    line they left for: order_line (sold), count (lost), leg_line (under way).
    """

    fee: Fee
    base: Money
    rate: Decimal
    parts: tuple[Part, ...]
    here: tuple[tuple[int, int], ...] = ()  # balance, minor units
    gone: tuple[tuple[str, int, int], ...] = ()  # source, its line, minor units

    def place(self, source: str) -> int:
        """Minor units that went with units of a source. Example: laid.place("order_line")."""
        return sum(minor for noun, _line, minor in self.gone if noun == source)

    @property
    def on_hand(self) -> int:
        return sum(minor for _balance, minor in self.here)

    def as_json(self) -> str:
        """For LandedCharge.allocated."""
        parts = [[p.layer_id, p.measure, p.minor] for p in self.parts]
        return json.dumps({"parts": parts, "here": self.here, "gone": self.gone})


@dataclass(slots=True)
class Plan:
    """Bills over the same batches as they would be booked."""

    company_id: int
    layers: list[CostLayer]
    laid: list[Laid] = field(default_factory=list)
    recost: Recost = field(default_factory=Recost)


def bills_visible(by: Actor) -> QuerySet[LandedCharge]:
    """Bills laid on goods, and what took them back."""
    by.require("stock.cost")
    return LandedCharge.objects.select_related("company", "leg", "reverses", "reversal")


def standing_bills(*, numbers: Iterable[str], creditor: str = "") -> QuerySet[LandedCharge]:
    """Bills of goods with these numbers that are not taken back: who enters a bill elsewhere asks first."""
    found = LandedCharge.objects.filter(number__in=list(numbers), void=False)
    return found.filter(creditor__iexact=creditor.strip()) if creditor.strip() else found


def target_layers(
    *, legs: Sequence[str] = (), receipts: Sequence[str] = (), orders: Sequence[str] = (),
    skus: Sequence[str] = (), layer_ids: Sequence[int] = (),
) -> list[int]:  # fmt: skip
    """Batches of arrived first legs, receipts, purchase orders (by number) or by id, if wanted of some SKUs.

    Refused, naming each number that has no batches.
    """
    asked = {
        "legs": (legs, "leg_line__leg__number", Q()),
        "receipts": (receipts, "receipt_line__receipt__number", Q(parent=None)),
        "orders": (orders, "receipt_line__receipt__order__number", Q(parent=None)),
    }
    found: set[int] = set(layer_ids)
    problems = []
    for name, (numbers, path, born) in asked.items():
        rows = CostLayer.objects.filter(born, **{f"{path}__in": list(numbers)}) if numbers else None
        there = list(rows.values_list("id", path)) if rows is not None else []
        lost = set(numbers) - {number for _pk, number in there}
        problems += [
            Problem(None, name, number, _("has no batches: it is not there, or not arrived"))
            for number in sorted(lost)
        ]
        found |= {pk for pk, _number in there}
    if problems:
        raise Refused(problems)
    if skus:
        found = set(
            CostLayer.objects.filter(pk__among=sorted(found), balance__sku__code__in=list(skus)).values_list(
                "id", flat=True
            )
        )
    return sorted(found)


def plan_bills(layer_ids: Sequence[int], fees: Sequence[Fee]) -> Plan:
    """How bills would lie on batches: what is booked is exactly this.

    Refused with every problem, `row` being the bill's place in the list: batches that are not there or
    of several owners, a kind or key not known, an amount of zero or the wrong sign, no rate, and a bill
    that is here already, naming where.
    """
    layers = list(
        CostLayer.objects.filter(pk__among=list(layer_ids))
        .select_related("balance__sku", "balance__owner")
        .order_by("id")
    )
    problems = _layer_problems(layer_ids, layers)
    problems += [p for row, fee in enumerate(fees, 1) for p in _fee_problems(row, fee)]
    problems += _repeated(fees)
    if not fees:
        problems.append(Problem(None, "fees", "", _("this is needed")))
    if problems:
        raise Refused(problems)
    owner = layers[0].balance.owner
    plan = Plan(owner.pk, layers)
    lines = [_line(layer) for layer in layers]
    for row, fee in enumerate(fees, 1):
        try:
            plan.laid.append(_shared(fee, lines, owner.base_currency))
        except Refused as refused:
            problems += [replace(p, row=row, reason=_(p.reason)) for p in refused.problems]
    if problems:
        raise Refused(problems)
    lay(plan)
    return plan


def lay(plan: Plan) -> None:
    """Work out what the bills of a plan do to costs, one after the other, and where each lies then."""
    whose = plan.recost
    totals = {x.pk: (x.goods_minor, x.landed_minor) for x in plan.layers}
    whose.run(totals)
    for at, laid in enumerate(plan.laid):
        before = _lying(whose)
        for part in laid.parts:
            goods, landed = totals[part.layer_id]
            totals[part.layer_id] = (goods, landed + part.minor)
        whose.run(totals)
        here, gone = _difference(before, _lying(whose))
        plan.laid[at] = replace(laid, here=here, gone=gone)
        whole = sum(minor for _b, minor in here) + sum(minor for _s, _l, minor in gone)
        assert whole == laid.base.minor, f"a bill of {laid.base.minor} lies as {whole}"


# Landed cost beyond what stands in the database: by balance, and by what units left for.
Lying = tuple[dict[int, int], dict[Source, int]]


def _lying(recost: Recost) -> Lying:
    here: dict[int, int] = {}
    gone: dict[Source, int] = {}
    arrived = {layer.leg_line_id for layer in recost.layers.values() if layer.leg_line_id}
    for layer in recost.layers.values():
        here[layer.balance_id] = here.get(layer.balance_id, 0) + layer.left[1] - layer.was_left[1]
    for of in recost.uses.values():
        for use in of.values():
            if use.source[0] != LEG or use.source[1] not in arrived:
                gone[use.source] = gone.get(use.source, 0) + use.cost[1] - use.was[1]
    return here, gone


def _difference(
    before: Lying, after: Lying
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[str, int, int], ...]]:
    here = {b: minor - before[0].get(b, 0) for b, minor in after[0].items()}
    gone = {s: minor - before[1].get(s, 0) for s, minor in after[1].items()}
    return (
        tuple((b, minor) for b, minor in sorted(here.items()) if minor),
        tuple((*s, minor) for s, minor in sorted(gone.items()) if minor),
    )


def _layer_problems(layer_ids: Sequence[int], layers: Sequence[CostLayer]) -> list[Problem]:
    there = {layer.pk for layer in layers}
    problems = [
        Problem(None, "layers", str(pk), _("there is no such batch")) for pk in sorted(set(layer_ids) - there)
    ]
    if not layers:
        problems.append(Problem(None, "layers", "", _("a bill needs at least one batch")))
    owners = sorted({layer.balance.owner.code for layer in layers})
    if len(owners) > 1:
        why = _("these batches belong to several companies")
        problems.append(Problem(None, "layers", ", ".join(owners), why, _("one company")))
    return problems


def _fee_problems(row: int, fee: Fee) -> Iterable[Problem]:
    checks = [
        (fee.kind in KINDS, "kind", fee.kind, _("is not a kind of charge"), ", ".join(KINDS)),
        (bool(fee.number.strip()), "number", fee.number, _("the bill's number is needed"), ""),
        (bool(fee.creditor.strip()), "creditor", fee.creditor, _("the creditor is needed"), ""),
        (
            not fee.amount.minor < 0 or fee.kind in GIVEN_BACK,
            "amount", str(fee.amount), _("must be above zero"), "",
        ),
        (
            not fee.amount.minor > 0 or fee.kind not in GIVEN_BACK,
            "amount", str(fee.amount), _("must be below zero: it comes back"), "",
        ),
        (bool(fee.amount.minor), "amount", str(fee.amount), _("must be above zero"), ""),
    ]  # fmt: skip
    for ok, name, value, reason, accepted in checks:
        if not ok:
            yield Problem(row, name, value, reason, accepted)
    yield from _elsewhere(row, fee)


def _elsewhere(row: int, fee: Fee) -> Iterable[Problem]:
    """The same bill on another path: it would be counted twice."""
    creditor, number = fee.creditor.strip(), fee.number.strip()
    for other in standing_bills(numbers=[number], creditor=creditor).filter(kind=fee.kind):
        why = _("this bill is here already: sheet %(sheet)s on %(target)s")
        yield Problem(row, "number", number, why % {"sheet": other.sheet, "target": other.target})
    same = Q(supplier__name__iexact=creditor) | Q(supplier__code__iexact=creditor)
    invoice = SupplierInvoice.objects.filter(same, number=number).select_related("order").first()
    if invoice is not None and creditor:
        why = _("this is the supplier's invoice of %(order)s: its cost is that of the goods")
        yield Problem(row, "number", number, why % {"order": invoice.order.number})


def _repeated(fees: Sequence[Fee]) -> list[Problem]:
    seen: dict[Any, int] = {}
    problems = []
    for row, fee in enumerate(fees, 1):
        key = (fee.creditor.strip().lower(), fee.number.strip(), fee.kind)
        first = seen.setdefault(key, row)
        if first != row:
            why = _("the same bill as line %(line)s") % {"line": first}
            problems.append(Problem(row, "number", fee.number, why))
    return problems


def _shared(fee: Fee, lines: Sequence[Line], base_currency: str) -> Laid:
    rate = rate_on(fee.amount.currency, base_currency, fee.on)
    if rate is None:
        pair = f"{fee.amount.currency}/{base_currency}"
        why = _("no %(pair)s rate is known for this day") % {"pair": pair}
        raise Refused([Problem(None, "on", str(fee.on), why)])
    base = to_currency(fee.amount, base_currency, rate.rate)
    shares = allocate(base.minor, lines, fee.key, Fraction(fee.amount.amount))
    parts = tuple(Part(s.key, _figure(s.measure), s.minor) for s in shares)
    return Laid(fee, base, rate.rate, parts)


def _figure(measure: Fraction) -> str:
    """A measure as people read it, to three decimals."""
    text = f"{Decimal(measure.numerator) / Decimal(measure.denominator):.3f}"
    return text.rstrip("0").rstrip(".")


def _line(layer: CostLayer) -> Line:
    sku = layer.balance.sku
    sides = (sku.length_mm, sku.width_mm, sku.height_mm)
    volume = None
    if sides[0] is not None and sides[1] is not None and sides[2] is not None:
        volume = sides[0] * sides[1] * sides[2] * layer.qty
    weight = None if sku.weight_g is None else sku.weight_g * layer.qty
    return Line(layer.pk, layer.qty, weight, volume, layer.goods_minor, sku.code)


def laid_on(charge: LandedCharge) -> Mapping[str, Any]:
    """What stands in `allocated`, as `Laid.as_json` wrote it: lists under parts, here and gone."""
    found: Mapping[str, Any] = json.loads(charge.allocated or "{}")
    return {"parts": found.get("parts", []), "here": found.get("here", []), "gone": found.get("gone", [])}
