"""Columns encrypted at rest (Fernet: AES-128-CBC with HMAC), with keys that can be rotated."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(k.encode()) for k in keys])


def seal(text: str) -> str:
    """Encrypt text with the first key of settings.FIELD_KEYS."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """Decrypt with whichever key fits; cryptography.fernet.InvalidToken when none does."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


class EncryptedJSON(models.TextField[Any, Any]):
    """A JSON value stored encrypted; empty stays empty so that absence is visible."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value in (None, "") else json.loads(unseal(value))

    def get_prep_value(self, value: Any) -> Any:
        return "" if value in (None, "") else seal(json.dumps(value, ensure_ascii=False))

    def to_python(self, value: Any) -> Any:
        return value
