"""What moved profit at the desk: one row an act upstream, its page the orders it moved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.profit import queries
from tradewind.apps.profit.models import RestatedOrder, Restatement
from tradewind.apps.profit.operations.restating import ASKED
from tradewind.desk.kernel import INT, LINK, MONEY, TIME, Column, Detail, Fact, Filter, Noun, Ref, Table
from tradewind.desk.nouns._money import money
from tradewind.desk.nouns._profit import COMPONENTS, PROFIT, STATES
from tradewind.desk.words import kind as kind_word
from tradewind.engine.access import Actor
from tradewind.engine.money import Money

SHOWN = 500
_NOUNS = {
    "settlement": "settlements", "first_leg": "first_legs", "layer": "layers", "parcel": "parcels",
    "order": "orders", "period": "periods", "landed_charge": "goods_bills",
}  # fmt: skip


def _kind(row: Restatement) -> str:
    return _now("Computed again") if row.kind == ASKED else kind_word(row.kind)


def _document(row: Restatement) -> Ref | str:
    noun = _NOUNS.get(row.kind)
    if noun is None or row.subject_id is None:
        return row.document
    return Ref(noun, row.subject_id, row.document or f"{row.subject_id}")


def _moved(row: Any) -> Money:
    return Money(int(row.moved_by or 0), row.currency)


def _signed(row: RestatedOrder) -> Money:
    change = (row.after_minor or 0) - (row.before_minor or 0)
    return Money(change if row.component == "revenue" else -change, row.restatement.currency)


_ORDERS = (
    Column("order", _("Order"), LINK, lambda r: Ref("orders", r.order_id, r.order.external_id)),
    Column("component", _("Component"), value=lambda r: COMPONENTS[r.component][0]),
    Column("before", _("Before"), MONEY, lambda r: money(r.before_minor, r.restatement.currency)),
    Column("was", _("Certainty before"), value=lambda r: STATES[r.before_state]),
    Column("after", _("After"), MONEY, lambda r: money(r.after_minor, r.restatement.currency)),
    Column("is", _("Certainty after"), value=lambda r: STATES[r.after_state]),
    Column("moved", _("Profit moved by"), MONEY, _signed),
)


def restated_table(rows: Any, actor: Actor) -> Table:
    """Components before and after, those the actor may see."""
    seen = [name for name, (_label, hidden) in COMPONENTS.items() if actor.sees(hidden)]
    return Table(
        _("What moved"), _ORDERS, list(rows.filter(component__in=seen)[:SHOWN]), _("Nothing moved."), PROFIT
    )


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.restatements(actor).filter(pk=pk).first()
    if row is None:
        return None
    moved: Any = row
    rows = queries.restated(actor).filter(restatement_id=pk).order_by("order_id", "id")
    words = _now("These %(n)d orders moved by %(amount)s.")
    return Detail(
        f"{_kind(row)} {row.document}",
        words % {"n": moved.orders_moved, "amount": _moved(row)} if actor.sees(PROFIT) else "",
        facts=(
            Fact(_("Cause"), _kind(row)),
            Fact(_("Document"), _document(row), LINK),
            Fact(_("Orders"), moved.orders_moved, INT),
            Fact(_("Profit moved by"), _moved(row), MONEY, hidden=PROFIT),
            Fact(_("Done by"), row.actor),
            Fact(_("At"), row.at, TIME),
        ),
        tables=(restated_table(rows, actor),),
    )


def _kinds(_actor: Actor) -> list[tuple[str, Any]]:
    return [(k, kind_word(k)) for k in (*_NOUNS, "fx_rate", "rule_decision", "kind_mapping")] + [
        (ASKED, _("Computed again"))
    ]


NOUN = Noun(
    code="restatements",
    label=_("What moved profit"),
    stage=6,
    place=42,
    icon="history",
    prefix="rst",
    view="profit.view",
    by_store=True,
    rows=queries.restatements,
    columns=(
        Column("at", _("At"), TIME, sort="at"),
        Column("kind", _("Cause"), value=_kind),
        Column("document", _("Document"), LINK, _document, wide=True),
        Column("orders", _("Orders"), INT, "orders_moved"),
        Column("moved", _("Profit moved by"), MONEY, _moved, hidden=PROFIT),
        Column("actor", _("Done by")),
    ),
    detail=_detail,
    order="-at",
    search=("document__istartswith",),
    filters=(Filter("kind", _("Cause"), "kind", _kinds),),
    empty=_("No order's profit has moved since it was first computed."),
    title_of="document",
    note=_(
        "An order's first value and these rows give the present one; each names the document that moved it."
    ),
)
