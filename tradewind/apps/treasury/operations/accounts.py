"""Opening and closing the places where money lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.treasury.models import BankAccount, CollectionAccount
from tradewind.apps.treasury.states import ACCOUNT
from tradewind.connectors import registry
from tradewind.connectors.base import BANK, COLLECTION, Manifest
from tradewind.db.states import move_all
from tradewind.engine.access import Actor


def open_collection_account(
    *,
    company: str,
    provider: str,
    code: str,
    name: str,
    currency: str,
    now: datetime,
    by: Actor,
    base_url: str = "",
    credentials: Mapping[str, str] | None = None,
) -> CollectionAccount:
    """Register a collection account in one currency; company by its code, provider by the connector's.

    Refused with every problem; credentials are stored encrypted and never shown.
    """
    found = Findings()
    manifest = _manifest(found, COLLECTION, provider)
    values = _values(found, company, code, name, currency, base_url, credentials, manifest)
    found.fresh("code", [code], set(CollectionAccount.objects.values_list("code", flat=True)))
    found.settle()
    with acting(by, "treasury.change", kind="collection_account", now=now) as act:
        account = CollectionAccount.objects.create(provider=provider, **values)
        act.ids.append(account.pk)
        act.note(verb="open_collection_account", code=code, provider=provider, currency=currency)
    return account


def open_bank_account(
    *,
    company: str,
    code: str,
    name: str,
    currency: str,
    now: datetime,
    by: Actor,
    provider: str = "",
    base_url: str = "",
    credentials: Mapping[str, str] | None = None,
) -> BankAccount:
    """Register a bank account; without a provider its statements come in by file only."""
    found = Findings()
    manifest = _manifest(found, BANK, provider) if provider else None
    values = _values(found, company, code, name, currency, base_url, credentials, manifest)
    found.fresh("code", [code], set(BankAccount.objects.values_list("code", flat=True)))
    found.settle()
    with acting(by, "treasury.change", kind="bank_account", now=now) as act:
        account = BankAccount.objects.create(provider=provider, **values)
        act.ids.append(account.pk)
        act.note(verb="open_bank_account", code=code, provider=provider, currency=currency)
    return account


def close_collection_accounts(*, ids: Iterable[int], now: datetime, by: Actor) -> list[int]:
    """Take collection accounts out of the steps; WrongState when one is closed already."""
    wanted = sorted(set(ids))
    with acting(by, "treasury.change", kind="collection_account", ids=wanted, now=now) as act:
        act.note(verb="close_collection_accounts")
        return move_all(CollectionAccount, ACCOUNT, "close", wanted)


def _manifest(found: Findings, kind: str, code: str) -> Manifest | None:
    known = {m.code: m for m in registry.manifests(kind)}
    found.one_of("provider", code, known)
    return known.get(code)


def _values(
    found: Findings,
    company: str,
    code: str,
    name: str,
    currency: str,
    base_url: str,
    credentials: Mapping[str, str] | None,
    manifest: Manifest | None,
) -> dict[str, Any]:
    owner = Company.objects.filter(code=company).first()
    if owner is None:
        found.known("company", company, ())
    given = {k: v.strip() for k, v in (credentials or {}).items() if v and v.strip()}
    if manifest:
        for missing in manifest.missing_credentials(given):
            found.add(missing, "", "this credential is needed")
        if manifest.currencies:
            found.one_of("currency", currency, manifest.currencies)
    return {
        "company": owner, "code": found.code("code", code, 40), "name": found.text("name", name, 80),
        "currency": found.currency("currency", currency), "credentials": given or "",
        "base_url": base_url or (manifest.base_url if manifest else ""),
    }  # fmt: skip
