"""What people said settlement lines mean, at the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.settlements import queries
from tradewind.apps.settlements.operations import map_kind
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    LONG,
    NONE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
)  # fmt: skip
from tradewind.desk.nouns._money import kind_choices, kind_label
from tradewind.engine.access import Actor


def _channels(_actor: Actor) -> list[tuple[str, str]]:
    return [(m.code, m.name_zh) for m in registry.manifests(CHANNEL)]


def _detail(actor: Actor, pk: int) -> Detail | None:
    m = queries.mappings(actor).filter(pk=pk).first()
    if m is None:
        return None
    return Detail(
        " / ".join((m.type, m.amount_type, m.description)),
        kind_label(m.kind),
        facts=(
            Fact(_("Channel"), m.channel),
            Fact(_("Kind"), kind_label(m.kind)),
            Fact(_("From"), m.valid_from, DATE),
            Fact(_("Reason"), m.reason),
            Fact(_("Said by"), m.mapped_by),
            Fact(_("Said at"), m.mapped_at, TIME),
        ),
    )


def _map(call: Call) -> Outcome:
    v = call.values
    made = map_kind(
        channel=v["channel"], type=v["type"] or "", amount_type=v["amount_type"] or "",
        description=v["description"] or "", kind=v["kind"], valid_from=v["valid_from"],
        reason=v["reason"], now=call.now, by=call.by,
    )  # fmt: skip
    said = _("Mapped: every settlement not posted yet was asked again.")
    return Outcome(said, 1, Ref("kind_mappings", made.pk, str(made)))


NOUN = Noun(
    code="kind_mappings",
    label=_("Line meanings"),
    stage=6,
    place=13,
    icon="book-open-check",
    prefix="kmp",
    view="settlements.view",
    rows=queries.mappings,
    columns=(
        Column("channel", _("Channel"), sort="channel"),
        Column("type", _("Type"), sort="type"),
        Column("amount_type", _("Amount type")),
        Column("description", _("Description"), wide=True),
        Column("kind", _("Kind"), value=lambda m: kind_label(m.kind), sort="kind"),
        Column("valid_from", _("From"), DATE, sort="valid_from"),
        Column("mapped_by", _("Said by")),
    ),
    detail=_detail,
    order="-valid_from",
    search=("type__icontains", "description__icontains"),
    actions=(
        Action("map", _("Map kind"), _map, "settlements.change", NONE, (
            Field("channel", _("Channel"), CHOICE, choices=_channels),
            Field("type", _("Type"), required=False),
            Field("amount_type", _("Amount type"), required=False),
            Field("description", _("Description"), required=False),
            Field("kind", _("Kind"), CHOICE, choices=kind_choices),
            Field("valid_from", _("From"), DATE),
            Field("reason", _("Reason"), LONG),
        ), key="n"),
    ),
    empty=_("The rulebook's meanings hold until somebody says otherwise here."),
    audit_kind="kind_mapping",
    title_of=str,
    note=_("A person's word goes before the rulebook's, from its day on."),
)  # fmt: skip
