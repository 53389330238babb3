"""What a parcel costs by every way: prices with their arithmetic, the order, why the others refuse it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.catalog.models import Sku
from tradewind.apps.logistics import queries
from tradewind.desk.asking import Answer, Ask, Tool
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    DECIMAL,
    FLAG,
    INT,
    LINK,
    MONEY,
    PERCENT,
    TEXT,
    Column,
    Fact,
    Field,
    Ref,
    Table,
)
from tradewind.desk.nouns._attributes import ATTRIBUTE_WORDS, REASON_WORDS, VERDICT_WORDS, WHY_WORDS
from tradewind.desk.nouns._upstream import currencies
from tradewind.desk.nouns.shipping_services import KINDS
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem
from tradewind.engine.rates import Parcel
from tradewind.engine.rates_deck import Weights
from tradewind.engine.restrictions import ATTRIBUTES, Goods

SIDES = ("length_mm", "width_mm", "height_mm")
_DEFAULT = Weights()


@dataclass(frozen=True, slots=True)
class _Question:
    """A parcel, and how the ways for it are compared."""

    parcel: Parcel
    on: date
    currency: str
    kind: str
    weights: Weights

    @property
    def together(self) -> tuple[Any, ...]:
        """Questions that agree in this are asked at once."""
        return self.on, self.currency, self.kind, self.weights


def _run(ask: Ask) -> list[Answer]:
    skus = _skus(ask.rows)
    answers: list[Answer | None] = [None] * len(ask.rows)
    groups: dict[tuple[Any, ...], list[tuple[int, _Question]]] = {}
    for at, row in enumerate(ask.rows):
        problems: list[Problem] = []
        question = _question(row, skus, ask.now.date(), problems)
        if problems:
            answers[at] = Answer(problems=tuple(problems))
        else:
            groups.setdefault(question.together, []).append((at, question))
    for (on, currency, kind, weights), members in groups.items():
        offers = queries.quotes(
            [q.parcel for _at, q in members], on, currency=currency, kinds=[kind] if kind else None,
            weights=weights,
        )  # fmt: skip
        for (at, question), found in zip(members, offers, strict=True):
            answers[at] = _answer(question, found, whole=len(ask.rows) == 1)
    return [one for one in answers if one is not None]


def _skus(rows: Sequence[Mapping[str, Any]]) -> dict[str, Sku]:
    codes = sorted({row["sku"] for row in rows if row["sku"]})
    return {s.code: s for s in Sku.objects.filter(code__among=codes)} if codes else {}


def _question(
    row: Mapping[str, Any], skus: Mapping[str, Sku], today: date, problems: list[Problem]
) -> _Question:
    sku = skus.get(row["sku"] or "")
    if row["sku"] and sku is None:
        problems.append(Problem(None, "sku", row["sku"], _now("there is no such row")))
    sizes = {name: row[name] or (getattr(sku, name) if sku else None) for name in ("weight_g", *SIDES)}
    if not sizes["weight_g"]:
        problems.append(
            Problem(None, "weight_g", "", _now("this is needed"), _now("or a SKU that was weighed"))
        )
    for name, value in sizes.items():
        if value is not None and not 0 < value <= 30_000_000:
            problems.append(
                Problem(None, name, str(value), _now("not a whole number in range"), "1-30000000")
            )
    pieces = row["pieces"] or 1
    if not 0 < pieces <= 100_000:
        problems.append(Problem(None, "pieces", str(pieces), _now("not a whole number in range"), "1-100000"))
    day = _DEFAULT.day if row["day_share"] is None else row["day_share"] / 100
    parcel = Parcel(
        row["country"], sizes["weight_g"] or 1, sizes["length_mm"], sizes["width_mm"], sizes["height_mm"],
        row["postcode"] or "", _goods(row, sku, problems),
        frozenset((row["options"] or "").replace(",", " ").split()), pieces,
    )  # fmt: skip
    weights = Weights(day, _DEFAULT.untracked, _DEFAULT.late, _DEFAULT.unknown)
    return _Question(parcel, row["on"] or today, row["currency"] or "CNY", row["kind"] or "", weights)


def _goods(row: Mapping[str, Any], sku: Sku | None, problems: list[Problem]) -> Goods:
    """What is stated of the goods: typed words ("none": nothing of all), else what the SKU says."""
    wh: Decimal | None = row["battery_wh"]
    if not row["attributes"]:
        return queries.goods_of(sku.attributes if sku else {}, wh)
    named = {word for word in row["attributes"].replace(",", " ").lower().split() if word != "none"}
    for word in sorted(named - set(ATTRIBUTES)):
        problems.append(
            Problem(None, "attributes", word, _now("not one of the choices"), ", ".join(ATTRIBUTES))
        )
    return Goods.of({**dict.fromkeys(ATTRIBUTES, False), **dict.fromkeys(named, True)}, wh)


def _answer(question: _Question, offers: Sequence[queries.Offer], *, whole: bool) -> Answer:
    parcel = question.parcel
    title = f"{parcel.country} {parcel.weight_g} g"
    best = next((o for o in offers if o.quote.minor is not None), None) if offers else None
    refused = sum(o.quote.minor is None for o in offers) if whole else 0
    if best is None:
        said = sorted({str(REASON_WORDS.get(o.reason, o.reason)) for o in offers})
        reason = _now("no service takes this parcel")
        problem = Problem(None, "country", title, reason, "; ".join(said) or _now("no rate card is in force"))
        return Answer(title, tables=(_refusals(offers),) if whole else (), problems=(problem,))
    judgement = best.judgement
    papers = ", ".join((*judgement.documents, *judgement.labels))
    figures = {
        "country": parcel.country, "weight_g": parcel.weight_g, "service": best.service.code,
        "price": best.quote.amount, "compare": best.compare, "promise_days": best.service.promise_days,
        "chargeable": best.quote.chargeable, "unit": best.quote.unit, "goods": judgement.verdict,
        "papers": papers, "not_judged": ", ".join(u.code for u in best.quote.unjudged),
    }  # fmt: skip
    if not whole:
        return Answer(title, figures=figures)
    facts = (
        Fact(_("Best way"), Ref("services", best.service.pk, str(best.service)), LINK),
        Fact(_("Freight"), best.quote.amount, MONEY, breakdown=best.quote.explain()),
        Fact(_("Days promised"), best.service.promise_days, INT),
        Fact(_("Charged weight"), f"{best.quote.chargeable} {best.quote.unit}"),
        Fact(_("Goods"), VERDICT_WORDS[judgement.verdict]),
        Fact(_("Papers and labels"), papers),
        Fact(_("Ways that refuse"), refused, INT),
    )
    tree = (str(best.service), best.quote.explain(), "")
    tables = (_offers(offers), _refusals(offers)) if refused else (_offers(offers),)
    return Answer(title, facts, tables, (tree,), _alerts(question, best), figures)


def _alerts(question: _Question, best: queries.Offer) -> tuple[str, ...]:
    told = [
        _now("%(what)s is not in the price: %(why)s")
        % {"what": u.code, "why": REASON_WORDS.get(u.reason, u.reason)}
        for u in best.quote.unjudged
    ]
    told += [
        _now("%(what)s: %(why)s")
        % {"what": ATTRIBUTE_WORDS.get(r.attribute, r.attribute), "why": WHY_WORDS[r.why]}
        for r in best.judgement.against
    ]
    share = _now("%(share)s %%") % {"share": f"{(question.weights.day * 100).normalize():f}"}
    order = _now(
        "The order counts price, promised days (%(day)s of the price each), tracking and what is not known "
        "of the goods. How often a service was late is not known and counts nothing."
    )
    return (*told, order % {"day": share})


def _service(offer: queries.Offer) -> Ref:
    return Ref("services", offer.service.pk, str(offer.service))


def _offers(offers: Sequence[queries.Offer]) -> Table:
    columns = (
        Column("service", _("Shipping service"), LINK, _service, wide=True),
        Column("price", _("Freight"), MONEY, lambda o: o.quote.amount),
        Column("compare", _("Compared"), MONEY, lambda o: o.compare),
        Column("days", _("Days promised"), INT, lambda o: o.service.promise_days),
        Column("tracked", _("Tracked"), FLAG, lambda o: o.service.tracked),
        Column("by_days", _("× for days"), DECIMAL, lambda o: o.factors[0]),
        Column("by_risk", _("× for risk"), DECIMAL, lambda o: o.factors[1]),
        Column("chargeable", _("Charged weight"), TEXT, lambda o: f"{o.quote.chargeable} {o.quote.unit}"),
        Column("goods", _("Goods"), TEXT, lambda o: VERDICT_WORDS[o.judgement.verdict]),
        Column("papers", _("Papers and labels"), TEXT,
        lambda o: ", ".join((*o.judgement.documents, *o.judgement.labels))),
        Column("card", _("Rate card"), LINK, lambda o: Ref("rate_cards", o.card_id, o.service.code)),
    )  # fmt: skip
    return Table(_("Ways that take it"), columns, [o for o in offers if o.quote.minor is not None])


def _refusals(offers: Sequence[queries.Offer]) -> Table:
    columns = (
        Column("service", _("Shipping service"), LINK, _service),
        Column("reason", _("Why not"), TEXT, lambda o: REASON_WORDS.get(o.reason, o.reason)),
        Column("words", _("In detail"), TEXT, _detail, wide=True),
    )
    return Table(_("Ways that refuse it"), columns, [o for o in offers if o.quote.minor is None or o.reason])


def _detail(offer: queries.Offer) -> str:
    if offer.reason != "not_taken":
        return ""
    return "; ".join(
        f"{ATTRIBUTE_WORDS.get(r.attribute, r.attribute)}: {WHY_WORDS[r.why]} {r.note}".strip()
        for r in offer.judgement.against
    )


def _kinds(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(KINDS.items())


TOOL = Tool(
    code="quote",
    label=_("Quote a parcel"),
    stage=2,
    place=30,
    icon="package-search",
    view="logistics.view",
    fields=(
        Field("country", _("Country"), COUNTRY),
        Field("postcode", _("Postcode"), TEXT, False),
        Field("sku", _("SKU"), TEXT, False, help=_("Weight, sides and attributes where they are not given")),
        Field("weight_g", _("Weight in g"), INT, False),
        Field("length_mm", _("Length in mm"), INT, False),
        Field("width_mm", _("Width in mm"), INT, False),
        Field("height_mm", _("Height in mm"), INT, False),
        Field("pieces", _("Boxes alike"), INT, False),
        Field("attributes", _("Attributes"), TEXT, False, help=_("battery_built_in, magnet, ... or none")),
        Field("battery_wh", _("Battery in Wh"), DECIMAL, False),
        Field("options", _("Options"), TEXT, False, help="signature"),
        Field("kind", _("Kind"), CHOICE, False, choices=_kinds),
        Field("day_share", _("A day is worth, % of the price"), PERCENT, False,
        help=_("1 where nothing is said")),
        Field("currency", _("Compare in"), CHOICE, False, choices=currencies),
        Field("on", _("Day"), DATE, False),
    ),
    run=_run,
    columns=(
        Column("country", _("Country"), COUNTRY),
        Column("weight_g", _("Weight in g"), INT),
        Column("service", _("Shipping service")),
        Column("price", _("Freight"), MONEY),
        Column("compare", _("Compared"), MONEY),
        Column("promise_days", _("Days promised"), INT),
        Column("chargeable", _("Charged weight"), INT),
        Column("unit", _("Unit of weight")),
        Column("goods", _("Goods")),
        Column("papers", _("Papers and labels")),
        Column("not_judged", _("Not in the price")),
    ),
    note=_("Every service that has a rate card, the best first, and why the others refuse."),
    example={
        "country": "US", "weight_g": "420", "length_mm": "200", "width_mm": "120", "height_mm": "80",
        "attributes": "none",
    },
)  # fmt: skip
