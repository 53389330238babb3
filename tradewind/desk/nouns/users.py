"""People at the desk: who may sign in, as what, for which stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tradewind.apps.org import queries
from tradewind.apps.org.models import ApiToken, User
from tradewind.apps.org.operations import (
    NewUser,
    create_token,
    create_user,
    deactivate_user,
    reactivate_user,
    revoke_tokens,
    set_password,
    set_role,
)
from tradewind.apps.stores.models import Store
from tradewind.desk import words
from tradewind.desk.kernel import (
    CHOICE,
    NONE,
    ONE,
    SECRET,
    STATE,
    TIME,
    Action,
    Call,
    Column,
    Detail,
    Fact,
    Field,
    Filter,
    Noun,
    Outcome,
    Ref,
    Table,
)
from tradewind.desk.nouns._upstream import text
from tradewind.engine.access import Actor
from tradewind.engine.contracts import Problem, Refused


def _roles(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return list(words.ROLES.items())


def _languages(_actor: Actor) -> Sequence[tuple[str, Any]]:
    return [("zh-hans", "简体中文"), ("en", "English")]


def _role(user: User) -> str:
    return words.role(user.role)


def _scope(user: User) -> str:
    if user.store_scope == "*":
        return _now("every store")
    names = dict(Store.objects.filter(id__among=list(user.store_scope)).values_list("id", "code"))
    return ", ".join(names.get(pk, f"#{pk}") for pk in user.store_scope) or _now("no store")


def _rows(actor: Actor) -> QuerySet[Any]:
    active = When(is_active=True, then=Value("active"))
    return queries.users(actor).annotate(state=Case(active, default=Value("stopped")))


def _stores(given: str) -> Any:
    """ "*" or store codes with blanks or commas between, as ids; Refused with every unknown code."""
    if given == "*":
        return "*"
    codes = given.replace(",", " ").split()
    known = dict(Store.objects.filter(code__among=codes).values_list("code", "id"))
    unknown = [c for c in codes if c not in known]
    if unknown:
        raise Refused([Problem(None, "stores", c, _now("there is no such store"), "*") for c in unknown])
    return [known[c] for c in codes]


def _detail(actor: Actor, pk: int) -> Detail | None:
    user = _rows(actor).filter(pk=pk).first()
    if user is None:
        return None
    tokens = list(ApiToken.objects.filter(user=user).order_by("id")) if actor.can("org.change") else []
    return Detail(
        user.username,
        user.first_name,
        user.state,
        (
            Fact(_("Role"), _role(user)),
            Fact(_("Stores"), _scope(user)),
            Fact(_("E-mail"), user.email),
            Fact(_("Language"), dict(_languages(actor)).get(user.language, user.language)),
            Fact(_("Last sign-in"), user.last_login, TIME),
        ),
        (
            Table(
                _("API keys"),
                (
                    Column("name", _("Name"), wide=True),
                    Column("created_at", _("Made"), TIME),
                    Column("expires_at", _("Valid until"), TIME),
                ),
                tokens,
                _("None."),
            ),
        ),
    )


def _create(call: Call) -> Outcome:
    v = call.values
    new = NewUser(
        v["username"], v["password"], v["role"], _stores(text(call, "stores")), text(call, "name"),
        text(call, "email"), v["language"] or "zh-hans",
    )  # fmt: skip
    pk = create_user(user=new, now=call.now, by=call.by)
    return Outcome(_("The person may sign in now."), 1, Ref("users", pk, new.username))


def _set_role(call: Call) -> Outcome:
    given = text(call, "stores")
    set_role(
        user_id=call.ids[0], role=call.values["role"], stores=_stores(given) if given else None,
        now=call.now, by=call.by,
    )  # fmt: skip
    return Outcome(_("Saved."), 1)


def _set_password(call: Call) -> Outcome:
    set_password(user_id=call.ids[0], password=call.values["password"], now=call.now, by=call.by)
    return Outcome(_("The password is set."), 1)


def _stop(call: Call) -> Outcome:
    deactivate_user(user_id=call.ids[0], now=call.now, by=call.by)
    return Outcome(_("Shut out."), 1)


def _resume(call: Call) -> Outcome:
    reactivate_user(user_id=call.ids[0], now=call.now, by=call.by)
    return Outcome(_("May sign in again."), 1)


def _token(call: Call) -> Outcome:
    secret = create_token(user_id=call.ids[0], name=call.values["name"], now=call.now, by=call.by)
    said = _now("The key, shown only now: %(secret)s") % {"secret": secret}
    return Outcome(said, 1, detail={"secret": secret})


def _revoke(call: Call) -> Outcome:
    ids = list(ApiToken.objects.filter(user_id=call.ids[0]).values_list("id", flat=True))
    return Outcome(_("The keys are gone."), revoke_tokens(ids=ids, now=call.now, by=call.by))


_ROLE = Field("role", _("Role"), CHOICE, choices=_roles)
_SCOPE_HELP = _("* for every store, or store codes with blanks between")

NOUN = Noun(
    code="users",
    label=_("People"),
    stage=7,
    place=10,
    icon="users",
    prefix="usr",
    view="org.view",
    rows=_rows,
    columns=(
        Column("username", _("User name"), sort="username"),
        Column("first_name", _("Name"), wide=True),
        Column("role", _("Role"), value=_role, sort="role"),
        Column("language", _("Language")),
        Column("state", _("State"), STATE),
        Column("last_login", _("Last sign-in"), TIME, sort="last_login"),
    ),
    detail=_detail,
    order="username",
    search=("username__istartswith", "first_name__icontains"),
    state_field="state",
    states=(("active", _("May sign in"), "good"), ("stopped", _("Shut out"), "idle")),
    filters=(Filter("role", _("Role"), "role", _roles),),
    actions=(
        Action(
            "create", _("Let somebody in"), _create, "org.change", NONE,
            (
                Field("username", _("User name")),
                Field("password", _("Password"), SECRET, help=_("At least 12 characters")),
                _ROLE,
                Field("stores", _("Stores"), required=False, help=_SCOPE_HELP),
                Field("name", _("Name"), required=False),
                Field("email", _("E-mail"), required=False),
                Field("language", _("Language"), CHOICE, False, choices=_languages, initial="zh-hans"),
            ), key="n",
        ),
        Action("role", _("Set role and stores"), _set_role, "org.change", ONE, (
            _ROLE,
            Field("stores", _("Stores"), required=False, help=_("Empty keeps the stores; * is every store")),
        )),
        Action("password", _("Set password"), _set_password, "org.change", ONE,
               (Field("password", _("Password"), SECRET, help=_("At least 12 characters")),)),
        Action("token", _("Make an API key"), _token, "org.change", ONE, (Field("name", _("Name")),)),
        Action("revoke", _("Remove the API keys"), _revoke, "org.change", ONE, danger=True),
        Action("stop", _("Shut out"), _stop, "org.change", ONE, states=("active",), danger=True,
               confirm=_("The person can no longer sign in and loses every API key. Go on?")),
        Action("resume", _("Let in again"), _resume, "org.change", ONE, states=("stopped",)),
    ),
    empty=_("Let your colleagues in."),
    audit_kind="user",
    title_of="username",
    note=_("Who may sign in, in which role and for which stores."),
)  # fmt: skip
