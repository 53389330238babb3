"""A collection provider that is known by its statement files only."""

from __future__ import annotations

from datetime import datetime

from tradewind.connectors.base import TRANSACTIONS, WITHDRAW, Connection, Manifest, NotOffered
from tradewind.connectors.words import _
from tradewind.engine.contracts import Page, Problem, ProviderTransaction, PushResult, Refused
from tradewind.engine.money import Money
from tradewind.engine.statement_reading import provider_statements
from tradewind.engine.statement_template import StatementTemplate


class FileProvider:
    """Statement files by a template; None where every user must state the layout."""

    def __init__(self, manifest: Manifest, template: StatementTemplate | None) -> None:
        self.manifest, self.template = manifest, template

    def transactions(
        self, conn: Connection, since: datetime, until: datetime, token: str | None = None
    ) -> Page[ProviderTransaction]:
        """There is no connection to ask."""
        raise NotOffered(self.manifest.code, TRANSACTIONS)

    def withdraw(
        self, conn: Connection, key: str, amount: Money, to_currency: str, bank_ref: str
    ) -> PushResult:
        """Withdrawals are asked for on the provider's own site."""
        raise NotOffered(self.manifest.code, WITHDRAW)

    def parse_statement(self, data: bytes) -> list[ProviderTransaction]:
        """Lines of a statement in every currency it holds. Raises Refused with all problems."""
        if self.template is None:
            reason = _("this provider has no layout: state it at the account")
            raise Refused([Problem(None, "file", "", reason)])
        found = provider_statements(self.template, "statement", data)
        return [line for statement in found for line in statement.lines]
