"""Price policies at the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.prices import queries
from tradewind.apps.prices.models import PricePolicy
from tradewind.apps.prices.operations import NewPolicy, save_policies, stop_policies
from tradewind.desk.kernel import (
    CHOICE,
    DECIMAL,
    FLAG,
    LINK,
    MANY,
    MONEY,
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
)
from tradewind.desk.nouns._money import money
from tradewind.desk.nouns._prices import IMPORTERS, TARGETS, percent, schemes, share, store_codes, store_ref
from tradewind.desk.nouns._upstream import currencies, markets, services
from tradewind.engine.access import Actor
from tradewind.engine.pricing import PROFIT


def _market(row: PricePolicy) -> Ref | None:
    return None if row.market is None else Ref("markets", row.market.pk, str(row.market))


def _target(row: PricePolicy) -> str:
    value = row.target if row.target_kind == PROFIT else percent(row.target)
    return f"{value:f}".rstrip("0").rstrip(".") if value is not None else ""


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.policies(actor).filter(pk=pk).first()
    if row is None:
        return None
    return Detail(
        row.code,
        facts=(
            Fact(_("Store"), store_ref(row), LINK),
            Fact(_("Market"), _market(row), LINK),
            Fact(_("Category"), row.category),
            Fact(_("Target"), f"{TARGETS[row.target_kind]}: {_target(row)}"),
            Fact(_("Floor margin"), percent(row.floor_margin), PERCENT),
            Fact(_("Price endings"), row.endings),
            Fact(_("Ceiling"), money(row.ceiling_minor, row.ceiling_currency), MONEY),
            Fact(_("Set aside for ads"), percent(row.ads_rate), PERCENT),
            Fact(_("Set aside for returns"), percent(row.returns_rate), PERCENT),
            Fact(_("Set aside for exchange rates"), percent(row.fx_buffer_rate), PERCENT),
            Fact(_("Shipping service"), str(row.service or _("The cheapest that takes it"))),
            Fact(_("Who pays at the border"), str(IMPORTERS[row.import_by])),
            Fact(_("Stated duty and tax at the border"), percent(row.import_rate), PERCENT),
            Fact(_("Import scheme"), row.scheme),
            Fact(_("Proposals may lower prices"), row.lowers, FLAG),
        ),
        alerts=() if row.active else (_("This policy is stopped."),),
    )


def _save(call: Call) -> Outcome:
    v = call.values
    kind = v["target_kind"]
    new = NewPolicy(
        code=v["code"],
        target=v["target"] if kind == PROFIT else share(v["target"]),
        floor_margin=share(v["floor_margin"]),
        target_kind=kind,
        store=v["store"] or "",
        market=v["market"] or "",
        category=v["category"] or "",
        endings=v["endings"] or "",
        ceiling=v["ceiling"],
        ceiling_currency=v["ceiling_currency"] or "",
        ads_rate=share(v["ads_rate"]),
        returns_rate=share(v["returns_rate"]),
        fx_buffer_rate=share(v["fx_buffer_rate"]),
        service=v["service"] or "",
        import_by=v["import_by"],
        import_rate=None if v["import_rate"] is None else share(v["import_rate"]),
        scheme=v["scheme"] or "",
        lowers=bool(v["lowers"]),
    )
    pk = save_policies(policies=[new], now=call.now, by=call.by)[0]
    return Outcome(
        _("The policy is saved; floors follow at the next step."), 1, Ref("price_policies", pk, new.code)
    )


def _stop(call: Call) -> Outcome:
    return Outcome(_("Stopped."), stop_policies(ids=call.ids, now=call.now, by=call.by))


def _choices(words: dict[str, Any]) -> Any:
    return lambda _actor: list(words.items())


NOUN = Noun(
    code="price_policies",
    label=_("Price policies"),
    stage=4,
    place=24,
    icon="scale",
    prefix="ppo",
    view="prices.view",
    by_store=True,
    rows=queries.policies,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("store", _("Store"), LINK, store_ref),
        Column("market", _("Market"), LINK, _market),
        Column("category", _("Category"), sort="category"),
        Column("target_kind", _("Target is"), value=lambda p: str(TARGETS[p.target_kind]), wide=True),
        Column("target", _("Target"), value=_target),
        Column("floor_margin", _("Floor margin"), PERCENT, lambda p: percent(p.floor_margin)),
        Column("endings", _("Price endings")),
        Column("ceiling", _("Ceiling"), MONEY, lambda p: money(p.ceiling_minor, p.ceiling_currency)),
        Column("active", _("Active"), FLAG),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "category__istartswith"),
    actions=(
        Action("save", _("New or changed policy"), _save, "prices.change", NONE, (
            Field("code", _("Code"), help=_("A known code is changed")),
            Field("store", _("Store"), CHOICE, False, choices=store_codes),
            Field("market", _("Market"), CHOICE, False, choices=markets),
            Field("category", _("Category"), required=False),
            Field("target_kind", _("Target is"), CHOICE, choices=_choices(TARGETS), initial="margin"),
            Field("target", _("Target"), DECIMAL, initial="25"),
            Field("floor_margin", _("Floor margin, %"), DECIMAL, initial="10"),
            Field("endings", _("Price endings"), required=False, initial=".99",
                  help=_("The last digits, e.g. .99 .95; empty: any price")),
            Field("ceiling", _("Ceiling"), DECIMAL, False, help=_("The highest price allowed, e.g. MAP")),
            Field("ceiling_currency", _("Ceiling's currency"), CHOICE, False, choices=currencies),
            Field("ads_rate", _("Set aside for ads, %"), DECIMAL, initial="5"),
            Field("returns_rate", _("Set aside for returns, %"), DECIMAL, initial="3"),
            Field("fx_buffer_rate", _("Set aside for exchange rates, %"), DECIMAL, initial="1"),
            Field("service", _("Shipping service"), CHOICE, False, choices=services,
                  help=_("Empty: the cheapest that takes the parcel")),
            Field("import_by", _("Who pays at the border"), CHOICE, choices=_choices(IMPORTERS),
                  initial="buyer"),
            Field("import_rate", _("Duty and tax at the border, % of the net price"), DECIMAL, False,
                  help=_("Empty: computed by the rules and the tariff")),
            Field("scheme", _("Import scheme"), CHOICE, False, choices=schemes,
                  help=_("Under which the goods come in, e.g. IOSS")),
            Field("lowers", _("Proposals may lower prices"), FLAG, False),
        ), key="n"),
        Action("stop", _("Stop"), _stop, "prices.change", MANY, danger=True,
               confirm=_("Their listings fall to the next wider policy. Go on?")),
    ),
    empty=_("Make a policy: target, floor margin and price endings of a store, a market or everything."),
    audit_kind="price_policy",
    note=_("The narrower scope wins: a store before a market, with a category before without."),
)  # fmt: skip
