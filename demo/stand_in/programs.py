"""The stand-in shop as processes: server, worker and beat."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final

from demo.ground import Ground, RunningShop, port_near
from demo.sandbox import KEY, PROJECT, SECRET
from demo.services.processes import Program, bare_environment, run
from demo.storefront.stand_in import StandInShop

from .desk import EMAIL, PASSWORD
from .staff import StandInStaff

PORT: Final = 8000
START_SECONDS: Final = 60
KEEP_CONNECTIONS: Final = "saleor_cryptopay.keep_connections"
SEND_REFUNDS: Final = "saleor_cryptopay.send_refunds"


@contextmanager
def start_stand_in(ground: Ground) -> Iterator[RunningShop]:
    """Run the stand-in on a database of its own, dropped in the end.

    Raises:
        ServiceError: something does not start.
    """
    port = port_near(PORT)
    url = f"http://127.0.0.1:{port}"
    database_url = ground.postgres.create_database(ground.database)
    environment = _environment(ground, database_url, url)
    with ExitStack() as stack:
        stack.callback(ground.postgres.drop_database, ground.database)
        run(_python("django", "migrate", "--verbosity", "0"), environment=environment)
        for program in _programs(ground, environment, port):
            stack.enter_context(program)
            _wait(program, url)
        _call(KEEP_CONNECTIONS, environment)
        staff = StandInStaff(url, lambda: _call(SEND_REFUNDS, environment))
        addresses = {"Refund desk": f"{staff.desk_url}  ({EMAIL} / {PASSWORD})"}
        yield RunningShop(StandInShop(url), addresses, database_url, staff)


def _programs(
    ground: Ground, environment: Mapping[str, str], port: int
) -> Iterator[Program]:
    """Start one program after the other, as they are asked for."""
    address = f"127.0.0.1:{port}"
    schedule = ground.folder / "beat-schedule"
    options = ["--concurrency", "2", "--without-gossip", "--without-mingle"]
    commands = {
        "server": _python("django", "runserver", "--noreload", address),
        "worker": _celery("worker", *options),
        "beat": _celery("beat", "--schedule", str(schedule), "--pidfile", ""),
    }
    for name, command in commands.items():
        log = ground.folder / f"{name}.log"
        yield Program(name, command, log=log, environment=environment)


def _wait(program: Program, url: str) -> None:
    match program.name:
        case "server":
            program.wait_for_http(f"{url}/health/", START_SECONDS)
        case "worker":
            program.wait_for_line(r"celery@\S+ ready", START_SECONDS)
        case _:
            program.wait_for_line("beat: Starting", START_SECONDS)


def _call(task: str, environment: Mapping[str, str]) -> None:
    """Have done at once what the schedule would do minutes later."""
    run(_celery("call", task, options=()), environment=environment)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _celery(
    command: str, *arguments: str, options: tuple[str, ...] = ("--loglevel", "info")
) -> list[str]:
    app = ["--app", "demo.stand_in.worker:app"]
    return _python("celery", *app, command, *options, *arguments)


def _environment(ground: Ground, database_url: str, url: str) -> dict[str, str]:
    options = json.dumps(ground.broker.transport_options)
    return bare_environment(
        PYTHONPATH=str(PROJECT),
        PYTHONUNBUFFERED="1",
        DJANGO_SETTINGS_MODULE="demo.stand_in.settings",
        DATABASE_URL=database_url,
        CELERY_BROKER_URL=ground.broker.url,
        CELERY_BROKER_TRANSPORT_OPTIONS=options,
        PUBLIC_URL=url,
        STOREFRONT_URL=ground.storefront_url,
        GATEWAY_URL=ground.sandbox.api_url,
        GATEWAY_KEY=KEY,
        GATEWAY_SECRET=SECRET,
    )
