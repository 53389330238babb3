"""Stores at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tradewind.apps.logistics.models import Warehouse
from tradewind.apps.markets.models import Market
from tradewind.apps.org.models import Company
from tradewind.apps.stores.models import Store
from tradewind.apps.stores.operations import (
    connect_store,
    pause_stores,
    resume_stores,
    rotate_credentials,
    set_stock_buffer,
    set_warehouses,
)
from tradewind.apps.stores.queries import failing_stores, runs_of, stores_of, with_last_error
from tradewind.connectors import registry
from tradewind.connectors.base import CHANNEL, Manifest
from tradewind.desk.kernel import (
    CHOICE,
    INT,
    MANY,
    NONE,
    ONE,
    SECRET,
    STATE,
    TEXT,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

Choices = Sequence[tuple[str, Any]]


def channels(_actor: Actor) -> Choices:
    """Every sales channel there is a connector for."""
    return [(m.code, f"{m.name_zh} {m.name}") for m in registry.manifests(CHANNEL)]


def _companies(_actor: Actor) -> Choices:
    return [(c.code, str(c)) for c in Company.objects.order_by("code")]


def _markets(_actor: Actor) -> Choices:
    return [(m.code, str(m)) for m in Market.objects.order_by("code")]


def _warehouses(_actor: Actor) -> Choices:
    return [(w.code, str(w)) for w in Warehouse.objects.order_by("code")]


def _platform_warehouses(_actor: Actor) -> Choices:
    return [(w.code, str(w)) for w in Warehouse.objects.filter(kind="platform").order_by("code")]


def _rows(actor: Actor) -> QuerySet[Any]:
    return with_last_error(stores_of(actor))


def _manifest(store: Store) -> Manifest | None:
    return next((m for m in registry.manifests(CHANNEL) if m.code == store.channel), None)


def _detail(actor: Actor, pk: int) -> Detail | None:
    store = _rows(actor).filter(pk=pk).first()
    if store is None:
        return None
    manifest = _manifest(store)
    given = store.credentials or {}
    keys = [
        {"label": f.label_zh + " " + f.label, "state": _("given") if given.get(f.name) else _("missing")}
        for f in (manifest.credentials if manifest else ())
    ]
    facts = (
        Fact(_("Channel"), f"{manifest.name_zh} {manifest.name}" if manifest else store.channel),
        Fact(_("Company"), str(store.company)),
        Fact(_("Market"), str(store.market)),
        Fact(_("Currency"), store.currency),
        Fact(_("Time zone"), store.zone),
        Fact(_("Ships from"), str(store.warehouse) if store.warehouse else _("not set")),
        Fact(
            _("The channel ships from"),
            str(store.platform_warehouse) if store.platform_warehouse else _("not set"),
        ),
        Fact(_("Units kept back"), store.settings.get("buffer", 0), INT),
        Fact(_("Can do"), ", ".join(sorted(manifest.capabilities)) if manifest else ""),
    )
    runs = list(runs_of(actor).filter(store=store).order_by("-id")[:20])
    alerts = [_("The last synchronisation failed: %s") % store.last_error] if store.last_error else []
    return Detail(
        store.name,
        store.code,
        store.state,
        facts,
        (
            Table(_("Credentials"), (Column("label", _("Field")), Column("state", _("State"))), keys),
            Table(_("Latest runs"), RUN_COLUMNS, runs),
        ),
        alerts=tuple(alerts),
    )


RUN_COLUMNS = (
    Column("feed", _("Feed")),
    Column("started_at", _("From"), TIME),
    Column("ended_at", _("Until"), TIME),
    Column("fetched", _("Rows"), INT),
    Column("problems", _("Problems"), INT),
    Column("error", _("Error"), wide=True),
)


def pairs(text: str | None) -> dict[str, str]:
    """Credentials as people type them, `name = value` a line; Refused with every line that is not."""
    found, problems = {}, []
    for n, line in enumerate((text or "").splitlines(), 1):
        name, equals, value = line.partition("=")
        if line.strip() and not equals:
            problems.append(Problem(n, "credentials", "", str(_("is not a pair")), "name = value"))
        elif line.strip():
            found[name.strip()] = value.strip()
    if problems:
        raise Refused(problems)
    return found


def _connect(call: Call) -> Outcome:
    given = {k: v or "" for k, v in call.values.items() if k != "credentials"}
    store = connect_store(**given, credentials=pairs(call.values["credentials"]), now=call.now, by=call.by)
    return Outcome(_("The store is connected."), 1, Ref("stores", store.pk, store.name))


def _pause(call: Call) -> Outcome:
    return Outcome(_("Paused."), pause_stores(ids=call.ids, now=call.now, by=call.by))


def _resume(call: Call) -> Outcome:
    return Outcome(_("Taken up again."), resume_stores(ids=call.ids, now=call.now, by=call.by))


def _rotate(call: Call) -> Outcome:
    given = pairs(call.values["credentials"])
    rotate_credentials(store_id=call.ids[0], credentials=given, now=call.now, by=call.by)
    return Outcome(_("The credentials are replaced."), 1)


def _houses(call: Call) -> Outcome:
    given = {name: call.values[name] or "" for name in ("warehouse", "platform_warehouse")}
    return Outcome(_("Saved."), set_warehouses(ids=call.ids, **given, now=call.now, by=call.by))


def _buffer(call: Call) -> Outcome:
    units = int(call.values["units"])
    return Outcome(_("Saved."), set_stock_buffer(ids=call.ids, units=units, now=call.now, by=call.by))


_CREDENTIALS = Field(
    "credentials", _("Credentials"), SECRET, False, help=_("One a line: name = value. Stored encrypted.")
)

_PLATFORM = Field(
    "platform_warehouse", _("The channel ships from"), CHOICE, False, choices=_platform_warehouses,
    help=_("The channel's own warehouse, for what it ships itself (FBA and the like)"),
)  # fmt: skip

NOUN = Noun(
    code="stores",
    label=_("Stores"),
    stage=4,
    place=10,
    icon="store",
    prefix="sto",
    view="stores.view",
    by_store=True,
    rows=_rows,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("channel", _("Channel"), sort="channel"),
        Column("market", _("Market"), TEXT, "market.code", sort="market__code"),
        Column("currency", _("Currency")),
        Column("warehouse", _("Ships from"), TEXT, "warehouse.name"),
        Column("state", _("State"), STATE),
        Column("last_run_at", _("Last run"), TIME),
        Column("last_error", _("Error")),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains"),
    state_field="state",
    states=(("connected", _("Connected"), "good"), ("paused", _("Paused"), "idle")),
    filters=(Filter("channel", _("Channel"), "channel", channels),),
    actions=(
        Action(
            "connect", _("Connect a store"), _connect, "stores.change", NONE,
            (
                Field("code", _("Code")),
                Field("name", _("Name")),
                Field("company", _("Company"), CHOICE, choices=_companies),
                Field("channel", _("Channel"), CHOICE, choices=channels),
                Field("market", _("Market"), CHOICE, choices=_markets),
                Field("currency", _("Currency"), help=_("Three letters, e.g. EUR")),
                Field("zone", _("Time zone"), help=_("e.g. Europe/Berlin")),
                Field("warehouse", _("Ships from"), CHOICE, False, choices=_warehouses),
                _PLATFORM,
                Field("base_url", _("Address of the interface"), TEXT, False),
                _CREDENTIALS,
            ), key="n",
        ),
        Action("pause", _("Pause"), _pause, "stores.change", MANY, states=("connected",), danger=True,
               confirm=_("No orders come in and nothing is published while a store is paused. Go on?")),
        Action("resume", _("Resume"), _resume, "stores.change", MANY, states=("paused",)),
        Action("rotate", _("Replace credentials"), _rotate, "stores.change", ONE, (_CREDENTIALS,)),
        Action("houses", _("Set warehouses"), _houses, "stores.change", MANY,
               (Field("warehouse", _("Ships from"), CHOICE, False, choices=_warehouses), _PLATFORM)),
        Action("buffer", _("Keep units back"), _buffer, "stores.change", MANY,
               (Field("units", _("Units kept back"), INT, initial="0"),)),
    ),
    waiting=failing_stores,
    empty=_("Connect your first store, or start the practice company."),
    audit_kind="store",
    title_of="name",
    note=_("Accounts on sales channels. The number counts stores whose last run failed."),
)  # fmt: skip
