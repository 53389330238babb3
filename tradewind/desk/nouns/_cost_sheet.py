"""Bills of goods as people write them: which batches, which bills, by which keys; for form and preview."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims.models import Bill
from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.orders.models import OrderLine
from tradewind.apps.stock.models import Balance, CostLayer
from tradewind.apps.stock.queries.bills import Fee, Laid, target_layers
from tradewind.desk.kernel import CHOICE, DATE, INT, LINK, MONEY, TEXT, Column, Field, Ref, Table
from tradewind.engine.allocation import BASES, DECLARED, KINDS, Key
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError, parse_decimal

KIND_NAMES = {
    "freight": _("Freight"),
    "duty": _("Duty"),
    "import_vat": _("Import VAT not refunded"),
    "vat_refund": _("Import VAT refunded"),
    "insurance": _("Insurance"),
    "handling": _("Handling"),
    "packaging": _("Packaging"),
    "inspection": _("Quality inspection"),
    "domestic_freight": _("Domestic freight"),
    "credit": _("Credit note"),
    "other": _("Other cost of goods"),
}
BASIS_NAMES = {
    "weight": _("Actual weight"),
    "volumetric": _("Volumetric weight"),
    "chargeable": _("Chargeable weight"),
    "volume": _("Volume"),
    "qty": _("Quantity"),
    "value": _("Value of the goods"),
    "declared": _("Declared lines"),
    "custom": _("Shares of your own"),
}
PLACES = {"order_line": _("Sold already"), "count": _("Lost in counts"), "leg_line": _("Under way")}
_SPLIT = re.compile(r"[\s,;，；]+")

TARGET = (
    Field("legs", _("First legs"), TEXT, False, help=_("Numbers; one or more of legs, receipts, orders")),
    Field("receipts", _("Receipts"), TEXT, False),
    Field("orders", _("Purchase orders"), TEXT, False),
    Field("skus", _("Only these SKUs"), TEXT, False, help=_("All goods of them when left out")),
)
FEES = (
    Field("kind", _("Kind"), CHOICE, choices=lambda _a: [(k, KIND_NAMES[k]) for k in KINDS]),
    Field("basis", _("Shared by"), CHOICE, choices=lambda _a: [(b, BASIS_NAMES[b]) for b in BASES]),
    Field("amount", _("Amount"), MONEY, help=_("What comes back is below zero")),
    Field("on", _("Date"), DATE),
    Field("number", _("Bill")),
    Field("creditor", _("Billed by")),
    Field("divisor", _("Divisor"), INT, False, help=_("cm³ a kg, for volumetric weight: 5000, 6000")),
    Field("stated", _("By SKU"), TEXT, False,
          help=_("Declared amounts or own shares: SKU-1 12.50; SKU-2 3")),
)  # fmt: skip
PARTS = (
    Column("batch", _("Batch"), LINK),
    Column("sku", _("SKU"), LINK),
    Column("warehouse", _("Warehouse")),
    Column("qty", _("Units"), INT),
    Column("measure", _("Measured by")),
    Column("part", _("Its part"), MONEY),
    Column("unit", _("A unit"), MONEY),
)
LYING = (Column("place", _("Where"), wide=True), Column("lines", _("Documents"), INT),
         Column("amount", _("Amount"), MONEY))  # fmt: skip
SOLD = (Column("order", _("Order"), LINK), Column("sku", _("SKU")), Column("amount", _("Amount"), MONEY))


def words(text: Any) -> list[str]:
    """Numbers out of a field, apart by blanks or commas, each once."""
    return list(dict.fromkeys(word for word in _SPLIT.split(str(text or "").strip()) if word))


def layers_of(values: Mapping[str, Any]) -> list[int]:
    """The batches a form names; Refused when it names none."""
    names = {name: words(values.get(name)) for name in ("legs", "receipts", "orders", "skus")}
    if not (names["legs"] or names["receipts"] or names["orders"]):
        why = _now("name first legs, receipts or purchase orders")
        raise Refused([Problem(None, "legs", "", why)])
    return target_layers(
        legs=names["legs"], receipts=names["receipts"], orders=names["orders"], skus=names["skus"]
    )


def fees_of(lines: Sequence[Mapping[str, Any]]) -> list[Fee]:
    """The bills of a form; Refused for figures that cannot be read and bills that are an expense already."""
    problems: list[Problem] = []
    fees = []
    for row, line in enumerate(lines, 1):
        try:
            stated = _stated(str(line.get("stated") or ""), line["amount"], line["basis"])
        except Refused as refused:
            problems += [replace(p, field=f"lines.{row}.{p.field}") for p in refused.problems]
            stated = {}
        key = Key(line["basis"], line.get("divisor"), stated)
        fees.append(Fee(line["kind"], line["number"], line["creditor"], line["on"], line["amount"], key))
    problems += _in_claims(fees)
    if problems:
        raise Refused(problems)
    return fees


def placed(problems: Iterable[Problem]) -> list[Problem]:
    """Problems of the n-th bill under the fields of the n-th line; of batches under the batch's name."""
    found = []
    for p in problems:
        if p.row is not None and p.field in {f.name for f in FEES}:
            p = replace(p, row=None, field=f"lines.{p.row}.{p.field}")
        elif p.row is not None:
            p = replace(p, row=None, field=f"lines.{p.row}.basis", value=f"{p.field} {p.value}")
        found.append(p)
    return found


def _stated(text: str, amount: Money, basis: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    problems = []
    for part in re.split(r"[\n;；]+", text):
        sku, _space, figure = part.strip().rpartition(" ")
        if not part.strip():
            continue
        try:
            value = Fraction(parse_decimal(figure))
            if basis == DECLARED:
                Money.of(value, amount.currency)
        except (ValueError, MoneyError):
            value = None
        if value is None or not sku or sku.strip() in found:
            why = _now("not a SKU and a figure, or a SKU twice")
            problems.append(Problem(None, "stated", part.strip()[:80], why, "SKU-1 12.50"))
        else:
            found[sku.strip()] = value
    if problems:
        raise Refused(problems)
    return found


def _in_claims(fees: Sequence[Fee]) -> list[Problem]:
    """Bills that are audited as an expense: laid on goods as well they would cost twice."""
    problems = []
    there = {
        (creditor.lower(), number): state
        for creditor, number, state in Bill.objects.filter(
            number__in=[fee.number.strip() for fee in fees]
        ).values_list("creditor", "number", "state")
    }
    for row, fee in enumerate(fees, 1):
        if (fee.creditor.strip().lower(), fee.number.strip()) in there:
            why = _now("this bill is audited as an expense already: it would count twice")
            problems.append(Problem(None, f"lines.{row}.number", fee.number, why))
    return problems


def part_rows(parts: Iterable[Sequence[Any]], currency: str) -> list[dict[str, Any]]:
    """Rows of PARTS out of (layer, measure, minor units)."""
    listed = [tuple(p) for p in parts]
    layers = {
        x.pk: x
        for x in CostLayer.objects.filter(pk__among=[p[0] for p in listed]).select_related(
            "balance__sku", "balance__warehouse"
        )
    }
    return [
        {
            "batch": Ref("layers", pk, layers[pk].batch),
            "sku": Ref("skus", layers[pk].balance.sku_id, layers[pk].balance.sku.code),
            "warehouse": layers[pk].balance.warehouse.name, "qty": layers[pk].qty, "measure": measure,
            "part": Money(minor, currency),
            "unit": Money.rounded(Fraction(Money(minor, currency).amount) / layers[pk].qty, currency),
        }
        for pk, measure, minor in listed
    ]  # fmt: skip


def lying_rows(
    here: Iterable[Sequence[Any]], gone: Iterable[Sequence[Any]], currency: str
) -> list[dict[str, Any]]:
    """Rows of LYING: on hand by warehouse, then what went with units that left, by where they went."""
    on_hand = [tuple(pair) for pair in here]
    houses = dict(
        Balance.objects.filter(pk__among=[b for b, _m in on_hand]).values_list("id", "warehouse_id")
    )
    names = dict(Warehouse.objects.values_list("id", "name"))
    sums: dict[Any, list[int]] = {}
    for balance, minor in on_hand:
        _add(sums, _now("On hand in %(warehouse)s") % {"warehouse": names[houses[balance]]}, minor)
    for noun, _line, minor in gone:
        _add(sums, PLACES.get(noun, noun), minor)
    return [{"place": k, "lines": n, "amount": Money(minor, currency)} for k, (n, minor) in sums.items()]


def _add(sums: dict[Any, list[int]], key: Any, minor: int) -> None:
    found = sums.setdefault(key, [0, 0])
    found[0] += 1
    found[1] += minor


def sold_rows(gone: Iterable[Sequence[Any]], currency: str, most: int = 200) -> list[dict[str, Any]]:
    """Rows of SOLD: the orders a bill reached late, the dearest first."""
    sold = sorted(((m, line) for noun, line, m in gone if noun == "order_line"), key=lambda x: -abs(x[0]))
    some = sold[:most]
    lines = {
        x.pk: x
        for x in OrderLine.objects.filter(pk__among=[line for _m, line in some]).select_related(
            "order", "sku"
        )
    }
    return [
        {
            "order": Ref("orders", lines[line].order_id, lines[line].order.external_id),
            "sku": getattr(lines[line].sku, "code", ""),
            "amount": Money(minor, currency),
        }
        for minor, line in some
        if line in lines
    ]


def laid_tables(laid: Laid, title: str) -> list[Table]:
    """What a bill would lay, and where it would lie by now."""
    base = laid.base.currency
    parts = [(p.layer_id, p.measure, p.minor) for p in laid.parts]
    return [
        Table(title, PARTS, part_rows(parts, base)),
        Table(f"{title}: {_now('where it lies')}", LYING, lying_rows(laid.here, laid.gone, base)),
    ]
