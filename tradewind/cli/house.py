"""Commands of the house: migrate, doctor, user, token."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tradewind.cli.main import DONE, REFUSED, setup
from tradewind.cli.people import made_up_password, speak, whoever
from tradewind.cli.rules import book_stands
from tradewind.cli.saying import clean, guarded, say_json, table
from tradewind.engine.access import ROLES, Actor, system


def main(args: list[str]) -> int:
    commands: dict[str, Callable[[list[str]], int]] = {
        "migrate": migrate, "doctor": doctor, "user": user, "token": token,
    }  # fmt: skip
    return commands[args[0]](args[1:])


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"tradewind {prog}")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


def unapplied() -> list[str]:
    """Migrations that the database still lacks, as app.name."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def migrate_now() -> list[str]:
    """Apply what is lacking; the names of what was applied."""
    from django.core.management import call_command

    lacking = unapplied()
    if lacking:
        call_command("migrate", verbosity=0, interactive=False)
    return lacking


def migrate(args: list[str]) -> int:
    options = _parser("migrate").parse_args(args)
    setup()
    applied = migrate_now()
    if not book_stands(as_json=options.json):
        return REFUSED
    if options.json:
        say_json({"applied": applied})
    else:
        print("\n".join(applied) if applied else "the database is up to date")
    return DONE


def doctor(args: list[str]) -> int:
    """Every check, its findings below it; exit code 1 when one fails."""
    parser = _parser("doctor")
    parser.add_argument("--only", action="append", default=[], metavar="CODE", help="run only this check")
    options = parser.parse_args(args)
    setup()
    from tradewind.cli.people import speak_plainly
    from tradewind.desk.doctor import examine

    speak_plainly()
    results = examine(only=options.only)
    bad = [r for r in results if r.findings]
    if options.json:
        say_json(
            {
                "ok": not bad,
                "checks": [
                    {"code": r.code, "label": r.label, "ok": not r.findings, "findings": list(r.findings)}
                    for r in results
                ],
            }
        )
        return REFUSED if bad else DONE
    for one in results:
        print(f"{'FAIL' if one.findings else 'ok  '}  {one.code:22}  {one.label}")
        for finding in one.findings:
            print(f"        {clean(finding)}")
    print(f"{len(results)} checks, {len(bad)} failed")
    return REFUSED if bad else DONE


def user(args: list[str]) -> int:
    """user add NAME; user password NAME; user list."""
    parser = _parser("user")
    parser.add_argument("--as", dest="user", default="", metavar="USER")
    parser.add_argument("verb", choices=["add", "password", "list"])
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--role", choices=ROLES, default="owner")
    parser.add_argument("--stores", default="", help="* for all, or store numbers: 1,2")
    parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    options = parser.parse_args(args)
    if options.verb != "list" and not options.name:
        parser.error("a name is needed")
    setup()
    verb = {"add": _add_user, "password": _set_password, "list": _list_users}[options.verb]
    return guarded(lambda: verb(options), as_json=options.json)


def _hands(options: argparse.Namespace) -> Actor:
    """Who acts; on an installation without any person the installer himself."""
    from tradewind.apps.org.models import User

    if not options.user and not User.objects.exists():
        return system("installer")
    actor = whoever(options.user)
    speak(actor)
    return actor


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def _password(options: argparse.Namespace) -> tuple[str, bool]:
    """The password given, or one made up (True): never as an argument, where others could read it."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        return getpass.getpass("Password (12 characters or more): "), False
    return made_up_password(options.name, make=True), True


def _add_user(options: argparse.Namespace) -> int:
    from tradewind.apps.org.operations.people import NewUser, create_user

    by = _hands(options)
    stores: Any = [int(s) for s in options.stores.split(",") if s.strip().isdigit()]
    if options.stores == "*" or options.role == "owner":
        stores = "*"
    password, made_up = _password(options)
    new = NewUser(options.name, password, options.role, stores, language=options.language)
    pk = create_user(user=new, now=_now(), by=by)
    shown = {
        "user": options.name,
        "id": pk,
        "role": options.role,
        **({"password": password} if made_up else {}),
    }
    say_json(shown) if options.json else print("  ".join(f"{k} {v}" for k, v in shown.items()))
    return DONE


def _set_password(options: argparse.Namespace) -> int:
    from tradewind.apps.org.models import User
    from tradewind.apps.org.operations.people import set_password

    by = _hands(options)
    pk = User.objects.filter(username=options.name).values_list("id", flat=True).first()
    password, made_up = _password(options)
    set_password(user_id=pk or 0, password=password, now=_now(), by=by)
    shown = {"user": options.name, **({"password": password} if made_up else {})}
    say_json(shown) if options.json else print("  ".join(f"{k} {v}" for k, v in shown.items()))
    return DONE


def _list_users(options: argparse.Namespace) -> int:
    from tradewind.apps.org.queries import users

    rows = [
        {"user": u.username, "role": u.role, "stores": u.store_scope, "active": u.is_active}
        for u in users(_hands(options)).order_by("username")
    ]
    if options.json:
        say_json(rows)
    else:
        print(table(["user", "role", "stores", "active"], [list(r.values()) for r in rows]))
    return DONE


def token(args: list[str]) -> int:
    """token new NAME: a key for the API, shown this once."""
    parser = _parser("token")
    parser.add_argument("--as", dest="user", default="", metavar="USER")
    parser.add_argument("verb", choices=["new"])
    parser.add_argument("name")
    parser.add_argument("--for", dest="owner", default="", metavar="USER", help="whom it acts for (yourself)")
    parser.add_argument("--days", type=int, default=365, help="how long it is valid")
    options = parser.parse_args(args)
    setup()
    return guarded(lambda: _new_token(options), as_json=options.json)


def _new_token(options: argparse.Namespace) -> int:
    from tradewind.apps.org.operations.tokens import create_token

    by = whoever(options.user)
    speak(by)
    owner = whoever(options.owner) if options.owner else by
    now = _now()
    secret = create_token(
        user_id=owner.user_id or 0,
        name=options.name,
        expires_at=now + timedelta(days=options.days),
        now=now,
        by=by,
    )
    if options.json:
        say_json({"token": secret, "user": owner.name, "days": options.days})
    else:
        print(secret)
    return DONE
