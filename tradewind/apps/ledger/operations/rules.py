"""Posting rules: to which account a kind of settlement line is booked, from a day on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from tradewind.apps.ledger.models import Account, PostingRule
from tradewind.apps.org.operations import acting
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.settlement_kinds import KINDS


def set_posting_rule(
    *, kind: str, channel: str, account: str, since: date, reason: str, now: datetime, by: Actor
) -> int:
    """Book a kind of settlement line to another account from a day on; returns the rule's id.

    What is booked already stays where it is. The account lies under one that a kind of the same part
    of profit books to, so that profit still agrees with the books. Refused with every problem: an
    unknown kind or account, an account of another part of profit, a retired one, a second rule of the
    same day, no reason. Example: referral_fee of amazon to 6601.01 from 2026-10-01.
    """
    with acting(by, "ledger.change", kind="posting_rule", now=now) as act:
        found = Account.objects.filter(code=account).first()
        problems = [Problem(None, *fault) for fault in _faults(kind, found, account, reason)]
        if PostingRule.objects.filter(kind=kind, channel=channel, since=since).exists():
            taken = _("there is a rule of this day already")
            problems.append(Problem(None, "since", since.isoformat(), taken, _("another day")))
        if problems or found is None:
            raise Refused(problems)
        made = PostingRule.objects.create(
            kind=kind, channel=channel, account=found, since=since, reason=reason.strip()[:200],
            made_by=by.name, made_at=now,
        )  # fmt: skip
        act.ids.append(made.pk)
        act.note(verb="set_posting_rule", kind=kind, channel=channel, account=account, since=since)
    return made.pk


def _faults(
    kind: str, account: Account | None, code: str, reason: str
) -> Iterable[tuple[str, str, str, str]]:
    if kind not in KINDS:
        yield "kind", kind[:40], _("there is no such kind"), ", ".join(KINDS)
    if not reason.strip():
        yield "reason", "", _("this is needed"), ""
    if account is None:
        yield "account", code[:40], _("there is no such account"), ""
    elif account.retired:
        yield "account", code, _("this account is retired"), ""
    elif kind in KINDS and account.standard not in (fit := _fitting(kind)):
        yield "account", code, _("the account belongs to another part of profit"), ", ".join(fit)


def _fitting(kind: str) -> list[str]:
    """Accounts under which a kind may be booked: those of the same part of profit; of no part, its own."""
    part = KINDS[kind].component
    if part == "none":
        return [KINDS[kind].account]
    return sorted({k.account for k in KINDS.values() if k.component == part})


def booked_to() -> Callable[[str, date], dict[str, str]]:
    """A function (channel, day) -> account code of every kind, the rules in force taken in.

    The rules are read once; of those that fit, the channel's own go before those of all channels, and
    the newest before older ones.
    """
    rules = list(
        PostingRule.objects.order_by("since", "id").values_list("kind", "channel", "since", "account__code")
    )
    usual = {kind.code: kind.account for kind in KINDS.values()}

    def accounts(channel: str, on: date) -> dict[str, str]:
        fit = [r for r in rules if r[1] in ("", channel) and r[2] <= on]
        fit.sort(key=lambda r: (bool(r[1]), r[2]))
        return usual | {kind: code for kind, _channel, _since, code in fit} if fit else usual

    return accounts
