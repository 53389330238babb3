"""First legs at the desk: goods on their way between our warehouses, and the bills they bring."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics.models import Service, Warehouse
from tradewind.apps.org.models import Company
from tradewind.apps.stock.operations import arrive_leg, cancel_leg, depart_leg, pack_leg
from tradewind.apps.stock.queries import legs_visible
from tradewind.apps.stock.queries.bills import bills_visible, target_layers
from tradewind.db.states import WrongState
from tradewind.desk.kernel import (
    CHOICE,
    INT,
    LINK,
    LONG,
    MONEY,
    NONE,
    ONE,
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
from tradewind.desk.nouns._cost_sheet import BASIS_NAMES, FEES, KIND_NAMES
from tradewind.desk.nouns._goods import warehouse_ids
from tradewind.desk.nouns._upstream import companies, of_code, services, warehouses
from tradewind.desk.nouns.goods_bills import lay
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money

LINES = (
    Column("sku", _("SKU"), LINK, lambda x: Ref("skus", x.sku_id, x.sku.code)),
    Column("name", _("Name"), TEXT, lambda x: x.sku.name_zh or x.sku.name, wide=True),
    Column("qty", _("Units"), INT),
)
CHARGES = (
    Column("number", _("Bill"), LINK, lambda c: Ref("goods_bills", c.pk, c.number)),
    Column("kind", _("Kind"), TEXT, lambda c: KIND_NAMES.get(c.kind, c.kind)),
    Column("basis", _("Shared by"), TEXT, lambda c: BASIS_NAMES.get(c.basis, c.basis)),
    Column("creditor", _("Billed by"), wide=True),
    Column("on", _("Date"), "date"),
    Column("amount", _("Amount"), MONEY, lambda c: Money(c.amount_minor, c.currency)),
)


def _detail(actor: Actor, pk: int) -> Detail | None:
    leg = legs_visible(actor).filter(pk=pk).first()
    if leg is None:
        return None
    tables = [Table(_("Lines"), LINES, list(leg.lines.select_related("sku").order_by("sku__code")))]
    if actor.can("stock.cost"):
        bills = list(bills_visible(actor).filter(leg_id=pk, void=False).order_by("id"))
        tables.append(Table(_("Bills"), CHARGES, bills, _("No bill yet."), hidden="cost"))
    return Detail(
        leg.number,
        f"{leg.origin.name} → {leg.destination.name}",
        leg.state,
        (
            Fact(_("Stock owner"), str(leg.owner)),
            Fact(_("From warehouse"), leg.origin.name),
            Fact(_("To warehouse"), leg.destination.name),
            Fact(_("Service"), leg.service.name if leg.service else ""),
            Fact(_("Departed"), leg.departed_at, TIME),
            Fact(_("Arrived"), leg.arrived_at, TIME),
        ),
        tuple(tables),
    )


def _lines(text: str) -> dict[int, int]:
    """SKU id -> units from lines "SKU-1 40"; Refused with every wrong line."""
    found: dict[str, int] = {}
    problems = []
    for row, line in enumerate(text.splitlines(), 1):
        code, _space, qty = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if not code or not qty.isdigit() or code.strip() in found:
            problems.append(
                Problem(row, "lines", line[:80], _now("not a SKU and a number, or a SKU twice"), "SKU-1 40")
            )
        else:
            found[code.strip()] = int(qty)
    ids = dict(Sku.objects.filter(code__in=list(found)).values_list("code", "id"))
    problems += [Problem(None, "lines", c, _now("there is no such SKU")) for c in found if c not in ids]
    if problems:
        raise Refused(problems)
    return {ids[code]: qty for code, qty in found.items()}


def _pack(call: Call) -> Outcome:
    values = call.values
    service = values["service"]
    leg = pack_leg(
        owner_id=of_code(Company, "owner", values["owner"]).pk,
        origin_id=of_code(Warehouse, "origin", values["origin"]).pk,
        destination_id=of_code(Warehouse, "destination", values["destination"]).pk,
        service_id=of_code(Service, "service", service).pk if service else None,
        lines=_lines(values["lines"]),
        now=call.now,
        by=call.by,
    )
    return Outcome(_("Packed."), 1, Ref("first_legs", leg.pk, leg.number))


def _step(act: Any) -> Any:
    def run(call: Call) -> Outcome:
        try:
            act(leg_id=call.ids[0], now=call.now, by=call.by)
        except WrongState:
            raise Refused([Problem(None, "state", "", _now("the first leg is in another state"))]) from None
        return Outcome(_("Done."), 1)

    return run


def _charge(call: Call) -> Outcome:
    leg = legs_visible(call.by).filter(pk=call.ids[0]).first()
    if leg is None or leg.state != "arrived":
        why = _now("has not arrived, so it has no batches yet")
        raise Refused([Problem(None, "leg", leg.number if leg else "", why)])
    return lay(call, target_layers(legs=[leg.number]), leg.number)


NOUN = Noun(
    code="first_legs",
    label=_("First legs"),
    stage=3,
    place=90,
    icon="ship",
    prefix="leg",
    view="stock.view",
    rows=legs_visible,
    columns=(
        Column("number", _("Number"), sort="number"),
        Column("state", _("State"), "state"),
        Column("owner", _("Stock owner"), TEXT, "owner.code"),
        Column("origin", _("From warehouse"), TEXT, "origin.name"),
        Column("destination", _("To warehouse"), TEXT, "destination.name", wide=True),
        Column("service", _("Service"), TEXT, "service.name"),
        Column("departed_at", _("Departed"), TIME),
        Column("arrived_at", _("Arrived"), TIME),
    ),
    detail=_detail,
    search=("number__istartswith",),
    state_field="state",
    states=(
        ("packed", _("Packed"), "wait"),
        ("departed", _("On the way"), "wait"),
        ("arrived", _("Arrived"), "done"),
        ("cancelled", _("Cancelled"), "idle"),
    ),
    filters=(Filter("destination", _("To warehouse"), "destination_id", warehouse_ids),),
    actions=(
        Action("pack", _("New first leg"), _pack, "stock.change", NONE, (
            Field("owner", _("Stock owner"), CHOICE, choices=companies),
            Field("origin", _("From warehouse"), CHOICE, choices=warehouses),
            Field("destination", _("To warehouse"), CHOICE, choices=warehouses),
            Field("service", _("Service"), CHOICE, False, choices=services),
            Field("lines", _("SKUs and units"), LONG, help=_("One line each, e.g. SKU-1 40")),
        ), key="n"),
        Action("depart", _("Departed"), _step(depart_leg), "stock.change", ONE, states=("packed",)),
        Action("arrive", _("Arrived"), _step(arrive_leg), "stock.change", ONE, states=("departed",)),
        Action("charge", _("Enter bills"), _charge, "stock.cost", ONE, states=("arrived",), lines=FEES),
        Action("cancel", _("Cancel"), _step(cancel_leg), "stock.change", ONE, states=("packed",),
               danger=True),
    ),
    waiting=lambda actor: legs_visible(actor).filter(state__in=("packed", "departed")).count(),
    empty=_("Pack goods for another warehouse of yours."),
    audit_kind="first_leg",
    title_of="number",
    note=_("Goods between our warehouses; their cost travels along, and bills are laid on their batches."),
)  # fmt: skip
