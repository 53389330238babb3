"""Lines of a question or form: rows of controls, read back from what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tradewind.desk.doing import MOST_LINES
from tradewind.desk.kernel import Field
from tradewind.engine.access import Actor

OFFERED = 3  # lines offered at first
_LINE = re.compile(r"lines-(\d{1,3})-(\w+)")


def read_lines(fields: Sequence[Field], data: QueryDict) -> list[dict[str, str]]:
    """Lines as they were typed, in their order; those left as they were offered are left out."""
    lines: dict[int, dict[str, str]] = {}
    for key, value in data.items():
        found = _LINE.fullmatch(key)
        if found and isinstance(value, str) and value.strip():
            lines.setdefault(int(found[1]), {})[found[2]] = value
    begin = {f.name: f.initial for f in fields}
    return [line for _n, line in sorted(lines.items()) if any(v != begin.get(k) for k, v in line.items())]


def line_controls(
    fields: Sequence[Field], actor: Actor, given: Sequence[Mapping[str, Any]]
) -> list[list[dict[str, Any]]]:
    """Rows of controls: those given and room for more; nothing where there are no lines."""
    if not fields:
        return []
    rows = [*given, *[{} for _n in range(max(1, OFFERED - len(given)))]][:MOST_LINES]
    return [
        [control(f, actor, f"lines-{n}-{f.name}", row.get(f.name)) for f in fields]
        for n, row in enumerate(rows)
    ]


def control(one: Field, actor: Actor, name: str, value: Any) -> dict[str, Any]:
    """What the template needs to draw a field."""
    shown = one.initial if value is None else str(value)
    return {
        "field": one,
        "name": name,
        "choices": one.choices(actor) if one.choices else None,
        "value": shown,
    }


def where(field: str, lined: Mapping[str, Any]) -> str:
    """lines.2.hs -> "Line 2, HS code"; the rows chosen have no name."""
    parts = field.split(".")
    if parts[0] == "lines" and len(parts) == 3:
        return f"{_('Line %(n)s') % {'n': parts[1]}}, {lined.get(parts[2], parts[2])}"
    return {"lines": _("Lines"), "ids": ""}.get(field, field)
