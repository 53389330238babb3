"""What the tools of the books share: whose books, from when to when, stores by name."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.stores.queries import stores_of
from tradewind.desk.kernel import CHOICE, DATE, Field
from tradewind.desk.nouns._money import company_choices
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

COMPANY = Field("company", _("Company"), CHOICE, choices=company_choices)
SINCE, UNTIL = Field("since", _("First day"), DATE), Field("until", _("Last day"), DATE)


def begin(actor: Actor, today: date) -> dict[str, Any]:
    """What a fresh page of the books asks: the first company, this month so far."""
    companies = company_choices(actor)
    if not companies:
        return {}
    return {"company": companies[0][0], "since": today.replace(day=1).isoformat(), "until": today.isoformat()}


def span(row: Any) -> tuple[date, date]:
    """First and last day of a question; Refused when they are the wrong way round."""
    if row["since"] > row["until"]:
        why = _now("the first day is after the last")
        raise Refused([Problem(None, "since", row["since"].isoformat(), why, row["until"].isoformat())])
    return row["since"], row["until"]


def store_names(actor: Actor, company_id: int) -> dict[int | None, str]:
    """Stores of a company in the actor's sight, and what is of no store."""
    rows = stores_of(actor).filter(company_id=company_id).order_by("code")
    return {**{s.pk: str(s.code) for s in rows}, None: _now("Of no store")}
