"""A door before the gateway that looks, at each call, who holds a transaction open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import psycopg

OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


@dataclass(frozen=True)
class Call:
    """One call to the gateway.

    Attributes:
        what: method and path.
        transactions: how many were open in the database while it was answered.
    """

    what: str
    transactions: int


@dataclass
class GatewayWatch:
    """Hands calls on to a gateway, and writes down what it saw."""

    gateway_url: str
    database_url: str
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Look into the database, then have the gateway answer."""
        with psycopg.connect(self.database_url, autocommit=True) as session:
            row = session.execute(OPEN).fetchone()
        path = request.path.partition("?")[0]
        self.calls.append(Call(f"{request.command} {path}", row[0] if row else 0))
        length = int(request.headers.get("Content-Length") or 0)
        passed_on = {
            name: value
            for name, value in request.headers.items()
            if name in ("X-Api-Key", "Content-Type")
        }
        reply = httpx.request(
            request.command,
            f"{self.gateway_url}{request.path}",
            headers=passed_on,
            content=request.rfile.read(length),
            timeout=30,
        )
        request.send_response(reply.status_code)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(reply.content)))
        request.end_headers()
        request.wfile.write(reply.content)


@contextmanager
def watching(gateway_url: str, database_url: str) -> Iterator[GatewayWatch]:
    """Open the door, on the loopback."""
    watch = GatewayWatch(gateway_url, database_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            watch.answer(self)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Keep the run's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    watch.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
