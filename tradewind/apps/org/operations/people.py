"""People: who may sign in, in which role, for which stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tradewind.apps.org.models import ApiToken, User
from tradewind.apps.org.operations.acting import acting
from tradewind.apps.org.operations.checking import Findings
from tradewind.engine.access import OWNER, ROLES, Actor

Scope = Literal["*"] | Sequence[int]


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to let in; `stores` is "*" or store ids."""

    username: str
    password: str
    role: str
    stores: Scope = ()
    name: str = ""
    email: str = ""
    language: str = "zh-hans"


def _scope(found: Findings, stores: Scope) -> str | list[int]:
    if stores == "*":
        return "*"
    ids = [s for s in stores if type(s) is int and s > 0]
    if len(ids) != len(stores):
        found.add("stores", stores, _("not a store scope"), _("* or store numbers"))
    return sorted(set(ids))


def _password(found: Findings, password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as exc:
        for message in exc.messages:
            found.add("password", "", message)


def create_user(*, user: NewUser, now: datetime, by: Actor) -> int:
    """Let a person in; the id. Refused: name taken, role unknown, weak password: everything at once."""
    with acting(by, "org.change", kind="user", now=now) as act:
        found = Findings()
        new = User(
            username=found.code("username", user.username, 150),
            first_name=found.text("name", user.name, 150, needed=False),
            email=found.text("email", user.email, 254, needed=False),
            role=found.one_of("role", user.role, ROLES),
            store_scope=_scope(found, user.stores),
            language=found.one_of("language", user.language, ("zh-hans", "en")),
            date_joined=now,
        )
        if User.objects.filter(username=new.username).exists():
            found.add("username", new.username, _("is already there"))
        _password(found, user.password, new)
        found.settle()
        new.set_password(user.password)
        new.save(force_insert=True)
        act.ids = [new.pk]
        act.note(verb="create_user", role=new.role, stores=new.store_scope)
        return new.pk


def _user(user_id: int) -> User:
    found = Findings()
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        found.add("id", user_id, _("there is no such row"))
        found.settle()
    assert user is not None
    return user


def _keep_an_owner(found: Findings, user: User) -> None:
    others = User.objects.filter(role=OWNER, is_active=True).exclude(pk=user.pk)
    if user.is_owner and user.is_active and not others.exists():
        found.add("role", user.role, _("the last owner must stay"))


def set_role(*, user_id: int, role: str, stores: Scope | None = None, now: datetime, by: Actor) -> None:
    """Give a person another role and, when told, another store scope. The last owner stays owner."""
    with acting(by, "org.change", kind="user", ids=[user_id], now=now) as act:
        user = _user(user_id)
        found = Findings()
        before = {"role": user.role, "stores": user.store_scope}
        found.one_of("role", role, ROLES)
        if role != OWNER:
            _keep_an_owner(found, user)
        scope = user.store_scope if stores is None else _scope(found, stores)
        found.settle()
        User.objects.filter(pk=user_id).update(role=role, store_scope=scope)
        act.note(verb="set_role", before=before, after={"role": role, "stores": scope})


def set_scope(*, user_id: int, stores: Scope, now: datetime, by: Actor) -> None:
    """Give a person exactly these stores ("*" is all of them)."""
    set_role(user_id=user_id, role=_user(user_id).role, stores=stores, now=now, by=by)


def set_password(*, user_id: int, password: str, now: datetime, by: Actor) -> None:
    """Set somebody's password; the audit keeps that it was done, never what it is."""
    with acting(by, "org.change", kind="user", ids=[user_id], now=now) as act:
        user = _user(user_id)
        found = Findings()
        _password(found, password, user)
        found.settle()
        user.set_password(password)
        user.save(update_fields=["password"])
        act.note(verb="set_password")


def deactivate_user(*, user_id: int, now: datetime, by: Actor) -> None:
    """Shut a person out: no sign-in, no role, API tokens gone. The last owner stays."""
    with acting(by, "org.change", kind="user", ids=[user_id], now=now) as act:
        user = _user(user_id)
        found = Findings()
        _keep_an_owner(found, user)
        found.settle()
        User.objects.filter(pk=user_id).update(is_active=False)
        gone, _per = ApiToken.objects.filter(user_id=user_id).delete()
        act.note(verb="deactivate_user", tokens_removed=gone)


def reactivate_user(*, user_id: int, now: datetime, by: Actor) -> None:
    """Let a person who was shut out in again, in the role they had."""
    with acting(by, "org.change", kind="user", ids=[user_id], now=now) as act:
        _user(user_id)
        User.objects.filter(pk=user_id).update(is_active=True)
        act.note(verb="reactivate_user")
