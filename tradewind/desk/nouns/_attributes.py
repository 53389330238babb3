"""Attributes of goods and verdicts of ways, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ATTRIBUTE_WORDS = {
    "battery": _("Battery"),
    "battery_built_in": _("Battery built in"),
    "battery_packed": _("Battery packed with the device"),
    "battery_alone": _("Battery alone"),
    "magnet": _("Magnet"),
    "liquid": _("Liquid"),
    "powder": _("Powder"),
    "paste": _("Paste"),
    "aerosol": _("Aerosol"),
    "flammable": _("Flammable"),
    "knife": _("Knife"),
    "food": _("Food"),
    "cosmetics": _("Cosmetics"),
    "medicine": _("Medicine"),
    "seeds": _("Seeds"),
    "brand_copy": _("Brand copy"),
    "laser": _("Laser"),
    "textile": _("Textile"),
    "wood": _("Wood"),
}
VERDICT_WORDS = {
    "allowed": _("taken"),
    "with_papers": _("taken with papers"),
    "unknown": _("not known"),
    "refused": _("refused"),
}
WHY_WORDS = {
    "takes_not": _("the service does not take it"),
    "not_stated_by_way": _("the service does not say whether it takes it"),
    "not_stated_of_goods": _("nobody said whether the goods have it"),
    "battery_kind_not_stated": _("built in, packed with the device or alone: that is not stated"),
    "wh_not_stated": _("the watt-hours of the battery are not stated"),
    "over_wh": _("more watt-hours than the service takes"),
    "no_rule": _("no dangerous-goods rule that is switched on speaks of it"),
}
REASON_WORDS = {
    "no_country": _("does not go there"),
    "no_postcode": _("the postcode decides, and is not given"),
    "no_weight": _("the weight is not given"),
    "no_dimensions": _("the sides are not given"),
    "no_attributes": _("nobody said whether the goods have it"),
    "too_heavy": _("too heavy"),
    "too_large": _("too large"),
    "gap": _("the card has no price for this weight"),
    "no_weighing": _("the rulebook does not say how the carrier weighs"),
    "not_taken": _("the goods are not taken"),
    "no_rate": _("no exchange rate"),
}
