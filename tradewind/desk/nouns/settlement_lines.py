"""Settlement lines at the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.models import SettlementLine
from tradewind.desk.kernel import INT, LINK, MONEY, TIME, Column, Detail, Fact, Filter, Noun, Ref
from tradewind.desk.nouns._money import kind_choices, kind_label, money, settlement_ref
from tradewind.desk.nouns._settlement_page import HOW
from tradewind.engine.access import Actor


def _order(line: SettlementLine) -> Ref | None:
    return None if line.order is None else Ref("orders", line.order.pk, line.order.external_id)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.lines(actor).filter(pk=pk).first()
    if x is None:
        return None
    return Detail(
        f"{x.settlement.external_id} #{x.line_no}",
        " / ".join((x.type, x.amount_type, x.description)),
        facts=(
            Fact(_("Settlement"), settlement_ref(x.settlement), LINK),
            Fact(_("Amount"), money(x.amount_minor, x.settlement.currency), MONEY),
            Fact(_("Kind"), kind_label(x.kind)),
            Fact(_("Stands on"), x.rule_id),
            Fact(_("Order"), _order(x), LINK),
            Fact(_("Found by"), HOW.get(x.matched_how, x.matched_how) if x.order else None),
            Fact(_("Order as the file says it"), x.order_external_id),
            Fact(_("Channel SKU"), x.external_sku),
            Fact(_("Posted at"), x.posted_at, TIME),
        ),
    )


NOUN = Noun(
    code="settlement_lines",
    label=_("Settlement lines"),
    stage=6,
    place=14,
    icon="list",
    prefix="stl",
    view="settlements.view",
    by_store=True,
    rows=queries.lines,
    columns=(
        Column("settlement", _("Settlement"), LINK, lambda x: settlement_ref(x.settlement)),
        Column("line_no", _("Line"), INT, sort="line_no"),
        Column("type", _("Type"), sort="type"),
        Column("amount_type", _("Amount type")),
        Column("description", _("Description"), wide=True),
        Column("kind", _("Kind"), value=lambda x: kind_label(x.kind), sort="kind"),
        Column("amount", _("Amount"), MONEY, lambda x: money(x.amount_minor, x.settlement.currency),
               sort="amount_minor"),
        Column("order", _("Order"), LINK, _order),
        Column("external_sku", _("Channel SKU")),
        Column("posted_at", _("Posted at"), TIME),
    ),
    detail=_detail,
    order="-settlement_id id",
    search=("order_external_id__iexact",),
    filters=(
        Filter("kind", _("Kind"), "kind", kind_choices),
        Filter("how", _("Found by"), "matched_how", lambda _actor: [h for h in HOW.items() if h[0]]),
    ),
    empty=_("Lines come with settlement files."),
    note=_("The newest settlement first, its lines as they stand in the file."),
    title_of=lambda row: f"{row.settlement.external_id}#{row.line_no}",
)  # fmt: skip
