"""The installation: Python, database, keys, disk, fonts, rules, translations."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from tradewind.db.sql import fetch
from tradewind.desk.doctor.kernel import Check
from tradewind.engine.contracts import Problem, Refused
from tradewind.engine.rule_examples import run_examples
from tradewind.engine.rulebook import Rulebook
from tradewind.rules import load

ROOM = 1_000_000_000  # bytes that should be free
CJK = ("Noto Sans CJK", "Source Han Sans", "WenQuanYi", "PingFang", "Microsoft YaHei", "SimSun", "Hiragino")


def _python() -> list[str]:
    return (
        [] if sys.version_info >= (3, 11) else [f"Python {sys.version.split()[0]}: 3.11 or newer is needed"]
    )


def _database() -> list[str]:
    if connection.vendor == "postgresql":
        encoding = fetch("SHOW server_encoding")[0][0]
        return [] if encoding == "UTF8" else [f"the database's encoding is {encoding}, not UTF8"]
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1}
    if settings.DATABASES["default"]["NAME"] == ":memory:" or _in_memory():
        del wanted["journal_mode"]
    found = {name: fetch(f"PRAGMA {name}")[0][0] for name in wanted}
    return [f"{name} is {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value]


def _in_memory() -> bool:
    return "memory" in str(connection.settings_dict["NAME"])


def _integrity() -> list[str]:
    if connection.vendor == "postgresql":
        bad = fetch("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated")
        return [f"{table}: constraint {name} was never validated" for table, name in bad]
    words = [row[0] for row in fetch("PRAGMA integrity_check")]
    foreign = fetch("PRAGMA foreign_key_check")
    return [w for w in words if w != "ok"] + [
        f"{t} row {r} points to nothing in {p}" for t, r, p, _i in foreign
    ]


def _migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{m.app_label}.{m.name} is not applied: tradewind migrate" for m, _backwards in plan]


def _keys() -> list[str]:
    found = []
    for path in sorted(Path(settings.HOME).glob("*.secret")):
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            found.append(f"{path.name} may be read by others (mode {mode:o})")
    for key in settings.FIELD_KEYS:
        try:
            Fernet(key)
        except ValueError:
            found.append("a key of the encrypted columns is not a key")
    return found or ([] if settings.FIELD_KEYS else ["there is no key for the encrypted columns"])


def _disk() -> list[str]:
    free = shutil.disk_usage(settings.HOME).free
    return [] if free >= ROOM else [f"{free // 1_000_000} MB free in {settings.HOME}"]


def _font() -> list[str]:
    folders = [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path("/System/Library/Fonts"),
        Path.home() / ".fonts",
        Path.home() / ".local/share/fonts",
        Path("C:/Windows/Fonts"),
    ]
    wanted = [name.replace(" ", "").lower() for name in (*CJK, "msyh", "wqy")]
    for folder in folders:
        for path in folder.rglob("*.[ot]t[cf]") if folder.is_dir() else ():
            if any(name in path.name.replace(" ", "").lower() for name in wanted):
                return []
    return ["no Chinese font found on the server: printed papers would lack characters (fonts-noto-cjk)"]


def rule_problems(book: Rulebook) -> list[Problem]:
    """Examples whose answer is not what their author expects."""
    return [Problem(None, f"{f.file}: {f.name}", f.got, str(f), f.expected) for f in run_examples(book)]


def _rules() -> list[str]:
    try:
        return [str(p) for p in rule_problems(load())]
    except Refused as refused:
        return [str(p) for p in refused.problems]


def _words() -> list[str]:
    return [
        f"{po.relative_to(settings.ROOT)} is not compiled: make messages"
        for po in sorted(Path(settings.ROOT).glob("locale/*/*/LC_MESSAGES/*.po"))
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]


CHECKS = (
    Check("python", _("Python is new enough"), _python),
    Check("database", _("the database is set up as the house needs it"), _database),
    Check("migrations", _("every migration is applied"), _migrations),
    Check("integrity", _("the database file is whole and every reference leads somewhere"), _integrity),
    Check("keys", _("keys are there and only their owner may read them"), _keys),
    Check("disk", _("there is room on the disk"), _disk),
    Check("font", _("a Chinese font is installed"), _font),
    Check("rules", _("the rulebook builds and every example holds"), _rules),
    Check("words", _("translations are compiled"), _words),
)
