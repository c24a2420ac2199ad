"""An HTTP server on this machine that answers exactly as a test scripts it."""

import json
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket, Event], None]
"""Plays one answer on a connection; ends early once the event is set."""


def answer(
    body: object = None,
    status: str = "200 OK",
    headers: Mapping[str, str] | None = None,
) -> Script:
    """Answer with a body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send(
        head(status, {"Content-Length": str(len(raw))} | dict(headers or {})), raw
    )


def head(status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Return a status line and headers."""
    lines = [f"HTTP/1.1 {status}", *(f"{n}: {v}" for n, v in (headers or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode()


def send(*parts: bytes) -> Script:
    """Send bytes as they are."""

    def play(connection: socket.socket, _closing: Event) -> None:
        connection.sendall(b"".join(parts))

    return play


def hang_up(*parts: bytes) -> Script:
    """Send bytes, then close."""

    def play(connection: socket.socket, _closing: Event) -> None:
        connection.sendall(b"".join(parts))
        connection.shutdown(socket.SHUT_RDWR)

    return play


def drip(start: bytes, rest: bytes, seconds: float) -> Script:
    """Send the start at once and the rest byte by byte."""

    def play(connection: socket.socket, closing: Event) -> None:
        connection.sendall(start)
        for byte in rest:
            if closing.wait(seconds):
                return
            connection.sendall(bytes([byte]))

    return play


def silence(_connection: socket.socket, closing: Event) -> None:
    """Say nothing."""
    closing.wait(30)


def reset(connection: socket.socket, _closing: Event) -> None:
    """Break the connection off (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Loopback:
    """A server that plays its scripts one after the other, the last one for ever.

    Attributes:
        requests: what was received: head and body of each request.
        connections: how many connections were made.
    """

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._closing = Event()
        self._threads: list[Thread] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/api/v1"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener closes at the end
            while not self._closing.is_set():
                connection, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.1)
        with connection, suppress(OSError):
            while (request := self._receive(connection)) is not None:
                self.requests.append(request)
                several = len(self._scripts) > 1
                script = self._scripts.pop(0) if several else self._scripts[0]
                script(connection, self._closing)

    def _receive(self, connection: socket.socket) -> bytes | None:
        data = b""
        while not self._closing.is_set():
            top, end, body = data.partition(b"\r\n\r\n")
            if end and len(body) >= _content_length(top):
                return data
            with suppress(TimeoutError):
                chunk = connection.recv(65536)
                if not chunk:
                    return None
                data += chunk
        return None


def _content_length(top: bytes) -> int:
    for line in top.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0
