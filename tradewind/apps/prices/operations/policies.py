"""Price policies: saved by code, stopped, never silently widened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from tradewind.apps.logistics.models import Service
from tradewind.apps.markets.models import Market
from tradewind.apps.markets.queries import rulebook
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings, rows
from tradewind.apps.prices.judging import BUYER, SELLER
from tradewind.apps.prices.models import PricePolicy
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.engine.access import Actor
from tradewind.engine.money import EXPONENTS, MoneyError, exponent
from tradewind.engine.price_endings import endings
from tradewind.engine.pricing import MARGIN, MARKUP, PROFIT


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A policy as people state it; store, market and service by code, shares as fractions.

    `ceiling` is in major units of `ceiling_currency`; `import_rate` a share of the net price, needed
    where the seller pays at the border and goods are sold straight from abroad.
    """

    code: str
    target: Decimal
    floor_margin: Decimal
    target_kind: str = MARGIN
    store: str = ""
    market: str = ""
    category: str = ""
    endings: str = ""
    ceiling: Decimal | None = None
    ceiling_currency: str = ""
    ads_rate: Decimal = Decimal(0)
    returns_rate: Decimal = Decimal(0)
    fx_buffer_rate: Decimal = Decimal(0)
    service: str = ""
    import_by: str = BUYER
    import_rate: Decimal | None = None
    scheme: str = ""
    lowers: bool = False


def save_policies(*, policies: Sequence[NewPolicy], now: datetime, by: Actor) -> list[int]:
    """Save policies by code, a known code anew; their ids. Refused with every problem, nothing saved."""
    with acting(by, "prices.change", kind="price_policy", now=now) as act:
        stores = {s.code: s for s in stores_of(by)}
        markets = {m.code: m for m in Market.objects.all()}
        services = {s.code: s for s in Service.objects.all()}
        found = Findings()
        for row, new in rows(policies):
            _check(found.at(row), new, stores, markets, services)
        found.settle()
        saved = [_save(new, stores, markets, services) for new in policies]
        act.ids = [p.pk for p in saved]
        act.note(verb="save_policies", policies=[asdict(new) for new in policies])
    return [p.pk for p in saved]


def stop_policies(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Switch policies off; the next wider one covers their listings. How many."""
    with acting(by, "prices.change", kind="price_policy", ids=ids, now=now) as act:
        stopped = PricePolicy.objects.filter(id__among=list(ids), active=True).update(active=False)
        act.note(verb="stop_policies", stopped=stopped)
    return stopped


def _check(
    found: Findings,
    new: NewPolicy,
    stores: dict[str, Store],
    markets: dict[str, Market],
    services: dict[str, Service],
) -> None:
    found.code("code", new.code)
    found.one_of("target_kind", new.target_kind, (MARGIN, MARKUP, PROFIT))
    found.one_of("import_by", new.import_by, (BUYER, SELLER))
    for field, code, known in (
        ("store", new.store, stores), ("market", new.market, markets), ("service", new.service, services),
    ):  # fmt: skip
        if code:
            found.known(field, code, known)
    if new.target_kind == MARGIN and not -1 < new.target < 1:
        found.add("target", new.target, _("a margin is a share of the net price"), "0.25")
    if not -1 < new.floor_margin < 1:
        found.add("floor_margin", new.floor_margin, _("a margin is a share of the net price"), "0.10")
    if new.target_kind == MARGIN and new.floor_margin > new.target:
        found.add("floor_margin", new.floor_margin, _("above the target"), str(new.target))
    if new.scheme:
        found.known("scheme", new.scheme, {rule.keys["scheme"]: rule for rule in rulebook().all("scheme")})
    _shares(found, new)
    _ceiling(found, new)
    _endings(found, new, stores)


def _shares(found: Findings, new: NewPolicy) -> None:
    for field in ("ads_rate", "returns_rate", "fx_buffer_rate", "import_rate"):
        value = getattr(new, field)
        if value is not None and not 0 <= value <= 1:
            found.add(field, value, _("a share lies between 0 and 100 %"), "0.05")


def _ceiling(found: Findings, new: NewPolicy) -> None:
    if new.ceiling is None:
        return
    currency = found.currency("ceiling_currency", new.ceiling_currency)
    if currency in EXPONENTS and (new.ceiling <= 0 or new.ceiling.scaleb(exponent(currency)) % 1):
        found.add("ceiling", new.ceiling, _("is not a price of this currency"), "49.99")


def _endings(found: Findings, new: NewPolicy, stores: dict[str, Store]) -> None:
    """Endings must read in the currency of the store, or in one with cents."""
    currency = stores[new.store].currency if new.store in stores else "USD"
    try:
        endings(new.endings, currency)
    except MoneyError:
        found.add("endings", new.endings, _("is not an ending of a price"), ".99 .95")


def _save(
    new: NewPolicy, stores: dict[str, Store], markets: dict[str, Market], services: dict[str, Service]
) -> PricePolicy:
    ceiling = None
    if new.ceiling is not None:
        ceiling = int(new.ceiling.scaleb(exponent(new.ceiling_currency)))
    policy, _made = PricePolicy.objects.update_or_create(
        code=new.code,
        defaults={
            "store": stores[new.store] if new.store else None,
            "market": markets[new.market] if new.market else None,
            "category": new.category,
            "target_kind": new.target_kind,
            "target": new.target,
            "floor_margin": new.floor_margin,
            "endings": new.endings.strip(),
            "ceiling_minor": ceiling,
            "ceiling_currency": new.ceiling_currency if ceiling is not None else "",
            "ads_rate": new.ads_rate,
            "returns_rate": new.returns_rate,
            "fx_buffer_rate": new.fx_buffer_rate,
            "service": services[new.service] if new.service else None,
            "import_by": new.import_by,
            "import_rate": new.import_rate,
            "scheme": new.scheme,
            "lowers": new.lowers,
            "active": True,
        },
    )
    return policy
