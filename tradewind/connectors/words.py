"""Words for people in the reader's language. Connectors know no Django: a face puts the translator in."""

from __future__ import annotations

from collections.abc import Callable

_translators: list[Callable[[str], str]] = []


def speak(translate: Callable[[str], str]) -> None:
    """Translate from now on with this function, e.g. Django's gettext."""
    _translators[:] = [translate]


def _(text: str, **values: object) -> str:
    """A text in the reader's language with its blanks filled: _("row %(row)s", row=3)."""
    for translate in _translators:
        text = translate(text)
    return text % values if values else text


def gettext_noop(text: str) -> str:
    """A text to be translated later, where it is shown: marks it for the catalogue and leaves it as it is."""
    return text
