"""HTTP around the sandbox: the standard library's server, one thread a connection."""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from . import contract, control
from .console import console_page
from .contract import Contract
from .control import Control
from .routing import Answer, Flaw, RefusalError, Request, invalid, written
from .settings import Settings
from .world import World

_LONGEST_BODY: Final = 1024 * 1024


class SandboxServer(ThreadingHTTPServer):
    """Listens, and lets blocks tick."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, settings: Settings) -> None:
        super().__init__((settings.host, settings.port), _Handler)
        self.world = World(settings)
        self._contract = Contract(self.world)
        self._control = Control(self.world)
        self._is_over = threading.Event()
        if settings.block_seconds > 0:
            threading.Thread(target=self._tick, daemon=True).start()

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://{'127.0.0.1' if name == '0.0.0.0' else name}:{port}"  # noqa: S104 - compared, not bound

    def answer(self, request: Request) -> Answer:
        """Answer a request to the API, the control API or the console."""
        if request.path.startswith(contract.PREFIX + "/"):
            return self._contract.answer(request)
        if request.path.startswith(control.PREFIX + "/"):
            return self._controlled(request)
        if request.path == "/" and request.method == "GET":
            return console_page()
        return _refused(RefusalError(404, "RESOURCE_NOT_FOUND", "Nothing is here"))

    def server_close(self) -> None:
        """Stop listening, ticking and sending."""
        self._is_over.set()
        self.world.post.close()
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that went away; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def _controlled(self, request: Request) -> Answer:
        try:
            reply = self._control.reply(request)
        except RefusalError as refusal:
            return _refused(refusal)
        return Answer(reply.status, written(reply.data))

    def _tick(self) -> None:
        while not self._is_over.wait(self.world.settings.block_seconds):
            with self.world.lock:
                self.world.mine()


class _Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection."""

    protocol_version = "HTTP/1.1"
    server_version = "CryptoPaymentGateway-Sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: SandboxServer

    def answer_any(self) -> None:
        """Read the request, have it answered, and send the answer."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            self.close_connection = True
            self._send(_refused(invalid("The body is too long, or of no length")))
            return
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(length)),
        )
        self._send(self.server.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = answer_any  # noqa: N815 - names of the base class

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of the base class
        """Say nothing: the console shows what happens."""

    def _send(self, answer: Answer) -> None:
        if answer.flaw is not None:
            self.close_connection = True
        if answer.flaw is Flaw.HANG_UP:
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self._send_body(answer)
        except ConnectionError:
            self.close_connection = True

    def _send_body(self, answer: Answer) -> None:
        if answer.flaw is Flaw.TRUNCATED:
            self.wfile.write(answer.body[: len(answer.body) // 2])
        elif answer.flaw is Flaw.DRIP:
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(1)
        else:
            self.wfile.write(answer.body)


def _refused(refusal: RefusalError) -> Answer:
    error = {
        "code": refusal.code,
        "message": refusal.message,
        "details": refusal.details,
    }
    return Answer(refusal.status, written({"error": error}))
