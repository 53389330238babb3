"""A migration step for triggers: SQL by vendor, without building every model as RunPython does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

Change = Callable[[Any, BaseDatabaseSchemaEditor], None]


class Guards(Operation):
    """Raise guards (and lower them again) by functions of (apps, schema_editor); apps is always None."""

    reduces_to_sql = False
    reversible = True

    def __init__(self, install: Change, remove: Change) -> None:
        self.install, self.remove = install, remove

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.install(None, schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.remove(None, schema_editor)

    def describe(self) -> str:
        return "Raise guards"
