"""A real server in a process of its own, and the CPU time that its answers take."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application
from django.db import connections

from .measuring import Cost

TICKS = os.sysconf("SC_CLK_TCK")


class Quiet(WSGIRequestHandler):
    """Leaves the terminal to the figures."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Served:
    """A server that answers one request after the other."""

    def __init__(self, process_id: int, port: int) -> None:
        self._process_id, self._port = process_id, port

    def cost(self, path: str, body: bytes, signature: str, times: int) -> Cost:
        """Return what one answer takes: the server's CPU, and the client's wait."""
        cpu, wall = self._cpu(), time.perf_counter()
        for _ in range(times):
            self._post(path, body, signature)
        wall = time.perf_counter() - wall
        return Cost((self._cpu() - cpu) * 1000 / times, wall * 1000 / times)

    def _post(self, path: str, body: bytes, signature: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("POST", path, body, {"X-Gateway-Signature": signature})
        connection.getresponse().read()
        connection.close()

    def _cpu(self) -> float:
        stat = Path(f"/proc/{self._process_id}/stat").read_text().rpartition(")")[2]
        user, system = stat.split()[11:13]
        return (int(user) + int(system)) / TICKS


@contextmanager
def serving() -> Iterator[Served]:
    """Serve this process's Django from a fork of it."""
    connections.close_all()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]
    process_id = os.fork()
    if not process_id:
        _serve(listener, port)
    listener.close()
    try:
        yield Served(process_id, port)
    finally:
        os.kill(process_id, signal.SIGKILL)
        os.waitpid(process_id, 0)


def _serve(listener: socket.socket, port: int) -> None:
    server = WSGIServer(("127.0.0.1", port), Quiet, bind_and_activate=False)
    server.socket = listener
    server.server_name, server.server_port = "127.0.0.1", port
    server.setup_environ()
    server.set_app(get_wsgi_application())
    serve: Callable[[], None] = server.serve_forever
    try:
        serve()
    finally:
        os._exit(1)
