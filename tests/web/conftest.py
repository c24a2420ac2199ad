"""A stage, and a site that plays on it."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from tests.stand_ins import Stage

from .axe import axe_source
from .sheets import Album
from .site import PREFIX, Site


@pytest.fixture
def stage(settings: Settings) -> Stage:
    """Give a stage, and have the site play on it."""
    settings.ROOT_URLCONF = "tests.web.site"
    Site.stage = Stage()
    return Site.stage


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """One thread for each connection: browsers keep theirs open."""

    daemon_threads = True


class SilentHandler(WSGIRequestHandler):
    """Leaves the terminal to the tests."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """Serve the site on the loopback interface; give the plugin's address there."""
    with make_server(
        "127.0.0.1", 0, get_wsgi_application(), ThreadingServer, SilentHandler
    ) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def axe() -> str:
    """Give the checker's script."""
    try:
        return axe_source()
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"axe-core could not be had from the npm registry: {error}")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give an empty page that stands still."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def album() -> Album:
    """Give the kept pictures; WRITE_LOOKS has them changed to what is there."""
    return Album(accepts=bool(os.environ.get("WRITE_LOOKS")))


@pytest.fixture
def still_page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """Give an empty page for pictures: the stage's clock and its own stand still."""
    stage.clock.now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    context = browser.new_context(
        reduced_motion="reduce",
        device_scale_factor=1,
        locale="en-GB",
        timezone_id="UTC",
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.clock.set_fixed_time(stage.clock.now)
    yield page
    context.close()
