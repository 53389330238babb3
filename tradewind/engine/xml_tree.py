"""XML of strangers as a plain tree: no document type, no entities, bounded in depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from tradewind.engine.contracts import Problem, Refused

MOST_BYTES, MOST_DEPTH, MOST_NODES = 64 * 1024 * 1024, 40, 5_000_000


@dataclass(slots=True)
class Node:
    """An element: its name without namespace, attributes, text, children, and the row it begins in."""

    name: str
    row: int
    attributes: dict[str, str]
    space: str = ""
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Node]:
        """Every element at the end of a path of names below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Node | None:
        """The first element at the end of a path, or None."""
        return next(self.all(*path), None)

    def said(self, *path: str) -> str:
        """The trimmed text of the first element at the end of a path; empty where there is none."""
        found = self.first(*path)
        return "" if found is None else " ".join(found.text.split())


class _Unwanted(Exception):
    """Something no statement needs."""


class _Building:
    def __init__(self, parser: Any) -> None:
        self.parser = parser
        self.stack: list[Node] = []
        self.root: Node | None = None
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) >= MOST_DEPTH or self.count > MOST_NODES:
            raise _Unwanted("is too deep or too large")
        space, _sep, local = name.rpartition("\x1f")
        node = Node(local, self.parser.CurrentLineNumber, attributes, space)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, _name: str) -> None:
        self.stack.pop()

    def data(self, text: str) -> None:
        if self.stack:
            self.stack[-1].text += text

    def refuse(self, *_said: Any) -> None:
        raise _Unwanted("declares a document type, which no statement needs")


def read_xml(data: bytes) -> Node:
    """The root of an XML file; Refused with the row where it is not well formed or asks for more."""
    if len(data) > MOST_BYTES:
        raise _refused(None, "the file is too large", f"{MOST_BYTES:,} bytes")
    parser = expat.ParserCreate(namespace_separator="\x1f")
    parser.buffer_text = True
    building = _Building(parser)
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.data
    parser.StartDoctypeDeclHandler = building.refuse
    parser.EntityDeclHandler = building.refuse
    try:
        parser.Parse(data, True)
    except _Unwanted as exc:
        raise _refused(parser.CurrentLineNumber, str(exc)) from None
    except (expat.ExpatError, ValueError, LookupError) as exc:
        row = getattr(exc, "lineno", None)
        raise _refused(row, "is not well-formed XML", "a whole XML file", str(exc)) from None
    assert building.root is not None
    return building.root


def _refused(row: int | None, reason: str, accepted: str = "an XML statement", value: str = "") -> Refused:
    return Refused([Problem(row, "file", value[:80], reason, accepted)])
