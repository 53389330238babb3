"""What the pages of accounts share: balances as statements state them, and the statements."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import Statement
from tradewind.connectors import registry
from tradewind.connectors.base import COLLECTION
from tradewind.desk.kernel import DATE, INT, LINK, MONEY, Column, Fact, Ref, Table

CERTAINTY = {
    "actual": _("stated by a statement, later lines added"),
    "estimated": _("the sum of the lines read; what lay there before is not known"),
    "missing": _("nothing was read yet"),
}
_SHOWN = 24
STATEMENT_COLUMNS = (
    Column("since", _("From"), DATE, lambda s: s.since.date()),
    Column("until", _("Until"), DATE, lambda s: s.until.date()),
    Column("opening", _("Opening balance"), MONEY),
    Column("closing", _("Closing balance"), MONEY),
    Column("line_count", _("Lines"), INT),
    Column("new_count", _("New lines"), INT),
    Column("file", _("File"), LINK, lambda s: Ref("statements", s.pk, s.file.name)),
)


def provider_name(code: str) -> str:
    """A collection provider as its reader calls it; the code where there is no such connector."""
    for m in registry.manifests(COLLECTION):
        if m.code == code:
            return m.name_zh if (get_language() or "").startswith("zh") else m.name
    return code


def balance_facts(noun: str, pk: int, company_id: int) -> tuple[Fact, ...]:
    """The balance of an account with its day and how sure it is."""
    for place in queries.cash_now(company_id):
        if (place.noun, place.id) == (noun, pk):
            return (
                Fact(_("Balance"), place.balance, MONEY),
                Fact(_("Of the day"), place.on, DATE),
                Fact(_("How sure"), CERTAINTY[place.state]),
            )
    return ()


def statements_table(rows: QuerySet[Statement]) -> Table:
    """The newest statements of an account."""
    newest = list(rows.order_by("-until", "-id")[:_SHOWN])
    return Table(_("Account statements"), STATEMENT_COLUMNS, newest, _("No statement file was taken over."))
