"""What is wrong with a question about landed cost, all at once; and the rows that speak of its goods."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from tradewind.engine.consignment import (
    BUSINESS,
    CONSUMER,
    DAP,
    DDP,
    MARKETPLACE,
    OWN_STORE,
    WAYS,
    Consignment,
    GoodsLine,
)
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.landed_goods import NO_SCHEME, ZERO, Book, Parcel, Sides, digits, major
from tradewind.engine.money import Money
from tradewind.engine.rulebook import ANY, Rule, RuleGap

_NO_THRESHOLD = {"duty": "no threshold of duty can be used", "tax": "no threshold of tax can be used"}
HIGHEST_RATE = 10  # 1,000 %: above it a percentage was meant


def formula_row(asked: Consignment, book: Book) -> Rule:
    """The market's order of computation, after everything wrong with the question has been looked for.

    Refused with every problem found.
    """
    problems = list(_amounts(asked))
    for row, line in enumerate(asked.lines, 1):
        if not _sound(line, book):
            problems += _line(row, line)
    currencies = _currencies(asked)
    formula, more = book.remember(
        ("question", *_question(asked), currencies), lambda: _asked(asked, book, currencies)
    )
    if more or problems:
        raise Refused([*more, *problems])
    found: Rule = formula
    return found


def _question(asked: Consignment) -> tuple[str, ...]:
    return (
        asked.market, asked.way, asked.scheme, asked.buyer, asked.seller, asked.shipped_from, asked.incoterm
    )  # fmt: skip


def _asked(asked: Consignment, book: Book, currencies: frozenset[str]) -> tuple[Rule | None, list[Problem]]:
    problems = list(_words(asked))
    formula = None
    try:
        formula = _formula(asked, book, problems)
    except RuleGap as gap:
        problems.append(Problem(None, "market", asked.market, "no rule can be used for it", str(gap)))
    if formula is not None:
        problems += _scheme(asked, book)
        problems += _rates(currencies, book, formula.text("currency"))
    return formula, problems


def _currencies(asked: Consignment) -> frozenset[str]:
    used = {line.value.currency for line in asked.lines}
    for amount in (asked.freight, asked.insurance, asked.charges):
        if isinstance(amount, Money) and amount:
            used.add(amount.currency)
    return frozenset(used)


def _formula(asked: Consignment, book: Book, problems: list[Problem]) -> Rule | None:
    known = markets(book)
    if asked.market not in known:
        problems.append(
            Problem(None, "market", asked.market, "is not a market with rules", ", ".join(sorted(known)))
        )
        return None
    return book.rulebook.find("import_formula", book.on, **parties(asked))


def markets(book: Book) -> frozenset[str]:
    """Markets that an import formula, on or off, speaks of; members stand for their group."""
    found: frozenset[str] = book.remember("markets", lambda: frozenset(_markets(book)))
    return found


def _markets(book: Book) -> Iterator[str]:
    named = {rule.keys["market"] for rule in book.rulebook.all("import_formula")}
    groups: dict[str, set[str]] = {}
    for rule in book.rulebook.all("market_group", book.on):
        groups.setdefault(rule.text("group"), set()).add(rule.keys["market"])
    for market in named - {ANY}:
        yield from groups.get(market, {market})


def parties(asked: Consignment) -> dict[str, str]:
    """The keys every import rule may be told apart by."""
    return {
        "market": asked.market,
        "way": asked.way,
        "scheme": asked.scheme or NO_SCHEME,
        "buyer": asked.buyer,
    }


def _words(asked: Consignment) -> Iterator[Problem]:
    for name, accepted in (
        ("way", WAYS),
        ("incoterm", (DDP, DAP)),
        ("seller", (MARKETPLACE, OWN_STORE)),
        ("buyer", (CONSUMER, BUSINESS)),
    ):
        if getattr(asked, name) not in accepted:
            yield Problem(None, name, str(getattr(asked, name)), "is not known", ", ".join(accepted))
    if not _country(asked.shipped_from):
        yield Problem(None, "shipped_from", asked.shipped_from, "is not a country", "two letters, such as CN")
    if not asked.lines:
        yield Problem(None, "lines", "", "is missing", "at least one line of goods")


def _amounts(asked: Consignment) -> Iterator[Problem]:
    for name in ("freight", "insurance", "charges"):
        amount = getattr(asked, name)
        if isinstance(amount, Money) and amount.minor < 0:
            yield Problem(None, name, str(amount), "is below zero", "zero or more")
        elif not isinstance(amount, Money) and (name != "charges" or amount is not None):
            yield Problem(None, name, str(amount), "is missing", "an amount, zero if there is none")
    rate = asked.sale_tax_rate
    if rate is not None and not 0 <= rate <= 1:
        yield Problem(None, "sale_tax_rate", str(rate), "is not a rate", "a share from 0 to 1 (8 % is 0.08)")


def _country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code.isupper()


def _sound(line: GoodsLine, book: Book) -> bool:
    """Whether `_line` would find nothing, at a glance: codes are looked at once."""
    return (
        line.value.minor >= 0
        and type(line.qty) is int
        and line.qty > 0
        and (line.weight_g is None or line.weight_g >= 0)
        and (line.duty_rate is None or 0 <= line.duty_rate <= HIGHEST_RATE)
        and book.remember(("codes", line.hs, line.origin), partial(_codes_read, line))
    )


def _codes_read(line: GoodsLine) -> bool:
    return not any(problem.field in ("hs", "origin") for problem in _line(0, line))


def _line(row: int, line: GoodsLine) -> Iterator[Problem]:
    hs = digits(line.hs)
    if line.value.minor < 0:
        yield Problem(row, "value", str(line.value), "is below zero", "zero or more")
    if type(line.qty) is not int or line.qty < 1:
        yield Problem(row, "qty", str(line.qty), "is not a number of units", "a whole number from 1")
    if line.weight_g is not None and line.weight_g < 0:
        yield Problem(row, "weight_g", str(line.weight_g), "is below zero", "grams, or nothing if not known")
    if line.hs and not (hs.isdigit() and hs.isascii() and 6 <= len(hs) <= 14):
        yield Problem(row, "hs", line.hs, "is not a tariff code", "6 to 14 digits, dots allowed: 6109.10")
    if not _country(line.origin):
        yield Problem(
            row, "origin", line.origin, "is not a country", "the country of origin in two letters, such as CN"
        )
    rate = line.duty_rate
    if rate is not None and not 0 <= rate <= HIGHEST_RATE:
        yield Problem(row, "duty_rate", str(rate), "is not a rate", "a fraction: 6.5 % is 0.065")


def _scheme(asked: Consignment, book: Book) -> Iterator[Problem]:
    if asked.scheme and book.find("scheme", market=asked.market, scheme=asked.scheme) is None:
        accepted = schemes(asked.market, book)
        yield Problem(
            None, "scheme", asked.scheme, "is not a scheme of this market", ", ".join(accepted) or "none"
        )


def schemes(market: str, book: Book) -> tuple[str, ...]:
    """The schemes in force in a market, by code."""
    places = {market, book.rulebook.group_of(market, book.on)}
    rows = book.rulebook.all("scheme", book.on)
    return tuple(
        sorted(r.keys["scheme"] for r in rows if r.keys["market"] in places and book.rulebook.active(r))
    )


def _rates(currencies: frozenset[str], book: Book, currency: str) -> Iterator[Problem]:
    for used in sorted(currencies):
        if used != currency and book.worth(used, currency) is None:
            accepted = f"a {used}/{currency} rate of the days before {book.on}"
            yield Problem(None, "currency", used, "no rate of exchange is known", accepted)


def sides(asked: Consignment, book: Book, formula: Rule) -> list[Sides]:
    """For each line the rows of its thresholds and its tax; Refused when no row is in force."""
    problems: list[Problem] = []
    found = []
    question = (*_question(asked), asked.region, asked.freight.currency)
    for line in asked.lines:
        side, wrong = book.remember(
            ("sides", *question, line.origin, line.category, line.value.currency),
            partial(_line_sides, asked, book, formula, line),
        )
        problems += wrong
        if side is not None:
            words = [_item_word(book, line, rule) for rule in (side.duty, side.tax)]
            found.append(Sides(side.duty, side.tax, side.rate, *words) if any(words) else side)
    if problems:
        raise Refused(list(dict.fromkeys(problems)))
    return found


def _line_sides(
    asked: Consignment, book: Book, formula: Rule, line: GoodsLine
) -> tuple[Sides | None, list[Problem]]:
    problems: list[Problem] = []
    duty = _threshold(asked, book, line, "duty", problems)
    tax = _threshold(asked, book, line, "tax", problems)
    rate = _rate(asked, book, line, formula, problems)
    return (Sides(duty, tax, rate) if duty and tax else None), problems


def _threshold(
    asked: Consignment, book: Book, line: GoodsLine, levy: str, problems: list[Problem]
) -> Rule | None:
    keys = {
        **parties(asked),
        "seller": asked.seller,
        "origin": line.origin,
        "shipped_from": asked.shipped_from,
    }
    try:
        rule = book.rulebook.find("de_minimis", book.on, levy=levy, **keys)
    except RuleGap as gap:
        problems.append(Problem(None, "market", asked.market, _NO_THRESHOLD[levy], str(gap)))
        return None
    basis = rule.text("currency")
    for used in {line.value.currency, asked.freight.currency}:
        if used != basis and book.worth(used, basis) is None:
            accepted = f"a {used}/{basis} rate of the days before {book.on}"
            problems.append(Problem(None, "currency", used, "no rate of exchange is known", accepted))
            return None
    return rule


def _rate(
    asked: Consignment, book: Book, line: GoodsLine, formula: Rule, problems: list[Problem]
) -> Rule | None:
    """The row of the tax's rate; None when none is in force, which matters only where the tax is due."""
    keys = {"market": asked.market}
    if line.category:
        keys["category"] = line.category
    if not formula.values.get("by_region", False):
        return book.find("vat", **keys)
    rule = book.find("vat", region=asked.region, **keys) if asked.region else None
    if rule is None or rule.keys["region"] != asked.region:
        accepted = ", ".join(regions(asked.market, book))
        problems.append(Problem(None, "region", asked.region, "is not a region with a known rate", accepted))
        return None
    return rule


def regions(market: str, book: Book) -> list[str]:
    """Regions of a market whose tax rate is known."""
    rows = book.rulebook.all("vat", book.on, market=market)
    return sorted({r.keys["region"] for r in rows if book.rulebook.active(r)} - {ANY})


def _item_word(book: Book, line: GoodsLine, rule: Rule) -> str:
    if rule.values["basis"] != "item":
        return ""
    value = book.convert(major(line.value), line.value.currency, rule.text("currency"))
    return word(rule, value / line.qty)


def word(rule: Rule, value: Decimal) -> str:
    """What a threshold row says for a value in its own currency; the threshold itself is below."""
    if value <= rule.values["threshold"]:
        return rule.text("below")
    ceiling = rule.values.get("ceiling")
    if ceiling is not None and value > ceiling:
        return rule.text("beyond")
    return rule.text("above")


def words(case: Parcel) -> None:
    """Settle for every group on which side of its thresholds it stands."""
    for group in case.groups:
        group.duty_word = group.sides.duty_word or _side(case, group.sides.duty)
        group.tax_word = group.sides.tax_word or _side(case, group.sides.tax)


def _side(case: Parcel, rule: Rule) -> str:
    basis = rule.text("basis")
    if basis == "tax_amount":  # the tax itself decides, once it is computed
        return rule.text("above")
    return word(rule, case.total(basis, rule.text("currency")))


def threshold_text(case: Parcel, rule: Rule) -> str:
    """Where the consignment stands against a threshold, in words."""
    if rule.id not in case.texts:
        case.texts[rule.id] = _threshold_text(case, rule)
    return case.texts[rule.id]


def _threshold_text(case: Parcel, rule: Rule) -> str:
    basis, currency = rule.text("basis"), rule.text("currency")
    limit = f"{rule.values['threshold']} {currency}"
    if basis in ("item", "tax_amount"):
        return f"{basis} against {limit}"
    value = case.total(basis, currency)
    shown = Money.rounded(value, currency) if value else ZERO
    return f"{basis} {shown} against {limit}"
