"""The rings, the migrations, the repository: contracts that other programs check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

BIG = 200_000  # bytes
BINARY = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".zip", ".gz"}


def tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a repository: files cannot be listed")
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in out.decode().split("\0") if name]


def test_nothing_is_imported_against_the_rings():
    got = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert got.returncode == 0, got.stdout[-4000:]


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


def test_no_data_file_and_nothing_big_is_kept_here():
    big = {
        str(p.relative_to(ROOT)): p.stat().st_size for p in tracked() if p.exists() and p.stat().st_size > BIG
    }
    assert big == {}


def test_no_file_of_the_shared_folder_is_copied_here():
    from tests.shared import ROOT as SHARED

    if not SHARED.exists():
        pytest.skip("the shared folder is not on this machine")
    theirs = {}
    for path in SHARED.rglob("*"):
        if path.is_file() and 200 < path.stat().st_size < 2_000_000:
            theirs.setdefault(path.stat().st_size, []).append(path)
    copies = [
        str(p.relative_to(ROOT))
        for p in tracked()
        if p.is_file() and any(q.read_bytes() == p.read_bytes() for q in theirs.get(p.stat().st_size, ()))
    ]
    assert copies == []


def test_no_lock_names_an_index_and_every_line_has_its_hash():
    locks = sorted(p.name for p in ROOT.glob("requirements*.txt"))
    assert {"requirements.txt", "requirements-scale.txt", "requirements-dev.txt"} < set(locks)
    for name in locks:
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        assert "--index-url" not in text.replace("--no-emit-index-url", "")
        for block in re.split(r"\n(?=\S)", text):
            if re.match(r"[A-Za-z0-9]", block):
                assert "--hash=sha256:" in block, block.splitlines()[0]
