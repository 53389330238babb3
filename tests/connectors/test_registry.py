"""Every connector folder keeps the contract; a new one is found without an edit elsewhere."""

from __future__ import annotations

import textwrap
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from tradewind.connectors import base, channels, collections, registry
from tradewind.connectors.base import Connection, Manifest, NotOffered
from tradewind.connectors.transport import Transport
from tradewind.engine.contracts import OfferPush, OutsideError, Refused, TrackingPush
from tradewind.engine.money import EXPONENTS, Money

ALL = registry.manifests()
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OFFER = OfferPush("S", "t", Money(100, "USD"), 1)
PUSH = TrackingPush("k", "o", "c", "t", NOW, (("l", 1),))

# What each capability is on the connector, and a call of it.
CALLS = {
    "channel": {
        base.ORDERS: lambda c, conn: c.orders(conn, NOW, NOW),
        base.READ_ORDERS: lambda c, conn: c.read_orders(conn, ["o"]),
        base.TRACKING: lambda c, conn: c.push_tracking(conn, [PUSH]),
        base.OFFERS: lambda c, conn: c.push_offers(conn, [OFFER]),
        base.SETTLEMENTS: lambda c, conn: c.settlements(conn, NOW),
    },
    "collection": {
        base.TRANSACTIONS: lambda c, conn: c.transactions(conn, NOW, NOW),
        base.WITHDRAW: lambda c, conn: c.withdraw(conn, "k", Money(100, "USD"), "CNY", "b"),
    },
    "bank": {
        base.TRANSACTIONS: lambda c, conn: c.transactions(conn, date(2026, 6, 1), date(2026, 6, 1)),
        base.FX: lambda c, conn: c.fx(conn, date(2026, 6, 1)),
    },
}
WIRE = [
    pytest.param(m, capability, id=f"{m.kind}-{m.code}-{capability}")
    for m in ALL
    for capability in CALLS.get(m.kind, {})
    if capability in m.capabilities
]
FILES = [
    pytest.param(m, name, id=f"{m.kind}-{m.code}")
    for m in ALL
    for capability, name in (
        (base.SETTLEMENT_FILES, "parse_settlement"),
        (base.STATEMENT_FILES, "parse_statement"),
    )
    if capability in m.capabilities
]


def connector(manifest: Manifest):
    return {"channel": registry.channel, "collection": registry.collection, "bank": registry.bank}[
        manifest.kind
    ](manifest.code)


def connection(answer) -> tuple[Connection, list[httpx.Request]]:
    """A connection whose outside gives a token and then always `answer`."""
    asked: list[httpx.Request] = []

    def outside(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/auth/token", "/auth/o2/token")):
            return httpx.Response(200, json={"access_token": "T", "expires_in": 86400})
        asked.append(request)
        return answer(request)

    transport = Transport(httpx.Client(transport=httpx.MockTransport(outside)), sleep=lambda s: None)
    credentials = {"account": f"A{len(asked)}", "key": "secret-key", "marketplace": "US"}
    credentials |= {
        "seller_id": "S",
        "client_id": "C",
        "client_secret": "secret-key",
        "refresh_token": "R",
        "access_token": "T",
    }
    return Connection("http://outside.test/api", credentials, lambda: NOW, transport), asked


@pytest.mark.parametrize("manifest", ALL, ids=lambda m: f"{m.kind}-{m.code}")
def test_the_manifest_is_complete(manifest: Manifest) -> None:
    assert manifest.kind in base.KINDS
    assert manifest.verified in base.VERIFIED
    assert manifest.code.isidentifier()
    assert manifest.name.isascii()
    assert any("\u4e00" <= c <= "\u9fff" for c in manifest.name_zh)
    assert manifest.capabilities
    assert manifest.capabilities <= base.CAPABILITIES
    assert set(manifest.currencies) <= set(EXPONENTS)
    assert all(len(m) == 2 and m.isupper() for m in manifest.markets)
    names = [f.name for f in manifest.credentials]
    assert len(names) == len(set(names))
    assert all(f.label and f.label_zh for f in manifest.credentials)
    if manifest.capabilities & CALLS.get(manifest.kind, {}).keys():
        assert any(f.secret for f in manifest.credentials)
        assert manifest.limits
    if {base.SETTLEMENT_FILES, base.STATEMENT_FILES, base.ORDER_LINE_FILES} & manifest.capabilities:
        assert manifest.layouts
    assert set(manifest.missing_credentials({})) == {f.name for f in manifest.credentials if f.required}


@pytest.mark.parametrize("manifest", [m for m in ALL if m.kind == "channel"], ids=lambda m: m.code)
def test_a_channel_refuses_in_words_what_it_does_not_claim(manifest: Manifest) -> None:
    conn, asked = connection(lambda r: httpx.Response(200, json={}))
    for capability, call in CALLS["channel"].items():
        if capability not in manifest.capabilities:
            with pytest.raises(NotOffered, match=manifest.code):
                call(connector(manifest), conn)
    assert asked == []


@pytest.mark.parametrize(("manifest", "capability"), WIRE)
def test_the_request_goes_to_the_base_url_with_the_token_and_no_secret(manifest, capability) -> None:
    conn, asked = connection(lambda r: httpx.Response(404, json={"error": {"code": "gone"}}))
    with pytest.raises(OutsideError):
        CALLS[manifest.kind][capability](connector(manifest), conn)
    assert str(asked[0].url).startswith("http://outside.test/api/")
    sent = asked[0].headers
    assert "T" in (
        sent.get("Authorization", "").removeprefix("Bearer "), sent.get("x-amz-access-token"),
        sent.get("X-Shopify-Access-Token"),
    )  # fmt: skip
    assert b"secret-key" not in asked[0].content
    if asked[0].method != "GET":
        assert asked[0].headers["Idempotency-Key"]


@pytest.mark.parametrize(("manifest", "capability"), WIRE)
@pytest.mark.parametrize(
    ("answer", "code", "tries"),
    [
        (lambda r: httpx.Response(500), "failing", 4),
        (lambda r: httpx.Response(503, headers={"Retry-After": "2"}), "failing", 4),
        (lambda r: httpx.Response(429), "throttled", 4),
        (lambda r: httpx.Response(403, json={"error": {"code": "no"}}), "no", 1),
        (lambda r: httpx.Response(404, text="<html>"), "404", 1),
        (lambda r: httpx.Response(200, text="<html>"), "bad_answer", 1),
        (lambda r: httpx.Response(200, json=[1]), "bad_answer", 1),
    ],
    ids=["500", "503", "429", "403", "404", "html", "list"],
)
def test_a_failing_outside_is_an_outside_error(manifest, capability, answer, code, tries) -> None:
    conn, asked = connection(answer)
    with pytest.raises(OutsideError) as caught:
        CALLS[manifest.kind][capability](connector(manifest), conn)
    assert (caught.value.code, len(asked)) == (code, tries)
    assert "secret-key" not in str(caught.value)


@pytest.mark.parametrize(("manifest", "capability"), WIRE)
def test_an_answer_without_its_parts_is_a_bad_answer_not_a_crash(manifest, capability) -> None:
    for body in (
        {},
        {"orders": [{}], "transactions": [{}], "settlements": [{}], "rates": [{}], "results": [{}]},
    ):
        conn, _ = connection(lambda r, body=body: httpx.Response(200, json=body))
        try:
            result = CALLS[manifest.kind][capability](connector(manifest), conn)
        except OutsideError as error:
            result = error
        # A withdrawal that was not confirmed is not done; everything else cannot be read.
        assert getattr(result, "code", None) == "bad_answer" or result.ok is False


@pytest.mark.parametrize(("manifest", "name"), FILES)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\x1f\x8b\x08\x00",
        b"PK\x03\x04rest",
        b"%PDF-1.7",
        "编号\t金额\n".encode("gbk"),
        b"a\tb\n1\t2\n",
        b"a,b\n1,2\n",
        b"settlement-id\0",
        b"x" * 1_000_000,
    ],
    ids=["empty", "blank", "gzip", "zip", "pdf", "gbk", "tabs", "commas", "nul", "one-long-word"],
)
def test_what_is_no_file_of_it_is_refused(manifest, name, data) -> None:
    with pytest.raises(Refused) as caught:
        getattr(connector(manifest), name)(data)
    assert all(p.field and p.reason for p in caught.value.problems)


def test_an_unknown_code_is_a_key_error_that_names_those_there_are() -> None:
    with pytest.raises(
        KeyError, match=r"no channel connector is called 'amason'; there are: aliexpress, amazon, .*harbour"
    ):
        registry.channel("amason")
    with pytest.raises(KeyError, match="lighter"):
        registry.collection("harbour")
    with pytest.raises(KeyError, match="no bank connector"):
        registry.bank("")


DUMMY = """
    from tradewind.connectors.base import CHANNEL, SETTLEMENT_FILES, BaseChannel, Manifest

    class Dummy(BaseChannel):
        manifest = Manifest(
            "{code}", CHANNEL, "Dummy", "假平台", ("FR",), ("EUR",), frozenset({{SETTLEMENT_FILES}})
        )

    CONNECTORS = (Dummy(),)
"""


def test_a_folder_is_enough_to_add_a_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "dummy"
    folder.mkdir()
    (folder / "__init__.py").write_text(textwrap.dedent(DUMMY.format(code="dummy")))
    with monkeypatch.context() as patch:
        patch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
        registry.refresh()
        assert registry.channel("dummy").manifest.name_zh == "假平台"
        assert "dummy" in [m.code for m in registry.manifests("channel")]
    registry.refresh()
    with pytest.raises(KeyError):
        registry.channel("dummy")


def test_two_connectors_of_one_code_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "twin"
    folder.mkdir()
    (folder / "__init__.py").write_text(textwrap.dedent(DUMMY.format(code="harbour")))
    with monkeypatch.context() as patch:
        patch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
        registry.refresh()
        with pytest.raises(ValueError, match="two connectors call themselves channel 'harbour'"):
            registry.manifests()
    registry.refresh()


def test_every_folder_is_in_the_registry() -> None:
    found = {m.code for m in ALL}
    for family in (channels, collections):
        for path in family.__path__:
            for folder in Path(path).iterdir():
                if (folder / "__init__.py").exists():
                    assert folder.name in found
