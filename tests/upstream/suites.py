"""A run of Saleor's own tests, in a copy of Saleor and on databases of ours."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from demo.services.installs import SaleorInstall
from demo.services.postgres import Postgres
from demo.services.processes import Program, ServiceError, bare_environment
from demo.services.redis import Broker
from demo.services.templates import template_database

from .outcomes import read_outcomes

FOLDERS = ("saleor/payment", "saleor/plugins", "saleor/graphql/payment")
SETTINGS = "saleor.tests.settings"
WORKERS = os.cpu_count() or 1
REPORT_SECONDS = 60
# Of pytest: all passed, and some failed. Any other code means that it did not finish.
FINISHED_CODES = (0, 1)
# What a run leaves in a checkout, and what no test reads.
LEFT_OUT = shutil.ignore_patterns(".git", ".jwt_key.pem", "__pycache__", "node_modules")


@dataclass(frozen=True, slots=True)
class Ground:
    """What Saleor's tests stand on.

    Attributes:
        install: which Saleor; its source is a copy, which the tests may write to.
        postgres: where their databases are made.
        broker: their Redis.
        folder: where reports and logs go.
    """

    install: SaleorInstall
    postgres: Postgres
    broker: Broker
    folder: Path


def copy_source(install: SaleorInstall, folder: Path) -> SaleorInstall:
    """Copy a Saleor's source to `folder`: its tests may write beside it."""
    shutil.copytree(install.src, folder, ignore=LEFT_OUT)
    return replace(install, src=folder)


def run_tests(
    ground: Ground, python: Path, name: str, chosen: Sequence[str] = FOLDERS
) -> dict[str, str]:
    """Run tests of Saleor's with an interpreter and return the outcome of each.

    Raises:
        ServiceError: the tests could not be run to their end.
    """
    report = ground.folder / f"{name}.xml"
    with _databases(ground, name) as url:
        program = Program(
            f"Saleor {ground.install.version}, {name}",
            [python, "-m", "pytest", *chosen, *_options(ground, report)],
            log=report.with_suffix(".log"),
            environment=_environment(ground, url),
            folder=ground.install.src,
        )
        with program:
            _follow(program)
    return read_outcomes(report)


@contextmanager
def _databases(ground: Ground, name: str) -> Iterator[str]:
    """Make the database of each of pytest's workers; give the URL they begin with."""
    template = template_database(ground.install, ground.postgres, settings=SETTINGS)
    base = f"upstream_{ground.install.slug}_{name}_{os.getpid()}"
    with ExitStack() as stack:
        for worker in range(WORKERS):
            # Named as Django and pytest-xdist would name it.
            database = f"test_{base}_gw{worker}"
            ground.postgres.create_database(database, template)
            stack.callback(ground.postgres.drop_database, database)
        yield ground.postgres.database_url(base)


def _options(ground: Ground, report: Path) -> list[str]:
    return [
        *("-m", "not e2e"),  # as Saleor's own CI leaves them out
        *("-n", str(WORKERS)),
        "--reuse-db",  # ours, in which pytest applies what is still missing
        f"--junit-xml={report}",
        *("-o", "junit_family=xunit1"),  # the one that names files
        *("-o", f"cache_dir={ground.folder / 'cache'}"),
    ]


def _environment(ground: Ground, database_url: str) -> dict[str, str]:
    return bare_environment(
        PYTHONPATH=str(ground.install.src),
        PYTHONPYCACHEPREFIX=str(ground.folder / "bytecode"),
        DATABASE_URL=database_url,
        CACHE_URL=ground.broker.cache_url,
        SECRET_KEY="for tests on the loopback",  # guards nothing
        SEND_USAGE_TELEMETRY="False",
    )


def _follow(program: Program) -> None:
    """Wait for the end, telling how far it is."""
    while not program.wait(REPORT_SECONDS):
        done = re.findall(r"\[ *([0-9]+)%\]", program.log_end())
        print(f"{program.name}: {done[-1] if done else 0} %", flush=True)
    if program.code not in FINISHED_CODES:
        raise ServiceError(f"{program.name} broke off:\n{program.log_end()}")
