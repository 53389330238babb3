"""Where the shared real data lies; tests read it in place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TRADEWIND_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(path: str) -> Path:
    """A file of the shared folder; skips the test with a clear word where it is absent (never in CI)."""
    found = ROOT / path
    if not found.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {path} in the shared folder")
        pytest.skip(f"the shared data file {path} is not on this machine")
    return found
