"""The time for whoever acts on a screen. The only place of the web that reads the clock."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Now, aware, in UTC."""
    return timezone.now()
