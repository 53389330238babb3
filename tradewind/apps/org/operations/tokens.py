"""Keys of the API: shown once, stored as a hash, acting as their user."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.org.models import ApiToken, User
from tradewind.apps.org.operations.acting import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import Actor

PREFIX = "tw_"


def token_hash(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_token(
    *, user_id: int, name: str, expires_at: datetime | None = None, now: datetime, by: Actor
) -> str:
    """Make an API token for a user; returns its secret, which is never shown again."""
    with acting(by, "org.change", kind="user", ids=[user_id], now=now) as act:
        found = Findings()
        clean = found.text("name", name, 80)
        if not User.objects.filter(pk=user_id, is_active=True).exists():
            found.add("user", user_id, _("there is no such row"))
        if expires_at is not None and expires_at <= now:
            found.add("expires_at", expires_at, _("lies in the past"))
        found.settle()
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            user_id=user_id, name=clean, sha256=token_hash(secret), created_at=now, expires_at=expires_at
        )
        act.note(verb="create_token", token=token.pk, name=clean)
        return secret


def revoke_tokens(*, ids: Sequence[int], now: datetime, by: Actor) -> int:
    """Make tokens useless at once; how many there were."""
    users = ApiToken.objects.filter(id__among=list(ids)).values_list("user_id", flat=True)
    with acting(by, "org.change", kind="user", ids=users, now=now) as act:
        gone, _per = ApiToken.objects.filter(id__among=list(ids)).delete()
        act.note(verb="revoke_tokens", tokens=sorted(ids))
        return gone
