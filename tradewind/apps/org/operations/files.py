"""Files as they came in: stored once, never changed."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime

from tradewind.apps.org.models import StoredFile
from tradewind.engine.access import Actor


def store_file(*, name: str, content: bytes, now: datetime, by: Actor) -> tuple[StoredFile, bool]:
    """Keep a file; returns it and whether it is new. The same bytes are the same file."""
    digest = hashlib.sha256(content).hexdigest()
    file, new = StoredFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "name": name[:200],
            "size": len(content),
            "content": zlib.compress(content, 6),
            "stored_at": now,
            "stored_by": by.name,
        },
    )
    return file, new


def read_file(file: StoredFile) -> bytes:
    """The bytes as they came in."""
    return zlib.decompress(bytes(file.content))
