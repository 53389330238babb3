"""The terms of a sale out of the dated rules: tax in the price, channel fees, shares set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.engine.fees import MARGINAL
from tradewind.engine.money import exponent
from tradewind.engine.pricing import GROSS, NET, Band, Charge, Tax, Terms
from tradewind.engine.rulebook import Rule, Rulebook, RuleGap


@dataclass(frozen=True, slots=True)
class Sale:
    """What the terms depend on. Rates are fractions of the net price; None is not known."""

    market: str
    channel: str
    category: str
    currency: str
    ads_rate: Decimal | None
    returns_rate: Decimal | None
    fx_buffer_rate: Decimal | None
    base_currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Found:
    """The terms, or what is missing for them: (part, why in words)."""

    terms: Terms | None
    missing: tuple[tuple[str, str], ...] = ()


def sale_terms(
    sale: Sale,
    rulebook: Rulebook,
    on: date,
    extra: tuple[Charge, ...] = (),
    taxed_to: Fraction | None = None,
) -> Found:
    """The terms of a sale on a day; `extra` are charges from elsewhere (import duty and tax of a parcel).

    `taxed_to`: the largest net value (minor units) whose tax is collected at the sale; None is every value.

    Fees are counted as in the pre-purchase profit: the referral fee on the net price, the payment fee on
    what the buyer pays, none for a channel without payment fees. Rates that are not stated, rules that are
    not in force and schedules in another currency are missing, each with its reason.
    """
    missing: list[tuple[str, str]] = []
    tax = _tax(sale, rulebook, on, missing)
    charges = [
        c for c in (_referral(sale, rulebook, on, missing), _payment(sale, rulebook, on, missing)) if c
    ]
    shares = _shares(sale, missing)
    if missing or tax is None:
        return Found(None, tuple(missing))
    return Found(Terms(sale.currency, replace(tax, up_to=taxed_to), (*charges, *extra), shares))


def _find(
    name: str, rulebook: Rulebook, kind: str, on: date, missing: list[tuple[str, str]], **keys: str
) -> Rule | None:
    try:
        return rulebook.find(kind, on, **keys)
    except RuleGap as none:
        missing.append((name, str(none)))
        return None


def _tax(sale: Sale, rulebook: Rulebook, on: date, missing: list[tuple[str, str]]) -> Tax | None:
    rule = _find("net_price", rulebook, "vat", on, missing, market=sale.market, category=sale.category)
    if rule is None:
        return None
    return Tax(Fraction(rule.decimal("rate")), bool(rule.values["included"]), source=rule.id)


def _referral(sale: Sale, rulebook: Rulebook, on: date, missing: list[tuple[str, str]]) -> Charge | None:
    keys = {"channel": sale.channel, "market": sale.market, "category": sale.category}
    rule = _find("referral_fee", rulebook, "referral_fee", on, missing, **keys)
    if rule is None:
        return None
    tiers = rule.values["tiers"]
    if ("minimum" in rule.values or len(tiers) > 1) and _foreign(rule, sale, "referral_fee", missing):
        return None
    unit = 10 ** exponent(sale.currency)
    marginal = rule.values["shape"] == MARGINAL
    bands = tuple(Band(None if top is None else Fraction(top) * unit, Fraction(rate)) for top, rate in tiers)
    least = Fraction(rule.decimal("minimum")) * unit if "minimum" in rule.values else Fraction(0)
    words = _schedule(tiers)
    return Charge("referral_fee", bands, NET, marginal, least, rule.id, f"price x {words}")


def _schedule(tiers: Sequence[tuple[Decimal | None, Decimal]]) -> str:
    """Bands in signs: "0.15", or "(≤10: 0.08; >10: 0.15)"."""
    if len(tiers) == 1:
        return str(tiers[0][1])
    last = next(str(top) for top, _rate in reversed(tiers) if top is not None)
    return "(" + "; ".join(f">{last}: {r}" if top is None else f"≤{top}: {r}" for top, r in tiers) + ")"


def _payment(sale: Sale, rulebook: Rulebook, on: date, missing: list[tuple[str, str]]) -> Charge | None:
    if not rulebook.speaks_of("payment_fee", "channel", sale.channel):
        return None
    keys = {"channel": sale.channel, "market": sale.market}
    rule = _find("payment_fee", rulebook, "payment_fee", on, missing, **keys)
    if rule is None:
        return None
    fixed = rule.values.get("fixed")
    if fixed is not None and _foreign(rule, sale, "payment_fee", missing):
        return None
    minor = Fraction(fixed or 0) * 10 ** exponent(sale.currency)
    words = f"paid x {rule.values['rate']}" + (f" + {fixed}" if fixed is not None else "")
    band = Band(None, Fraction(rule.decimal("rate")), minor)
    return Charge("payment_fee", (band,), GROSS, source=rule.id, words=words)


def _foreign(rule: Rule, sale: Sale, name: str, missing: list[tuple[str, str]]) -> bool:
    stated = rule.values.get("currency")
    if stated == sale.currency:
        return False
    missing.append((name, f"the schedule is in {stated or 'no currency'}, the price in {sale.currency}"))
    return True


def _shares(sale: Sale, missing: list[tuple[str, str]]) -> tuple[tuple[str, Decimal], ...]:
    """Ads, returns and, where another currency is earned than kept, the FX buffer."""
    rates = {"ads": sale.ads_rate, "returns": sale.returns_rate}
    if sale.currency != sale.base_currency:
        rates["fx_buffer"] = sale.fx_buffer_rate
    missing += [(name, "the rate is not stated") for name, rate in rates.items() if rate is None]
    return tuple((name, rate) for name, rate in rates.items() if rate is not None)
