"""What import-linter cannot see: writes outside operations, floats near money, keys that point downstream."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.tree import APPS, HOUSE, sources, tree, where

WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete",
    "insert_rows", "insert_rows_once", "update_rows",
}  # fmt: skip
# Writers that are not the database: a hash, a dict, a CSV, a workbook.
HARMLESS = {"update"}


def calls(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield node, function, name


def test_the_engine_has_no_float_no_file_no_print_and_no_clock():
    bad = []
    for path in sources("engine"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                bad.append(f"{where(path, node)} float {node.value}")
        for node, function, name in calls(path):
            base = ast.unparse(function)
            if name in {"open", "print", "input"} and isinstance(function, ast.Name):
                bad.append(f"{where(path, node)} {name}")
            if base in {
                "float",
                "date.today",
                "datetime.now",
                "datetime.utcnow",
                "time.time",
                "random.random",
            }:
                bad.append(f"{where(path, node)} {base}")
    assert bad == []


def test_no_app_reads_the_clock():
    bad = []
    for path in sources("apps"):
        for node, function, _name in calls(path):
            if ast.unparse(function) in {"timezone.now", "datetime.now", "date.today", "datetime.utcnow"}:
                bad.append(where(path, node))
    assert bad == []


# A fact exactly as it stood in somebody's file, before it becomes money.
AS_IN_THE_FILE = {("stores", "amount")}
MONEY_WORDS = ("amount", "price", "cost", "fee", "total", "freight", "duty", "tax")


def test_money_columns_are_integers():
    bad = []
    for app in APPS:
        for node in ast.walk(tree(HOUSE / "apps" / app / "models.py")):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            name, kind = ast.unparse(node.targets[0]), ast.unparse(node.value.func)
            money = any(word in name for word in MONEY_WORDS) and (app, name) not in AS_IN_THE_FILE
            if kind.endswith("FloatField") or (kind == "models.DecimalField" and money):
                bad.append(f"{app}.{name}: {kind}")
    assert bad == []


def test_foreign_keys_point_upstream():
    bad = []
    for place, app in enumerate(APPS):
        for node, _function, name in calls(HOUSE / "apps" / app / "models.py"):
            if name not in {"ForeignKey", "OneToOneField", "ManyToManyField"} or not node.args:
                continue
            target = node.args[0]
            if isinstance(target, ast.Constant) and "." in str(target.value):
                owner = str(target.value).split(".")[0]
                if owner not in APPS or APPS.index(owner) > place:
                    bad.append(f"{app} -> {target.value}")
    assert bad == []


@pytest.mark.parametrize("folder", ["web", "api", "cli", "desk", "reports"])
def test_faces_and_the_desk_write_nothing(folder):
    assert _writes(sources(folder)) == []


def test_queries_write_nothing():
    paths = [p for p in sources("apps") if p.name == "queries.py" or p.parent.name == "queries"]
    assert len(paths) > 5
    assert _writes(paths) == []


# The desk's worker keeps its own queue tidy: it forgets what the database-backed queue kept of ended jobs.
ALLOWED = {("work.py", "delete")}


def _writes(paths):
    bad = []
    for path in paths:
        for node, function, name in calls(path):
            base = ast.unparse(function)
            on_rows = ".objects" in base or ".filter(" in base
            if (path.name, name) in ALLOWED:
                continue
            if (name in WRITES and (on_rows or name in {"bulk_create", "insert_rows", "update_rows"})) or (
                name in HARMLESS and on_rows
            ):
                bad.append(f"{where(path, node)} {base[:60]}")
    return bad


def test_raw_sql_outside_of_apps_and_db_only_reads():
    bad = []
    for folder in ("desk", "web", "api", "cli", "reports"):
        for path in sources(folder):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    word = node.value.lstrip().split(" ")[0]
                    if (
                        word in {"INSERT", "UPDATE", "DELETE", "ALTER", "DROP"}
                        and len(node.value.split()) > 2
                    ):
                        bad.append(where(path, node))
    assert bad == []
