"""What every test stands on: a real PostgreSQL, and a report of what did not run.

Tests may be spread over processes (`pytest -n 2`). A file, or all that one Saleor runs,
then stays in one of them, and each process starts what its tests need.
"""

import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from _pytest.terminal import TerminalReporter
from django.db import connection, connections
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from demo.services.installs import VERSIONS
from demo.services.postgres import Postgres, start_postgres
from demo.services.processes import ServiceError
from saleor_cryptopay.gateways.client import forget_rests

from .fonts import write_font_rules
from .saleor import runs

CHROMIUM = Path("/usr/bin/chromium")
BROWSER_ARGUMENTS = [
    "--no-sandbox",  # root has none for its browser
    # Pictures are compared: colours and the edges of letters as on any other screen.
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
]
PAGE_MILLISECONDS = 30_000
OTHER_SESSIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SALEOR_TESTS = Path(__file__).parent / "saleor"
KEPT = pytest.StashKey[list[str]]()


# A busy machine is no fault of what is tested.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Count what runs on which Saleor, here where all tests report to."""
    runs.register(config)


@pytest.fixture(scope="session")
def service_folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a folder for the data and logs of what the tests start.

    It is kept when a test failed: the logs tell why.
    """
    folder = Path(tempfile.mkdtemp(prefix="cryptopay-tests-"))
    # PostgreSQL runs as an account of its own when the tests run as root.
    folder.chmod(0o711)
    yield folder
    if request.session.testsfailed:
        _keep(request.config, [str(folder)])
    else:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(service_folder: Path) -> Iterator[Postgres]:
    """Give a server: that of DATABASE_URL, or one that lives as long as the tests."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(start_postgres(service_folder / "postgres"))
        except ServiceError as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: Postgres) -> None:
    """Tell Django where the server is; pytest-django asks before it connects."""
    url = urlsplit(postgres.url)
    # The process id keeps two runs on one server apart.
    name = f"cryptopay_tests_{os.getpid()}"
    connections.settings["default"].update(
        NAME=url.path.lstrip("/"),
        USER=unquote(url.username or ""),
        PASSWORD=unquote(url.password or ""),
        HOST=url.hostname or "",
        PORT=str(url.port or ""),
    )
    connections.settings["default"]["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,  # noqa: ARG001 - pytest-django's own, around this one
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give the database; it goes when nobody uses it any more.

    A thread of a site may still be answering a browser that has just been closed.
    """
    yield
    with django_db_blocker.unblock():
        _wait_for_other_sessions()


def _wait_for_other_sessions() -> None:
    deadline = time.monotonic() + PAGE_MILLISECONDS / 1_000
    with connection.cursor() as cursor:
        cursor.execute(OTHER_SESSIONS)
        while cursor.fetchall() and time.monotonic() < deadline:
            time.sleep(0.1)
            cursor.execute(OTHER_SESSIONS)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give a real Chromium that draws words in the same fonts on every machine."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium found at /usr/bin/chromium (Debian: chromium)")
    # Playwright keeps an event loop in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # A page asks every four seconds how things stand, and a busy machine is slow.
    expect.set_options(timeout=PAGE_MILLISECONDS)
    rules = write_font_rules(tmp_path_factory.mktemp("fonts"))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=BROWSER_ARGUMENTS,
            env={**os.environ, "FONTCONFIG_FILE": str(rules)},
        )


@pytest.fixture(autouse=True)
def rested() -> None:
    """Begin as a new process does: a port may have been another test's server's."""
    forget_rests()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests on real Saleors first, one version after the other.

    They take longest: what is short fills up the processes at the end.
    """
    items.sort(key=lambda item: _version(item) or "~")


def _version(item: pytest.Item) -> str:
    """Return which Saleor a test runs on; "" for none."""
    if SALEOR_TESTS not in item.path.parents:
        return ""
    specification = getattr(item, "callspec", None)
    version = specification.params.get("install", "") if specification else ""
    return f"saleor {version}"


def _keep(config: pytest.Config, folders: list[str]) -> None:
    """Remember where the logs of a failure are; another process has to be told."""
    config.stash.setdefault(KEPT, []).extend(folders)
    if hasattr(config, "workeroutput"):
        config.workeroutput["kept"] = config.stash[KEPT]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Deal out whole files, and all that one Saleor runs as one piece."""
    return OneSaleorEach(config, log)


class OneSaleorEach(LoadScopeScheduling):
    """Starts each Saleor in one process only."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if not file.startswith("tests/saleor/"):
            return file
        versions = {"main", *VERSIONS} & set(re.split(r"[\[\]-]", test))
        return " ".join(["saleor", *versions])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process that ran tests has to tell."""
    _keep(node.config, getattr(node, "workeroutput", {}).get("kept", []))


def pytest_terminal_summary(
    terminalreporter: TerminalReporter, config: pytest.Config
) -> None:
    """Say where the logs of a failure are, and in plain words what did not run."""
    for folder in config.stash.get(KEPT, []):
        terminalreporter.write_line(f"Logs and data: {folder}")
    reasons = Counter(
        _reason(report) for report in terminalreporter.stats.get("skipped", [])
    )
    if not reasons:
        return
    terminalreporter.section("what did not run")
    for reason, count in sorted(reasons.items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.write_line(f"{tests}: {reason}")


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)
