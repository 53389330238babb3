"""How a provider or bank writes its statement file: captions, words, signs, dates. Data only, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.engine.contracts import CONVERT, FEE, PAY, RECEIVE, RETURN, WITHDRAW, Problem, Refused

# What a column says. `date` may hold the time too; `time` is a column of its own.
COLUMNS = (
    "date", "time", "id", "kind", "status", "direction", "amount", "money_in", "money_out", "fee", "currency",
    "balance", "reference", "group", "other_amount", "other_currency", "rate", "memo",
)  # fmt: skip
SIGNED, IN_OUT, BY_KIND, BY_DIRECTION = "signed", "in_out", "by_kind", "by_direction"
SIGNS = (SIGNED, IN_OUT, BY_KIND, BY_DIRECTION)
APART, INSIDE = "apart", "inside"  # the fee moves the balance besides the amount, or the amount holds it
FEES = (APART, INSIDE)
STYLES = ("1,234.56", "1.234,56")
# How a kind moves the balance; a conversion goes either way.
WAYS = {RECEIVE: 1, RETURN: 1, FEE: -1, WITHDRAW: -1, PAY: -1, CONVERT: 0}
KINDS = tuple(WAYS)
_RULE = re.compile(r"([+-]?)(.+?)\s*=\s*(\w+)")


@dataclass(frozen=True, slots=True)
class WordRule:
    """Words of the kind column and what they mean; `*` at an end stands for anything, sign "" for both ways.

    In a file of unsigned amounts the sign is not asked for but given.
    """

    words: str
    kind: str
    sign: str = ""

    def fits(self, text: str) -> bool:
        """Whether a cell (folded) is of these words."""
        core = self.words.strip("*").casefold()
        open_start, open_end = self.words.startswith("*"), self.words.endswith("*")
        if open_start and open_end:
            return core in text
        if open_end:
            return text.startswith(core)
        return text.endswith(core) if open_start else text == core


@dataclass(frozen=True, slots=True)
class StatementTemplate:
    """A layout: captions of each column, words of kinds, signs, fee, number and date style, zone of times.

    `moved`: words of the status column for money that moved (empty: every row did); `idle`: rows to be
    passed over, such as pending ones. `plus` and `minus`: words of the direction column.
    """

    code: str
    columns: Mapping[str, tuple[str, ...]]
    dates: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
    times: tuple[str, ...] = ("%H:%M:%S", "%H:%M")
    kinds: tuple[WordRule, ...] = ()
    moved: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    sign: str = SIGNED
    fee: str = APART
    style: str = "1,234.56"
    zone: str = "UTC"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it; template_of reads it back."""
        return {**asdict(self), "columns": {k: list(v) for k, v in self.columns.items()}}


def template_of(data: Mapping[str, Any], *, with_kinds: bool = True) -> StatementTemplate:
    """A template out of data; Refused with every problem.

    Example: template_of({"columns": {"date": ["日期"], "amount": ["金额"]}}, with_kinds=False).
    """
    columns = {name: _texts(data.get("columns", {}).get(name, ())) for name in COLUMNS}
    kept = {name: captions for name, captions in columns.items() if captions}
    rules = tuple(r if isinstance(r, WordRule) else WordRule(**r) for r in data.get("kinds", ()))
    named = {
        name: _texts(data[name])
        for name in ("dates", "times", "moved", "idle", "plus", "minus")
        if data.get(name)
    }
    plain = {name: str(data[name]) for name in ("sign", "fee", "style", "zone") if data.get(name)}
    made = StatementTemplate(str(data.get("code", "own")), kept, kinds=rules, **named, **plain)  # type: ignore[arg-type]
    problems = check(made, with_kinds=with_kinds)
    if problems:
        raise Refused(problems)
    return made


def _texts(value: Any) -> tuple[str, ...]:
    listed = value.split("|") if isinstance(value, str) else value
    return tuple(text for one in listed if (text := str(one).strip()))


def check(template: StatementTemplate, *, with_kinds: bool = True) -> list[Problem]:
    """Everything that keeps a template from reading a file."""
    return [
        *_wrong_columns(template), *_wrong_words(template, with_kinds), *_wrong_choices(template),
    ]  # fmt: skip


def _wrong_columns(t: StatementTemplate) -> list[Problem]:
    needed = {
        SIGNED: ("amount",), BY_KIND: ("amount", "kind"), BY_DIRECTION: ("amount", "direction"),
        IN_OUT: ("money_in", "money_out"),
    }.get(t.sign, ())  # fmt: skip
    problems = [
        Problem(None, name, "", "the caption of this column is needed", "the caption as the file writes it")
        for name in ("date", *needed)
        if name not in t.columns
    ]
    problems += [
        Problem(None, n, "", "unknown field", ", ".join(COLUMNS)) for n in t.columns if n not in COLUMNS
    ]
    seen: dict[str, str] = {}
    for name, captions in t.columns.items():
        for caption in captions:
            if seen.setdefault(" ".join(caption.casefold().split()), name) != name:
                problems.append(Problem(None, name, caption[:80], "the caption is given to two columns"))
    return problems


def _wrong_words(t: StatementTemplate, with_kinds: bool) -> list[Problem]:
    problems = [
        Problem(None, "kinds", f"{r.words[:40]} = {r.kind[:20]}", "not one of the kinds", ", ".join(KINDS))
        for r in t.kinds
        if r.kind not in KINDS
    ]
    if with_kinds and ("kind" not in t.columns or not t.kinds):
        problems.append(
            Problem(None, "kinds", "", "words are needed that say what a row is", "Payment from* = receive")
        )
    for rule in t.kinds:
        if t.sign == BY_KIND and rule.kind == CONVERT and not rule.sign:
            words = "amounts have no sign here: the words need one"
            problems.append(Problem(None, "kinds", rule.words[:40], words, f"-{rule.words[:40]} = convert"))
    if t.sign == BY_DIRECTION and not (t.plus and t.minus):
        problems.append(Problem(None, "plus", "", "words are needed for money in and for money out"))
    return problems


def _wrong_choices(t: StatementTemplate) -> list[Problem]:
    problems = [
        Problem(None, name, value[:40], "not one of the choices", ", ".join(choices))
        for name, value, choices in (
            ("sign", t.sign, SIGNS), ("fee_is", t.fee, FEES), ("style", t.style, STYLES),
        )
        if value not in choices
    ]  # fmt: skip
    problems += [
        Problem(None, "dates", one[:40], "is no date style", "%Y-%m-%d")
        for one in t.dates
        if not (
            {"%d", "%m"} <= set(re.findall(r"%[A-Za-z]", one))
            or {"%d", "%b"} <= set(re.findall(r"%[A-Za-z]", one))
        )
    ]
    try:
        ZoneInfo(t.zone)
    except (ValueError, KeyError, OSError):
        problems.append(Problem(None, "zone", t.zone[:40], "is no time zone", "Asia/Shanghai"))
    return problems


def rules_of(text: str) -> list[WordRule]:
    """Rules out of lines such as "+TRANSFER = receive"; Refused with every line that is none."""
    rules, problems = [], []
    for no, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _RULE.fullmatch(line.strip())
        if found is None:
            problems.append(Problem(no, "kinds", line[:80], "is no rule", "Payment from* = receive"))
        else:
            rules.append(WordRule(found[2].strip(), found[3], found[1]))
    if problems:
        raise Refused(problems)
    return rules


def rules_text(rules: Sequence[WordRule]) -> str:
    """Rules as rules_of reads them."""
    return "\n".join(f"{r.sign}{r.words} = {r.kind}" for r in rules)
