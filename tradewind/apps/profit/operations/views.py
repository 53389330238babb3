"""Questions to the explorer that people keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.operations import acting
from tradewind.apps.profit.models import SavedView
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused

MOST = 100  # views of one person


def save_view(*, name: str, question: Mapping[str, str], now: datetime, by: Actor) -> SavedView:
    """Keep a question under a name of the person's own; the same name takes the place of what was there.

    Refused for a name that is empty or too long, and for more than 100 views.
    """
    with acting(by, "profit.view", kind="profit_view", now=now) as act:
        name, mine = name.strip(), SavedView.objects.filter(owner_id=by.user_id)
        problems = []
        if not name or len(name) > 80:
            problems.append(Problem(None, "name", name[:80], _("a name is needed"), _("up to 80 characters")))
        if by.user_id is None:
            problems.append(Problem(None, "name", name[:80], _("views belong to a person")))
        if mine.exclude(name=name).count() >= MOST:
            problems.append(Problem(None, "name", name[:80], _("too many views"), str(MOST)))
        if problems:
            raise Refused(problems)
        kept = {key: value for key, value in question.items() if value}
        view, _made = SavedView.objects.update_or_create(
            owner_id=by.user_id, name=name, defaults={"question": kept, "saved_at": now}
        )
        act.ids.append(view.pk)
        act.note(verb="save_view", name=name)
    return view


def forget_views(*, ids: Iterable[int], now: datetime, by: Actor) -> int:
    """Remove views of the person's own; how many. Those of others are passed over."""
    wanted = sorted(set(ids))
    with acting(by, "profit.view", kind="profit_view", ids=wanted, now=now) as act:
        count: int = SavedView.objects.filter(id__among=wanted, owner_id=by.user_id).delete()[0]
        act.note(verb="forget_views", views=count)
    return count
