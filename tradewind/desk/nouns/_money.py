"""What the nouns of money share: choices and references."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now

from tradewind.apps.org.models import Company
from tradewind.apps.settlements.models import SettlementFile
from tradewind.apps.stores.queries import stores_of
from tradewind.apps.treasury import queries as treasury
from tradewind.apps.treasury.operations.statement_files import Taken
from tradewind.desk.kernel import Outcome, Ref
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money, MoneyError
from tradewind.engine.settlement_kinds import KINDS

Choices = list[tuple[str, Any]]


def store_choices(actor: Actor) -> Choices:
    """Stores in scope by id."""
    return [(str(s.pk), s.name) for s in stores_of(actor).order_by("code")]


def company_choices(_actor: Actor) -> Choices:
    """Companies by id."""
    return [(str(c.pk), str(c)) for c in Company.objects.order_by("code")]


def company_codes(_actor: Actor) -> Choices:
    """Companies by code."""
    return [(c.code, str(c)) for c in Company.objects.order_by("code")]


def collection_choices(actor: Actor) -> Choices:
    """Collection accounts by id."""
    return [(str(a.pk), a.name) for a in treasury.collection_accounts(actor).order_by("code")]


def bank_choices(actor: Actor) -> Choices:
    """Bank accounts by id."""
    return [(str(a.pk), a.name) for a in treasury.bank_accounts(actor).order_by("code")]


def kind_label(code: str) -> str:
    """A kind of settlement line in the reader's language; unknown where nobody has said it."""
    return _now(KINDS[code].label) if code in KINDS else _now("Unknown")


def kind_choices(_actor: Actor) -> Choices:
    """Every kind a line can mean."""
    return [(code, kind_label(code)) for code in KINDS]


def settlement_ref(one: SettlementFile) -> Ref:
    """A link to a settlement."""
    return Ref("settlements", one.pk, one.external_id)


def taken_words(taken: Taken) -> Outcome:
    """What taking a statement file over did, in words."""
    words = [_now("%(n)d new lines.") % {"n": taken.new}]
    if taken.gaps:
        words.append(
            _now("Its balances do not follow in %(n)d places: see Account statements.") % {"n": taken.gaps}
        )
    elif taken.unstated:
        words.append(_now("It states no balances: nothing proves that it is whole."))
    return Outcome(" ".join(words), taken.new, detail={"layout": taken.layout, "lines": taken.lines})


def money(minor: int | None, currency: str) -> Money | None:
    """Minor units as Money; None stays None."""
    return None if minor is None or not currency else Money(minor, currency)


def typed_money(text: Any, currency: str, field: str = "amount") -> Money:
    """An amount typed into a form; Refused when it has more decimals than the currency."""
    try:
        return Money.of(text, currency)
    except MoneyError as exc:
        raise Refused([Problem(None, field, str(text), str(exc), "12.34")]) from None
