"""What the nouns of claims share: words for kinds, reasons and what cannot be judged, choices, references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tradewind.apps.claims import queries
from tradewind.apps.claims.models import Bill, BillLine, Finding
from tradewind.desk.kernel import Ref
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

Choices = Sequence[tuple[str, Any]]
KINDS: dict[str, Any] = {
    "carrier": _("Carrier"),
    "warehouse": _("Overseas warehouse"),
    "ads": _("Advertising"),
    "subscription": _("Subscription"),
    "other": _("Other"),
}
REASONS: dict[str, Any] = {
    "rate": _("Dearer than the rate card"),
    "weight": _("Heavier than measured"),
    "size": _("Larger than measured"),
    "zone": _("Wrong zone or country"),
    "service": _("Another service than ours"),
    "surcharge": _("Surcharge not due"),
    "duplicate": _("Charged twice"),
    "unknown_parcel": _("No such parcel here"),
    "not_shipped": _("Parcel was never sent"),
    "other_company": _("Parcel of another company"),
    "referral_fee": _("Referral fee too high"),
    "payment_fee": _("Payment fee too high"),
    "fulfilment_fee": _("Fulfilment fee too high"),
    "size_tier": _("Wrong size tier"),
    "fee_not_refunded": _("Referral fee not given back"),
    "refund_fee": _("Too much kept of a refund"),
    "lost_in_warehouse": _("Lost or damaged, not paid"),
}
WHY: dict[str, Any] = {
    "no_parcel": _("names no parcel"),
    "no_card": _("no rate card in force"),
    "not_weighed": _("not weighed here"),
    "not_measured": _("not measured here"),
    "other_currency": _("another currency"),
    "no_weight": _("no weight known"),
    "no_dimensions": _("no sides known"),
    "no_country": _("country not on the card"),
    "no_postcode": _("no postcode known"),
    "no_attributes": _("goods not described"),
    "no_weighing": _("way of weighing not known"),
    "too_heavy": _("heavier than the card goes"),
    "too_large": _("larger than the card goes"),
    "gap": _("between two bands of the card"),
    "no_rule": _("no rule in force"),
    "no_base": _("the rule does not say on what"),
    "no_sale": _("no sale settled"),
    "several_pieces": _("several pieces in one"),
    "dangerous": _("goods with a card of their own"),
    "no_cost": _("cost not known"),
}
WHATS: dict[str, Any] = {
    "parcel": _("Parcel"), "price": _("Price"), "weight": _("Weight"), "size": _("Size"),
}  # fmt: skip
FINDING_STATES = (
    ("open", _("Open"), "bad"),
    ("claimed", _("Claimed"), "wait"),
    ("recovered", _("Given back"), "done"),
    ("refused", _("Turned down"), "idle"),
    ("dismissed", _("Let go"), "idle"),
)
FACTS: dict[str, Any] = {
    "our_weight_g": _("Our weight, g"), "our_sides_mm": _("Our sides, mm"), "our_place": _("Our destination"),
    "our_zone": _("Our zone"), "billed_weight_g": _("Billed weight, g"),
    "billed_scale_g": _("Their scale, g"), "billed_sides_mm": _("Their sides, mm"),
    "billed_place": _("Billed country"), "billed_zone": _("Billed zone"),
    "charged_before": _("Charged before"), "price": _("Charged on"), "paid": _("Paid"),
    "minimum": _("Minimum"), "formula": _("Formula"), "weight": _("Weight"), "sides_mm": _("Sides, mm"),
    "charged_tier": _("Tier charged"), "refunded": _("Refunded to the buyer"),
    "given_back": _("Given back to us"), "kept": _("Kept"), "may_keep": _("May be kept"),
    "units": _("Units"), "why": _("Why"), "day": _("Day"),
}  # fmt: skip


def reason_label(code: str) -> Any:
    """What is wrong, in the reader's words."""
    return REASONS.get(code, code)


def unjudged_label(what: str, why: str) -> str:
    """What could not be judged and why: "Size: no sides known"."""
    return f"{WHATS.get(what, REASONS.get(what, what))}: {WHY.get(why, why)}"


def reason_choices(_actor: Actor) -> Choices:
    """Every reason a finding can have."""
    return list(REASONS.items())


def bill_kinds(_actor: Actor) -> Choices:
    """Every kind of bill."""
    return list(KINDS.items())


def layout_choices(actor: Actor) -> Choices:
    """Layouts by code."""
    return [(one.code, one.name) for one in queries.layouts(actor).order_by("code")]


def claim_choices(actor: Actor) -> Choices:
    """Claims by id, the newest first."""
    rows = queries.claims(actor).order_by("-id")[:200]
    return [(str(one.pk), f"{one.number} {one.counterparty}") for one in rows]


def bill_choices(actor: Actor) -> Choices:
    """Bills by id, the newest first."""
    rows = queries.bills(actor).order_by("-on", "-id")[:200]
    return [(str(one.pk), f"{one.creditor} {one.number}") for one in rows]


def bill_ref(bill: Bill | None) -> Ref | None:
    """A link to a bill."""
    return None if bill is None else Ref("bills", bill.pk, bill.number)


def line_ref(line: BillLine | None) -> Ref | None:
    """A link to a line of a bill."""
    return None if line is None else Ref("bill_lines", line.pk, f"{line.bill.number}#{line.line_no}")


def tracking_of(finding: Finding) -> str:
    """The number by which a carrier knows the parcel of a finding."""
    return finding.bill_line.tracking_no if finding.bill_line else ""


def pairs(field: str, text: str, example: str) -> dict[str, str]:
    """Lines "left = right" as a mapping; Refused with every line that is none or stands twice."""
    found: dict[str, str] = {}
    problems = []
    for no, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        left, sign, right = (part.strip() for part in line.partition("="))
        if not (left and sign and right) or left in found:
            problems.append(Problem(no, field, line[:80], "is not a line of this table", example))
        found[left] = right
    if problems:
        raise Refused(problems)
    return found
