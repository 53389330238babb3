"""The world over real HTTP on loopback: Harbour, Lighter, and the controls of time, faults and truth."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tradewind.simulators import faults
from tradewind.simulators.amazon_api import AmazonApi
from tradewind.simulators.faults import Fault, Script
from tradewind.simulators.harbour_api import Harbour
from tradewind.simulators.journal import Change, Journal
from tradewind.simulators.lighter_api import LighterApi, accounts
from tradewind.simulators.settle import stamp
from tradewind.simulators.truth import truth
from tradewind.simulators.wire import Bad, Reply, Request, moment, say
from tradewind.simulators.world import World

CLOCK, FAULTS = "/control/clock", "/control/faults"
TOKENS = frozenset({"/harbour/auth/token", "/lighter/auth/token", "/amazon/auth/o2/token"})


class Service:
    """Routes requests to the simulated services, under the world's lock."""

    def __init__(self, world: World, journal: Journal | None = None) -> None:
        self.world = world
        self.script = Script()
        harbour = Harbour(world)
        self.services: dict[str, Harbour | LighterApi | AmazonApi] = {
            "/harbour/": harbour, "/amazon/": AmazonApi(world, harbour), "/lighter/": LighterApi(world),
        }  # fmt: skip
        self.journal: Journal | None = None
        if journal is not None:
            self._replay(journal)
            self.journal = journal

    def _replay(self, journal: Journal) -> None:
        """Do again what the journal holds, at the moments it was done."""
        for change in journal.changes():
            self.world.advance(change.at)
            if change.path == CLOCK:
                continue
            service = self._service(change.path)
            assert service is not None
            bearer = service.gate.pass_for(change.account)
            body = change.body.encode()
            self._route(Request(change.method, change.path, {}, body, bearer, self.world.now))

    def answer(self, request: Request) -> Reply:
        """An answer; what changed the world is written down before it is given."""
        reply = self._route(request)
        changes = request.method != "GET" and request.path not in {FAULTS, *TOKENS}
        if self.journal is not None and changes and reply.status < 300:
            service = self._service(request.path)
            account = service.gate.account(request) if service else ""
            body = "" if request.path == CLOCK else request.body.decode()
            self.journal.note(Change(self.world.now, account, request.method, request.path, body))
        return reply

    def _route(self, request: Request) -> Reply:
        """The answer of whichever service the path belongs to; errors are answers too."""
        service = self._service(request.path)
        try:
            if service is not None:
                return service.answer(request)
            if request.path.startswith("/control/"):
                return self.control(request)
            raise Bad(404, "no_such_path", f"there are {', '.join(self.services)} and /control/")
        except Bad as bad:
            return say({"error": {"code": bad.code, "message": str(bad)}}, bad.status)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            return say({"error": {"code": "bad_request", "message": f"{type(error).__name__}: {error}"}}, 400)

    def _service(self, path: str) -> Harbour | LighterApi | AmazonApi | None:
        return next((service for prefix, service in self.services.items() if path.startswith(prefix)), None)

    def control(self, request: Request) -> Reply:
        """The clock, the fault script, the accounts to connect and what is true."""
        at = (request.method, request.path)
        if at == ("POST", CLOCK):
            self._advance(request.json())
        elif at == ("POST", FAULTS):
            try:
                self.script.load(request.json().get("faults", []))
            except ValueError as error:
                raise Bad(422, "bad_fault", str(error)) from None
        elif request.method != "GET":
            raise Bad(405, "no_such_method", "GET or POST")
        found = {
            CLOCK: lambda: {"now": stamp(self.world.now), "start": self.world.start.isoformat()},
            FAULTS: self.script.report,
            "/control/truth": lambda: truth(self.world),
            "/control/accounts": self._accounts,
        }.get(request.path)
        if found is None:
            raise Bad(404, "no_such_path", "there are clock, faults, truth and accounts")
        return say(found())

    def _advance(self, given: dict[str, Any]) -> None:
        to = self.world.now + timedelta(days=given.get("days", 0), hours=given.get("hours", 0))
        if "to" in given:
            to = moment(given["to"], "to")
        try:
            self.world.advance(to)
        except ValueError as error:
            raise Bad(422, "clock_back", str(error)) from None

    def _accounts(self) -> dict[str, Any]:
        stores = [
            {"market": m, "currency": s.terms.currency, "account": s.account, "key": s.key}
            for m, s in self.world.shops.items()
        ]
        keys = accounts(self.world.seed)
        held = [{"currency": a[3:], "account": a, "key": k} for a, k in keys.items()]
        return {"harbour": stores, "lighter": held[:-1], "bank": held[-1]}


class Handler(BaseHTTPRequestHandler):
    """One kept-alive connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one write
    disable_nagle_algorithm = True
    service: Service

    def handle_any(self) -> None:
        """Read, strike with a fault if one is due, answer."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.service.world.lock:
            fault = None if url.path.startswith("/control/") else self.service.script.strike(url.path)
            reply = self._work(url.path, dict(parse_qsl(url.query)), body, fault)
        if fault is not None and fault.kind == faults.TIMEOUT:
            time.sleep(fault.seconds)
            self.close_connection = True
            return
        self._send(reply, fault)

    do_GET = do_POST = do_PUT = do_PATCH = handle_any

    def _work(self, path: str, query: dict[str, str], body: bytes, fault: Fault | None) -> Reply:
        kind = fault.kind if fault else ""
        skew = timedelta(seconds=fault.seconds) if fault and kind == faults.SKEW else timedelta()
        refusal = _REFUSALS.get(kind)
        if fault is not None and refusal is not None and not fault.after:
            return refusal
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        bearer = bearer or self.headers.get("x-amz-access-token", "")
        again = kind == faults.DUPLICATE
        now = self.service.world.now + skew
        reply = self.service.answer(
            Request(self.command, path, query, body, bearer, now, again, self.headers["Host"])
        )
        return refusal or reply

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        if fault is not None and fault.retry_after is not None:
            self.send_header("Retry-After", str(fault.retry_after))
        self.end_headers()
        cut = fault is not None and fault.kind == faults.CUT
        self.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or cut

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines hold order numbers."""


_REFUSALS = {
    faults.THROTTLE: say({"error": {"code": "throttled", "message": "too many requests"}}, 429),
    faults.ERROR: say({"error": {"code": "internal", "message": "something broke"}}, 500),
    faults.EXPIRED: say({"error": {"code": "token_expired", "message": "this token is over"}}, 401),
    faults.TIMEOUT: say({}, 504),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A served world."""

    url: str
    world: World
    service: Service
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.service.journal is not None:
            self.service.journal.close()


def bind(world: World, port: int = 0, journal: Path | None = None) -> tuple[ThreadingHTTPServer, Service]:
    """A server on 127.0.0.1, not yet serving; port 0 takes a free one. A journal's changes are done first."""
    service = Service(world, Journal(journal, world) if journal else None)
    handler = type("WorldHandler", (Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server, service


def serve(world: World, port: int = 0, journal: Path | None = None) -> Running:
    """Serve a world in a thread; `Running.url` is where, `Running.stop()` ends it."""
    server, service = bind(world, port, journal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return Running(f"http://127.0.0.1:{server.server_address[1]}", world, service, server, thread)
