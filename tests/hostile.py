"""A kit of malformed files for every importer: each refused with its place, never half taken.

``check_importer(take, good, kind="csv")`` for what writes to the database,
``check_reader(read, good, kind="csv")`` for a pure parser. A kind that is no mistake for an importer (it may
do without that day, an empty amount means unknown ...) is named in `fine`: then it must be taken or refused,
still never anything else.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Collection, Iterable

from django.db import transaction

from tests.facts import changed_tables, facts, facts_hash
from tests.hostile_books import workbooks
from tests.hostile_cells import Grid, read_rows, written
from tests.hostile_statements import mt940_files, xml_files
from tradewind.engine.contracts import Problem, Refused

LONG = 2_000_000  # bytes of the long line; the deep test takes HUGE
HUGE = 200_000_000
WORD = "商品"  # in the file in GBK
Bad = tuple[str, bytes]
# Other ways to write the same table: refused, or read as what they are.
WRITINGS = frozenset(
    {
        "UTF-16 with a mark", "UTF-16 without a mark", "UTF-32", "GBK", "gzip", "two marks of UTF-8",
        "line ends of old Macintosh", "mixed line ends", "semicolons", "pipes", "tabs for commas",
        "commas for tabs", "every cell in quotes",
    }
)  # fmt: skip


def malformed(
    good: bytes, *, kind: str, amount: str = "", day: str = "", header: int | None = None
) -> list[Bad]:
    """At least fifty malformed files made of a good one, each with its name.

    `kind` is csv, tsv, xlsx, xml or mt940. For tables `amount` and `day` name the columns to be spoilt and
    `header` the row of the captions (from 0); found by themselves where the good file shows them.
    The good file is in UTF-8 and has an amount with two decimals.
    """
    if kind == "xlsx":
        found = workbooks(good, amount=amount, day=day, header=header)
    elif kind == "xml":
        found = xml_files(good)
    elif kind == "mt940":
        found = mt940_files(good)
    else:
        delimiter = {"csv": ",", "tsv": "\t"}[kind]
        grid = Grid.of(read_rows(good, delimiter), amount=amount, day=day, header=header)
        found = _tables(grid, delimiter)
    found = [*_files(good, kind), *found]
    names = [name for name, _data in found]
    assert len(set(names)) == len(names) >= 50, len(names)
    return found


def _files(good: bytes, kind: str) -> list[Bad]:
    """What is wrong with any file whatever it holds."""
    packed = gzip.compress(good, mtime=0)
    middle = len(good) // 2
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return [
        ("nothing", b""),
        ("nothing but blanks", b" \n \r\n\n"),
        ("gzip", packed),
        ("gzip cut short", packed[: len(packed) - 9]),
        ("gzip damaged", packed[:10] + bytes(b ^ 0x55 for b in packed[10:])),
        ("a zip that holds something else", other.getvalue()),
        ("a PDF", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" + good[:20]),
        ("a page of the web", b"<!doctype html><html><body>Session expired</body></html>"),
        ("an answer of an API", b'{"errors": [{"code": "Unauthorized", "message": "12.34"}]}'),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)),
        ("noise", bytes((i * 197 + 31) % 256 for i in range(5000))),
        ("nothing but NUL", bytes(4096)),
        ("NUL in the middle", good[:middle] + b"\0\0\0" + good[middle:]),
        ("half of the bytes zeroed", good[:middle] + bytes(len(good) - middle)),
    ]  # fmt: skip


def _tables(grid: Grid, delimiter: str) -> list[Bad]:
    good = written(grid, delimiter)
    lines = good.splitlines(keepends=True)
    row, _column = grid.amount
    at = sum(map(len, lines[:row]))
    found = [(name, written(g, delimiter)) for name, g in [*grid.wrong_cells(), *grid.wrong_shapes()]]
    chinese = grid.put(grid.text, WORD) if grid.text else grid
    found.append(("GBK", written(chinese, delimiter).decode().encode("gbk", "replace")))
    return [*found, *_writings(good, delimiter), *_broken_text(grid, good, delimiter, at)]


def _writings(good: bytes, delimiter: str) -> list[Bad]:
    """The same table in other encodings, delimiters and line ends: see WRITINGS."""
    text = good.decode()
    sign = "commas for tabs" if delimiter == "\t" else "tabs for commas"
    swapped = "," if delimiter == "\t" else "\t"
    ends = [line + ("\r\n" if i % 2 else "\n") for i, line in enumerate(text.splitlines())]
    quoted = [delimiter.join(f'"{c}"' for c in line.split(delimiter)) for line in text.splitlines()]
    return [
        ("UTF-16 with a mark", text.encode("utf-16")),
        ("UTF-16 without a mark", text.encode("utf-16-le")),
        ("UTF-32", text.encode("utf-32")),
        ("two marks of UTF-8", b"\xef\xbb\xbf\xef\xbb\xbf" + good),
        ("line ends of old Macintosh", good.replace(b"\r\n", b"\n").replace(b"\n", b"\r")),
        ("mixed line ends", "".join(ends).encode()),
        ("semicolons", text.replace(delimiter, ";").encode()),
        ("pipes", text.replace(delimiter, "|").encode()),
        (sign, text.replace(delimiter, swapped).encode()),
        ("every cell in quotes", ("\n".join(quoted) + "\n").encode()),
    ]


def _broken_text(grid: Grid, good: bytes, delimiter: str, at: int) -> list[Bad]:
    """Damage to the text itself; `at` is where the row of the amount begins."""
    head, rest = good[:at], good[at:]
    sign = delimiter.encode()
    found = [
        ("a delimiter nobody uses", good.replace(sign, b"~")),
        ("bytes that are no UTF-8", head + rest.replace(sign, b"\xff\xfe\x81" + sign, 1)),
        ("half a character at the end", good.rstrip(b"\n") + "元".encode()[:2]),
        ("a surrogate in a cell", head + rest.replace(sign, b"\xed\xa0\x80" + sign, 1)),
        ("an overlong NUL", head + rest.replace(sign, b"\xc0\x80" + sign, 1)),
        ("cut in the middle of a row", _cut(grid, good, delimiter)),
        ("a line without end", head + b"x" * LONG + b"\n" + rest),
        ("a row of a hundred thousand cells", head + sign * 100_000 + b"x\n" + rest),
    ]
    if delimiter != "\t":
        found += [
            ("a quote that never closes", head + b'"' + rest),
            ("a quote that ends too early", head + b'"a"b"' + rest),
        ]
    return found


def _cut(grid: Grid, good: bytes, delimiter: str) -> bytes:
    """The file as an interrupted download leaves it: inside the row of the amount, before that cell."""
    row, column = grid.amount
    cells = grid.only([*grid.rows[:row], grid.rows[row][:column]])
    return written(cells, delimiter).rstrip(b"\n") if column else good[: len(good) // 3]


def huge_line(good: bytes) -> bytes:
    """A line of 200 MB after the header: for one deep test an importer."""
    head, _end, rest = good.partition(b"\n")
    return head + b"\n" + b"x" * HUGE + b"\n" + rest


def refusal(take: Callable[[bytes], object], data: bytes) -> tuple[Problem, ...]:
    """Problems for which `take` refuses the file; empty when it takes it. Any other exception is raised."""
    try:
        take(data)
    except Refused as refused:
        return refused.problems or (Problem(None, "", "", "refused without a problem"),)
    return ()


def check_reader(
    read: Callable[[bytes], object],
    good: bytes,
    *,
    kind: str,
    fine: Collection[str] = (),
    more: Iterable[Bad] = (),
    amount: str = "",
    day: str = "",
    header: int | None = None,
) -> int:
    """Assert that a pure reader refuses every malformed file, saying what and where; how many there were.

    WRITINGS may be read instead, but only as what the good file says. `fine`: kinds that are no mistake here.
    """
    said = read(good)
    wrong: dict[str, str] = {}
    bad = [*malformed(good, kind=kind, amount=amount, day=day, header=header), *more]
    for name, data in bad:
        result: list[object] = []
        problems = refusal(lambda d: result.append(read(d)), data)  # noqa: B023
        if problems:
            wrong.update(_silent(name, problems))
        elif name == "GBK":
            wrong |= {} if WORD in repr(result) else {name: "read as other signs"}
        elif name in WRITINGS and result != [said]:
            wrong[name] = "read as something else"
        elif name not in WRITINGS and name not in fine:
            wrong[name] = "taken"
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())
    return len(bad)


def check_importer(
    take: Callable[[bytes], object],
    good: bytes,
    *,
    kind: str,
    fine: Collection[str] = (),
    more: Iterable[Bad] = (),
    amount: str = "",
    day: str = "",
    header: int | None = None,
) -> int:
    """Assert that an importer refuses every malformed file and that not a fact of the database changes.

    Needs the database. What is in WRITINGS or `fine` may be taken too; it is rolled back again. At the end
    the good file is taken and must change something. Returns how many malformed files there were.
    """
    wrong: dict[str, str] = {}
    bad = [*malformed(good, kind=kind, amount=amount, day=day, header=header), *more]
    before, rows = facts_hash(), facts()
    for name, data in bad:
        with transaction.atomic():
            problems = refusal(take, data)
            if problems:
                wrong.update(_silent(name, problems))
                if facts_hash() != before:
                    wrong[name] = f"refused, but wrote to {changed_tables(rows, facts())}"
            elif name not in WRITINGS and name not in fine:
                wrong[name] = "taken"
            transaction.set_rollback(True)
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())
    take(good)
    assert facts_hash() != before, "the good file changed nothing"
    return len(bad)


def _silent(name: str, problems: tuple[Problem, ...]) -> dict[str, str]:
    """What a refusal fails to say: the field and the reason always, the row where a cell is wrong."""
    if not all(p.field and p.reason for p in problems):
        return {name: f"a problem without field or reason: {problems[0]!r}"}
    if any(len(p.value) > 1000 for p in problems):
        return {name: "a problem repeats more of the file than anybody reads"}
    if len(problems) > 10_000:
        return {name: "more problems than anybody reads"}
    if name.startswith(("amount: ", "day: ")) and not any(p.row is not None for p in problems):
        return {name: f"no row named: {problems[0]!r}"}
    return {}
