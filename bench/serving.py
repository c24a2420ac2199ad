"""Real servers, and what their answers take: CPU of the server, time of the sender."""

import http.client
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from demo.services.ports import free_port
from demo.services.processes import Program, bare_environment, run

from .measuring import Cost, process_clock

ROOT = Path(__file__).parents[1]
BINARIES = ROOT / "build" / "bench" / "bin"

# The gateway sends at most as many at once.
SENDERS = 10

THREADS = ("gunicorn", "--worker-class=gthread", f"--threads={SENDERS}", "--workers=1")
ASGI = ("uvicorn", "--factory", "--loop=uvloop", "--http=httptools", "--no-access-log")


class Delivery(NamedTuple):
    """What is sent: to which path, with which signature."""

    path: str
    body: bytes
    header: str
    signature: str


@dataclass(frozen=True)
class Server:
    """A server that is running.

    Attributes:
        port: where it listens on the loopback.
        process_id: which process answers.
    """

    port: int
    process_id: int

    def cost(self, deliveries: Sequence[Delivery]) -> Cost:
        """Return what one of them takes, sent by `SENDERS` at once.

        CPU of the process that answers, and wall time divided by their number.

        Raises:
            RuntimeError: one of them was not taken.
        """
        shares = [deliveries[start::SENDERS] for start in range(SENDERS)]
        clock = process_clock(self.process_id)
        cpu, wall = clock(), time.perf_counter()
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(self._send, shares))
        cpu, wall = clock() - cpu, time.perf_counter() - wall
        return Cost(cpu * 1000 / len(deliveries), wall * 1000 / len(deliveries))

    def _send(self, deliveries: Sequence[Delivery]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for path, body, header, signature in deliveries:
            connection.request("POST", path, body, {header: signature})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{path} answered {answer.status}.")
        connection.close()


def prepare(url: str) -> None:
    """Make the tables of all inboxes in an empty database."""
    run([BINARIES / "python", "-m", "bench.peer_rows"], environment=_surroundings(url))


def versions(names: Sequence[str]) -> list[str]:
    """Return names and versions of what is installed beside us."""
    question = (
        "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    )
    answer = run([BINARIES / "python", "-c", question, *names])
    pairs = zip(names, answer.split(), strict=True)
    return [f"{name} {version}" for name, version in pairs]


@contextmanager
def serving(url: str, connections: str, *, asgi: bool = False) -> Iterator[Server]:
    """Serve all inboxes from one process.

    Args:
        url: of their database.
        connections: `kept`, `pooled` or `new` for each request.
        asgi: by uvicorn; else by the threads of gunicorn.
    """
    port = free_port()
    start = _by_uvicorn if asgi else _by_gunicorn
    with Program(
        "server",
        start(port),
        log=ROOT / "build" / "bench" / "server.log",
        environment=_surroundings(url, connections),
        folder=ROOT,
    ) as program:
        address = f"http://127.0.0.1:{port}/bare/process/"
        program.wait_for_http(address, 60)
        yield Server(port, int(_read(port)))


def _by_gunicorn(port: int) -> list[str | Path]:
    application = "django.core.wsgi:get_wsgi_application()"
    address = f"--bind=127.0.0.1:{port}"
    return [BINARIES / "python", "-m", *THREADS, address, application]


def _by_uvicorn(port: int) -> list[str | Path]:
    application = "django.core.asgi:get_asgi_application"
    return [BINARIES / "python", "-m", *ASGI, f"--port={port}", application]


def _read(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/bare/process/")
    answer = connection.getresponse().read()
    connection.close()
    return answer


def _surroundings(url: str, connections: str = "kept") -> dict[str, str]:
    return bare_environment(
        DATABASE_URL=url,
        CONNECTIONS=connections,
        DJANGO_SETTINGS_MODULE="bench.peer_settings",
        PYTHONPATH=str(ROOT),
    )


Deliveries = Callable[[int], Sequence[Delivery]]
"""Makes so many deliveries of one kind."""
