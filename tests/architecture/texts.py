"""Every text that people see, found in the source: templates by their tags, Python by its calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2] / "tradewind"
CALLS = {"_", "_now", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy"}
# Arguments that hold a code which screens show as words (tradewind/web/kit/words.py, readable).
CONTEXT = "\x04"  # what gettext sets between context and text
CODE_KEYWORDS = {"verb"}
INPUTS = {"service", "of", "rate", "most"}  # kit/words.py has words of their own for these

_TRANS = re.compile(r"""\{%\s*(?:trans|translate)\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.S)
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def catalogues() -> list[Path]:
    """Every catalogue of Chinese translations."""
    return sorted((ROOT / "locale").glob("*/zh_Hans/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """A catalogue; the language is the name of its folder."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def key(message: Message) -> str:
    """A text with its context before it, as gettext keeps it."""
    return f"{message.context}{CONTEXT}{message.id}" if message.context else str(message.id)


def sources(suffix: str) -> list[Path]:
    """Files of the product, without tests and migrations."""
    return sorted(
        p for p in ROOT.rglob(f"*{suffix}")
        if not {"tests", "migrations", "__pycache__"} & set(p.parts) and not p.name.endswith("_test.py")
    )  # fmt: skip


def of_template(text: str) -> Iterator[str]:
    """Texts of a template; variables of blocks as gettext sees them: {{ n }} -> %(n)s."""
    for double, single in _TRANS.findall(text):
        yield double or single
    for options, body in _BLOCK.findall(text):
        body = body.replace("%", "%%")
        body = _VARIABLE.sub(r"%(\1)s", body)
        yield " ".join(line.strip() for line in body.strip().splitlines()) if "trimmed" in options else body


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _constant(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_python(text: str) -> Iterator[str]:
    """Texts given to gettext."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _name(node) in CALLS and node.args:
            found = _constant(node.args[0])
            if found and _name(node).startswith("pgettext"):
                text = _constant(node.args[1])
                found = f"{found}{CONTEXT}{text}" if text else None
            if found:
                yield found
        if isinstance(node, ast.Call):
            yield from (f for k in node.keywords if k.arg == "formula" and (f := _constant(k.value)))


def codes_of_python(text: str) -> Iterator[str]:
    """Codes that screens show as words: names of breakdown components, verbs of the audit."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg in CODE_KEYWORDS and (found := _constant(keyword.value)):
                yield found
            if keyword.arg == "inputs" and isinstance(keyword.value, ast.Dict):
                yield from (k for key in keyword.value.keys if (k := _constant(key)) and k not in INPUTS)
        owner = getattr(getattr(node.func, "value", None), "id", "")
        named = node.args and "Breakdown" in (_name(node), owner)
        if named and (found := _constant(node.args[0])):
            yield found


def words(code: str) -> str:
    """The text under which a code is looked up: "referral_fee" -> "Referral fee"."""
    text = code.replace("_", " ").replace(".", ": ").strip()
    return text[:1].upper() + text[1:]


def all_texts() -> dict[str, str]:
    """Text -> the first file it stands in."""
    found: dict[str, str] = {}
    for path in sources(".html"):
        for one in of_template(path.read_text()):
            found.setdefault(one, str(path.relative_to(ROOT)))
    for path in sources(".py"):
        text = path.read_text()
        for one in of_python(text):
            found.setdefault(one, str(path.relative_to(ROOT)))
        for code in codes_of_python(text):
            found.setdefault(words(code), str(path.relative_to(ROOT)))
    return found


if __name__ == "__main__":
    import sys

    known = {key(m) for p in catalogues() for m in read(p) if m.id and m.string}
    for text, where in sorted(all_texts().items(), key=lambda kv: (kv[1], kv[0])):
        if text not in known and where.startswith(tuple(sys.argv[1:]) or ("",)):
            print(f"{where}\t{text!r}")
