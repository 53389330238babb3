"""Lookups of our own: `field__among=ids` is membership in a set of any size as one parameter on both
databases; `code__dotless="8517.13"` is what starts with the digits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, BigIntegerField, CharField, Field, ForeignKey, Lookup
from django.db.models.lookups import StartsWith


@BigAutoField.register_lookup
@BigIntegerField.register_lookup
@CharField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup[Any]):
    """Like `__in`, without one placeholder a value (SQLite allows 32,766) and with one cached plan."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(lhs, list(rhs))

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        field: Field[Any, Any] = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        cast = "text[]" if isinstance(field, CharField) else "bigint[]"
        return f"{lhs} = ANY(%s::{cast})", [*params, self.rhs]


class Dotless(StartsWith):
    """Like `__startswith` for codes kept as digits: dots, blanks and dashes of what is asked do not count."""

    def get_prep_lookup(self) -> Any:
        digits = re.sub(r"[\s.\-]", "", str(self.rhs))
        return digits if digits.isdigit() else self.rhs


CharField.register_lookup(Dotless, "dotless")  # the database's operator is that of startswith
