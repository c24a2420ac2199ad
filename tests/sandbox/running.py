"""The sandbox as a program of its own, and a receiver for what it sends."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

KEY = "sk_test_sandbox"
SECRET = "sandbox-webhook-secret-0000000000"


class Sandbox:
    """A running sandbox, asked over HTTP alone."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._headers = {"X-Api-Key": key}

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the gateway's contract with the key."""
        headers = self._headers | options.pop("headers", {})
        return self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    def get(self, path: str, **query: str | int) -> Any:
        """Return the data of a wrapped reply."""
        reply = self.api("GET", path, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def post(self, path: str, **body: Any) -> Any:
        """Create something; return the data of the wrapped reply."""
        reply = self.api("POST", path, json=body)
        assert reply.status_code == 201, reply.text
        return reply.json()["data"]

    def control(self, path: str, **body: Any) -> Any:
        """Call the control API."""
        reply = self.http.post(f"/sandbox/{path}", json=body)
        assert reply.is_success, reply.text
        return reply.json()

    def state(self) -> Any:
        """Return everything."""
        return self.http.get("/sandbox/state").json()

    def paid(self, network: str = "ethereum", coin: str = "usdt", **pay: Any) -> Any:
        """Make an address, pay to it, and return the transaction."""
        address = self.post("/addresses", network=network, coin=coin)
        return self.control("pay", **{"address": address["id"], "amount": "1"} | pay)


@dataclass(frozen=True)
class Received:
    """One webhook as it arrived; names of headers are in lower case."""

    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    """Takes webhooks and answers with `statuses` in turn, then with 200."""

    url: str
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer_after: float = 0.0
    most_at_once: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, received: Received) -> int:
        """Keep a webhook and return the status to answer with."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.received.append(received)
            status = self.statuses.pop(0) if self.statuses else 200
        time.sleep(self.answer_after)
        with self._lock:
            self._now -= 1
        return status

    def bodies(self) -> list[bytes]:
        """Return what arrived, in order."""
        return [one.body for one in self.received]

    def wait(self, count: int) -> list[Received]:
        """Wait until so many have arrived."""
        until(lambda: len(self.received) >= count)
        return self.received


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start the program on a free port; give it and the lines it prints."""
    command = [sys.executable, "-m", "saleor_cryptopay.sandbox", "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=-1, text=True) as process:
        assert process.stdout
        try:
            yield process, [process.stdout.readline() for _ in range(4)]
        finally:
            process.terminate()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen for webhooks on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(headers, body, time.monotonic())
            self.send_response(receiver.take(received))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        # With fewer, a burst of connections waits a second for its second try.
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook/")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield receiver
        server.shutdown()
