"""Bill layouts at the desk: how creditors write, and what was agreed with them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.operations import LayoutInput, save_layout
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    INT,
    LONG,
    NONE,
    PERCENT,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._claims import KINDS, bill_kinds, pairs
from tradewind.desk.nouns._upstream import currencies
from tradewind.engine.access import Actor

_ROWS = (
    Column("header", _("In the file"), value=lambda x: x[0]),
    Column("means", _("Is read as"), value=lambda x: x[1]),
)

_COLUMNS = _(
    "A line each: tracking_no = Waybill. Also reference, service, shipped_on, country, zone, billed_weight, "
    "scale_weight, length, width, height, sides, charge, amount, total"
)
_DATES = _("Empty: 2026-10-31 or 2026/10/31. Else as strptime writes them")


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.layouts(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        row.name,
        row.creditor,
        facts=(
            Fact(_("Kind"), KINDS.get(row.kind, row.kind)),
            Fact(_("Currency"), row.currency),
            Fact(_("Unit of weight"), row.weight_unit),
            Fact(_("Unit of length"), row.length_unit),
            Fact(_("Heavier by grams is let pass"), row.tolerance_g, INT),
            Fact(_("Heavier by share is let pass"), row.tolerance_rate, PERCENT),
            Fact(_("Volume heavier by share is let pass"), row.size_tolerance_rate, PERCENT),
            Fact(_("Dearer by smallest units is let pass"), row.tolerance_minor, INT),
            Fact(_("Days to dispute, agreed"), row.dispute_days, INT),
        ),
        tables=(
            Table(_("Columns"), _ROWS, [(header, field) for field, header in row.captions.items()],
                  _("The usual headers are read.")),
            Table(_("Columns of charges"), _ROWS, list(row.charges.items()), _("None named.")),
            Table(_("Words of charges"), _ROWS, list(row.words.items()), _("None named.")),
        ),
    )  # fmt: skip


def _save(call: Call) -> Outcome:
    v = call.values
    row = save_layout(
        LayoutInput(
            code=v["code"], name=v["name"], creditor=v["creditor"], kind=v["kind"],
            captions=pairs("captions", v["captions"] or "", "tracking_no = 运单号"),
            charges=pairs("charges", v["charges"] or "", "运费 = freight"),
            words=pairs("words", v["words"] or "", "燃油附加费 = fuel"),
            currency=v["currency"] or "", weight_unit=v["weight_unit"] or "kg",
            length_unit=v["length_unit"] or "cm", date_format=v["date_format"] or "",
            number_style=v["number_style"] or "", tolerance_g=v["tolerance_g"] or 0,
            tolerance_rate=_share(v["tolerance_rate"]),
            size_tolerance_rate=_share(v["size_tolerance_rate"]),
            tolerance_minor=v["tolerance_minor"] or 0, dispute_days=v["dispute_days"],
        ),
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Saved."), 1, Ref("bill_layouts", row.pk, row.name))


def _share(percent: Decimal | None) -> Decimal:
    return (percent or Decimal(0)) / 100


NOUN = Noun(
    code="bill_layouts",
    label=_("Bill layouts"),
    stage=6,
    place=19,
    icon="table-properties",
    prefix="blo",
    view="claims.view",
    rows=queries.layouts,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), wide=True),
        Column("creditor", _("Creditor"), sort="creditor"),
        Column("kind", _("Kind"), value=lambda x: KINDS.get(x.kind, x.kind)),
        Column("currency", _("Currency")),
        Column("tolerance_g", _("Grams let pass"), INT),
        Column("dispute_days", _("Days to dispute"), INT),
    ),
    detail=_detail,
    order="code",
    actions=(
        Action("save", _("New or changed layout"), _save, "claims.change", NONE, (
            Field("code", _("Code"), help=_("The code of an old layout replaces it")),
            Field("name", _("Name")),
            Field("creditor", _("Creditor"), help=_("As it stands on the bill")),
            Field("kind", _("Kind"), CHOICE, choices=bill_kinds),
            Field("currency", _("Currency"), CHOICE, False, choices=currencies),
            Field("captions", _("Columns"), LONG, False, help=_COLUMNS),
            Field("charges", _("Columns of charges"), LONG, False,
                  help=_("A line each: Base rate = freight; codes as on the rate card, total for all of it")),
            Field("words", _("Words of charges"), LONG, False,
                  help=_("Where one column names the charge: Fuel surcharge = fuel")),
            Field("weight_unit", _("Unit of weight"), CHOICE, False,
                  choices=lambda _a: [(u, u) for u in ("kg", "g", "lb", "oz")], initial="kg"),
            Field("length_unit", _("Unit of length"), CHOICE, False,
                  choices=lambda _a: [(u, u) for u in ("cm", "mm", "in")], initial="cm"),
            Field("date_format", _("Dates as"), required=False, help=_DATES),
            Field("number_style", _("Numbers as"), CHOICE, False,
                  choices=lambda _a: [(s, s) for s in ("1,234.56", "1.234,56")]),
            Field("tolerance_g", _("Heavier by grams is let pass"), INT, False),
            Field("tolerance_rate", _("Heavier by share is let pass"), DECIMAL, False, help=_("In percent")),
            Field("size_tolerance_rate", _("Volume heavier by share is let pass"), DECIMAL, False,
                  help=_("In percent")),
            Field("tolerance_minor", _("Dearer by smallest units is let pass"), INT, False,
                  help=_("Cents, fen")),
            Field("dispute_days", _("Days to dispute, agreed"), INT, False),
        ), key="n"),
    ),
    empty=_("Say how a carrier writes its bills; plain files need no layout."),
    audit_kind="bill_layout",
    title_of="name",
    note=_("How creditors write their bills, and what was agreed with them."),
)  # fmt: skip
