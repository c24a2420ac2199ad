"""A real Saleor as a shop runs it: server, worker and beat, each its own process."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environment import broker_environment, saleor_environment
from .graphql import GraphQL
from .installs import SaleorInstall
from .ports import free_port
from .postgres import Postgres
from .processes import Program, run, stop_all
from .redis import Broker
from .templates import template_database

EMAIL = "admin@example.com"
PASSWORD = "admin"  # noqa: S105 - for a shop on the loopback
START_SECONDS = 180
INSIDE = Path(__file__).with_name("inside")
PREPARE = INSIDE / "prepare.py"
VERIFY = INSIDE / "verify.py"


@dataclass(frozen=True)
class Ground:
    """What a Saleor stands on.

    Attributes:
        install: which Saleor.
        python: the interpreter: the install's own, or an overlay's with the plugin.
        postgres: where its database is made.
        broker: what joins server and worker.
        folder: where logs go.
        variables: what its programs are told besides, by environment variables.
    """

    install: SaleorInstall
    python: Path
    postgres: Postgres
    broker: Broker
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)


class RunningSaleor:
    """A shop on the loopback.

    Attributes:
        version: which Saleor.
        url: its address, without a slash at the end.
        database_url: its database, for looking into.
        server, worker, beat: its programs; they can be stopped and started again.
    """

    server: Program
    worker: Program
    beat: Program

    def __init__(self, ground: Ground, database_url: str) -> None:
        """Describe it; `start_saleor` is what makes and starts one."""
        port = free_port()
        self.version = ground.install.version
        self.url = f"http://127.0.0.1:{port}"
        self.database_url = database_url
        self.api = GraphQL(f"{self.url}/graphql/")
        self._ground = ground
        self._port = port
        self._token: str | None = None
        self._environment = {
            **saleor_environment(ground.install, database_url),
            **broker_environment(ground.broker, ground.install, ground.folder),
            **ground.variables,
            "PUBLIC_URL": self.url,
        }

    def graphql(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Send a query and return its data.

        Raises:
            GraphQLError: the answer has top-level errors.
        """
        return self.api.execute(query, variables, token)

    def staff_token(self) -> str:
        """Return the token of a member of staff who may do everything."""
        if self._token is None:
            payload = self.api.mutate(
                """mutation($email: String!, $password: String!) {
                  tokenCreate(email: $email, password: $password) {
                    token errors { field message code } } }""",
                {"email": EMAIL, "password": PASSWORD},
            )
            self._token = str(payload["token"])
        return self._token

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it wrote.

        Raises:
            ServiceError: it failed.
        """
        return self.python("manage.py", *arguments)

    def python(self, *arguments: str | Path) -> str:
        """Run Saleor's interpreter in Saleor's folder and return what it wrote.

        Raises:
            ServiceError: it failed.
        """
        command, environment, folder = self.interpreter(*arguments)
        return run(command, environment=environment, folder=folder)

    def interpreter(
        self, *arguments: str | Path
    ) -> tuple[list[str | Path], dict[str, str], Path]:
        """Return how to run Saleor's interpreter: command, environment and folder."""
        command = [self._ground.python, *arguments]
        return command, self._environment, self._ground.install.src

    def start_server(self) -> Program:
        """Start the web server, without waiting for it."""
        address = ["--host", "127.0.0.1", "--port", str(self._port)]
        self.server = self._start(
            "server", "uvicorn", "saleor.asgi:application", *address
        )
        return self.server

    def start_worker(self) -> Program:
        """Start the Celery worker, without waiting for it."""
        options = ["--concurrency", "2", "--without-gossip", "--without-mingle"]
        self.worker = self._start_celery("worker", *options)
        return self.worker

    def start_beat(self) -> Program:
        """Start Celery's beat on the database's schedule, without waiting for it."""
        scheduler = "saleor.schedulers.schedulers.DatabaseScheduler"
        # Without a pid file: one that a killed beat leaves would stop the next.
        options = ["--scheduler", scheduler, "--pidfile", ""]
        self.beat = self._start_celery("beat", *options)
        return self.beat

    def wait_until_ready(self) -> None:
        """Wait for server, worker and beat.

        Raises:
            ServiceError: one of them ended or does not come up; with its log's end.
        """
        self.server.wait_for_http(f"{self.url}/health/", START_SECONDS)
        self.worker.wait_for_line(r"celery@\S+ ready", START_SECONDS)
        self.beat.wait_for_line("beat: Starting", START_SECONDS)

    def _start_celery(self, command: str, *options: str) -> Program:
        app = ["--app", "saleor.celeryconf:app"]
        return self._start(
            command, "celery", *app, command, "--loglevel=info", *options
        )

    def _start(self, name: str, module: str, *arguments: str) -> Program:
        return Program(
            f"{name} of Saleor {self.version}",
            [self._ground.python, "-m", module, *arguments],
            log=self._ground.folder / f"{name}.log",
            environment=self._environment,
            folder=self._ground.install.src,
        )


@contextmanager
def start_saleor(ground: Ground, database: str) -> Iterator[RunningSaleor]:
    """Make a fresh shop in a new database, start it, and stop it in the end.

    Raises:
        ServiceError: something did not start; the message ends with its log.
    """
    ground.folder.mkdir(parents=True, exist_ok=True)
    template = template_database(ground.install, ground.postgres)
    url = ground.postgres.create_database(database, template)
    with ExitStack() as stack:
        stack.callback(ground.postgres.drop_database, database)
        saleor = RunningSaleor(ground, url)
        stack.callback(saleor.api.close)
        saleor.python(PREPARE, saleor.url, EMAIL, PASSWORD)
        for start in (saleor.start_server, saleor.start_worker, saleor.start_beat):
            start()
        stack.callback(_stop, saleor)
        saleor.wait_until_ready()
        yield saleor


def _stop(saleor: RunningSaleor) -> None:
    # Whichever are running now: a test may have restarted one.
    stop_all([saleor.beat, saleor.worker, saleor.server])
