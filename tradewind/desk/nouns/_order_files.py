"""Importing a file of order lines at the desk, and what is said of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.orders.operations.files import LAYOUTS, import_orders
from tradewind.apps.stores.queries import stores_of
from tradewind.desk.kernel import CHOICE, FILE, NONE, Action, Call, Field, Outcome
from tradewind.engine.access import Actor


def store_codes(actor: Actor) -> list[tuple[str, str]]:
    """The stores in scope by code, as the command line names them."""
    return [(s.code, s.name) for s in stores_of(actor).order_by("code")]


def _layouts(_actor: Actor) -> list[tuple[str, Any]]:
    return [(code, code) for code in LAYOUTS]


def _run(call: Call) -> Outcome:
    file = call.values["file"]
    done = import_orders(
        store=call.values["store"],
        layout=call.values["layout"],
        name=file.name,
        data=file.content,
        now=call.now,
        by=call.by,
    )
    report = dict(done.report)
    if done.again:
        text = _now("This file was taken over before; nothing was changed.")
        return Outcome(text, 0, detail=report)
    text = _now(
        "%(lines)d lines of %(invoices)d invoices, net %(net)s %(currency)s; %(aside)d lines set aside."
    )
    said = text % {
        "lines": report["lines"],
        "invoices": report["invoices"],
        "net": report["net"],
        "currency": report["currency"],
        "aside": report["set_aside"]["lines"],
    }
    return Outcome(said, report["orders"], detail=report)


IMPORT = Action(
    "import",
    _("Import order lines"),
    _run,
    "orders.change",
    NONE,
    (
        Field("store", _("Store"), CHOICE, choices=store_codes),
        Field("layout", _("Layout"), CHOICE, choices=_layouts, initial="online-retail"),
        Field("file", _("File"), FILE, help=_("A CSV or CSV.GZ file; it is kept as it is")),
    ),
)
