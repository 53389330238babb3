"""The way out waits, repeats and gives up as it should, on a clock of its own."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import httpx
import pytest

from tradewind.connectors.transport import BREAK_FOR_S, Call, Limit, Transport, retry_after
from tradewind.engine.contracts import OutsideError


class Outside:
    """Answers from a list, the last one for ever; its clock goes on only by sleeping."""

    def __init__(self, *answers) -> None:
        self.answers, self.asked, self.at, self.slept = list(answers), 0, 0.0, []
        client = httpx.Client(transport=httpx.MockTransport(self.answer))
        self.transport = Transport(client, clock=lambda: self.at, sleep=self.sleep, dice=lambda: 1.0)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def answer(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send(self, method="GET", **more):
        return self.transport.send(Call("acc", "op", method, "http://outside.test/x", **more))


def response(status, **headers):
    return httpx.Response(status, headers=headers)


def test_a_read_is_repeated_with_growing_pauses() -> None:
    outside = Outside(response(500), httpx.ConnectError("x"), httpx.ReadTimeout("x"), response(200))
    assert outside.send().status == 200
    assert outside.slept == [0.5, 1.0, 2.0]


def test_a_push_without_a_key_is_not_repeated_after_a_failure() -> None:
    outside = Outside(response(500), response(200))
    with pytest.raises(OutsideError):
        outside.send("POST")
    assert (outside.asked, outside.slept) == (1, [])


def test_a_push_with_a_key_is_repeated() -> None:
    outside = Outside(response(500), response(200))
    assert outside.send("POST", key="k").status == 200


def test_a_throttled_push_was_not_carried_out_and_is_repeated() -> None:
    outside = Outside(response(429, **{"Retry-After": "3"}), response(200))
    assert outside.send("POST").status == 200
    assert outside.slept == [3.0]


def test_a_long_retry_after_is_handed_to_the_caller() -> None:
    outside = Outside(response(429, **{"Retry-After": "3600"}))
    with pytest.raises(OutsideError) as caught:
        outside.send()
    assert (caught.value.retry_after, caught.value.retriable, outside.slept) == (3600.0, True, [])


def test_an_error_of_ours_is_an_answer_and_not_repeated() -> None:
    outside = Outside(response(422))
    assert outside.send().status == 422
    assert outside.asked == 1


def test_after_eight_failures_in_a_row_calls_are_held_back_then_tried_once() -> None:
    outside = Outside(response(500))
    for _ in range(2):
        with pytest.raises(OutsideError):
            outside.send()
    assert outside.asked == 8
    with pytest.raises(OutsideError) as caught:
        outside.send()
    assert (caught.value.code, outside.asked) == ("circuit_open", 8)
    outside.at += BREAK_FOR_S
    outside.answers = [response(200)]
    assert outside.send().status == 200
    assert outside.transport.send(Call("other", "op", "GET", "http://outside.test/x")).status == 200


def test_calls_keep_to_the_limit_of_their_account_and_operation() -> None:
    outside = Outside(response(200))
    for _ in range(5):
        outside.send(limit=Limit(2, 3))
    assert outside.slept == [0.5, 0.5]
    outside.transport.send(Call("other", "op", "GET", "http://outside.test/x", limit=Limit(2, 3)))
    assert outside.slept == [0.5, 0.5]


def test_the_log_holds_no_address_no_key_and_no_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tradewind.connectors")
    outside = Outside(response(200))
    outside.send(
        params={"buyer": "Ada Lovelace"}, headers={"Authorization": "Bearer secret"}, content=b"Ada", key="k9"
    )
    text = "".join(r.getMessage() for r in caplog.records if r.name.startswith("tradewind"))
    assert "acc op GET" in text
    for word in ("Ada", "secret", "outside.test", "k9"):
        assert word not in text


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert retry_after("120", now) == 120.0
    assert retry_after("Mon, 01 Jun 2026 12:00:30 GMT", now) == 30.0
    assert retry_after("Mon, 01 Jun 2026 11:00:00 GMT", now) == 0.0
    assert retry_after("", now) is None
    assert retry_after("soon", now) is None
