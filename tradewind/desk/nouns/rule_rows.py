"""The rulebook at the desk: every dated fact, what it says, since when, and on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.markets import queries
from tradewind.apps.markets.models import RuleRow
from tradewind.apps.markets.operations import (
    Decision,
    Override,
    adopt_rules,
    decide_rules,
    drop_pack,
    end_rules,
    load_pack,
    override_rule,
)
from tradewind.desk.kernel import (
    CHOICE,
    DATE,
    FILE,
    LONG,
    MANY,
    NONE,
    ONE,
    STATE,
    Action,
    Call,
    Column,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
)
from tradewind.desk.nouns._rule_page import LEVELS, PLACES, rule_page, today
from tradewind.desk.nouns._rule_words import KINDS, SUBJECTS, choices, kind_label, question, summary
from tradewind.engine.access import Actor
from tradewind.engine.rulebook import CONFIRMED, REFUSED

STANDINGS = (
    ("past", _("Past its known life"), "bad"),
    ("proposed", _("Proposed"), "wait"),
    ("confirmed", _("Confirmed"), "good"),
    ("coming", _("Coming"), "idle"),
    ("superseded", _("Superseded"), "done"),
    ("refused", _("Turned down"), "bad"),
    ("pack", _("Pack to try"), "idle"),
)


def _rows(actor: Actor) -> QuerySet[RuleRow]:
    return queries.rule_rows(actor, today())


def _values_of(column: str) -> Any:
    def found(_actor: Actor) -> list[tuple[str, str]]:
        rows = RuleRow.objects.exclude(**{column: ""}).order_by(column).values_list(column, flat=True)
        return [(value, value) for value in rows.distinct()]

    return found


def _kinds(_actor: Actor) -> list[tuple[str, Any]]:
    return choices(KINDS)


def _packs(actor: Actor) -> list[tuple[str, str]]:
    return [(name, name) for name in queries.packs(actor)]


def _ids(call: Call) -> list[str]:
    return list(RuleRow.objects.filter(pk__in=call.ids).order_by("pk").values_list("rule_id", flat=True))


def _decide(verdict: str) -> Any:
    def run(call: Call) -> Outcome:
        v = call.values
        until = v.get("until")
        said_of = [Decision(rule, verdict, v["reason"], v["source"], until) for rule in _ids(call)]
        decide_rules(decisions=said_of, now=call.now, by=call.by)
        return Outcome(_("The decision counts from now on."), len(said_of))

    return run


def _override(call: Call) -> Outcome:
    v = call.values
    made = override_rule(
        row_id=call.ids[0],
        override=Override(
            v["says"], v["valid_from"], v["reason"], v["source"], v.get("valid_to"), v.get("known_to")
        ),
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Your own row counts from its day on."), 1, Ref("rule_rows", made, ""))


def _end(call: Call) -> Outcome:
    count = end_rules(row_ids=call.ids, last_day=call.values["last_day"], now=call.now, by=call.by)
    return Outcome(_("Ended: from the next day on the rulebook speaks again."), count)


def _load(call: Call) -> Outcome:
    v = call.values
    count = load_pack(
        pack=v["pack"], name=v["file"].name, content=v["file"].content, reason=v["reason"],
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("The pack can be tried; nothing of it is switched on."), count)


def _drop(call: Call) -> Outcome:
    return Outcome(_("The pack is gone."), drop_pack(pack=call.values["pack"], now=call.now, by=call.by))


def _adopt(call: Call) -> Outcome:
    count = adopt_rules(row_ids=call.ids, reason=call.values["reason"], now=call.now, by=call.by)
    return Outcome(_("Switched on as your own rows."), count)


_REASON = Field("reason", _("Reason"), LONG)
_SOURCE = Field("source", _("Source"), help=_("The document you read"))


def _labelled(words: dict[str, Any]) -> Any:
    def found(_actor: Actor) -> Sequence[tuple[str, Any]]:
        return list(words.items())

    return found


NOUN = Noun(
    code="rule_rows",
    label=_("Rules"),
    stage=1,
    place=38,
    icon="book-open",
    prefix="rle",
    view="markets.view",
    rows=_rows,
    columns=(
        Column("standing", _("State"), STATE),
        Column("kind", _("Kind"), value=lambda r: kind_label(r.kind), sort="kind"),
        Column("keys_text", _("Of what"), value=lambda r: question(r.keys), sort="keys_text", wide=True),
        Column("says", _("Says"), value=lambda r: summary(r.values), wide=True),
        Column("valid_from", _("From"), DATE, sort="valid_from"),
        Column("valid_to", _("Until"), DATE, sort="valid_to"),
        Column("known", _("Known until"), DATE),
        Column("confidence", _("Confidence"), value=lambda r: str(LEVELS.get(r.confidence, r.confidence))),
        Column("rule_id", _("Rule"), sort="rule_id"),
    ),
    detail=rule_page,
    order="kind",
    search=("rule_id__icontains", "keys_text__icontains", "source__icontains", "note__icontains"),
    state_field="standing",
    states=STANDINGS,
    filters=(
        Filter("subject", _("Subject"), "subject", lambda _actor: choices(SUBJECTS)),
        Filter("kind", _("Kind"), "kind", _kinds),
        Filter("market", _("Market"), "market", _values_of("market")),
        Filter("channel", _("Channel"), "channel", _values_of("channel")),
        Filter("confidence", _("Confidence"), "confidence", _labelled(LEVELS)),
        Filter("place", _("Where it stands"), "place", _labelled(PLACES)),
    ),
    actions=(
        Action("confirm", _("Confirm"), _decide(CONFIRMED), "rules.confirm", MANY, (
            Field("until", _("Vouched for until"), DATE, False,
                  help=_("Needed past its known life; past this day the rule asks again")),
            _REASON, _SOURCE,
        ), states=("past", "proposed", "refused"), key="y"),
        Action("refuse", _("Refuse"), _decide(REFUSED), "rules.confirm", MANY, (_REASON, _SOURCE),
               states=("past", "proposed", "confirmed", "coming"), danger=True),
        Action("override", _("Say otherwise"), _override, "rules.confirm", ONE, (
            Field("says", _("What differs"), LONG,
                  help=_("One value a line as in a rule file, e.g. rate = 0.12; the rest stays")),
            Field("valid_from", _("From"), DATE),
            Field("valid_to", _("Until"), DATE, False),
            Field("known_to", _("Known until"), DATE, False),
            _REASON, _SOURCE,
        ), states=("past", "proposed", "confirmed", "coming"), key="o"),
        Action("end", _("End an own row"), _end, "rules.confirm", MANY,
               (Field("last_day", _("Last day"), DATE),), states=("confirmed", "coming", "past")),
        Action("load_pack", _("Load a pack to try"), _load, "rules.confirm", NONE, (
            Field("pack", _("Name of the pack"), help=_("A code, e.g. 2027-fees; the same name replaces")),
            Field("file", _("Rule file (TOML)"), FILE),
            _REASON,
        ), key="n"),
        Action("drop_pack", _("Take a pack away"), _drop, "rules.confirm", NONE,
               (Field("pack", _("Name of the pack"), CHOICE, choices=_packs),), danger=True),
        Action("adopt", _("Switch on"), _adopt, "rules.confirm", MANY, (_REASON,), states=("pack",)),
    ),
    waiting=lambda _actor: queries.rules_past(today()),
    empty=_("The rulebook is copied here when the house starts: tradewind rules sync"),
    audit_kind="rule",
    title_of="rule_id",
    note=_(
        "Dated facts with their source. The number counts rules past their known life: they answer nothing "
        "until a person confirms."
    ),
)  # fmt: skip
