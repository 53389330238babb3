"""Open holds at the desk: what must be worked through before orders can go on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.operations import release_holds
from tradewind.apps.orders.queries import holds_open
from tradewind.desk import words
from tradewind.desk.kernel import (
    LINK,
    MANY,
    STATE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Filter,
    Noun,
    Outcome,
    Ref,
)
from tradewind.desk.nouns._goods import REASONS, reason, time_left
from tradewind.desk.nouns.sync_runs import stores as store_ids
from tradewind.engine.access import Actor


def _rows(actor: Actor) -> QuerySet[Any]:
    return holds_open(actor).defer("order__buyer", "order__store__credentials")


def _order(row: Any) -> Ref:
    return Ref("orders", row.order_id, row.order.external_id)


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = _rows(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        f"{row.order.external_id}: {reason(row.reason)}",
        row.detail,
        facts=(
            Fact(_("Order"), _order(row), LINK),
            Fact(_("Store"), row.order.store.name),
            Fact(_("Reason"), reason(row.reason)),
            Fact(_("Details"), row.detail),
            Fact(_("For"), words.role(row.role)),
            Fact(_("Since"), row.opened_at, TIME),
            Fact(_("Time left"), time_left(row.order.ship_by)),
        ),
    )


def _release(call: Call) -> Outcome:
    """Release the chosen holds; a missing mapping is refused with its reason."""
    rows = list(_rows(call.by).filter(id__among=list(call.ids)).values_list("order_id", "reason"))
    freed: list[int] = []
    for one in sorted({why for _order_id, why in rows}):
        ids = [order_id for order_id, why in rows if why == one]
        freed += release_holds(ids=ids, reasons=[one], now=call.now, by=call.by)
    return Outcome(_now("%(count)d orders go on.") % {"count": len(freed)}, len(freed))


def _reasons(_actor: Actor) -> list[tuple[str, Any]]:
    return list(REASONS.items())


NOUN = Noun(
    code="holds",
    label=_("Holds"),
    stage=5,
    place=20,
    icon="hand",
    prefix="hld",
    view="orders.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("order", _("Order"), LINK, _order, sort="order__external_id"),
        Column("store", _("Store"), TEXT, "order.store.name"),
        Column("reason", _("Reason"), TEXT, lambda h: reason(h.reason), sort="reason"),
        Column("detail", _("Details"), wide=True),
        Column("role", _("For"), TEXT, lambda h: words.role(h.role), sort="role"),
        Column("order_state", _("State"), STATE, "order.state"),
        Column("left", _("Time left"), TEXT, lambda h: time_left(h.order.ship_by)),
        Column("opened_at", _("Since"), TIME, sort="opened_at"),
    ),
    detail=_detail,
    order="opened_at",
    search=("order__external_id__istartswith", "detail__icontains"),
    filters=(
        Filter("reason", _("Reason"), "reason", _reasons),
        Filter("store", _("Store"), "order__store_id", store_ids),
    ),
    actions=(Action("release", _("Release"), _release, "orders.change", MANY, key="r"),),
    waiting=lambda actor: holds_open(actor).count(),
    empty=_("Nothing is on hold."),
    title_of=lambda h: f"{h.order.external_id}: {reason(h.reason)}",
    note=_("Why orders wait, and for whom. Map listings, bring in goods, or release by hand."),
)
