"""A PostgreSQL of our own that can be crashed: durable settings, and no farewell."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from demo.services.ports import free_port
from demo.services.postgres import Postgres, start_postgres
from demo.services.processes import Program, bare_environment

READY = "ready to accept connections"


class CrashingPostgres:
    """A server that is started again after each crash, on the same address."""

    def __init__(self, made: Postgres, data: Path, log: Path) -> None:
        """Serve a cluster that exists and that nobody serves now."""
        assert made.binaries is not None
        self._programs, self._data, self._log = made.binaries, data, log
        self._port = free_port()
        self.postgres = Postgres(
            urlsplit(made.url)
            ._replace(netloc=f"cryptopay@127.0.0.1:{self._port}")
            .geturl(),
            made.binaries,
        )
        self.crashes = 0
        self._server = self._start()

    def crash(self) -> None:
        """Have the server quit in the middle of everything, and start it anew."""
        self._server.stop(signal.SIGQUIT)
        self.crashes += 1
        self._server = self._start()

    def stop(self) -> None:
        """End it."""
        self._server.stop(signal.SIGINT)

    def _start(self) -> Program:
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        owner = self._data.owner()
        server = Program(
            "postgres",
            [
                self._programs / "postgres",
                *("-D", self._data, "-p", str(self._port)),
                *options,
            ],
            log=self._log.with_name(f"crashing-{self.crashes}.log"),
            environment=bare_environment(LC_ALL="C.UTF-8"),
            folder=self._data.parent,
            user=owner if owner != Path(__file__).owner() else None,
        )
        server.wait_for_line(READY, 60)
        return server


@contextmanager
def crashing_postgres(folder: Path) -> Iterator[CrashingPostgres]:
    """Give a server of our own.

    Raises:
        ServiceError: there is no PostgreSQL on this machine.
    """
    with start_postgres(folder) as made, psycopg.connect(made.url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        data = Path(row[0])
    server = CrashingPostgres(made, data, folder / "crashing.log")
    try:
        yield server
    finally:
        server.stop()
