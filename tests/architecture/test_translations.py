"""Chinese and English are complete: whatever a person may read is translated, with the same blanks."""

from __future__ import annotations

import re

from django.utils import translation

from tests.architecture import texts
from tradewind.conf import messages

_BLANK = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def known() -> dict[str, str]:
    """Text -> Chinese, over every catalogue."""
    out: dict[str, str] = {}
    for path in texts.catalogues():
        for message in texts.read(path):
            if message.id and message.string and not message.fuzzy:
                out[texts.key(message)] = str(message.string)
    return out


def test_every_text_has_a_chinese_translation():
    translated = known()  # read once: every text asks
    missing = sorted((where, text) for text, where in texts.all_texts().items() if text not in translated)
    assert missing == []


def test_a_translation_has_the_same_blanks_as_its_text():
    wrong = [
        (text, chinese)
        for text, chinese in known().items()
        if sorted(_BLANK.findall(text)) != sorted(_BLANK.findall(chinese))
    ]
    assert wrong == []


def test_no_text_has_two_different_translations():
    """One word per idea: a text that stands in two catalogues says the same in both."""
    seen: dict[str, tuple[str, str]] = {}
    clashes = []
    for path in texts.catalogues():
        for message in texts.read(path):
            if not message.id or not message.string:
                continue
            before = seen.setdefault(texts.key(message), (str(message.string), path.parts[-4]))
            if before[0] != message.string:
                clashes.append((message.id, before, (message.string, path.parts[-4])))
    assert clashes == []


def test_catalogues_compile_and_are_read_by_django(tmp_path):
    import shutil

    root = tmp_path / "locale"
    shutil.copytree(messages.ROOT, root, ignore=shutil.ignore_patterns("*.mo"))
    assert messages.compile_all(root) == []
    assert len(list(root.rglob("zh_Hans/*/*.mo"))) == len(texts.catalogues()) > 0
    assert messages.compile_all() == []
    with translation.override("zh-hans"):
        assert translation.gettext("Guided tour") == "导览"


def test_texts_are_found_in_templates_and_python():
    html = (
        """{% trans "One" %}{% translate 'Two' %}{% blocktrans with n=x %}{{ n }} % of{% endblocktrans %}"""
    )
    assert list(texts.of_template(html)) == ["One", "Two", "%(n)s %% of"]
    assert list(texts.of_python('_("a" "b"); gettext_lazy("c"); other("d")')) == ["ab", "c"]
    assert list(texts.codes_of_python('Breakdown.of("x_fee", []); act.note(verb="hold")')) == [
        "x_fee",
        "hold",
    ]
    assert texts.words("x_fee") == "X fee"
