"""What a connector says of a wrong file is said in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from tradewind.connectors import registry
from tradewind.engine.contracts import Refused


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "this is no amount in USD"), ("zh-hans", "不是有效的 USD 金额")]
)
def test_a_refusal_is_in_the_language_of_the_reader(language: str, reason: str) -> None:
    data = (
        b"Transaction ID,Date,Type,Amount,Currency\n"
        b"1,2026-06-01T00:00:00Z,fee,much,USD\n"
    )  # fmt: skip
    with translation.override(language), pytest.raises(Refused) as caught:
        registry.collection("lighter").parse_statement(data)
    assert [p.reason for p in caught.value.problems] == [reason]
