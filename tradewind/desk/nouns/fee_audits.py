"""Fee audits at the desk: what was judged, and what could not be."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import FeeAudit
from tradewind.desk.kernel import DATE, INT, LINK, TIME, Column, Detail, Fact, Filter, Noun, Ref, Table
from tradewind.desk.nouns._claims import WHY, reason_label
from tradewind.desk.nouns._money import store_choices
from tradewind.engine.access import Actor

_UNJUDGED = (
    Column("fee", _("Fee"), value=lambda x: reason_label(x[0]), wide=True),
    Column("why", _("Why"), value=lambda x: WHY.get(x[1], x[1])),
    Column("count", _("Fees"), INT, lambda x: x[2]),
)


def _store(row: FeeAudit) -> Ref:
    return Ref("stores", row.store_id, row.store.name)


def _detail(actor: Actor, pk: int) -> Detail | None:
    x = queries.fee_audits(actor).filter(pk=pk).first()
    if x is None:
        return None
    rows = [(*key.split(": ", 1), count) for key, count in x.unjudged.items()]
    return Detail(
        f"{x.first_on} – {x.last_on}",
        x.store.name,
        facts=(
            Fact(_("Store"), _store(x), LINK),
            Fact(_("Settlements ended from"), x.first_on, DATE),
            Fact(_("Settlements ended to"), x.last_on, DATE),
            Fact(_("Judged"), x.judged_count, INT),
            Fact(_("Right"), x.clean_count, INT),
            Fact(_("Too high"), x.found_count, INT),
            Fact(_("Could not be judged"), sum(x.unjudged.values()), INT),
            Fact(_("Made"), x.made_at, TIME),
            Fact(_("By"), x.made_by),
        ),
        tables=(Table(_("Could not be judged"), _UNJUDGED, rows, _("Everything was judged.")),),
    )


NOUN = Noun(
    code="fee_audits",
    label=_("Fee audits"),
    stage=6,
    place=18,
    icon="scan-search",
    prefix="fau",
    view="claims.view",
    by_store=True,
    rows=queries.fee_audits,
    columns=(
        Column("store", _("Store"), value="store.name", wide=True),
        Column("first_on", _("From"), DATE, sort="first_on"),
        Column("last_on", _("Until"), DATE, sort="last_on"),
        Column("judged", _("Judged"), INT, "judged_count"),
        Column("clean", _("Right"), INT, "clean_count"),
        Column("found", _("Too high"), INT, "found_count"),
        Column("unjudged", _("Could not be judged"), INT, lambda x: sum(x.unjudged.values())),
        Column("made_at", _("Made"), TIME, sort="made_at"),
    ),
    detail=_detail,
    order="-id",
    filters=(Filter("store", _("Store"), "store_id", store_choices),),
    empty=_("Fees are judged as settlements come, or from the list of wrong charges."),
    audit_kind="fee_audit",
    title_of=lambda row: f"{row.store} {row.last_on}",
    note=_("Fees of settled sales against the schedule of their day; what no rule covers is counted here."),
)  # fmt: skip
