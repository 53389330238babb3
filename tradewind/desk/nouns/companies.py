"""Companies at the desk."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.models import Company
from tradewind.apps.org.operations import NewCompany, create_company
from tradewind.apps.stock.operations import switch_costing
from tradewind.apps.stock.queries.cost_rows import Methods
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    FLAG,
    NONE,
    ONE,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import currencies, text
from tradewind.engine.access import Actor

METHOD_NAMES = {
    "fifo": _("First in, first out"),
    "moving_average": _("Moving average"),
    "month_end": _("Average of the month"),
    "batch": _("Chosen batches"),
}


def _detail(actor: Actor, pk: int) -> Detail | None:
    row = queries.companies(actor).filter(pk=pk).first()
    if row is None:
        return None
    held = list(queries.qualifications(actor).filter(company=row).order_by("kind", "market"))
    return Detail(
        str(row),
        row.code,
        facts=(
            Fact(_("Name"), row.name),
            Fact(_("Name in Chinese"), row.name_zh),
            Fact(_("Country"), row.country, COUNTRY),
            Fact(_("Currency of the books"), row.base_currency),
            Fact(_("Costing method"), _costing(row)),
            Fact(_("Practice company"), row.is_practice, FLAG),
        ),
        tables=(
            Table(
                _("Qualifications"),
                (
                    Column("kind", _("Kind")),
                    Column("number", _("Number"), wide=True),
                    Column("market", _("Market"), COUNTRY),
                    Column("expires_on", _("Valid until"), DATE),
                ),
                held,
                _("None registered yet."),
            ),
        ),
    )


def _create(call: Call) -> Outcome:
    v = call.values
    new = NewCompany(v["code"], v["name"], v["country"], v["base_currency"], text(call, "name_zh"))
    pk = create_company(company=new, now=call.now, by=call.by)
    return Outcome(_("The company is registered."), 1, Ref("companies", pk, new.code))


def _costing(row: Company) -> str:
    """The method in force today, and the one that is to come."""
    methods = Methods(row.costing, row.costing_changes)
    now = timezone.now()
    current = str(METHOD_NAMES.get(methods.on(now), methods.on(now)))
    coming = [(day, m) for day, m in sorted(row.costing_changes) if day > now.date().isoformat()]
    later = [
        _now("%(method)s from %(day)s") % {"method": METHOD_NAMES.get(m, m), "day": d} for d, m in coming
    ]
    return " · ".join([current, *later])


def _switch(call: Call) -> Outcome:
    v = call.values
    switch_costing(company_id=call.ids[0], method=v["method"], start=v["start"], now=call.now, by=call.by)
    return Outcome(_("Goods are costed by the new method from that month on."), 1)


NOUN = Noun(
    code="companies",
    label=_("Companies"),
    stage=2,
    place=10,
    icon="building-2",
    prefix="com",
    view="org.view",
    rows=queries.companies,
    columns=(
        Column("code", _("Code"), sort="code"),
        Column("name", _("Name"), sort="name", wide=True),
        Column("name_zh", _("Name in Chinese")),
        Column("country", _("Country"), COUNTRY),
        Column("base_currency", _("Currency of the books")),
        Column("is_practice", _("Practice company"), FLAG),
    ),
    detail=_detail,
    order="code",
    search=("code__istartswith", "name__icontains", "name_zh__icontains"),
    actions=(
        Action(
            "create", _("Register a company"), _create, "org.change", NONE,
            (
                Field("code", _("Code"), help=_("Letters and digits, e.g. NBO")),
                Field("name", _("Name")),
                Field("name_zh", _("Name in Chinese"), required=False),
                Field("country", _("Country"), COUNTRY, initial="CN"),
                Field("base_currency", _("Currency of the books"), CHOICE, choices=currencies, initial="CNY"),
            ), key="n",
        ),
        Action("costing", _("Change the costing method"), _switch, "stock.cost", ONE, (
            Field("method", _("Costing method"), CHOICE, choices=lambda _a: list(METHOD_NAMES.items())),
            Field("start", _("From the first of"), DATE, help=_("A month in which nothing has left yet")),
        )),
    ),
    empty=_("Register the company that owns your stores, stock and accounts."),
    audit_kind="company",
    note=_("The legal entities behind stores, stock, accounts and books."),
)  # fmt: skip
