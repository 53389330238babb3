"""Where things lie and how big they may be."""

from __future__ import annotations

import ast
import statistics

from tests.architecture.tree import APPS, HOUSE, ROOT, is_test, sources, tree, where

ALLOWED = {
    "README.md", "__init__.py", "apps.py", "models.py", "states.py", "queries.py", "operations.py", "step.py",
    "operations", "queries", "migrations", "tests",
}  # fmt: skip
# Files of one app beyond its kinds, each with its reason in docs/decisions/0004-plans-beside-verbs.md.
PRICES = ("facts", "importing", "judging", "stacking")
PROFIT = ("changed", "computing", "estimating", "explaining", "facts", "identity", "lines", "rating")
BESIDES = {
    "orders/intake.py",
    "fulfilment/push.py",
    "settlements/matching.py",
    "settlements/kinds.py",
    "treasury/chain.py",
    "treasury/cash_chain.py",
    "ledger/booking.py",
    "ledger/plans.py",
    *(f"prices/{name}.py" for name in PRICES),
    *(f"profit/{name}.py" for name in PROFIT),
}
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "service",
    "manager",
    "managers",
    "common",
    "misc",
}
MOST_LINES, MEDIAN_LINES, MOST_MODELS = 400, 160, 8


def lines(path):
    return path.read_text(encoding="utf-8").count("\n")


def test_the_apps_are_those_of_the_plan():
    found = {p.name for p in (HOUSE / "apps").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert found == set(APPS)


def test_an_app_holds_nothing_but_its_kinds_of_files():
    strange = [
        f"{app}/{path.name}"
        for app in APPS
        for path in (HOUSE / "apps" / app).iterdir()
        if path.name not in ALLOWED | {"__pycache__"} and f"{app}/{path.name}" not in BESIDES
    ]
    assert strange == []


def test_every_app_says_what_it_is_in_both_languages_within_forty_lines():
    wrong = []
    for app in APPS:
        path = HOUSE / "apps" / app / "README.md"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not any("\u4e00" <= c <= "\u9fff" for c in text) or text.count("\n") > 40:
            wrong.append(app)
    assert wrong == []


def test_no_file_has_a_name_that_says_nothing():
    bad = [
        where(p) for p in sources(tests=True) if p.stem in FORBIDDEN_NAMES or p.parent.name in FORBIDDEN_NAMES
    ]
    assert bad == []


def test_no_app_listens_to_signals():
    bad = []
    for path in sources("apps"):
        for node in ast.walk(tree(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if "signals" in module or any("signals" in name for name in names):
                bad.append(where(path, node))
    assert bad == []


def test_no_file_is_longer_than_four_hundred_lines():
    long = {where(p): lines(p) for p in sources(tests=True) if lines(p) > MOST_LINES}
    for folder in ("tests", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            if lines(path) > MOST_LINES:
                long[where(path)] = lines(path)
    assert long == {}


def test_half_of_the_files_are_short():
    sizes = [lines(p) for p in sources() if p.name not in ("__init__.py", "apps.py")]
    assert statistics.median(sizes) <= MEDIAN_LINES


def test_an_app_has_at_most_eight_models():
    too_many = {}
    for app in APPS:
        found = [n.name for n in tree(HOUSE / "apps" / app / "models.py").body if isinstance(n, ast.ClassDef)]
        if len(found) > MOST_MODELS:
            too_many[app] = found
    assert too_many == {}


def test_the_flow_stays_a_table_of_contents():
    assert lines(HOUSE / "flow.py") < 150


def test_every_module_and_every_public_function_says_what_it_does():
    silent = [where(p) for p in sources() if tree(p).body and not ast.get_docstring(tree(p)) and _speaks(p)]
    assert silent == []


def _speaks(path):
    """Files with code of their own; an AppConfig, an empty package and Django's glue need no words."""
    return path.name not in ("__init__.py", "__main__.py", "apps.py", "urls.py", "asgi.py") and not is_test(
        path
    )
