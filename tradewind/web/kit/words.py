"""Words for codes: names of breakdown components, verbs of the audit, rights, states shared by many nouns.

Codes are written by engine and operations; here they become what a merchant says. A code that is not
listed is shown readable, and translated when a catalogue knows it.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tradewind.desk.words import readable

STAGES = (
    gettext_noop("Today"),
    gettext_noop("Markets & strategy"),
    gettext_noop("Infrastructure"),
    gettext_noop("Products & supply"),
    gettext_noop("Store operations"),
    gettext_noop("Orders & fulfilment"),
    gettext_noop("Money & profit"),
    gettext_noop("Settings"),
)

# Areas of engine.access.ACTIONS ("orders.view") and what may be done in them.
AREAS = {
    "org": gettext_noop("company and people"),
    "jobs": gettext_noop("background jobs"),
    "audit": gettext_noop("audit trail"),
    "qualifications": gettext_noop("licences and registrations"),
    "markets": gettext_noop("markets"),
    "rules": gettext_noop("rules"),
    "logistics": gettext_noop("logistics"),
    "research": gettext_noop("market research"),
    "catalog": gettext_noop("products"),
    "sourcing": gettext_noop("purchasing"),
    "stock": gettext_noop("stock"),
    "stores": gettext_noop("stores"),
    "listings": gettext_noop("listings"),
    "orders": gettext_noop("orders"),
    "fulfilment": gettext_noop("fulfilment"),
    "settlements": gettext_noop("settlements"),
    "claims": gettext_noop("bills and claims"),
    "treasury": gettext_noop("treasury"),
    "payables": gettext_noop("payables"),
    "ledger": gettext_noop("ledger"),
    "profit": gettext_noop("profit"),
}
DOINGS = {
    "view": gettext_noop("see"),
    "change": gettext_noop("change"),
    "confirm": gettext_noop("confirm"),
    "approve": gettext_noop("approve"),
    "receive": gettext_noop("receive goods"),
    "reserve": gettext_noop("reserve"),
    "cost": gettext_noop("change costs"),
    "request": gettext_noop("request"),
}
# States that occur in many tables, with their tone.
STATES = {
    "actual": (gettext_noop("Actual"), "good"),
    "settled": (gettext_noop("Settled"), "good"),
    "estimated": (gettext_noop("Estimated"), "wait"),
    "missing": (gettext_noop("Missing"), "bad"),
    "open": (gettext_noop("Open"), "wait"),
    "closed": (gettext_noop("Closed"), "done"),
    "done": (gettext_noop("Done"), "done"),
    "posted": (gettext_noop("Posted"), "done"),
    "held": (gettext_noop("Held"), "bad"),
    "draft": (gettext_noop("Draft"), "idle"),
    "pass": (gettext_noop("Passed"), "good"),
    "fail": (gettext_noop("Failed"), "bad"),
    "good": (gettext_noop("Valid"), "good"),
    "due": (gettext_noop("Due"), "wait"),
    "expired": (gettext_noop("Expired"), "bad"),
    "running": (gettext_noop("Running"), "wait"),
    "queued": (gettext_noop("Queued"), "idle"),
    "dead": (gettext_noop("Failed for good"), "bad"),
    "cancelled": (gettext_noop("Cancelled"), "idle"),
    "new": (gettext_noop("New"), "wait"),
    "proposed": (gettext_noop("Proposed"), "wait"),
    "confirmed": (gettext_noop("Confirmed"), "good"),
    "refused": (gettext_noop("Refused"), "bad"),
    "approved": (gettext_noop("Approved"), "good"),
    "rejected": (gettext_noop("Rejected"), "bad"),
    "matched": (gettext_noop("Matched"), "good"),
    "unmatched": (gettext_noop("Not matched"), "bad"),
    "mapped": (gettext_noop("Mapped"), "good"),
    "unmapped": (gettext_noop("Not mapped"), "bad"),
    "shipped": (gettext_noop("Shipped"), "good"),
    "published": (gettext_noop("Published"), "good"),
}


# Inputs of a breakdown whose plain word means something else on other screens.
INPUTS = {
    "service": gettext_noop("Shipping service"),
    "of": gettext_noop("Rate of the day"),
    "rate_of": gettext_noop("Rate of the day"),
    "rate_source": gettext_noop("Source of the rate"),
    "rate": gettext_noop("Applied rate"),
    "most": gettext_noop("At most"),
}
# Operands with numbers in them, as rate cards write them.
PHRASES = (
    (re.compile(r"first (?P<n>[\d.,]+) (?P<unit>\w+)"), gettext_noop("first %(n)s %(unit)s")),
    (
        re.compile(r"(?P<price>[\d.,]+ [A-Z]{3}) per (?P<n>[\d.,]+) (?P<unit>\w+)"),
        gettext_noop("%(price)s per %(n)s %(unit)s"),
    ),
    (
        re.compile(r"(?P<price>[\d.,]+ [A-Z]{3}) per (?P<what>[a-z_]+)"),
        gettext_noop("%(price)s per %(what)s"),
    ),
    (
        re.compile(r"(?P<basis>[a-z_ ]+) (?P<shown>[\d.,]+ [A-Z]{3}) against (?P<limit>[\d.,]+ [A-Z]{3})"),
        gettext_noop("%(basis)s %(shown)s against %(limit)s"),
    ),
    (re.compile(r"at least (?P<price>[\d.,]+ [A-Z]{3})"), gettext_noop("at least %(price)s")),
    (re.compile(r"at most (?P<price>[\d.,]+ [A-Z]{3})"), gettext_noop("at most %(price)s")),
    (re.compile(r"less (?P<price>[\d.,]+ [A-Z]{3})"), gettext_noop("less %(price)s")),
)
# Words that stand inside those phrases: bases of customs, what a flat duty or fee is counted by.
BASES = (
    gettext_noop("Intrinsic"), gettext_noop("Cif"), gettext_noop("Fob"), gettext_noop("Goods plus freight"),
    gettext_noop("Per item"), gettext_noop("Tax amount"), gettext_noop("Subheading"),
    gettext_noop("Consignment"), gettext_noop("Item"), gettext_noop("Kg"), gettext_noop("Entry"),
)  # fmt: skip
_LONG = re.compile(r"\d+\.\d{5,}")  # rates with the zeros of their column
_OPERATOR = re.compile(r"( x | / | - | \+ |; |: |[()])")


def given(key: str) -> str:
    """The name of an input of a breakdown."""
    return _(INPUTS[key]) if key in INPUTS else readable(key)


def formula(text: str) -> str:
    """A formula as the engine writes it, its operands in the reader's words: "net price x 0.04"."""
    whole = _(text) if text else ""
    if whole != text:
        return whole.replace(" x ", " × ")
    parts = _OPERATOR.split(_LONG.sub(lambda found: found[0].rstrip("0").rstrip("."), text))
    return "".join(" × " if p == " x " else p if n % 2 else _operand(p) for n, p in enumerate(parts))


def _operand(text: str) -> str:
    clean = text.strip()
    for pattern, words in PHRASES:
        if match := pattern.fullmatch(clean):
            return text.replace(clean, _(words) % {k: _word(v) for k, v in match.groupdict().items()})
    if not clean or not clean[0].isalpha():
        return text
    return text.replace(clean, _word(clean))


def _word(clean: str) -> str:
    """A word or code in the reader's language; a sentence with numbers stays as it is."""
    found = _(clean)
    if found == clean and not any(c.isdigit() for c in clean):
        known = readable(clean)
        found = known if known.casefold() != clean.replace("_", " ").casefold() else clean
    return found


def tidy(value: str) -> str:
    """A decimal without the zeros that say nothing ("7.1124000000" -> "7.1124"); a word translated."""
    if value.isalpha():
        return _(value)
    return value.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(value) else value


_DECIMAL = re.compile(r"-?\d+\.\d+")


def stage(number: int) -> str:
    """The name of a stage of the business."""
    return _(STAGES[number])


def right(action: str) -> str:
    """A permission in words: "orders.change" -> "change: orders"."""
    area, _dot, doing = action.partition(".")
    return f"{_(DOINGS.get(doing, doing))} · {_(AREAS.get(area, area))}"


def state(code: str) -> tuple[str, str]:
    """Word and tone of a state that no noun explains."""
    if code in STATES:
        word, tone = STATES[code]
        return _(word), tone
    return readable(code), "idle"
