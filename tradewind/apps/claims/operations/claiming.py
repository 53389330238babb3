"""Asking back: findings put together in a claim for one creditor or channel, sent, answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F
from django.utils.translation import gettext as _

from tradewind.apps.claims.models import Bill, BillLine, Claim, ClaimEvent, Finding
from tradewind.apps.claims.operations.deciding import give_in
from tradewind.apps.claims.operations.settling import Change, change_lines
from tradewind.apps.claims.queries.lists import claims, findings
from tradewind.apps.claims.states import CLAIM, CLAIMED, FINDING, OPEN
from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import needed_reason
from tradewind.db.bulk import update_rows
from tradewind.db.numbers import numbered, take_numbers
from tradewind.db.states import WrongState, move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.money import Money


def make_claims(*, ids: Iterable[int], now: datetime, by: Actor) -> list[Claim]:
    """Put open findings into claims: one for each bill, or each store, and currency.

    A claim's last day is the earliest of its findings'. Refused when one is not open.
    """
    wanted = sorted(set(ids))
    with acting(by, "claims.change", kind="claim", now=now) as act:
        rows = list(findings(by).filter(pk__in=wanted, state=OPEN).select_for_update(of=("self",)))
        if len(rows) != len(wanted) or not rows:
            lost = set(wanted) - {r.pk for r in rows}
            raise Refused([Problem(None, "finding", str(pk), _("is not open")) for pk in sorted(lost)]
                          or [Problem(None, "finding", "", _("this is needed"))])  # fmt: skip
        groups: dict[tuple[int | None, int | None, str], list[Finding]] = {}
        for row in rows:
            bill = row.bill_line.bill_id if row.bill_line else None
            groups.setdefault((bill, None if bill else row.store_id, row.currency), []).append(row)
        made = []
        numbers = take_numbers("claim", len(groups))
        for number, mine in zip(numbers, groups.values(), strict=True):
            made.append(_claim(numbered("CLM", number), mine, now))
        move_all(Finding, FINDING, "claim", wanted)
        update_rows(
            Finding, ["claim_id"],
            [(f.pk, claim.pk) for claim, mine in zip(made, groups.values(), strict=True) for f in mine],
        )  # fmt: skip
        act.ids.extend(claim.pk for claim in made)
        act.note(verb="make_claims", findings=len(rows), numbers=[c.number for c in made])
    return made


def _claim(number: str, rows: Sequence[Finding], now: datetime) -> Claim:
    first = rows[0]
    bill = first.bill_line.bill if first.bill_line else None
    party = bill.creditor if bill else first.store.channel if first.store else ""
    days = [row.due_on for row in rows if row.due_on]
    return Claim.objects.create(
        number=number, company_id=first.company_id, store=None if bill else first.store, bill=bill,
        counterparty=party, currency=first.currency, due_on=min(days) if days else None, made_at=now,
        asked_minor=sum(row.excess_minor - row.recovered_minor for row in rows),
    )  # fmt: skip


def send_claims(*, ids: Iterable[int], now: datetime, by: Actor) -> list[int]:
    """Say that claims went out. Refused unless each is a draft."""
    wanted = sorted(set(ids))
    with acting(by, "claims.change", kind="claim", ids=wanted, now=now) as act:
        _visible(wanted, by)
        try:
            move_all(Claim, CLAIM, "send", wanted, sent_at=now)
        except WrongState:
            raise Refused([Problem(None, "state", "", _("the claim is in another state"))]) from None
        act.note(verb="send_claims")
    return wanted


def _visible(ids: Sequence[int], by: Actor) -> list[Claim]:
    rows = list(claims(by).filter(pk__in=ids).select_for_update(of=("self",)))
    if len(rows) != len(ids):
        raise Refused([Problem(None, "claim", str(len(ids)), _("there is no such row"))])
    return rows


def recover_claim(*, claim_id: int, amount: Money, number: str, on: date, now: datetime, by: Actor) -> int:
    """What a creditor gave back on a claim, by its credit note or letter `number`; spread over its findings.

    The same number of the same claim is taken once. Refused: more than is asked still, another currency.
    """
    with acting(by, "claims.change", kind="claim", ids=[claim_id], now=now) as act:
        claim = _visible([claim_id], by)[0]
        left = claim.asked_minor - claim.recovered_minor - claim.refused_minor
        problems = []
        if amount.currency != claim.currency:
            problems.append(
                Problem(None, "amount", str(amount), _("another currency than expected"), claim.currency)
            )
        elif not 0 < amount.minor <= left:
            most = str(Money(left, claim.currency))
            problems.append(
                Problem(None, "amount", str(amount), _("not a part of what is asked still"), most)
            )
        if not number.strip():
            problems.append(Problem(None, "number", "", _("this is needed")))
        if problems:
            raise Refused(problems)
        rows = claim.findings.filter(state=CLAIMED).select_related("bill_line__bill").order_by("id")
        parts, rest = [], amount.minor
        for row in rows:
            part = min(row.excess_minor - row.recovered_minor, rest)
            if part > 0:
                parts.append((row, part, f"{claim.number}/{number.strip()}/{row.pk}"))
                rest -= part
        recover(parts, source="credit_note", on=on, now=now, by=by)
        act.note(verb="recover_claim", number=number.strip(), amount=str(amount))
    return int(amount.minor)


def recover(
    parts: Sequence[tuple[Finding, int, str]], *, source: str, on: date, now: datetime, by: Actor
) -> None:
    """Findings that something was given back for: (finding, minor units, reference); once a reference.

    Inside the running act. Bill lines move from disputed to credited; claims with nothing left are closed.
    """
    ClaimEvent.objects.bulk_create(
        ClaimEvent(
            claim_id=row.claim_id, finding=row, bill_line_id=row.bill_line_id,
            kind="credited" if row.bill_line_id else "reimbursed", amount_minor=minor, currency=row.currency,
            source=source, source_ref=ref, on=on, at=now, by=by.name,
        )
        for row, minor, ref in parts
    )  # fmt: skip
    given: dict[int, int] = {}
    changes: dict[int, Change] = {}
    by_claim: dict[int, int] = {}
    done = []
    for row, minor, _ref in parts:
        given[row.pk] = given.get(row.pk, 0) + minor
        if row.recovered_minor + given[row.pk] == row.excess_minor:
            done.append(row.pk)
        if row.claim_id:
            by_claim[row.claim_id] = by_claim.get(row.claim_id, 0) + minor
        if row.bill_line_id:
            old = changes.get(row.bill_line_id, Change())
            changes[row.bill_line_id] = Change(0, old.disputed - minor, old.credited + minor)
    add = "recovered_minor = t.recovered_minor + d.recovered_minor"
    update_rows(Finding, ["recovered_minor"], list(given.items()), set_sql=add)
    move_all(Finding, FINDING, "recover", done)
    update_rows(Claim, ["recovered_minor"], list(by_claim.items()), set_sql=add)
    change_lines(changes, now=now, by=by)
    close_claims(by_claim, now)


def refuse_claim(*, claim_id: int, reason: str, now: datetime, by: Actor) -> int:
    """The other side will not give the rest back: of a bill it is owed from now on. Minor units given up."""
    why = needed_reason(reason)
    with acting(by, "claims.change", kind="claim", ids=[claim_id], now=now) as act:
        claim = _visible([claim_id], by)[0]
        rows = list(claim.findings.filter(state=CLAIMED).select_related("bill_line__bill").order_by("id"))
        left = sum(row.excess_minor - row.recovered_minor for row in rows)
        if not left:
            raise Refused([Problem(None, "state", claim.state, _("the claim is in another state"))])
        move_all(Finding, FINDING, "refuse", [row.pk for row in rows], note=why)
        give_in(rows, now=now, by=by, source="refusal")
        Claim.objects.filter(pk=claim.pk).update(refused_minor=F("refused_minor") + left)
        close_claims([claim.pk], now)
        act.note(verb="refuse_claim", reason=why, refused=str(Money(left, claim.currency)))
    return int(left)


def close_claims(ids: Iterable[int], now: datetime) -> None:
    """Close claims with nothing asked any more: recovered, refused, or partly."""
    rows = Claim.objects.filter(pk__in=list(ids), closed_at=None)
    for claim in rows.filter(asked_minor=F("recovered_minor") + F("refused_minor")):
        how = "recover" if not claim.refused_minor else "part" if claim.recovered_minor else "refuse"
        move_all(Claim, CLAIM, how, [claim.pk], closed_at=now)


def credit_lines(
    *, bill_id: int, number: str, on: date, credits: Sequence[tuple[int, int]], now: datetime, by: Actor
) -> int:
    """A credit note of a bill: (line id, minor units) given back; disputes first, then what was agreed.

    Returns how many lines. The same note again is refused as a whole. Refused with every problem: a line of
    another bill, more than the line still asks.
    """
    with acting(by, "claims.change", kind="bill", ids=[bill_id], now=now) as act:
        bill = Bill.objects.select_for_update().get(pk=bill_id)
        lines = {x.pk: x for x in BillLine.objects.filter(bill=bill, pk__among=[pk for pk, _m in credits])}
        _refuse_credits(bill, number, credits, lines)
        open_findings: dict[int, list[Finding]] = {}
        held = Finding.objects.filter(bill_line__bill=bill, state__in=(OPEN, CLAIMED)).order_by("id")
        for row in held:
            open_findings.setdefault(row.bill_line_id or 0, []).append(row)
        parts: list[tuple[Finding, int, str]] = []
        for pk, minor in credits:
            ref = f"{bill.creditor}/{number.strip()}/{lines[pk].line_no}"[:110]
            left = minor
            for row in open_findings.get(pk, ()):
                part = min(row.excess_minor - row.recovered_minor, left)
                if part > 0:
                    parts.append((row, part, f"{ref}/{row.pk}"))
                    left -= part
            if left:
                _credit_agreed(bill, lines[pk], left, ref, on, now, by)
        recover(parts, source="credit_note", on=on, now=now, by=by)
        act.note(verb="credit_lines", number=number.strip(), lines=len(credits),
                 credited=str(Money(sum(m for _p, m in credits), bill.currency)))  # fmt: skip
    return len(credits)


def _refuse_credits(
    bill: Bill, number: str, credits: Sequence[tuple[int, int]], lines: dict[int, BillLine]
) -> None:
    problems = []
    if not number.strip():
        problems.append(Problem(None, "number", "", _("this is needed")))
    prefix = f"{bill.creditor}/{number.strip()}/"
    if ClaimEvent.objects.filter(source="credit_note", source_ref__startswith=prefix[:110]).exists():
        problems.append(Problem(None, "number", number, _("this credit note was taken over before")))
    given: dict[int, int] = {}
    for pk, minor in credits:
        given[pk] = given.get(pk, 0) + minor
    for pk, minor in given.items():
        line = lines.get(pk)
        if line is None:
            problems.append(Problem(None, "line", str(pk), _("there is no such row")))
        elif not 0 < minor <= line.amount_minor - line.credited_minor:
            most = str(Money(line.amount_minor - line.credited_minor, bill.currency))
            said = str(Money(minor, bill.currency))
            problems.append(Problem(line.line_no, "amount", said, _("more than the line asks"), most))
    if problems:
        raise Refused(problems)


def _credit_agreed(
    bill: Bill, line: BillLine, minor: int, ref: str, on: date, now: datetime, by: Actor
) -> None:
    """Part of a line nobody disputed is given back: less is owed, and the books follow."""
    owed = -minor if bill.state in ("accepted", "closed") else 0
    ClaimEvent.objects.create(
        bill_line=line, kind="credited", amount_minor=minor, accepted_minor=owed, currency=bill.currency,
        source="credit_note", source_ref=f"{ref}/0", on=on, at=now, by=by.name,
    )  # fmt: skip
    change_lines({line.pk: Change(owed, 0, minor)}, now=now, by=by)
