"""The other end of money on its way: at the bank, on another balance, or back where it came from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tradewind.apps.org.operations import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.apps.treasury import queries
from tradewind.apps.treasury.models import BankLine, CollectionLine, Conversion
from tradewind.apps.treasury.states import CONVERSION, INNER, UNDERWAY, WITHDRAWAL_KIND
from tradewind.db.bulk import update_rows
from tradewind.db.states import move_all
from tradewind.engine.access import Actor
from tradewind.engine.contracts import CONVERT, RETURN
from tradewind.engine.match import SUM, Expected, Received, match

NAMED = gettext_noop("the bank line names it")
IN_WORDS = gettext_noop("the words of the bank line name it")
ONLY_ONE = gettext_noop("the only bank line of this amount in these days")
SAME_NUMBER = gettext_noop("the other balance shows the same number")
CAME_BACK = gettext_noop("the provider's number or the amount says that it came back")
DAYS_BEFORE, DAYS_AFTER, DAYS_BACK = 1, 7, 45
_SHORTEST = 6  # signs of a number that may be found inside the words of a bank line
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
Hit = tuple[Conversion, BankLine, str]


def match_arrivals(*, now: datetime, by: Actor) -> int:
    """Match bank lines to the withdrawals they end; how many arrived.

    By the number the line names, in its reference or its words; else by the amount, where no other line
    and no other withdrawal of these days could be meant. The same amount: arrived. Another amount: short,
    for somebody to look at. A number named by two lines is left alone.
    """
    waits = Conversion.objects.filter(state=UNDERWAY, kind=WITHDRAWAL_KIND, bank_line=None)
    open_ones = list(waits.select_related("collection"))
    if not open_ones:
        return 0
    first = min(c.at for c in open_ones).date() - timedelta(DAYS_BEFORE)
    free = BankLine.objects.filter(conversion=None, amount_minor__gt=0, on__gte=first)
    hits = _hits(open_ones, list(free.select_related("account")))
    if not hits:
        return 0
    with acting(by, "treasury.change", kind="conversion", now=now) as act:
        whole, short = end_at_bank(hits)
        act.ids.extend([*whole, *short])
        act.note(verb="match_arrivals", arrived=len(whole), short=len(short))
    return len(hits)


def _hits(open_ones: list[Conversion], lines: list[BankLine]) -> list[Hit]:
    hits: list[Hit] = []
    for named in (_by_reference, _by_words, _by_amount):
        hits += named(open_ones, lines)
        done = {c.pk for c, _line, _how in hits}
        taken = {line.pk for _c, line, _how in hits}
        open_ones = [c for c in open_ones if c.pk not in done]
        lines = [line for line in lines if line.pk not in taken]
    return hits


def _company(c: Conversion) -> int:
    return c.origin.company_id


def _fits(c: Conversion, line: BankLine) -> bool:
    """Of the same company, and in the currency bought; a statement that names none leaves it to the bank."""
    stated = c.bought_currency == line.account.currency
    return _company(c) == line.account.company_id and (stated or c.bought_currency == c.sold_currency)


def _named(open_ones: list[Conversion], found: dict[str, list[BankLine]], how: str) -> list[Hit]:
    groups: dict[str, list[Conversion]] = defaultdict(list)
    for c in open_ones:
        groups[c.group].append(c)
    hits: list[Hit] = []
    for name, some in groups.items():
        lines = [line for line in found.get(name, ()) if _fits(some[0], line)]
        if len(some) == 1 and len(lines) == 1:
            hits.append((some[0], lines[0], how))
    return hits


def _by_reference(open_ones: list[Conversion], lines: list[BankLine]) -> list[Hit]:
    found: dict[str, list[BankLine]] = defaultdict(list)
    for line in lines:
        if line.reference:
            found[line.reference].append(line)
    return _named(open_ones, found, NAMED)


def _by_words(open_ones: list[Conversion], lines: list[BankLine]) -> list[Hit]:
    found: dict[str, list[BankLine]] = defaultdict(list)
    for line in lines:
        for word in set(_WORD.findall(f"{line.reference} {line.memo}")):
            found[word].append(line)
    long = [c for c in open_ones if len(c.group) >= _SHORTEST]
    return _named(long, found, IN_WORDS)


def _by_amount(open_ones: list[Conversion], lines: list[BankLine]) -> list[Hit]:
    by_id = {c.pk: c for c in open_ones}
    line_of = {line.pk: line for line in lines}
    hits: list[Hit] = []
    for company in {_company(c) for c in open_ones}:
        expected = [Expected(c.pk, c.bought, c.at.date()) for c in open_ones if _company(c) == company]
        mine = [line for line in lines if line.account.company_id == company]
        received = [Received(line.pk, line.amount, line.on) for line in mine]
        found = match(expected, received, days_before=DAYS_BEFORE, days_after=DAYS_AFTER)
        hits += [
            (by_id[m.expected_ids[0]], line_of[m.received_id], ONLY_ONE)
            for m in found.matches
            if m.how != SUM and len(m.expected_ids) == 1
        ]
    return hits


def end_at_bank(hits: Iterable[Hit]) -> tuple[list[int], list[int]]:
    """Give withdrawals their bank lines; ids that arrived, ids that came short. Inside an act."""
    whole: list[int] = []
    short: list[int] = []
    links, bought = [], []
    for c, line, how in hits:
        links.append((c.pk, line.pk, how))
        if c.bought_currency != line.account.currency:  # no amount was stated: the bank's is what was bought
            bought.append((c.pk, line.amount_minor, line.account.currency))
            whole.append(c.pk)
        else:
            (whole if line.amount_minor == c.bought_minor else short).append(c.pk)
    update_rows(Conversion, ["bank_line_id", "how"], links, where="t.bank_line_id IS NULL")
    update_rows(
        Conversion, ["bought_minor", "bought_currency"], bought,
        set_sql="bought_minor = d.bought_minor, bought_currency = d.bought_currency, "
        "rate = NULL, reference_rate = NULL",
    )  # fmt: skip
    move_all(Conversion, CONVERSION, "arrive", whole)
    move_all(Conversion, CONVERSION, "fall_short", short)
    return whole, short


def match_landings(*, now: datetime, by: Actor) -> int:
    """Match conversions between balances of a provider to the lines in which they land; how many landed."""
    waits = list(
        Conversion.objects.filter(state=UNDERWAY, kind=INNER, landed=None).select_related("collection")
    )
    if not waits:
        return 0
    lines = CollectionLine.objects.filter(
        kind=CONVERT, amount_minor__gt=0, conversion=None, group__among=sorted({c.group for c in waits})
    )
    found: dict[tuple[str, str, int, str], list[CollectionLine]] = defaultdict(list)
    for x in lines.select_related("account"):
        found[x.group, x.account.provider, x.account.company_id, x.account.currency].append(x)
    links = []
    for c in waits:
        assert c.collection is not None
        some = found.get((c.group, c.collection.provider, _company(c), c.bought_currency), [])
        if len(some) == 1:
            links.append((c, some[0]))
    if not links:
        return 0
    with acting(by, "treasury.change", kind="conversion", ids=[c.pk for c, _x in links], now=now) as act:
        rows = [(c.pk, x.pk, SAME_NUMBER) for c, x in links]
        update_rows(Conversion, ["landed_id", "how"], rows, where="t.landed_id IS NULL")
        whole = [c.pk for c, x in links if x.amount_minor == c.bought_minor]
        move_all(Conversion, CONVERSION, "arrive", whole)
        move_all(Conversion, CONVERSION, "fall_short", [c.pk for c, _x in links if c.pk not in whole])
        act.note(verb="match_landings", landed=len(links))
    return len(links)


def match_returns(*, now: datetime, by: Actor) -> int:
    """Match money that came back to the withdrawal that had taken it; how many came back.

    By the provider's number; else the only withdrawal of that amount, with or without its fee, in the
    weeks before. Anything else waits for a person.
    """
    lines = list(CollectionLine.objects.filter(kind=RETURN, takes_back=None, amount_minor__gt=0))
    if not lines:
        return 0
    accounts = {x.account_id for x in lines}
    waits = list(Conversion.objects.filter(state=UNDERWAY, collection_id__in=accounts, bank_line=None))
    links = []
    for x in sorted(lines, key=lambda x: (x.at, x.pk)):
        fitting = [c for c in waits if c.collection_id == x.account_id and _may_return(c, x)]
        named = [c for c in fitting if c.group in (x.group, x.reference)]
        chosen = named or fitting
        if len(chosen) == 1:
            links.append((chosen[0].pk, x.pk, CAME_BACK))
            waits.remove(chosen[0])
    if not links:
        return 0
    with acting(by, "treasury.change", kind="conversion", ids=[pk for pk, *_x in links], now=now) as act:
        _came_back(links)
        act.note(verb="match_returns", returned=len(links))
    return len(links)


def _may_return(c: Conversion, x: CollectionLine) -> bool:
    if c.group in (x.group, x.reference):
        return bool(0 < x.amount_minor <= c.sold_minor)
    whole = x.amount_minor in (c.sold_minor, c.sold_minor - c.fee_minor)
    return whole and timedelta(0) <= x.at - c.at <= timedelta(DAYS_BACK)


def _came_back(links: list[tuple[int, int, str]]) -> None:
    update_rows(Conversion, ["returned_id", "how"], links, where="t.returned_id IS NULL")
    move_all(Conversion, CONVERSION, "come_back", [pk for pk, _line, _how in links])


def link_arrival(*, conversion_id: int, bank_line_id: int, reason: str, now: datetime, by: Actor) -> None:
    """A person says which bank line ends a withdrawal. Refused when a side is not open or does not fit.

    Another amount makes it short, to be accepted. Where no statement named what was bought, the bank's is it.
    """
    found = Findings()
    why = found.text("reason", reason, 200)
    c = queries.conversions(by).filter(pk=conversion_id, state=UNDERWAY, kind=WITHDRAWAL_KIND).first()
    line = queries.open_bank_lines(by).filter(pk=bank_line_id).first()
    if c is None:
        found.add("conversion", conversion_id, _("there is no such withdrawal on its way"))
    if line is None:
        found.add("bank_line", bank_line_id, _("there is no such open bank line"))
    if c is not None and line is not None and not _fits(c, line):
        found.add("bank_line", line.account.currency, _("another currency than expected"), c.bought_currency)
    found.settle()
    assert c is not None
    assert line is not None
    with acting(by, "treasury.change", kind="conversion", ids=[c.pk], now=now) as act:
        end_at_bank([(c, line, why)])
        act.note(verb="link_arrival", bank_line=line.pk, reason=why)


def link_return(*, line_id: int, conversion_id: int, reason: str, now: datetime, by: Actor) -> None:
    """A person says which withdrawal a line took back. Refused when a side is not open or does not fit."""
    found = Findings()
    why = found.text("reason", reason, 200)
    x = queries.collection_lines(by).filter(pk=line_id, kind=RETURN, takes_back=None).first()
    c = queries.conversions(by).filter(pk=conversion_id, state=UNDERWAY).first()
    if x is None:
        found.add("line", line_id, _("there is no such open line of money that came back"))
    if c is None:
        found.add("conversion", conversion_id, _("there is no such withdrawal on its way"))
    elif x is not None and (c.collection_id != x.account_id or x.amount_minor > c.sold_minor):
        found.add("conversion", c.group, _("the withdrawal is of another account, or of less money"))
    found.settle()
    with acting(by, "treasury.change", kind="conversion", ids=[conversion_id], now=now) as act:
        _came_back([(conversion_id, line_id, why)])
        act.note(verb="link_return", line=line_id, reason=why)
