"""What goods may go by which way: attributes against a way's terms and the dangerous-goods rules.

Four answers: allowed, allowed with papers (documents and labels), refused, unknown. A way that does not
speak of an attribute, or goods of which nobody said whether they have it, are never taken as allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ALLOWED, WITH_PAPERS, UNKNOWN, REFUSED = "allowed", "with_papers", "unknown", "refused"
VERDICTS = (ALLOWED, WITH_PAPERS, UNKNOWN, REFUSED)  # from the best to the worst
BATTERY = "battery"
BUILT_IN, PACKED, ALONE = "battery_built_in", "battery_packed", "battery_alone"
BATTERIES = (BUILT_IN, PACKED, ALONE)
ATTRIBUTES = (
    BATTERY, *BATTERIES, "magnet", "liquid", "powder", "paste", "aerosol", "flammable", "knife", "food",
    "cosmetics", "medicine", "seeds", "brand_copy", "laser", "textile", "wood",
)  # fmt: skip
# Why an attribute is refused or cannot be judged.
TAKES_NOT, NOT_STATED_BY_WAY, NOT_STATED_OF_GOODS = "takes_not", "not_stated_by_way", "not_stated_of_goods"
NO_KIND, NO_WH, OVER_WH = "battery_kind_not_stated", "wh_not_stated", "over_wh"
NO_RULE = "no_rule"  # by air, and no dangerous-goods rule that is switched on speaks of the battery


@dataclass(frozen=True, slots=True)
class Goods:
    """What is stated of goods: attributes they have, attributes they have not, Wh of the largest battery."""

    has: frozenset[str] = frozenset()
    has_not: frozenset[str] = frozenset()
    battery_wh: Decimal | None = None

    @classmethod
    def of(cls, attributes: Mapping[str, bool], battery_wh: Decimal | None = None) -> Goods:
        """Goods of stated attributes; a kind of battery is a battery, no battery is none of its kinds."""
        has = {name for name, yes in attributes.items() if yes}
        has_not = {name for name, yes in attributes.items() if not yes}
        if has & set(BATTERIES):
            has.add(BATTERY)
            has_not.discard(BATTERY)
        elif BATTERY in has_not:
            has_not.update(BATTERIES)
        return cls(frozenset(has), frozenset(has_not), battery_wh)

    @classmethod
    def together(cls, goods: Iterable[Goods]) -> Goods:
        """Goods in one parcel: what any has, what all lack; the largest battery where every one is known."""
        rows = list(goods)
        if len(rows) <= 1:
            return rows[0] if rows else cls()
        with_battery = [g.battery_wh for g in rows if BATTERY in g.has]
        known = [wh for wh in with_battery if wh is not None]
        has = frozenset.union(*(g.has for g in rows))
        lacks = frozenset.intersection(*(g.has_not for g in rows))
        return cls(has, lacks, max(known) if known and len(known) == len(with_battery) else None)

    def states(self, attribute: str) -> bool | None:
        """Whether the goods have an attribute; None when nobody said."""
        if attribute in self.has:
            return True
        return False if attribute in self.has_not else None


@dataclass(frozen=True, slots=True)
class Term:
    """What a way says of an attribute: its verdict, papers to bring, the most watt-hours of a battery."""

    attribute: str
    verdict: str
    documents: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    most_wh: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DangerRule:
    """A row of the dangerous-goods rules for goods by air: for which batteries, and the papers it wants.

    `over_wh` is exclusive, `to_wh` inclusive; None is open. `attribute` is one of BATTERIES.
    """

    id: str
    attribute: str
    instruction: str
    papers: tuple[str, ...]
    over_wh: Decimal | None = None
    to_wh: Decimal | None = None
    forbidden: bool = False

    def of(self, wh: Decimal) -> bool:
        """Whether a battery of so many watt-hours falls under it."""
        return (self.over_wh is None or wh > self.over_wh) and (self.to_wh is None or wh <= self.to_wh)


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer for one attribute: verdict, why (a code), papers, what it stands on."""

    attribute: str
    verdict: str
    why: str = ""
    documents: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for goods by a way: the worst of its reasons, with all papers needed."""

    verdict: str
    reasons: tuple[Reason, ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """Every document to bring, once."""
        return tuple(dict.fromkeys(d for r in self.reasons for d in r.documents))

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label to put on, once."""
        return tuple(dict.fromkeys(d for r in self.reasons for d in r.labels))

    @property
    def against(self) -> tuple[Reason, ...]:
        """The reasons that refuse or cannot be judged."""
        return tuple(r for r in self.reasons if r.verdict in (REFUSED, UNKNOWN))


def judge(goods: Goods, terms: Sequence[Term], law: Sequence[DangerRule] | None = None) -> Judgement:
    """Goods against a way's terms, and by air against the dangerous-goods rules (None: not by air). Example::

    judge(Goods.of({"battery_alone": True}), [Term("battery", "refused")]).verdict == "refused"
    """
    stated = {term.attribute: term for term in terms}
    reasons = [*_of_terms(goods, stated), *(() if law is None else _of_law(goods, law))]
    worst = max((r.verdict for r in reasons), key=VERDICTS.index, default=ALLOWED)
    return Judgement(worst, tuple(reasons))


def _of_terms(goods: Goods, stated: Mapping[str, Term]) -> Iterator[Reason]:
    kinds = goods.has & set(BATTERIES)
    for attribute in sorted(goods.has):
        if attribute == BATTERY and kinds:
            continue  # judged by its kind
        term = stated.get(attribute) or (stated.get(BATTERY) if attribute in BATTERIES else None)
        if term is None:
            yield _not_stated(attribute, stated)
        else:
            yield _by_term(attribute, term, goods)
    for attribute, term in sorted(stated.items()):
        if attribute in BATTERIES and BATTERY in goods.has:
            continue
        if goods.states(attribute) is None and (term.verdict != ALLOWED or term.most_wh is not None):
            yield Reason(attribute, UNKNOWN, NOT_STATED_OF_GOODS)


def _not_stated(attribute: str, stated: Mapping[str, Term]) -> Reason:
    """The way has no term of its own for an attribute; a battery of unstated kind may still be clear."""
    kinds = [stated[kind] for kind in BATTERIES if kind in stated]
    if attribute == BATTERY and kinds:
        if len(kinds) == len(BATTERIES) and all(term.verdict == REFUSED for term in kinds):
            return Reason(attribute, REFUSED, TAKES_NOT)
        return Reason(attribute, UNKNOWN, NO_KIND)
    return Reason(attribute, UNKNOWN, NOT_STATED_BY_WAY)


def _by_term(attribute: str, term: Term, goods: Goods) -> Reason:
    if term.verdict == REFUSED:
        return Reason(attribute, REFUSED, TAKES_NOT, note=term.note)
    if term.most_wh is not None:
        if goods.battery_wh is None:
            return Reason(attribute, UNKNOWN, NO_WH, term.documents, term.labels, note=term.note)
        if goods.battery_wh > term.most_wh:
            return Reason(attribute, REFUSED, OVER_WH, note=f"{goods.battery_wh:f} > {term.most_wh:f} Wh")
    return Reason(attribute, term.verdict, "", term.documents, term.labels, note=term.note)


def _of_law(goods: Goods, law: Sequence[DangerRule]) -> Iterator[Reason]:
    kinds = [kind for kind in BATTERIES if kind in goods.has]
    if BATTERY in goods.has and not kinds:
        yield Reason(BATTERY, UNKNOWN, NO_KIND)
    wh = goods.battery_wh
    for kind in kinds:
        rows = [row for row in law if row.attribute == kind]
        if wh is None and any(row.over_wh is not None or row.to_wh is not None for row in rows):
            yield Reason(kind, UNKNOWN, NO_WH, source=", ".join(row.id for row in rows))
            continue
        fits = [row for row in rows if wh is None or row.of(wh)]
        if not fits:
            yield Reason(kind, UNKNOWN, NO_RULE)
        for row in fits:
            verdict, why = (REFUSED, TAKES_NOT) if row.forbidden else (WITH_PAPERS, "")
            yield Reason(kind, verdict, why, row.papers, source=row.id, note=row.instruction)
