"""The stories: Markdown that people read and this file runs.

A fenced `python` block holds a doctest session; all blocks of a story share one world. A fenced
`console` block holds commands of the command line (`$ tradewind ...`) with what they must print.
"""

from __future__ import annotations

import doctest
import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.stories.stage import Stage

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.M | re.S)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(text: str) -> list[tuple[int, str, str]]:
    """(line, kind, body) of every block that runs."""
    return [(text[: m.start()].count("\n") + 2, m.group(1), m.group(2)) for m in BLOCK.finditer(text)]


def commands(body: str) -> list[tuple[list[str], str]]:
    """The commands of a console block with the output that is to follow each."""
    out: list[tuple[list[str], list[str]]] = []
    for line in body.splitlines():
        if line.startswith("$ tradewind "):
            out.append((line.removeprefix("$ tradewind ").split(), []))
        else:
            out[-1][1].append(line)
    return [(words, "\n".join(said)) for words, said in out]


def run_command(words: list[str]) -> str:
    """A command as a person types it, in this process; what it printed."""
    from tradewind.cli.main import main

    said = io.StringIO()
    with redirect_stdout(said):
        code = main(words)
    assert code == 0, f"tradewind {' '.join(words)} ended with {code}: {said.getvalue()}"
    return said.getvalue()


def check(words: list[str], wanted: str) -> None:
    """The output fits: JSON holds at least what is wanted, text matches with ... for the rest."""
    said = run_command(words)
    if "--json" in words:
        assert holds(json.loads(said), json.loads(wanted)), f"{' '.join(words)} said\n{said}"
        return
    checker = doctest.OutputChecker()
    assert checker.check_output(wanted + "\n", said, FLAGS), f"{' '.join(words)} said\n{said}"


def holds(said: object, wanted: object) -> bool:
    """Whether every wanted value stands in what was said; lists match in length and order."""
    if isinstance(wanted, dict):
        return isinstance(said, dict) and all(k in said and holds(said[k], v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(said, list)
            and len(said) == len(wanted)
            and all(holds(s, w) for s, w in zip(said, wanted, strict=True))
        )
    return said == wanted


def run_story(path: Path, names: dict[str, object]) -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    for line, kind, body in blocks(path.read_text()):
        if kind == "console":
            for words, wanted in commands(body):
                check(words, wanted)
            continue
        test = parser.get_doctest(body, names, f"{path.name} line {line}", str(path), line)
        said = io.StringIO()
        runner.run(test, out=said.write, clear_globs=False)
        names.update(test.globs)
        assert not runner.failures, said.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(HERE.glob("*.md")), ids=lambda p: p.stem)
def test_the_story_is_true_to_the_cent(path, monkeypatch):
    stage = Stage.open(monkeypatch)
    try:
        run_story(path, {"stage": stage})
    finally:
        stage.close()


def test_a_story_that_is_wrong_by_a_cent_is_caught(tmp_path):
    story = tmp_path / "wrong.md"
    story.write_text("```python\n>>> 1 + 1\n3\n```\n")
    with pytest.raises(AssertionError):
        run_story(story, {})
