"""Bills laid on goods, at the desk: what each laid on which batch, where it lies, and taking it back."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stock.models import LandedCharge
from tradewind.apps.stock.operations import charge_goods, reverse_charges
from tradewind.apps.stock.queries.bills import bills_visible, laid_on
from tradewind.desk.kernel import (
    DATE,
    DECIMAL,
    LINK,
    LONG,
    MANY,
    MONEY,
    NONE,
    STATE,
    TEXT,
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
from tradewind.desk.nouns._cost_sheet import (
    BASIS_NAMES,
    FEES,
    KIND_NAMES,
    LYING,
    PARTS,
    SOLD,
    TARGET,
    fees_of,
    layers_of,
    lying_rows,
    part_rows,
    placed,
    sold_rows,
)
from tradewind.engine.access import Actor
from tradewind.engine.allocation import KINDS
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money


def _amount(row: LandedCharge) -> Money:
    return Money(row.amount_minor, row.currency)


def _base(row: LandedCharge) -> Money:
    return Money(row.base_minor, row.company.base_currency)


def _state(row: LandedCharge) -> str:
    if row.reverses_id:
        return "reversal"
    return "taken_back" if row.void else "stands"


def _other(row: LandedCharge) -> Ref | None:
    """The bill this one takes back, or the one that takes this one back."""
    other = row.reverses or getattr(row, "reversal", None)
    return Ref("goods_bills", other.pk, f"#{other.pk}") if other else None


def _key(row: LandedCharge) -> str:
    name = str(BASIS_NAMES.get(row.basis, row.basis))
    return f"{name} ({row.divisor})" if row.divisor else name


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = bills_visible(actor).filter(pk=pk).first()
    if row is None:
        return None
    laid, base = laid_on(row), row.company.base_currency
    sheet = list(bills_visible(actor).filter(sheet=row.sheet, sheet__gt="").exclude(pk=pk).order_by("id"))
    tables = [
        Table(_("Where it lay when it came"), LYING, lying_rows(laid["here"], laid["gone"], base)),
        Table(_("What each batch took"), PARTS, part_rows(laid["parts"], base)),
    ]
    sold = sold_rows(laid["gone"], base)
    if sold:
        tables.append(Table(_("Orders it reached late"), SOLD, sold))
    if sheet:
        tables.append(Table(_("Others of the sheet"), _SHEET, sheet))
    return Detail(
        row.number,
        f"{KIND_NAMES.get(row.kind, row.kind)} · {row.creditor}",
        _state(row),
        (
            Fact(_("Cost sheet"), row.sheet),
            Fact(_("Laid on"), Ref("first_legs", row.leg_id, row.target) if row.leg_id else row.target,
                 LINK if row.leg_id else TEXT),
            Fact(_("Shared by"), _key(row)),
            Fact(_("Date"), row.on, DATE),
            Fact(_("Amount"), _amount(row), MONEY),
            Fact(_("Rate"), row.rate, DECIMAL),
            Fact(_("In the books' currency"), _base(row), MONEY),
            Fact(_("Reversal"), _other(row), LINK),
            Fact(_("Reason"), row.reason),
        ),
        tuple(tables),
    )  # fmt: skip


_SHEET = (
    Column("number", _("Bill"), LINK, lambda r: Ref("goods_bills", r.pk, r.number)),
    Column("kind", _("Kind"), TEXT, lambda r: KIND_NAMES.get(r.kind, r.kind)),
    Column("creditor", _("Billed by"), wide=True),
    Column("amount", _("Amount"), MONEY, _amount),
    Column("base", _("In the books' currency"), MONEY, _base),
)


def lay(call: Call, layer_ids: list[int], target: str = "") -> Outcome:
    """Book the bills of a form's lines on batches."""
    try:
        sheet = charge_goods(
            layer_ids=layer_ids, fees=fees_of(call.values["lines"]), now=call.now, by=call.by, target=target
        )
    except Refused as refused:
        raise Refused(placed(refused.problems)) from None
    text = _now("Laid on the batches; %(sold)d sold lines restated.") % {"sold": sheet.sold_lines}
    goto = Ref("goods_bills", sheet.charge_ids[0], sheet.number)
    return Outcome(text, len(sheet.charge_ids), goto)


def _enter(call: Call) -> Outcome:
    return lay(call, layers_of(call.values))


def _reverse(call: Call) -> Outcome:
    made = reverse_charges(
        charge_ids=call.ids, on=call.values["on"], reason=call.values["reason"], now=call.now, by=call.by
    )
    return Outcome(_("Taken back: costs are what they were without it."), len(made))


NOUN = Noun(
    code="goods_bills",
    label=_("Bills of goods"),
    stage=3,
    place=92,
    icon="receipt",
    prefix="gbl",
    view="stock.cost",
    rows=bills_visible,
    columns=(
        Column("number", _("Bill"), sort="number"),
        Column("state", _("State"), STATE, _state),
        Column("kind", _("Kind"), TEXT, lambda r: KIND_NAMES.get(r.kind, r.kind)),
        Column("creditor", _("Billed by"), sort="creditor", wide=True),
        Column("target", _("Laid on")),
        Column("basis", _("Shared by"), TEXT, _key),
        Column("on", _("Date"), DATE, sort="on"),
        Column("amount", _("Amount"), MONEY, _amount),
        Column("base", _("In the books' currency"), MONEY, _base, sort="base_minor"),
        Column("sheet", _("Cost sheet"), sort="sheet"),
    ),
    detail=_detail,
    states=(
        ("stands", _("Stands"), "good"),
        ("taken_back", _("Taken back"), "idle"),
        ("reversal", _("Takes back"), "wait"),
    ),
    search=("number__istartswith", "creditor__icontains", "sheet__istartswith", "target__icontains"),
    filters=(
        Filter("kind", _("Kind"), "kind", lambda _a: [(k, KIND_NAMES[k]) for k in KINDS]),
        Filter("void", _("Taken back"), "void", lambda _a: [("False", _("No")), ("True", _("Yes"))]),
    ),
    actions=(
        Action("enter", _("Enter bills"), _enter, "stock.cost", NONE, TARGET, key="n", lines=FEES),
        Action("reverse", _("Take the bill back"), _reverse, "stock.cost", MANY, (
            Field("on", _("Date"), DATE),
            Field("reason", _("Reason"), LONG),
        ), danger=True),
    ),
    empty=_("Enter what forwarders, customs and packers billed for your goods."),
    audit_kind="landed_charge",
    title_of="number",
    note=_("Every bill is shared to the cent over its batches; what was sold before is restated."),
)  # fmt: skip
