"""Where this installation keeps its things: database, keys, logs. No Django here."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


def home() -> Path:
    """The installation's folder: $TRADEWIND_HOME, else ./var. Created with mode 0700."""
    path = Path(os.environ.get("TRADEWIND_HOME", "var")).resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def secret(name: str, make: Any = lambda: secrets.token_urlsafe(50)) -> str:
    """A secret kept in a file of the home folder, made on first use; $TRADEWIND_<NAME> goes before it."""
    given = os.environ.get("TRADEWIND_" + name.upper())
    if given:
        return given
    path = home() / f"{name}.secret"
    if not path.exists():
        # Written whole beside its place, then linked there: a kill leaves no empty key, and of two
        # processes that start at once the first one's value is kept by both.
        half = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(str(make()))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(half)
        half.unlink()
    return path.read_text().strip()


def database() -> dict[str, Any]:
    """Django's settings for the database: SQLite in the home folder, or $TRADEWIND_DATABASE_URL.

    Example: TRADEWIND_DATABASE_URL=postgresql://user:pass@127.0.0.1:5432/tradewind
    """
    url = os.environ.get("TRADEWIND_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home() / "tradewind.sqlite3"),
            "OPTIONS": {
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA recursive_triggers=ON; "  # REPLACE fires delete triggers: append-only holds
                    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; "
                    # No mmap_size: under it SQLite searches the journal for every page that a writer reads.
                    "PRAGMA wal_autocheckpoint=8000;"
                ),
            },
        }
    parts = urlparse(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("TRADEWIND_DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Solid state, not spinning disks: or a few hundred keys are found by reading the whole table.
        "OPTIONS": {"options": "-c random_page_cost=1.1 -c jit=off"},
    }
