"""The practice forwarder's express list, read and confirmed as a person does; surcharges and terms stated."""

from __future__ import annotations

from decimal import Decimal

from tradewind.apps.logistics.models import RateCard, RateSurcharge, Service
from tradewind.apps.logistics.operations import (
    NewDraft,
    NewService,
    ServiceTerms,
    add_surcharges,
    confirm_rate_cards,
    draft_rate_cards,
    register_services,
    set_area,
    set_limits,
    set_terms,
)
from tradewind.cli.practice.plan import LINE, Plan, actor
from tradewind.engine.access import OPERATIONS
from tradewind.engine.price_list import Said
from tradewind.engine.rates import Limit, Place, Size, Surcharge
from tradewind.engine.restrictions import Term

EXPRESS, NAME = "XF-EXP", "express.csv"
# Half a kilo, each further half kilo, a kilo from five on; yuan, invented.
_PRICES = {"美国": (128, 31, 52), "英国": (118, 28, 47), "德国": (121, 29, 49), "日本": (86, 19, 33)}
_PAPERS = ("MSDS", "UN38.3")
TERMS = (
    Term("battery", "with_papers", _PAPERS, ("lithium battery mark",), Decimal(100)),
    Term("battery_alone", "refused"),
    Term("magnet", "with_papers", ("magnetism test report",)),
    Term("liquid", "with_papers", ("MSDS",)),
    Term("powder", "refused"),
    Term("textile", "allowed"),
)


def price_list() -> bytes:
    """The list as the forwarder sends it: weights down, countries across, a note below."""
    lines = ["重量(KG)," + ",".join(_PRICES)]
    for half in range(1, 11):
        cells = [first + (half - 1) * each for first, each, _kilo in _PRICES.values()]
        lines.append(",".join(map(str, [half / 2, *cells])))
    lines.append("5-30KG," + ",".join(f"{kilo}元/kg" for *_rest, kilo in _PRICES.values()))
    lines.append("以上为人民币价格；燃油附加费 17.25%，偏远地区 3.5 元/KG，最低 180 元")
    return "\n".join(lines).encode()


def express(plan: Plan) -> None:
    """An express service with everything a card can say; and what the line beside it adds and takes."""
    by, at = actor(OPERATIONS), plan.before(45, 1)
    if not Service.objects.filter(code=EXPRESS).exists():
        new = NewService("XF-LOG", EXPRESS, "Express by air 国际快递", "express", 5, mode="air")
        register_services(services=[new], now=at, by=by)
    service = Service.objects.get(code=EXPRESS)
    if not RateCard.objects.filter(service=service).exists():
        draft = NewDraft(service.pk, at.date(), "practice forwarder, express.csv", divisor=5000)
        draft_rate_cards(drafts=[draft], said=Said(), name="express.csv", content=price_list(), now=at, by=by)
    card = RateCard.objects.get(service=service)
    if card.state == "draft":
        reason = "the forwarder confirmed the break at five kilos"
        confirm_rate_cards(ids=[card.pk], reason=reason, now=at, by=by)
    if not RateSurcharge.objects.exists():
        _extras(plan, card)


def _extras(plan: Plan, card: RateCard) -> None:
    by, at = actor(OPERATIONS), plan.before(45, 1)
    remote = [Place("remote", "GB", "IV", "IV"), Place("remote", "GB", "HS", "HS"),
              Place("remote", "US", "995", "999")]  # fmt: skip
    set_area(card_id=card.pk, name="remote", places=remote, now=at, by=by)
    set_limits(card_id=card.pk, limits=[Limit(Size(30_000, 1200))], now=at, by=by)
    rows = [
        Surcharge("fuel", "燃油附加费", rate=Decimal("0.1725")),
        Surcharge("remote", "偏远附加费", step_minor=350, least_minor=18_000, area="remote"),
        Surcharge("battery", "带电附加费", step_minor=800, pro_rata=True, attribute="battery"),
    ]
    add_surcharges(card_id=card.pk, surcharges=rows, now=at, by=by)
    line = RateCard.objects.get(service__code=LINE)
    battery = Surcharge("battery", "带电附加费", step_minor=500, pro_rata=True, attribute="battery")
    add_surcharges(card_id=line.pk, surcharges=[battery], now=at, by=by)
    services = [ServiceTerms(pk, TERMS) for pk in (card.service_id, line.service_id)]
    set_terms(services=services, now=at, by=by)
