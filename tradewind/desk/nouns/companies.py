"""Companies at the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.operations import NewCompany, create_company
from tradewind.desk.kernel import (
    CHOICE,
    COUNTRY,
    DATE,
    FLAG,
    NONE,
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
    ),
    empty=_("Register the company that owns your stores, stock and accounts."),
    audit_kind="company",
    note=_("The legal entities behind stores, stock, accounts and books."),
)  # fmt: skip
