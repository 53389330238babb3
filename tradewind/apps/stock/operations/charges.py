"""Bills of a first leg laid on its batches, to the cent, even when some units were sold before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.markets.queries import rate_on
from tradewind.apps.org.operations import acting
from tradewind.apps.stock.models import CostLayer, FirstLeg, LandedCharge, LayerUse
from tradewind.db import bulk
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.allocation import BASES, Key, Line, allocate
from tradewind.engine.money import Money, share, to_currency

KINDS = ("freight", "duty", "insurance", "handling")


@dataclass(frozen=True, slots=True)
class Restated:
    """Landed cost that a late charge added to units already gone: what profit and books must restate."""

    source: str  # order_line, count ...
    source_id: int
    landed_minor: int


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge laid on batches: the part on units still here, and what was sold, line by line."""

    charge_id: int
    base_minor: int
    on_hand_minor: int
    restated: tuple[Restated, ...]


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
) -> Charged:
    """Allocate a bill to an arrived leg's batches by weight, volume, qty or value.

    Example: 100.00 by weight on batches of 3 kg and 1 kg lays 75.00 and 25.00; where half of a batch
    has been sold, half of its part stays on the layer and half is returned as restated facts. Refused
    when the leg has not arrived, a basis is not known, the bill is there already, or no rate is.
    """
    with acting(by, "stock.cost", kind="first_leg", ids=[leg_id], now=now) as act:
        leg = FirstLeg.objects.select_related("owner").get(pk=leg_id)
        problems = _check(leg, kind, basis, number, creditor, amount)
        rate = rate_on(amount.currency, leg.owner.base_currency, on)
        if rate is None:
            pair = f"{amount.currency}/{leg.owner.base_currency}"
            problems.append(
                Problem(None, "on", str(on), _("no %(pair)s rate is known for this day") % {"pair": pair})
            )
        if problems or rate is None:
            raise Refused(problems)
        base = to_currency(amount, leg.owner.base_currency, rate.rate)
        layers = list(
            CostLayer.objects.filter(leg_line__leg_id=leg_id).select_related("leg_line__sku").order_by("id")
        )
        parts = [x.minor for x in allocate(base.minor, [_line(layer) for layer in layers], Key(basis))]
        stays, sold = _lay({x.pk: x for x in layers}, dict(zip([x.pk for x in layers], parts, strict=True)))
        charge = LandedCharge.objects.create(
            leg=leg, company=leg.owner, target=leg.number, sheet="", kind=kind, basis=basis, number=number, creditor=creditor, on=on,
            amount_minor=amount.minor, currency=amount.currency, base_minor=base.minor, rate=rate.rate,
            allocated=json.dumps(
                {"layers": stays, "sold": [[r.source, r.source_id, r.landed_minor] for r in sold]}
            ),
        )  # fmt: skip
        act.note(verb="charge_leg", charge=charge.pk, bill=number, base_minor=base.minor)
    return Charged(charge.pk, base.minor, sum(stays.values()), tuple(sold))


def _check(leg: FirstLeg, kind: str, basis: str, number: str, creditor: str, amount: Money) -> list[Problem]:
    checks = [
        (leg.state == "arrived", "leg", leg.number, _("has not arrived, so it has no batches yet"), ""),
        (kind in KINDS, "kind", kind, _("is not a kind of charge"), ", ".join(KINDS)),
        (basis in BASES, "basis", basis, _("is not a basis"), ", ".join(BASES)),
        (bool(number.strip()), "number", number, _("the bill's number is needed"), ""),
        (bool(creditor.strip()), "creditor", creditor, _("the creditor is needed"), ""),
        (amount.minor > 0, "amount", str(amount), _("must be above zero"), ""),
        (
            not LandedCharge.objects.filter(creditor=creditor, number=number, kind=kind).exists(),
            "number", number, _("this bill is here already"), "",
        ),
    ]  # fmt: skip
    return [
        Problem(None, field, value, reason, accepted)
        for ok, field, value, reason, accepted in checks
        if not ok
    ]


def _line(layer: CostLayer) -> Line:
    assert layer.leg_line is not None
    sku = layer.leg_line.sku
    sides = (sku.length_mm, sku.width_mm, sku.height_mm)
    volume = None
    if sides[0] is not None and sides[1] is not None and sides[2] is not None:
        volume = sides[0] * sides[1] * sides[2] * layer.qty
    weight = None if sku.weight_g is None else sku.weight_g * layer.qty
    return Line(layer.pk, layer.qty, weight, volume, layer.goods_minor)


def _lay(layers: dict[int, CostLayer], parts: dict[int, int]) -> tuple[dict[int, int], list[Restated]]:
    """Add parts to layers; what their units took with them goes to the uses and on to child layers."""
    stays: dict[int, int] = {}
    sold: list[Restated] = []
    while parts:
        layer_rows, use_rows, down = [], [], {}
        uses = list(
            LayerUse.objects.filter(layer_id__among=list(parts), qty__gt=0).order_by("layer_id", "id")
        )
        for pk, part in parts.items():
            layer = layers[pk]
            here, gone = share(part, [layer.left_qty, layer.qty - layer.left_qty])
            layer_rows.append((pk, part, here))
            stays[pk] = here
            mine = [u for u in uses if u.layer_id == pk]
            for use, extra in _per_use(mine, gone):
                use_rows.append((use.pk, extra))
                if use.source == "leg_line":
                    down[(pk, use.source_id)] = extra
                elif extra:
                    sold.append(Restated(use.source, use.source_id, extra))
        bulk.update_rows(
            CostLayer,
            ["landed_minor", "left_landed_minor"],
            layer_rows,
            set_sql="landed_minor = t.landed_minor + d.landed_minor, "
            "left_landed_minor = t.left_landed_minor + d.left_landed_minor",
        )
        bulk.update_rows(
            LayerUse, ["landed_minor"], use_rows, set_sql="landed_minor = t.landed_minor + d.landed_minor"
        )
        layers, parts = _children(down)
    return stays, sold


def _per_use(uses: Sequence[LayerUse], total: int) -> list[tuple[LayerUse, int]]:
    if not uses:
        return []
    return list(zip(uses, share(total, [u.qty for u in uses]), strict=True))


def _children(down: dict[tuple[int, int], int]) -> tuple[dict[int, CostLayer], dict[int, int]]:
    """Layers born of uses that a further leg took. A leg still on its way has none yet: its uses hold it."""
    found = CostLayer.objects.filter(parent_id__among=[parent for parent, _line in down])
    layers = {x.pk: x for x in found if (x.parent_id, x.leg_line_id) in down}
    return layers, {pk: down[(x.parent_id or 0, x.leg_line_id or 0)] for pk, x in layers.items()}
