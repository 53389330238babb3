"""Compile the translations: `python -m tradewind.conf.messages`. Needs no gettext on the machine."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent / "locale"


def compile_all(root: Path = ROOT) -> list[str]:
    """Write the .mo beside every .po that is newer; the problems found, empty when all went well."""
    problems = []
    for po in sorted(root.glob("*/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        try:
            with po.open("rb") as file:
                catalogue = read_po(file, locale=po.parent.parent.name, abort_invalid=True)
        except (PoFileError, ValueError) as exc:
            problems.append(f"{po}: {exc}")
            continue
        fresh = mo.with_suffix(".new")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(mo)  # a server that reads it now sees the old or the new, never half of it
    return problems


if __name__ == "__main__":
    found = compile_all()
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    sys.exit(1 if found else 0)
