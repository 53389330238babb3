"""Words for the rulebook: what kinds, keys and values are called, and how a value is told to people."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from tradewind.desk.words import readable


def _rule(text: str) -> Any:
    """A word of the rulebook; it has a context of its own, for its Way or Use is another thing elsewhere."""
    return pgettext_lazy("rule", text)


def choices(words: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Codes with their words, as a filter or field takes them."""
    return [(code, _rule(text)) for code, text in words.items()]


KINDS = {
    "vat": "VAT and its kin",
    "import_formula": "Order of computation",
    "de_minimis": "Threshold",
    "duty": "Duty layer",
    "border_fee": "Fee of the entry",
    "sale_tax": "Tax at the sale",
    "scheme": "Scheme",
    "tariff_column": "Column of the tariff",
    "tariff_programme": "Tariff programme",
    "market_access": "Market access",
    "caution": "Caution",
    "referral_fee": "Referral fee",
    "payment_fee": "Payment fee",
    "subscription": "Subscription",
    "fixed_fee": "Fixed fee",
    "surcharge": "Surcharge",
    "size_tier": "Size tier",
    "fulfilment_fee": "Fulfilment fee",
    "fulfilment_change": "Change of the fulfilment fee",
    "storage_fee": "Storage fee",
    "aged_stock_fee": "Fee for aged stock",
    "unpriced_fee": "Fee without a known price",
    "settlement_kind": "Meaning of a settlement line",
    "cycle": "Settlement cycle",
    "reserve": "Reserve",
    "reserve_statement": "Reserve in settlements",
    "payout_transit": "Way of a payout",
    "claim_window": "Time to claim",
    "fee_refund": "Fee given back on a refund",
    "content_limit": "Limit of a listing",
    "performance_target": "Performance target",
    "onboarding_document": "Paper to open an account",
    "privacy_rule": "Personal data",
    "volume_divisor": "Way of weighing",
    "dangerous_goods": "Dangerous goods",
    "shipping_document": "Shipping document",
    "collection_fee": "Fee of a collection account",
    "collection_exposure": "Cash with one provider",
    "collection_provider": "Collection provider",
    "export_mode": "Export mode",
    "export_refund": "Export refund",
    "refund_rate": "Refund rate",
    "china_rule": "Rule for exporters in China",
    "market_group": "Group of markets",
    "knowledge": "End of what is known",
}
SUBJECTS = {
    "imports": "Imports",
    "tariffs": "Tariffs",
    "places": "Market access and culture",
    "channels": "Channels",
    "carriers": "Carriers and documents",
    "china": "China exports",
    "book": "The rulebook itself",
}
NAMES = {
    "about": "About", "above": "Above it", "account": "Account", "age": "Age",
    "amount": "Amount", "amount_type": "Amount type", "amounts": "Amounts",
    "applies": "Applies to", "base": "Charged on", "basis": "Compared with",
    "battery_g": "Lithium of a battery, g", "battery_wh": "Rating of a battery, Wh",
    "below": "Up to it", "beside": "Beside", "beyond": "Beyond the ceiling",
    "beyond_amount": "For each further piece", "beyond_base": "Above the last step",
    "beyond_each": "Size of a piece", "blocks": "Blocks a listing",
    "bound": "Rating exceeded or kept",
    "buyer": "Buyer", "by": "Asked for by", "by_hs": "By goods",
    "by_region": "Needs the region", "cargo_kg": "Cargo aircraft, kg", "carrier": "Carrier",
    "category": "Category", "ceiling": "Ceiling", "cell_g": "Lithium of a cell, g",
    "cell_wh": "Rating of a cell, Wh", "channel": "Channel", "charge": "Highest charge",
    "charge_over_wh": "Charge limited above, Wh", "code": "Code", "collector": "Collected by",
    "column": "Column", "condition": "When", "consequence": "Consequence",
    "counted_by": "Counted by", "counted_from": "Counted from", "counted_in": "Counted in",
    "covers_tax": "Contains the tax", "currency": "Currency", "days": "Days",
    "declaration": "Declaration", "description": "Description", "digits": "Digits of a subheading",
    "divisor": "Volume divisor", "document": "Document", "due": "Due",
    "duty_payer": "Duty owed by", "evidence": "Evidence", "except_hs": "Not for codes",
    "exchange": "Exchange", "fee": "Fee", "field": "Field", "fields": "What it must say",
    "first_days": "Not before, days", "kept_most": "Kept at most", "kept_rate": "Share kept",
    "first_due": "First due", "fixed": "Fixed part", "from_days": "From day",
    "goods": "Goods", "group": "Group", "heavy_over": "Heavy above",
    "heavy_step": "Step when heavy", "included": "Prices shown with it",
    "instruction": "Packing instruction", "instrument": "Legal instrument", "item": "Item",
    "laboratory": "Laboratory", "laboratory_says": "About the laboratory", "layer": "Layer",
    "least": "At least", "least_per": "At least, for each",
    "length_plus_girth": "Length and girth", "less": "Taken off", "levy": "Levy",
    "licences": "Licences", "limit": "Limit", "longest": "Longest side", "mark": "Mark or paper",
    "market": "Market", "max_weight": "Weight to", "means": "Means", "measures": "Measures",
    "median": "Middle side", "method": "Method", "metric": "Metric", "minimum": "Minimum",
    "months": "Months", "most": "At most", "most_days": "Days at most",
    "most_share": "Share at most", "name": "Name",
    "name_zh": "Chinese name", "note_zh": "Chinese note", "number": "Number",
    "of": "Of", "only_hs": "Only for codes", "operator": "Must be",
    "origin": "Origin", "over": "Above a value of", "packed": "Packed", "papers": "Papers",
    "party": "Asked of", "passenger": "Passenger aircraft",
    "passenger_kg": "Passenger aircraft, kg", "payer": "Payer",
    "per": "For each", "place": "Order tried", "price_band": "Price band",
    "product_class": "Class of goods", "programmes": "Programmes", "provider": "Provider",
    "rate": "Rate", "reason": "Reason", "receive_most": "To receive, at most",
    "receive_rate": "To receive", "refund": "Refunded", "region": "Region",
    "released_after": "Released after, days", "replaces": "Stands for",
    "representative": "Local representative", "representative_says": "About the representative",
    "required": "Required", "restated": "Whole reserve in every settlement", "rule": "Rule",
    "says": "Says", "scheme": "Scheme",
    "scope": "Scope", "season": "Season", "section": "Section", "seller": "Seller",
    "service": "Service", "shape": "Shape of the schedule", "shipped_from": "Shipped from",
    "shortest": "Shortest side", "side": "Sides rounded", "side_mm": "Sides rounded to, mm",
    "sign": "More or less", "size": "Size", "stacking": "Stacking", "standard": "Standard",
    "stated": "Stated by a person", "step": "Step", "steps": "Steps",
    "strength": "Strength", "subject": "Subject", "target": "Target", "taxed": "Is taxed, too",
    "threshold": "Threshold", "tier": "Tier", "tiers": "Tiers", "title": "Title",
    "title_zh": "Chinese title", "to_days": "To day", "type": "Type", "un": "UN number",
    "unit": "Unit", "unknown": "Exists, size not known", "up_to": "Up to a value of",
    "use": "Use", "vat_refund": "Refund of VAT", "volume": "Volume in",
    "volume_over": "Volume counts above", "volume_share": "Share of the excess",
    "volume_times": "Volume counts above times", "way": "Way", "weight_unit": "Weight in",
    "when": "When needed", "why": "Why", "window": "Window", "withdraw_fixed": "A withdrawal",
    "withdraw_high": "To withdraw, highest", "withdraw_low": "To withdraw, lowest",
    "words": "Words",
}  # fmt: skip
# Codes that stand as values: what a merchant says.
VALUES = {
    "free": "not due",
    "due": "due",
    "sale": "taxed at the sale",
    "ask": "a person must say",
    "marketplace": "the marketplace",
    "seller": "the seller",
    "buyer": "the buyer",
    "carrier": "the carrier",
    "customs": "customs",
    "nobody": "nobody",
    "intrinsic": "intrinsic value of the consignment",
    "goods_plus_freight": "goods and freight",
    "customs_value": "customs value",
    "tax_amount": "the tax itself",
    "flat": "one rate",
    "price_switch": "the whole price falls in one band",
    "marginal": "each rate on its portion",
    "adds": "on top of the others",
    "regime": "in lieu of the tariff",
    "strong": "strong",
    "mild": "mild",
    "weak": "weak",
    "lt": "below",
    "lte": "at most",
    "gt": "above",
    "gte": "at least",
    "percent": "%",
    "item": "an item",
    "order": "an order",
    "listing": "a listing",
    "month": "a month",
    "shop": "a shop",
    "consignment": "a consignment",
    "subheading": "a subheading",
    "kg": "a kilogram",
    "in_lb": "inches and pounds",
    "cm_kg": "centimetres and kilograms",
}
# Codes that stand as keys.
ASKED = {
    "duty": "duty",
    "tax": "tax",
    "consumer": "consumer",
    "business": "business",
    "marketplace": "marketplace",
    "own_store": "own store",
    "postal": "post",
    "express": "express",
    "line": "dedicated line",
    "sea": "sea",
    "air": "air",
    "stock": "warehouse stock",
    "none": "no scheme",
}
_CODED = {
    "above", "below", "beyond", "collector", "basis", "shape", "stacking", "strength", "operator", "payer",
    "duty_payer", "unit",
    "per",
}  # fmt: skip
_SHARES = {
    "rate", "most_share", "receive_rate", "receive_most", "withdraw_low", "withdraw_high", "refund", "levy",
    "charge", "volume_share",
}  # fmt: skip


def kind_label(kind: str) -> str:
    """A kind of rules in words."""
    return str(_rule(KINDS[kind])) if kind in KINDS else str(readable(kind))


def name_label(name: str) -> str:
    """A key or value's name in words."""
    return str(_rule(NAMES[name])) if name in NAMES else str(readable(name))


def said(name: str, value: Any) -> str:
    """A value as people say it; `value` as it stands in a file or in JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_rule("yes") if value else _rule("no"))
    if isinstance(value, list | tuple):
        return _listed(name, list(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name_label(k)} {said(k, v)}" for k, v in value.items())
    if name in _CODED and str(value) in VALUES:
        return str(_rule(VALUES[str(value)]))
    if name in _SHARES:
        return _share(value)
    return pgettext("rule text", value) if isinstance(value, str) and value else str(value)


def _share(value: Any) -> str:
    try:
        shown = (Decimal(str(value)) * 100).normalize()
    except InvalidOperation:
        return str(value)  # levy is also the name of a key
    return f"{shown:f} %"


def _listed(name: str, values: list[Any]) -> str:
    if values and all(isinstance(one, Mapping) for one in values):
        return "; ".join(_band(one) for one in values)
    if values and all(isinstance(one, list | tuple) and len(one) == 2 for one in values):
        return "; ".join(f"≤ {up_to}: {amount}" for up_to, amount in values)
    return ", ".join(said("", one) for one in values)


def _band(band: Mapping[str, Any]) -> str:
    """A band of a schedule, a step of a formula, or rates of some goods."""
    if "is" in band:
        return f"{band['name']} = {band['is']}"
    if "hs" in band:
        return f"{', '.join(band['hs'])}: {said('rate', band.get('rate'))}"
    bound = band.get("up_to")
    what = "; ".join(said(name, value) for name, value in band.items() if name != "up_to")
    if bound is None:
        return pgettext("rule", "above: %(what)s") % {"what": what}
    return pgettext("rule", "up to %(bound)s: %(what)s") % {"bound": bound, "what": what}


def question(keys: Mapping[str, str]) -> str:
    """The keys of a row in words; those for any left out."""
    parts = [f"{name_label(name)} {asked(value)}" for name, value in keys.items() if value != "*"]
    return ", ".join(parts) or pgettext("rule", "everything")


def asked(value: str) -> str:
    """The value of a key in words where it is a code of the house; else as it stands."""
    return str(_rule(ASKED[value])) if value in ASKED else value


def summary(values: Mapping[str, Any]) -> str:
    """What a row says, shortened for a list."""
    parts = [f"{name_label(name)} {said(name, value)}" for name, value in values.items()]
    text = " · ".join(parts)
    return text if len(text) <= 120 else text[:119] + "…"
