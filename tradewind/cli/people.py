"""Whose hands the command line is: `--as USER`, $TRADEWIND_USER, or the only owner there is."""

from __future__ import annotations

import os

from tradewind.engine.access import OWNER, Actor, Denied
from tradewind.engine.contracts import Problem, Refused


def whoever(name: str = "") -> Actor:
    """The actor of this command. Refused when nobody, or nobody in particular, is meant."""
    from tradewind.apps.org.models import User
    from tradewind.apps.org.queries import actor_named

    wanted = name or os.environ.get("TRADEWIND_USER", "")
    if wanted:
        actor = actor_named(wanted, "cli")
        if actor is None:
            raise Denied(Actor(None, wanted, "", frozenset(), "cli"), "sign in")
        return actor
    owners = list(User.objects.filter(role=OWNER, is_active=True).order_by("id")[:2])
    if len(owners) == 1:
        return owners[0].actor("cli")
    reason = "there is no owner yet: tradewind user add NAME" if not owners else "there are several owners"
    raise Refused([Problem(None, "--as", "", reason, "--as USER or TRADEWIND_USER")])


def speak(actor: Actor) -> None:
    """Use the person's language for words; TRADEWIND_LANGUAGE goes before it."""
    from django.utils import translation

    from tradewind.apps.org.models import User

    chosen = os.environ.get("TRADEWIND_LANGUAGE", "")
    if not chosen and actor.user_id is not None:
        chosen = User.objects.filter(pk=actor.user_id).values_list("language", flat=True).first() or ""
    translation.activate(chosen or "en")


def speak_plainly() -> None:
    """The language of commands that act for nobody: TRADEWIND_LANGUAGE, else English."""
    from django.utils import translation

    translation.activate(os.environ.get("TRADEWIND_LANGUAGE") or "en")


def logins() -> list[tuple[str, str]]:
    """Who can sign in as owner, with the password where this installation made it up itself."""
    from tradewind.apps.org.models import User

    names = User.objects.filter(role=OWNER, is_active=True).order_by("id").values_list("username", flat=True)
    return [(name, made_up_password(name)) for name in names[:5]]


def made_up_password(name: str, *, make: bool = False) -> str:
    """The password this installation made up for a user (kept in its home, mode 0600); "" when none."""
    import secrets

    from tradewind.conf import home

    file = f"password_{name}"
    if make or (home.home() / f"{file}.secret").exists():
        return home.secret(file, lambda: "-".join(secrets.token_hex(3) for _ in range(4)))
    return ""
