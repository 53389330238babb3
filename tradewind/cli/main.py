"""`tradewind`: the command line. Exit codes: 0 done, 1 refused or failed, 2 usage, 3 not allowed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

DONE, REFUSED, USAGE, DENIED = 0, 1, 2, 3

# command -> (module, what it does); a module is imported only when its command is used.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("running", "first run: database, practice company, server"),
    "serve": ("running", "the server with its worker"),
    "worker": ("running", "a worker of its own"),
    "practice": ("practice", "make the practice company"),
    "simulate": ("running", "the simulated marketplace and collection provider"),
    "migrate": ("house", "bring the database up to date"),
    "doctor": ("house", "check every invariant of data and installation"),
    "rules": ("rules", "check the rulebook; show what changed between two days; list, show, override"),
    "user": ("house", "add, password, list"),
    "token": ("house", "new: a key for the API"),
    "import": ("nouns", "import a file: tradewind import KIND FILE"),
    "nouns": ("nouns", "list every noun and its actions"),
    "tools": ("tools", "list every tool: questions answered without writing"),
}

HELP = """tradewind: from market research to money in the bank

usage: tradewind COMMAND ... [--json] [--as USER]
       tradewind NOUN list [--state S] [--search TEXT] [--filter NAME=VALUE] [--sort COLUMN]
                           [--limit N] [--after CURSOR]
       tradewind NOUN show ID
       tradewind NOUN ACTION [ID ...] [--field VALUE ...]
       tradewind TOOL [--field VALUE ...] [--line "name=value name=value" ...] [FILE|-] [--out FILE]

commands:
{commands}

`tradewind nouns` lists the nouns with their actions; every command takes --json and --help.
Exit codes: 0 done, 1 refused or failed (every problem is printed), 2 usage, 3 not allowed."""


def setup() -> None:
    """Load Django once; commands that need no database never call this."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradewind.conf.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def help_text() -> str:
    lines = [f"  {name:10} {what}" for name, (_module, what) in COMMANDS.items()]
    return HELP.format(commands="\n".join(lines))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("-h", "--help", "help"):
        print(help_text())
        return DONE if args else USAGE
    if args[0] in ("-V", "--version"):
        from tradewind import __version__

        print(f"tradewind {__version__}")
        return DONE
    module = COMMANDS.get(args[0], ("nouns", ""))[0]
    command: Callable[[list[str]], int] = import_module(f"tradewind.cli.{module}").main
    try:
        return command(args)
    except KeyboardInterrupt:
        return REFUSED
    except BrokenPipeError:  # the reader of a pipe has enough
        sys.stderr.close()
        return DONE


if __name__ == "__main__":
    sys.exit(main())
