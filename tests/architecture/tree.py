"""The source as data: every file of the house, its lines and its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "tradewind"
APPS = (
    "org", "markets", "logistics", "research", "catalog", "sourcing", "stock", "stores", "listings", "prices",
    "orders", "fulfilment", "settlements", "claims", "treasury", "payables", "ledger", "profit",
)  # fmt: skip


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name.endswith("_test.py") or path.name.startswith("test_")


def sources(under: str = "", *, tests: bool = False) -> Iterator[Path]:
    """Python files of the house (below a folder), generated migrations left out."""
    for path in sorted((HOUSE / under).rglob("*.py")):
        if (
            "migrations" not in path.parts
            and "__pycache__" not in path.parts
            and (tests or not is_test(path))
        ):
            yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"
