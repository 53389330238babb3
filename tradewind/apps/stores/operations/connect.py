"""Connecting, pausing and re-keying stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.queries import stores_of
from tradewind.apps.stores.states import STORE
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, Manifest
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import EXPONENTS


def connect_store(
    *,
    code: str,
    name: str,
    company: str,
    channel: str,
    market: str,
    currency: str,
    zone: str,
    now: datetime,
    by: Actor,
    warehouse: str = "",
    platform_warehouse: str = "",
    base_url: str = "",
    credentials: Mapping[str, str] | None = None,
) -> Store:
    """Register an account on a channel; company, market and warehouse by their codes.

    Refused with every problem: unknown codes, a currency or market the connector does not know,
    missing or unknown credential fields. The credentials are stored encrypted and never shown.
    """
    given = {k: v.strip() for k, v in (credentials or {}).items() if v and v.strip()}
    owner = Company.objects.filter(code=company).first()
    country = Market.objects.filter(code=market).first()
    house, theirs = _houses(warehouse, platform_warehouse)
    manifest = _manifest(channel)
    problems = _own_problems(code, name, zone, base_url)
    problems += _house_problems(warehouse, house, platform_warehouse, theirs)
    problems += _unknown(company, owner, "company") + _unknown(market, country, "market")
    if manifest is None:
        known = ", ".join(m.code for m in registry.manifests(CHANNEL))
        problems.append(Problem(None, "channel", channel, "there is no such connector", known))
    else:
        problems += _fits(manifest, market, currency) + _credential_problems(manifest, given)
    if problems or owner is None or country is None or manifest is None:
        raise Refused(problems)
    sealed: Any = given or ""  # absence stays visible
    with acting(by, "stores.change", kind="store", now=now) as act:
        store = Store.objects.create(
            code=code,
            name=name,
            company=owner,
            channel=channel,
            market=country,
            currency=currency,
            zone=zone,
            warehouse=house,
            platform_warehouse=theirs,
            base_url=base_url or manifest.base_url,
            credentials=sealed,
        )
        act.ids.append(store.pk)
        act.note(verb="connect", channel=channel, market=market, fields=sorted(given))
    return store


def rotate_credentials(*, store_id: int, credentials: Mapping[str, str], now: datetime, by: Actor) -> None:
    """Replace a store's credentials; all required fields must be given again."""
    store = _in_scope([store_id], by)[0]
    given = {k: v.strip() for k, v in credentials.items() if v and v.strip()}
    manifest = _manifest(store.channel)
    problems = _credential_problems(manifest, given) if manifest else []
    if problems:
        raise Refused(problems)
    with acting(by, "stores.change", kind="store", ids=[store_id], now=now) as act:
        Store.objects.filter(pk=store_id).update(credentials=given or "")
        act.note(verb="rotate", fields=sorted(given))


def pause_stores(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take stores out of every step; WrongState when one is paused already. Returns how many."""
    return _move("pause", ids, now, by)


def resume_stores(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Take paused stores back into the steps. Returns how many."""
    return _move("resume", ids, now, by)


def set_stock_buffer(*, ids: Sequence[int], units: int, now: datetime, by: Actor) -> int:
    """Units of every SKU that publication keeps back in these stores. Returns how many stores changed."""
    if units < 0:
        raise Refused([Problem(None, "units", str(units), "is below zero", "0 or more")])
    stores = _in_scope(ids, by)
    with acting(by, "stores.change", kind="store", ids=ids, now=now) as act:
        for store in stores:
            store.settings = {**store.settings, "buffer": units}
        act.note(verb="buffer", units=units)
        return Store.objects.bulk_update(stores, ["settings"])


def set_warehouses(
    *, ids: Sequence[int], warehouse: str, platform_warehouse: str, now: datetime, by: Actor
) -> int:
    """From where stores ship, and the channel's own warehouse for what it ships itself; "" is none.

    Refused for unknown codes, and for a channel's warehouse of another kind than platform.
    """
    stores = _in_scope(ids, by)
    house, theirs = _houses(warehouse, platform_warehouse)
    problems = _house_problems(warehouse, house, platform_warehouse, theirs)
    if problems:
        raise Refused(problems)
    with acting(by, "stores.change", kind="store", ids=ids, now=now) as act:
        act.note(verb="warehouses", warehouse=warehouse, platform_warehouse=platform_warehouse)
        rows = Store.objects.filter(pk__in=[s.pk for s in stores])
        return rows.update(warehouse=house, platform_warehouse=theirs)


def _houses(warehouse: str, platform_warehouse: str) -> tuple[Warehouse | None, Warehouse | None]:
    found = {w.code: w for w in Warehouse.objects.filter(code__in=[warehouse, platform_warehouse])}
    return found.get(warehouse), found.get(platform_warehouse)


def _house_problems(
    code: str, house: Warehouse | None, platform_code: str, theirs: Warehouse | None
) -> list[Problem]:
    problems = _unknown(code, house, "warehouse") if code else []
    problems += _unknown(platform_code, theirs, "platform_warehouse") if platform_code else []
    if theirs is not None and theirs.kind != "platform":
        accepted = "a warehouse of kind platform"
        problems.append(
            Problem(None, "platform_warehouse", theirs.code, "is not the channel's own", accepted)
        )
    return problems


def _move(name: str, ids: Sequence[int], now: datetime, by: Actor) -> int:
    _in_scope(ids, by)
    with acting(by, "stores.change", kind="store", ids=ids, now=now) as act:
        moved = move_all(Store, STORE, name, ids)
        act.note(verb=name)
        return len(moved)


def _in_scope(ids: Sequence[int], by: Actor) -> list[Store]:
    found = list(stores_of(by).filter(id__in=ids))
    unknown = set(ids) - {s.pk for s in found}
    if unknown or not ids:
        raise Refused([Problem(None, "store", str(i), "there is no such store") for i in sorted(unknown)])
    return found


def _manifest(channel: str) -> Manifest | None:
    return next((m for m in registry.manifests(CHANNEL) if m.code == channel), None)


def _own_problems(code: str, name: str, zone: str, base_url: str) -> list[Problem]:
    problems = []
    if not code.strip() or len(code) > 20:
        problems.append(Problem(None, "code", code[:40], "is empty or too long", "1 to 20 characters"))
    elif Store.objects.filter(code=code).exists():
        problems.append(Problem(None, "code", code, "is taken already", "a code of its own"))
    if not name.strip() or len(name) > 80:
        problems.append(Problem(None, "name", name[:40], "is empty or too long", "1 to 80 characters"))
    if base_url and not base_url.startswith(("https://", "http://")):
        problems.append(Problem(None, "base_url", base_url[:80], "is not a web address", "https://..."))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(Problem(None, "zone", zone[:40], "is not a time zone", "e.g. Europe/Berlin"))
    return problems


def _unknown(code: str, found: object, field: str) -> list[Problem]:
    return [] if found else [Problem(None, field, code[:40], f"there is no such {field}", f"a {field} code")]


def _fits(manifest: Manifest, market: str, currency: str) -> list[Problem]:
    problems = []
    if manifest.markets and market not in manifest.markets:
        problems.append(
            Problem(None, "market", market[:40], "the channel is not there", ", ".join(manifest.markets))
        )
    accepted = manifest.currencies or tuple(EXPONENTS)
    if currency not in accepted:
        problems.append(
            Problem(None, "currency", currency[:40], "is not one of the channel's", ", ".join(accepted[:12]))
        )
    return problems


def _credential_problems(manifest: Manifest, given: Mapping[str, str]) -> list[Problem]:
    known = ", ".join(f.name for f in manifest.credentials) or "none"
    missing = manifest.missing_credentials(given)
    strange = given.keys() - {f.name for f in manifest.credentials}
    return [Problem(None, name, "", "this credential is needed") for name in missing] + [
        Problem(None, name, "", "the channel knows no such credential", known) for name in sorted(strange)
    ]
